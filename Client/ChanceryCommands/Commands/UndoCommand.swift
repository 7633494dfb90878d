import ArchiveClient
import CommandOptions
import Hashing
import LetterFormats
import LetterModel
import ReplicaStore

/// `chancery undo`: takes back the last change of letters, or an import.
enum UndoCommand {
    static let ids = Argument(any: "ID", .letterID, help: "Which letters; none with --import.")
    static let source = Option(
        "import", .file, help: "Delete the letters that an import of this file made here, after a preview.")
    static let all = Flag("edited-too", help: "With --import: also letters that somebody has changed since.")
    static let dryRun = Flag("dry-run", help: "Say what would be done, and write nothing.")
    static let yes = Flag("yes", help: "Do not ask.")

    static let description = CommandDescription(
        "undo", summary: "take back the last change of a letter, or an import",
        discussion: """
            Takes back whatever was done last: an edit, a deletion, a restore, a new letter; after a resolve its conflicts are open again. What was taken back \
            stays in the history, and the undo is a change of its own, which can be taken back too (conflicts that it opened are settled instead).

            With --import, the letters that came from the file with these bytes are deleted; `restore` brings them back. Letters that somebody \
            changed since stay unless --edited-too is given.
            """,
        arguments: [ids], options: [source, all, dryRun, yes, ChangeOptions.message],
        examples: [
            Example("chancery undo 0190", help: "Take back the last change of a letter."),
            Example(
                "chancery undo --import letters.mbox --dry-run", help: "See what taking back an import would delete."),
        ])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        guard (values[source] == nil) != values[ids].isEmpty else {
            throw Failure("usage", "name the letters, or a file with --import", status: .wrongUsage)
        }
        let archive = try await context.openArchive()
        if let path = values[source] { return try await undoImport(path, archive, values, context) }
        let author = values[dryRun] ? nil : try await context.author(for: archive)
        var rows: [JSONValue] = []
        for text in values[ids] {
            let id = try await archive.letterID(text)
            let last = try await archive.lastChange(of: id)
            var row: JSONObject = [
                "id": .string(id.text), "undone": .string(last.id.hex), "reason": last.header.reason.json,
            ]
            var outcome = "would be taken back"
            if !values[dryRun] {
                let undone = try await archive.undo(id, author: author, message: values[ChangeOptions.message])
                row["outcome"] = .string(undone.outcome.rawValue)
                row["revisions"] = .array(undone.written.map { .string($0.hex) })
                outcome = sentence(undone.outcome)
            }
            rows.append(.object(row))
            if !context.isJSON { context.console.write("\(id): \(change(last, context)): \(outcome)") }
        }
        if context.isJSON { context.print(.array(rows)) }
        return .done
    }

    private static func change(_ revision: Revision, _ context: CommandContext) -> String {
        let header = revision.header
        let who = (header.author?.name).map { " by " + VisibleText.of($0, keepsLines: false) } ?? ""
        return "\(header.reason.kind?.rawValue ?? "change")\(who), \(context.time(header.time))"
    }

    private static func sentence(_ outcome: Undone.Outcome) -> String {
        switch outcome {
        case .restored: "taken back"
        case .deleted: "taken back, the letter is deleted"
        case .reopened: "taken back, its conflicts are open again"
        }
    }

    // MARK: An import

    /// The letters of an import, by what is to become of them.
    private struct Preview {
        var deleted: [LetterSummary] = []
        /// Changed since, and left alone.
        var edited: [LetterID] = []
        /// Deleted already.
        var gone: [LetterID] = []
    }

    private static func undoImport(
        _ path: String, _ archive: Archive, _ values: Values, _ context: CommandContext
    ) async throws -> CommandStatus {
        let digest = try SourceFile(path).digest()
        guard let record = try await archive.importRecord(of: digest) else {
            throw Failure(
                "noImport",
                "no file with the bytes of \(path) was imported on this machine; formats whose letters carry their own ids (JSON Lines) keep no note of it"
            )
        }
        let preview = try await preview(record, archive, editedToo: values[all])
        var deleted: [LetterID] = []
        if !context.isJSON { show(preview, record, context) }
        if !values[dryRun], !preview.deleted.isEmpty {
            guard try isConfirmed(preview.deleted.count, values[yes], context) else { return .done }
            let author = try await context.author(for: archive)
            let message = values[ChangeOptions.message] ?? "undo of the import of \(record.fileName)"
            for row in preview.deleted {
                try await archive.delete(row.id, author: author, message: message)
                deleted.append(row.id)
            }
        }
        if context.isJSON {
            context.print([
                [
                    "file": .string(path), "imported": .string(record.time.text),
                    "letters": .array(preview.deleted.map { .string($0.id.text) }),
                    "deleted": .array(deleted.map { .string($0.text) }),
                    "edited": .array(preview.edited.map { .string($0.text) }),
                    "deletedBefore": .array(preview.gone.map { .string($0.text) }),
                ]
            ])
        } else if !deleted.isEmpty {
            context.console.write(
                "deleted \(CountText.of(deleted.count, "letter")); `chancery restore ID` brings one back")
        }
        return .done
    }

    private static func preview(
        _ record: ImportRecord, _ archive: Archive, editedToo: Bool
    ) async throws -> Preview {
        var preview = Preview()
        let rows = Dictionary(try await archive.letters().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        for id in record.letters {
            guard let row = rows[id] else {
                preview.gone.append(id)
                continue
            }
            if !editedToo, try await archive.history(of: id).count > 1 {
                preview.edited.append(id)
            } else {
                preview.deleted.append(row)
            }
        }
        return preview
    }

    private static let lettersShown = 20

    private static func show(_ preview: Preview, _ record: ImportRecord, _ context: CommandContext) {
        let console = context.console
        let who = record.author.map { " by " + VisibleText.of($0, keepsLines: false) } ?? ""
        console.note(
            "\(VisibleText.of(record.fileName, keepsLines: false)), imported\(who) \(context.time(record.time)):")
        if !preview.deleted.isEmpty { ListCommand.show(Array(preview.deleted.prefix(lettersShown)), on: console) }
        if preview.deleted.count > lettersShown { console.note("and \(preview.deleted.count - lettersShown) more") }
        for id in preview.edited.prefix(lettersShown) {
            console.note("\(id) was changed since and stays; --edited-too deletes it as well")
        }
        if preview.edited.count > lettersShown {
            console.note("and \(preview.edited.count - lettersShown) more that were changed since")
        }
        if !preview.gone.isEmpty { console.note("\(preview.gone.count) of its letters are deleted already") }
        if preview.deleted.isEmpty { console.note("there is nothing to delete") }
    }

    private static func isConfirmed(_ count: Int, _ isGiven: Bool, _ context: CommandContext) throws -> Bool {
        if isGiven { return true }
        guard
            let answer = context.console.ask("Delete \(count == 1 ? "this letter" : "these \(count) letters")? [y/N] ")
        else {
            throw Failure(
                "usage", "nobody can be asked here: add --yes, or --dry-run for the preview alone", status: .wrongUsage)
        }
        return ["y", "yes"].contains(answer.lowercased())
    }
}
