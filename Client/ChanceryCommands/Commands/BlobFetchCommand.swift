import ArchiveClient
import CommandOptions
import LetterModel
import ReplicaStore

/// `chancery blobs fetch`: brings the bytes of attachments to this machine.
enum BlobFetchCommand {
    static let ids = Argument(any: "ID", .letterID, help: "The letters whose attachments to fetch.")
    static let all = Flag("all", help: "All attachments of the archive, whatever `config blobs` says.")
    static let from = Option("from", .remoteName, help: "From this remote only.")

    static let description = CommandDescription(
        "blobs fetch", summary: "fetch attachments that are not on this machine",
        discussion: """
            Goes on where an earlier fetch or sync stopped, also in the middle of a large file. What comes counts once all of it has the \
            right SHA-256. Without --from, the remotes are asked one after the other until everything is here.
            """,
        arguments: [ids], options: [all, from],
        examples: [Example("chancery blobs fetch 0190", help: "The scans of one letter, to take on a journey.")],
        exitStatuses: [ExitStatus(2, "Some could not be fetched, and were named.")])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        guard values[ids].isEmpty == values[all] else {
            throw Failure("usage", "name the letters, or give --all", status: .wrongUsage)
        }
        let archive = try await context.openArchive()
        let remotes = try await BlobRemotes(archive, from: values[from], context).remotes
        let before = try await wanted(values, archive)
        var rest = before
        var failures: [String] = []
        for remote in remotes where !rest.isEmpty {
            let bar = ProgressBar(remote.name, on: context.console)
            let report = try await archive.fetchAttachments(rest, from: remote.name, token: remote.token) {
                bar.update($0)
            }
            bar.clear()
            for notice in report.notices { context.console.note("\(remote.name): \(notice.description)") }
            if let failure = report.failure {
                failures.append(remote.name)
                context.console.note("chancery: \(remote.name): \(failure.description)")
            }
            rest = try await wanted(values, archive)
        }
        if context.isJSON {
            context.print([
                "fetched": .integer(before.count - rest.count), "missing": .array(rest.map { .string($0.hex) }),
            ])
        } else {
            context.console.write("\(CountText.of(before.count - rest.count, "attachment")) fetched")
        }
        guard !rest.isEmpty else { return .done }
        if remotes.isEmpty {
            throw Failure("noRemotes", "there is no remote to fetch from; add one with `chancery remote add NAME URL`")
        }
        for blob in rest.prefix(20) { context.console.note("no remote gave attachment \(blob.hex)") }
        if rest.count > 20 { context.console.note("and \(rest.count - 20) more") }
        return failures.count == remotes.count ? .failed : .partlyDone
    }

    /// The blobs that are asked for and not here, each once.
    private static func wanted(_ values: Values, _ archive: Archive) async throws -> [BlobID] {
        var seen: Set<BlobID> = []
        return try await BlobSelection(values[ids], archive).entries
            .filter { !$0.isHere }.map(\.blob).filter { seen.insert($0).inserted }
    }
}

/// The remotes that a command asks, with their tokens.
struct BlobRemotes {
    let remotes: [(name: String, token: String?)]

    init(_ archive: Archive, from name: String?, _ context: CommandContext) async throws {
        let known = try await archive.remotes()
        let chosen = known.filter { remote in name.map { $0.hasSameBytes(as: remote.name) } ?? true }
        if let name, chosen.isEmpty { throw StoreError.unknownRemote(name) }
        let run = SyncRun(context)
        remotes = try chosen.map { remote in
            (
                name: remote.name,
                token: try run.token(for: try RemoteAddress(parsing: remote.address), isOnlyOne: chosen.count == 1)
            )
        }
    }
}
