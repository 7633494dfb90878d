import ArchiveClient
import CommandOptions
import LetterFormats
import LetterMerge
import LetterModel

/// `chancery show`: one letter, or several.
enum ShowCommand {
    /// The ways to print a letter.
    enum Format: String, CaseIterable, Sendable {
        case text, json
    }

    static let ids = Argument(oneOrMore: "ID", .letterID, help: "Which letters; the beginning of an id is enough.")
    static let revision = Option("revision", .text, placeholder: "R", help: "The letter as this revision left it.")
    static let format = Option("format", .choice(of: Format.self), default: .text, help: "How to print it.")

    static let description = CommandDescription(
        "show", summary: "show a letter", arguments: [ids], options: [revision, format],
        examples: [Example("chancery show 0190 --json", help: "The letter with its heads and conflicts.")])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let archive = try await context.openArchive()
        let isJSON = context.isJSON || values[format] == .json
        var rows: [JSONValue] = []
        var isFirst = true
        for text in values[ids] {
            let id = try await archive.letterID(text)
            var view = try await archive.view(of: id)
            if let wanted = values[revision] {
                let revision = try await archive.revision(wanted, of: id)
                view = LetterView(
                    letter: revision.letter ?? Letter(), heads: [revision.id], leadingHead: revision.id, conflicts: [],
                    isDeleted: revision.header.isTombstone)
            }
            if isJSON {
                rows.append(json(id, view))
            } else {
                show(id, view, on: context.console, isFirst: isFirst)
                isFirst = false
                if !view.isDeleted, !view.conflicts.isEmpty {
                    context.console.write("")
                    let conflicts = try await ThreeWayText(id, view, archive, context)
                    conflicts.lines.forEach(context.console.write)
                }
            }
        }
        if isJSON { context.print(rows.count == 1 ? rows[0] : .array(rows)) }
        return .done
    }

    /// A pure function of the letter's revisions: the same bytes on every replica.
    static func json(_ id: LetterID, _ view: LetterView) -> JSONValue {
        var members: JSONObject = [
            "id": .string(id.text), "heads": .array(view.heads.map { .string($0.hex) }),
            "conflicts": .array(view.conflicts.map(\.json)), "deleted": .bool(view.isDeleted),
        ]
        if !view.isDeleted { members["letter"] = view.letter.json }
        return .object(members)
    }

    private static func show(_ id: LetterID, _ view: LetterView, on console: Console, isFirst: Bool) {
        if !isFirst { console.write("") }
        if view.isDeleted {
            console.note("letter \(id) is deleted; `chancery restore \(id.text.prefix(8))` brings it back")
            return
        }
        console.write(bytes: Array(LetterText.render(view.letter, id: id).utf8))
    }
}
