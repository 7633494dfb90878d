import ArchiveClient
import CommandOptions
import LetterModel
import ReplicaStore

/// `chancery list`: letters as a table.
enum ListCommand {
    static let from = Option("from", .day, help: "Only letters that may be as late as this day.")
    static let to = Option("to", .day, help: "Only letters that may be as early as this day.")
    static let sender = Option(
        "sender", .text, placeholder: "NAME", help: "Only letters with this in a sender's name or role.")
    static let recipient = Option(
        "recipient", .text, placeholder: "NAME", help: "Only letters with this in a recipient's name or role.")
    static let tag = Option("tag", .tag, help: "Only letters with this tag.")
    static let status = Option("status", .vocabulary(Status.self), help: "Only letters of this status.")
    static let conflicts = Flag("conflicts", help: "Only letters with conflicts.")
    static let deleted = Flag("deleted", help: "Only letters that are deleted.")
    static let limit = Option(
        "limit", short: "n", .integer(in: 1...1_000_000), shownDefault: "50 on a terminal, else all",
        help: "At most so many.")
    static let offset = Option("offset", .integer, default: 0, help: "After leaving out so many.")

    static let description = CommandDescription(
        "list", summary: "list letters, newest first",
        options: [from, to, sender, recipient, tag, status, conflicts, deleted, limit, offset],
        examples: [Example("chancery list --from 1914 --sender asquith", help: "What Asquith wrote from 1914 on.")])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        var query = LetterQuery()
        query.from = values[from]
        query.to = values[to]
        query.sender = values[sender]
        query.recipient = values[recipient]
        query.tag = values[tag]
        query.status = values[status]
        query.onlyConflicts = values[conflicts]
        query.onlyDeleted = values[deleted]
        query.limit = values[limit] ?? (context.console.output.isTerminal && !context.isJSON ? 50 : nil)
        query.offset = values[offset]
        let letters = try await context.openArchive().letters(query)
        if context.isJSON {
            context.print(.array(letters.map(\.json)))
            return .done
        }
        show(letters, on: context.console)
        if let limit = query.limit, letters.count == limit, values[ListCommand.limit] == nil {
            context.console.note("the newest \(limit); see more with --limit or --offset")
        }
        return .done
    }

    /// The table of `list` and `conflicts`.
    static func show(_ letters: [LetterSummary], on console: Console) {
        guard !letters.isEmpty else {
            console.note("no letters")
            return
        }
        var table = Table(["ID", "DATE", "FROM", "TO", "LETTER"])
        let idLength = shortestPrefix(of: letters.map(\.id.text))
        for letter in letters {
            let mark = letter.conflicts > 0 ? "⚠ " : ""
            table.add([
                String(letter.id.text.prefix(idLength)), letter.date ?? "–",
                letter.senders.joined(separator: ", "), letter.recipients.joined(separator: ", "),
                mark + letter.name,
            ])
        }
        let width = console.output.isTerminal ? console.output.width : nil
        table.lines(width: width, style: console.output).forEach(console.write)
    }

    /// How much of these ids tells them apart, at least eight characters.
    static func shortestPrefix(of ids: [String]) -> Int {
        let sorted = ids.sorted()
        let shared = zip(sorted, sorted.dropFirst()).map { zip($0.utf8, $1.utf8).prefix { $0 == $1 }.count }
        return max(8, (shared.max() ?? 0) + 1)
    }
}

extension LetterSummary {
    /// What a list calls it.
    var name: String {
        isDamaged ? "(damaged: see `chancery verify --repair`)" : title ?? incipit ?? ""
    }

    /// The row of `list --json`; what is unknown is left out.
    var json: JSONValue {
        var members: JSONObject = [
            "id": .string(id.text), "conflicts": .integer(conflicts),
            "senders": .array(senders.map(JSONValue.string)), "recipients": .array(recipients.map(JSONValue.string)),
        ]
        members["date"] = date.map(JSONValue.string)
        members["title"] = title.map(JSONValue.string)
        members["incipit"] = incipit.map(JSONValue.string)
        members["status"] = (status?.rawValue).map(JSONValue.string)
        if !tags.isEmpty { members["tags"] = .array(tags.map(JSONValue.string)) }
        if isDeleted { members["deleted"] = true }
        if isDamaged { members["damaged"] = true }
        return .object(members)
    }
}
