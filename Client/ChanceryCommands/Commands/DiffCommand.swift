import ArchiveClient
import CommandOptions
import LetterFormats
import LetterMerge
import LetterModel

/// `chancery diff`: what changed between two versions of a letter.
enum DiffCommand {
    static let id = Argument("ID", .text, help: "Which letter.")
    static let first = Argument(
        optional: "R1", .text, help: "The earlier version; without it, what the last revision was made from.")
    static let second = Argument(optional: "R2", .text, help: "The later version; without it, the letter as it is shown.")

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
        let old = TextForm.lines(of: before)
        let new = TextForm.lines(of: after)
        let changes = LineDifference(from: old, to: new)
        if context.isJSON {
            context.print(["id": .string(id.text), "lines": .array(changes.rows.map(\.json))])
            return .done
        }
        let style = context.console.output
        for row in changes.rows where row.kind != .kept {
            let line = Table.withoutControls(row.text)
            switch row.kind {
            case .removed: context.console.write(style.apply(.red, to: "- " + line))
            case .added: context.console.write(style.apply(.green, to: "+ " + line))
            case .kept: break
            }
        }
        if !changes.rows.contains(where: { $0.kind != .kept }) { context.console.note("no difference") }
        return .done
    }
}

/// Two texts line by line: what was removed, added and kept.
struct LineDifference {
    /// What became of a line.
    enum Kind: String {
        case kept, removed, added
    }

    /// One line of either text.
    struct Row {
        let kind: Kind
        let text: String

        var json: JSONValue { ["change": .string(kind.rawValue), "text": .string(text)] }
    }

    let rows: [Row]

    init(from old: [String], to new: [String]) {
        let difference = new.map(ByteKey.init).difference(from: old.map(ByteKey.init))
        var removed = Set<Int>()
        var added = Set<Int>()
        for change in difference {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): added.insert(offset)
            }
        }
        var rows: [Row] = []
        var (left, right) = (0, 0)
        while left < old.count || right < new.count {
            if left < old.count, removed.contains(left) {
                rows.append(Row(kind: .removed, text: old[left]))
                left += 1
            } else if right < new.count, added.contains(right) {
                rows.append(Row(kind: .added, text: new[right]))
                right += 1
            } else {
                rows.append(Row(kind: .kept, text: new[right]))
                left += 1
                right += 1
            }
        }
        self.rows = rows
    }
}
