import ArchiveClient
import CommandOptions
import LetterModel

/// `chancery delete`: hides a letter behind a tombstone.
enum DeleteCommand {
    static let ids = Argument(oneOrMore: "ID", .letterID, help: "Which letters.")

    static let description = CommandDescription(
        "delete", summary: "delete letters; `restore` brings them back",
        discussion:
            "Nothing is erased: the letter is hidden, its history stays, and an edit that somebody made without knowing shows it again.",
        arguments: [ids], options: [ChangeOptions.message])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let archive = try await context.openArchive()
        let author = try await context.author(for: archive)
        var rows: [JSONValue] = []
        for text in values[ids] {
            let id = try await archive.letterID(text)
            let revision = try await archive.delete(id, author: author, message: values[ChangeOptions.message])
            rows.append(["id": .string(id.text), "revision": .string(revision.hex)])
            if !context.isJSON { context.console.write("deleted \(id)") }
        }
        if context.isJSON { context.print(.array(rows)) }
        return .done
    }
}

/// `chancery restore`: brings back a deleted letter, or an earlier version.
enum RestoreCommand {
    static let id = Argument("ID", .letterID, help: "Which letter.")
    static let revision = Argument(
        optional: "REVISION", .text,
        help: "The version to go back to; without it, what the letter said when it was deleted.")

    static let description = CommandDescription(
        "restore", summary: "bring back a deleted letter, or an earlier version", arguments: [id, revision],
        options: [ChangeOptions.message])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let archive = try await context.openArchive()
        let author = try await context.author(for: archive)
        let id = try await archive.letterID(values[self.id])
        var target: RevisionID?
        if let text = values[revision] { target = try await archive.revision(text, of: id).id }
        let written = try await archive.restore(id, to: target, author: author, message: values[ChangeOptions.message])
        if context.isJSON {
            context.print(["id": .string(id.text), "revision": .string(written.hex)])
        } else {
            context.console.write("restored \(id)")
        }
        return .done
    }
}
