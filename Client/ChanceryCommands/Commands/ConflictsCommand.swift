import ArchiveClient
import CommandOptions
import LetterMerge
import LetterModel
import ReplicaStore

/// `chancery conflicts`: what the heads of letters disagree on.
enum ConflictsCommand {
    static let ids = Argument(any: "ID", .letterID, help: "Only these letters; without any, all that have conflicts.")

    static let description = CommandDescription(
        "conflicts", summary: "show what the sides disagree on",
        discussion: """
            Each conflict is shown three ways: what all sides had seen (`was`), and what each side made of it, word by word. `▸` stands before what is shown \
            until somebody decides. Below it is told what was merged without asking.
            """,
        arguments: [ids],
        examples: [Example("chancery conflicts", help: "All of them, each with its base and both sides.")])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let archive = try await context.openArchive()
        var letters: [LetterID] = []
        for text in values[ids] { letters.append(try await archive.letterID(text)) }
        if values[ids].isEmpty {
            var query = LetterQuery()
            query.onlyConflicts = true
            letters = try await archive.letterIDs(query)
        }
        var rows: [JSONValue] = []
        var isFirst = true
        for id in letters {
            let view = try await archive.view(of: id)
            guard !view.conflicts.isEmpty else { continue }
            if context.isJSON {
                rows.append(["id": .string(id.text), "conflicts": .array(view.conflicts.map(\.json))])
            } else {
                if !isFirst { context.console.write("") }
                isFirst = false
                let lines = try await ThreeWayText(id, view, archive, context).lines
                lines.forEach(context.console.write)
                advise(id, view, on: context.console)
            }
        }
        if context.isJSON {
            context.print(.array(rows))
        } else if letters.isEmpty {
            context.console.note("no conflicts")
        }
        return .done
    }

    private static func advise(_ id: LetterID, _ view: LetterView, on console: Console) {
        let isDeletion = view.conflicts.contains { $0.kind == .deletedAndEdited }
        console.note(
            isDeletion
                ? "settle it with `chancery resolve \(id.text.prefix(8)) --keep` or `--delete`"
                : "settle them with `chancery resolve \(id.text.prefix(8)) --take HEAD`, or `--set MEMBER=VALUE` for each"
        )
    }
}

extension ThreeWayText {
    /// The conflicts of a letter as an archive has them.
    init(_ id: LetterID, _ view: LetterView, _ archive: Archive, _ context: CommandContext) async throws {
        let known = Set(view.heads)
        let heads = try await archive.history(of: id).map(\.revision).filter { known.contains($0.id) }
        self.init(
            id: id, view: view, common: try await archive.letterInCommon(id), heads: heads,
            style: context.console.output,
            time: context.time)
    }
}
