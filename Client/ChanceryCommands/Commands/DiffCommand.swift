import ArchiveClient
import CommandOptions
import LetterFormats
import LetterMerge
import LetterModel

/// `chancery diff`: what changed between two versions of a letter.
enum DiffCommand {
    static let id = Argument("ID", .letterID, help: "Which letter.")
    static let first = Argument(
        optional: "R1", .text, help: "The earlier version; without it, what the last revision was made from.")
    static let second = Argument(
        optional: "R2", .text, help: "The later version; without it, the letter as it is shown.")

    static let description = CommandDescription(
        "diff", summary: "show what changed between two versions of a letter", arguments: [id, first, second])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let archive = try await context.openArchive()
        let id = try await archive.letterID(values[id])
        let view = try await archive.view(of: id)
        var after = view.isDeleted ? Letter() : view.letter
        if let text = values[second] { after = try await archive.revision(text, of: id).letter ?? Letter() }
        let before: Letter
        if let text = values[first] {
            before = try await archive.revision(text, of: id).letter ?? Letter()
        } else {
            before = try await archive.letterBefore(id, head: view.leadingHead ?? view.heads[0])
        }
        let diff = TextDiff(from: TextForm.of(before), to: TextForm.of(after))
        if context.isJSON {
            let spans = diff.spans.map {
                ["change": .string($0.change.rawValue), "text": .string($0.text)] as JSONValue
            }
            context.print(["id": .string(id.text), "spans": .array(spans)])
        } else if diff.isEmpty {
            context.console.note("no difference")
        } else {
            DiffText.lines(diff, style: context.console.output).forEach(context.console.write)
        }
        return .done
    }
}

/// A letter as the text that people compare: the text form, without what every letter has.
/// A letter as text in which each member has its place.
enum TextForm {
    static func of(_ letter: Letter) -> String {
        String(decoding: ChanceryTextForm.render(letter), as: UTF8.self)
    }
}
