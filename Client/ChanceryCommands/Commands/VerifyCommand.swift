import ArchiveClient
import CommandOptions
import LetterModel
import ReplicaStore

/// `chancery verify`: re-hashes everything.
enum VerifyCommand {
    static let description = CommandDescription(
        "verify", summary: "re-hash everything, check heads, views, log and attachments",
        exitStatuses: [ExitStatus(1, "There are problems; each is listed with the letter it belongs to.")])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let archive = try await context.openArchive()
        let bar = ProgressBar("verifying", on: context.console)
        let report = try await archive.verify { bar.update(done: $0, total: $1) }
        bar.clear()
        if context.isJSON {
            context.print(json(report))
        } else {
            for problem in report.problems {
                let letter = problem.letter.map { "letter \($0): " } ?? ""
                context.console.write("\(letter)\(problem.text)")
            }
            context.console.write(
                "\(report.revisions) revisions and \(report.blobs) attachments re-hashed, \(report.problems.count) problems"
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
