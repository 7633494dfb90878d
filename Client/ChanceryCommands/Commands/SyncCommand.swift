import ArchiveClient
import CommandOptions
import LetterModel
import ReplicaStore

/// `chancery sync`: exchanges with remotes.
enum SyncCommand {
    static let remotes = Argument(any: "REMOTE", .remoteName, help: "Only these remotes; without any, all of them.")
    static let dryRun = Flag("dry-run", help: "Say what would be sent, and send nothing.")
    static let retryRefused = Flag("retry-refused", help: "Send again what a remote refused.")

    static let acceptDeletions = Flag(
        "accept-deletions", help: "First let in the deletions of others that are held back because they are too many.")
    static let rejectDeletions = Flag(
        "reject-deletions", help: "First undo others' deletions that nobody confirmed: their letters are restored.")

    static let watch = Flag(
        "watch", help: "Stay, and sync whenever something was written on either side, until interrupted.")

    static let description = CommandDescription(
        "sync", summary: "exchange letters with remotes",
        discussion: """
            What a cut connection has brought is kept; run it again and it goes on from there.

            With --watch it stays until it is interrupted (Ctrl-C, SIGTERM), and ends with 0. A network that is lost, a laptop that slept, \
            a server that restarts: it tries again by itself. With --json it then prints one object a line for each sync.

            If others deleted more than ten letters and more than a fifth of those shown here, since a person last looked at deletions, they \
            are held back: the letters stay, and each sync says so until they are accepted or rejected.
            """,
        arguments: [remotes], options: [watch, dryRun, retryRefused, acceptDeletions, rejectDeletions],
        exitStatuses: [
            ExitStatus(
                2,
                "A remote was down or refused something, and was named; all of them down is 1. Or deletions are held back."
            ),
            ExitStatus(3, "Done, and a letter of this archive has a conflict."),
        ])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let archive = try await context.openArchive()
        let known = try await archive.remotes()
        let isDecided = try await decideDeletions(values, archive, context)
        guard !known.isEmpty else {
            // Deletions may have come by a bundle.
            guard !isDecided else { return .done }
            throw Failure(
                "noRemotes", "there is nothing to sync with; add a remote with `chancery remote add NAME URL`")
        }
        var chosen: [Remote] = []
        for name in values[remotes] {
            guard let remote = known.first(where: { $0.name.hasSameBytes(as: name) }) else {
                throw StoreError.unknownRemote(name)
            }
            chosen.append(remote)
        }
        if values[remotes].isEmpty { chosen = known }
        if values[dryRun] { return showUnsent(chosen, context) }
        if values[retryRefused] { for remote in chosen { try await archive.forgetRefusals(by: remote.name) } }
        if values[watch] { return try await SyncWatch(context).run(archive, chosen) }
        var reports: [SyncReport] = []
        for remote in chosen {
            reports.append(
                await SyncRun(context).sync(archive, remote.name, remote.address, isOnlyOne: chosen.count == 1))
        }
        if context.isJSON { context.print(.array(reports.map(\.json))) }
        return SyncRun.status(reports, hasConflicts: try await archive.conflictCount() > 0)
    }

    /// Lets in or undoes the deletions that nobody confirmed; false if neither is asked for.
    private static func decideDeletions(
        _ values: Values, _ archive: Archive, _ context: CommandContext
    ) async throws -> Bool {
        switch (values[acceptDeletions], values[rejectDeletions]) {
        case (false, false): return false
        case (true, true):
            throw Failure("usage", "deletions are accepted or rejected, not both", status: .wrongUsage)
        case (true, false):
            let letters = try await archive.acceptDeletions()
            context.console.note("let in the deletions of \(CountText.of(letters.count, "letter"))")
        case (false, true):
            let author = try await context.author(for: archive)
            let letters = try await archive.rejectDeletions(author: author)
            context.console.note("restored \(CountText.of(letters.count, "letter")) that others had deleted")
        }
        return true
    }

    private static func showUnsent(_ remotes: [Remote], _ context: CommandContext) -> CommandStatus {
        if context.isJSON {
            context.print(.array(remotes.map { ["remote": .string($0.name), "unsent": .integer($0.unsent)] }))
        } else {
            for remote in remotes {
                context.console.write("\(remote.name): \(CountText.of(remote.unsent, "revision")) would be sent")
            }
        }
        return .done
    }
}
