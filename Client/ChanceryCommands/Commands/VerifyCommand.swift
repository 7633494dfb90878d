import ArchiveClient
import CommandOptions
import LetterModel
import ReplicaStore

/// `chancery verify`: re-hashes everything, or a part, and repairs what is damaged.
enum VerifyCommand {
    static let quick = Flag("quick", help: "Look at the end of the log and the small tables only.")
    static let sample = Option(
        "sample", .integer(in: 1...1_000_000_000), placeholder: "N",
        help: "Look at the next N revisions only, with their letters and attachments, from where the last sample ended."
    )
    static let repair = Flag("repair", help: "Fetch what is damaged from remotes, by its hash.")
    static let from = Option("from", .remoteName, help: "Repair from this remote only.")

    static let description = CommandDescription(
        "verify", summary: "re-hash everything, check heads, views, log and attachments",
        discussion: """
            Samples that are taken from time to time cover everything: `chancery verify --sample 1000` each day.

            --repair copies the database first, makes damaged ids, chains and parents of the log again from its headers, fetches damaged revisions and attachments from the remotes by their hash, makes lists and index anew, \
            and verifies again. What nobody can give stays where it is, is passed on to nobody, and its bytes are kept in quarantine.
            """,
        options: [quick, sample, repair, from],
        exitStatuses: [ExitStatus(1, "There are problems; each is listed with the letter it belongs to.")])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let archive = try await context.openArchive()
        guard [values[quick], values[sample] != nil, values[repair]].count(where: { $0 }) <= 1 else {
            throw Failure("usage", "give one of --quick, --sample and --repair", status: .wrongUsage)
        }
        if values[repair] { return try await repair(archive, values, context) }
        if values[quick] { return show(try await archive.verifyQuickly(), [], context) }
        if let count = values[sample] {
            let sample = try await archive.verifySample(count: count)
            let (first, last) = (sample.entries.lowerBound, sample.entries.upperBound - 1)
            if !context.isJSON { context.console.write("revisions \(first) to \(last) of \(sample.total)") }
            return show(
                sample.report,
                [("first", .integer(first)), ("last", .integer(last)), ("total", .integer(sample.total))], context)
        }
        let bar = ProgressBar("verifying", on: context.console)
        let report = try await archive.verify { bar.update(done: $0, total: $1) }
        bar.clear()
        return show(report, [], context)
    }

    private static func repair(
        _ archive: Archive, _ values: Values, _ context: CommandContext
    ) async throws -> CommandStatus {
        let known = try await archive.remotes()
        let chosen = known.filter { remote in values[from].map { $0.hasSameBytes(as: remote.name) } ?? true }
        if let name = values[from], chosen.isEmpty { throw StoreError.unknownRemote(name) }
        let run = SyncRun(context)
        let remotes = try chosen.map { remote in
            (
                name: remote.name,
                token: try run.token(for: try RemoteAddress(parsing: remote.address), isOnlyOne: chosen.count == 1)
            )
        }
        let bar = ProgressBar("verifying", on: context.console)
        let report = try await archive.repair(from: remotes) { bar.update(done: $0, total: $1) }
        bar.clear()
        for (remote, error) in report.failures { context.console.note("\(remote): \(error.description)") }
        if let copy = report.copy, !context.isJSON {
            context.console.write("the database as it was is kept as \(copy)")
            context.console.write(
                "\(report.healedRevisions) of \(report.damagedRevisions) damaged revisions and \(report.healedBlobs) of \(report.damagedBlobs) damaged attachments were fetched again"
            )
        }
        let members: JSONObject = [
            "copy": report.copy.map { .string($0) } ?? .null, "damagedRevisions": .integer(report.damagedRevisions),
            "healedRevisions": .integer(report.healedRevisions), "damagedBlobs": .integer(report.damagedBlobs),
            "healedBlobs": .integer(report.healedBlobs),
        ]
        return show(report.remaining, [("repair", .object(members))], context)
    }

    private static func show(
        _ report: VerificationReport, _ more: [(String, JSONValue)], _ context: CommandContext
    ) -> CommandStatus {
        if context.isJSON {
            guard case .object(var members) = json(report) else { return .failed }
            for (name, value) in more { members[name] = value }
            context.print(.object(members))
        } else {
            for problem in report.problems {
                let letter = problem.letter.map { "letter \($0): " } ?? ""
                context.console.write("\(letter)\(problem.text)")
            }
            context.console.write(
                "\(CountText.of(report.revisions, "revision")) and \(CountText.of(report.blobs, "attachment")) re-hashed, \(CountText.of(report.problems.count, "problem"))"
            )
        }
        return report.problems.isEmpty ? .done : .failed
    }

    private static func json(_ report: VerificationReport) -> JSONValue {
        let problems = report.problems.map { problem -> JSONValue in
            var members: JSONObject = ["kind": .string(problem.kind), "text": .string(problem.text)]
            members["letter"] = (problem.letter?.text).map(JSONValue.string)
            members["object"] = problem.object.map(JSONValue.string)
            return .object(members)
        }
        return [
            "revisions": .integer(report.revisions), "blobs": .integer(report.blobs), "problems": .array(problems),
        ]
    }
}
