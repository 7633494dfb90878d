import ArchiveClient
import CommandOptions
import LetterFormats
import LetterMerge
import LetterModel
import ReplicaStore

/// `chancery conflicts`: what the heads of letters disagree on.
enum ConflictsCommand {
    static let ids = Argument(any: "ID", .text, help: "Only these letters; without any, all that have conflicts.")

    static let description = CommandDescription(
        "conflicts", summary: "show what the sides disagree on", arguments: [ids],
        examples: [Example("chancery conflicts", help: "All of them, each with its base and both sides.")])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let archive = try await context.openArchive()
        var letters: [LetterID] = []
        for text in values[ids] { letters.append(try await archive.letterID(text)) }
        if values[ids].isEmpty {
            var query = LetterQuery()
            query.onlyConflicts = true
            letters = try await archive.letters(query).map(\.id)
        }
        var rows: [JSONValue] = []
        for id in letters {
            let view = try await archive.view(of: id)
            guard !view.conflicts.isEmpty else { continue }
            if context.isJSON {
                rows.append(["id": .string(id.text), "conflicts": .array(view.conflicts.map(\.json))])
            } else {
                show(id, view, on: context.console)
            }
        }
        if context.isJSON {
            context.print(.array(rows))
        } else if letters.isEmpty {
            context.console.note("no conflicts")
        }
        return .done
    }

    private static func show(_ id: LetterID, _ view: LetterView, on console: Console) {
        let title = view.letter.title.map { "  " + VisibleText.of($0, keepsLines: false) } ?? ""
        console.write(console.output.apply(.bold, to: "letter \(id)") + title)
        for conflict in view.conflicts {
            ConflictText.lines(conflict, style: console.output).forEach { console.write("  " + $0) }
        }
        let isDeletion = view.conflicts.contains { $0.kind == .deletedAndEdited }
        console.note(
            isDeletion
                ? "settle it with `chancery resolve \(id.text.prefix(8)) --keep` or `--delete`"
                : "settle them with `chancery resolve \(id.text.prefix(8)) --take HEAD`, or `--set MEMBER=VALUE` for each"
        )
    }
}
