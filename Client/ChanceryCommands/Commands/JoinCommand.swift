import ArchiveClient
import CommandOptions
import LetterModel
import ReplicaStore

/// `chancery join`: brings the letters of an archive that was begun apart into a remote's.
enum JoinCommand {
    static let url = Argument("URL-OR-PATH", .text, help: "The archive to join, as `clone` takes it.")
    static let folder = Argument(
        optional: "FOLDER", .folder,
        help: "Where to put the replica of it; without it, the present folder's name with -joined.")
    static let yes = Flag("yes", help: "Do not ask.")
    static let dryRun = Flag("dry-run", help: "Clone and show what would be brought; bring nothing.")

    static let description = CommandDescription(
        "join", summary: "bring the letters of this archive into another one",
        discussion: """
            For two archives that were begun before their owners met. The other archive is cloned into FOLDER; after a preview, each letter of this \
            one is made anew there, with its attachments, and sent. A letter that both have is merged, and what they disagree on is a conflict. \
            This replica stays as it is, with its history. Run again, it brings what is new since.

            A letter with a conflict is named and left: resolve it, and join again.
            """,
        arguments: [url, folder], options: [yes, dryRun],
        examples: [
            Example("chancery join https://letters.example.org/presidency", help: "After a preview and a question.")
        ],
        exitStatuses: [
            ExitStatus(2, "Done but for letters that were named, or not sent yet."),
            ExitStatus(3, "Done, and a letter of the archive has a conflict."),
        ])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let address = try RemoteAddress(parsing: values[url], relativeTo: FileSystem.currentFolder())
        let here = try await context.openArchive()
        let place = try values[folder] ?? context.archiveFolder() + "-joined"
        let there = try await CloneCommand.begin(address, place, label: try await here.identity().label, context)
        let first = await SyncRun(context).sync(there, "origin", address.text, isOnlyOne: true)
        if let failure = first.failure {
            if context.isJSON { context.print(["error": Failure(failure).json]) }
            return .failed
        }
        guard try await here.identity().archive != there.identity().archive else {
            throw Failure("sameArchive", "both are replicas of one archive: add it with `chancery remote add` and sync")
        }
        let joining = try await Joining(from: here, into: there)
        var outcome = try await joining.run(isDryRun: true)
        if !context.isJSON { outcome.lines(into: address.text).forEach(context.console.write) }
        guard !values[dryRun] else { return finish(outcome, place, isDone: false, context) }
        if outcome.isChange {
            guard try isConfirmed(values[yes], context) else { return finish(outcome, place, isDone: false, context) }
            outcome = try await joining.run(isDryRun: false)
        }
        let last = await SyncRun(context).sync(there, "origin", address.text, isOnlyOne: true)
        let status = finish(outcome, place, isDone: true, context)
        guard last.failure == nil, !last.isPartial, status == .done else { return .partlyDone }
        return last.conflicts > 0 ? .doneWithConflicts : .done
    }

    private static func isConfirmed(_ isGiven: Bool, _ context: CommandContext) throws -> Bool {
        if isGiven { return true }
        guard let answer = context.console.ask("Make these letters there? [y/N] ") else {
            throw Failure(
                "usage", "nobody can be asked here: add --yes, or --dry-run for the preview alone", status: .wrongUsage)
        }
        return ["y", "yes"].contains(answer.lowercased())
    }

    private static func finish(
        _ outcome: Joining.Outcome, _ place: String, isDone: Bool, _ context: CommandContext
    ) -> CommandStatus {
        for (id, reason) in outcome.left { context.console.note("\(id): \(reason)") }
        if context.isJSON {
            context.print([
                "folder": .string(place), "joined": .bool(isDone), "created": .integer(outcome.created),
                "merged": .integer(outcome.merged), "unchanged": .integer(outcome.unchanged),
                "left": .array(outcome.left.map { ["id": .string($0.id.text), "reason": .string($0.reason)] }),
            ])
        } else if isDone {
            context.console.write(
                "joined in \(place): use it from now on with --archive or CHANCERY_ARCHIVE; the old replica stays")
        }
        return outcome.left.isEmpty ? .done : .partlyDone
    }
}
