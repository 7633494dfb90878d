import ArchiveClient
import CommandOptions
import LetterMerge
import LetterModel
import ReplicaStore

/// `chancery resolve`: settles conflicts.
enum ResolveCommand {
    static let ids = Argument(any: "ID", .text, help: "Which letters; none with --all.")
    static let take = Option(
        "take", .text, placeholder: "HEAD",
        help:
            "Take this head's value for everything that is not named with --set; `provisional` takes what is shown now."
    )
    static let keep = Flag("keep", help: "Keep a letter that one side deleted.")
    static let delete = Flag("delete", help: "Delete a letter that one side edited.")
    static let all = Flag("all", help: "All letters that have conflicts.")
    static let edit = Flag("edit", help: "Decide in $VISUAL or $EDITOR, on the letter as it is shown now.")

    static let description = CommandDescription(
        "resolve", summary: "settle conflicts",
        discussion:
            "Every conflict of the letter needs a decision. A resolve is an ordinary revision: it can be looked at in `log`; `undo` opens the conflicts again, `restore` goes back to any version.",
        arguments: [ids], options: [take, ChangeOptions.set, keep, delete, edit, all, ChangeOptions.message],
        examples: [
            Example("chancery resolve 0190 --set title=Reply", help: "Decide one field."),
            Example("chancery resolve 0190 --take 5f3c", help: "Take one side."),
            Example("chancery resolve --all --take provisional", help: "Accept everything as it is shown."),
        ])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        guard values[all] != !values[ids].isEmpty else {
            throw Failure("usage", "name the letters to settle, or say --all", status: .wrongUsage)
        }
        guard !(values[keep] && values[delete]) else {
            throw Failure("usage", "a letter cannot be both kept and deleted", status: .wrongUsage)
        }
        let archive = try await context.openArchive()
        let author = try await context.author(for: archive)
        var letters: [LetterID] = []
        for text in values[ids] { letters.append(try await archive.letterID(text)) }
        if values[all] {
            var query = LetterQuery()
            query.onlyConflicts = true
            letters = try await archive.letters(query).map(\.id)
        }
        var rows: [JSONValue] = []
        for id in letters {
            let view = try await archive.view(of: id)
            let decisions = try decisions(values, id, view, context)
            let revision = try await archive.resolve(
                id, seeing: view, decisions, author: author, message: values[ChangeOptions.message])
            rows.append(["id": .string(id.text), "revision": .string(revision.hex)])
            if !context.isJSON { context.console.write("settled \(id)") }
        }
        if context.isJSON { context.print(.array(rows)) }
        return .done
    }

    private static func decisions(
        _ values: Values, _ id: LetterID, _ view: LetterView, _ context: CommandContext
    ) throws -> Decisions {
        var decisions = Decisions()
        if values[keep] { decisions.deletion = .keep }
        if values[delete] { decisions.deletion = .delete }
        for assignment in values[ChangeOptions.set] {
            try MemberNames.check(assignment.path)
            decisions.values.append((assignment.path, assignment.value))
        }
        switch values[take] {
        case nil: break
        case "provisional": decisions.rest = .provisional
        case let text?:
            let heads = view.heads.filter { $0.hex.utf8.starts(with: text.utf8) }
            guard let head = heads.first, !text.utf8.isEmpty else {
                throw Failure(
                    "unknownHead", "the letter \(id) has no head \(text); `chancery conflicts \(id)` shows them",
                    status: .wrongUsage)
            }
            guard heads.count == 1 else { throw ArchiveError.ambiguousRevision(text, candidates: heads) }
            decisions.rest = .head(head)
        }
        if values[edit] {
            decisions.whole = try Editor(context).edit(view.letter, title: id.text)
        }
        return decisions
    }
}
