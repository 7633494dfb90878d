import ArchiveClient
import CommandOptions
import LetterModel

/// `chancery blobs prune`: frees the room of attachments that need not stay on this machine.
enum BlobPruneCommand {
    static let dryRun = Flag("dry-run", help: "Say what would be taken away, and take nothing away.")
    static let yes = Flag("yes", help: "Do not ask.")
    static let from = Option("from", .remoteName, help: "Rely on this remote only.")

    static let description = CommandDescription(
        "blobs prune", summary: "free the room of attachments that need not stay here",
        discussion: """
            Two sorts of bytes need not stay: those that `chancery config blobs` asks for no longer, if a remote that is asked now says that it \
            holds them, having hashed them; and those that no letter refers to in any version, a day after they were stored. \
            Letters stay as they are, and `chancery blobs fetch` brings their attachments back.
            """,
        options: [dryRun, yes, from],
        examples: [
            Example("chancery config blobs none", help: "On a laptop: fetch no attachments any more."),
            Example("chancery blobs prune", help: "And free the room of those that the server holds, after a preview."),
        ],
        exitStatuses: [ExitStatus(2, "A remote could not be asked, and was named.")])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let archive = try await context.openArchive()
        let remotes = try await BlobRemotes(archive, from: values[from], context).remotes
        var report = try await archive.pruneAttachments(askingRemotes: remotes, isDryRun: true)
        if !context.isJSON { show(report, context) }
        if !values[dryRun], !report.prunable.isEmpty, try isConfirmed(report.prunable.count, values[yes], context) {
            // Asked again: what a remote held while somebody read the preview is not what it holds now.
            report = try await archive.pruneAttachments(askingRemotes: remotes, isDryRun: false)
            if !context.isJSON {
                context.console.write("\(CountText.of(report.removed.count, "attachment")) taken away")
            }
        }
        for failure in report.failures {
            context.console.note("chancery: \(failure.remote): \(failure.error.description)")
        }
        if report.keptBlobs > 0 {
            context.console.note(
                "\(CountText.of(report.keptBlobs, "attachment", "stays", "stay")): no remote is known to hold \(report.keptBlobs == 1 ? "it" : "them")"
            )
        }
        if context.isJSON { context.print(report.json) }
        return report.failures.isEmpty ? .done : .partlyDone
    }

    private static let shownCount = 20

    private static func show(_ report: PruneReport, _ context: CommandContext) {
        for entry in report.prunable.prefix(shownCount) {
            let why =
                switch entry.reason {
                case .unreferenced: "no letter refers to it"
                case .heldBy(let remote): "\(remote) holds it"
                }
            context.console.write("\(entry.blob.hex.prefix(12))  \(ByteText.of(entry.byteCount))  \(why)")
        }
        if report.prunable.count > shownCount {
            context.console.write("and \(report.prunable.count - shownCount) more")
        }
        let total = report.prunable.reduce(0) { $0 + $1.byteCount }
        context.console.note(
            report.prunable.isEmpty
                ? "there is nothing to take away"
                : "\(CountText.of(report.prunable.count, "attachment")), \(ByteText.of(total)) in all")
    }

    private static func isConfirmed(_ count: Int, _ isGiven: Bool, _ context: CommandContext) throws -> Bool {
        if isGiven { return true }
        let question = "Take \(count == 1 ? "it" : "them") away from this machine? [y/N] "
        guard let answer = context.console.ask(question) else {
            throw Failure(
                "usage", "nobody can be asked here: add --yes, or --dry-run for the preview alone", status: .wrongUsage)
        }
        return ["y", "yes"].contains(answer.lowercased())
    }
}

extension PruneReport {
    /// The value of `blobs prune --json`.
    fileprivate var json: JSONValue {
        [
            "prunable": .array(
                prunable.map { entry in
                    var members: JSONObject = [
                        "blob": .string(entry.blob.hex), "bytes": .integer(entry.byteCount),
                    ]
                    if case .heldBy(let remote) = entry.reason { members["heldBy"] = .string(remote) }
                    return .object(members)
                }),
            "removed": .array(removed.map { .string($0.hex) }), "kept": .integer(keptBlobs),
        ]
    }
}
