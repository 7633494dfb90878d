import ArchiveClient
import CommandOptions
import LetterFormats
import LetterModel
import Hashing
import ReplicaStore

/// `chancery log`: who wrote what, when.
enum LogCommand {
    static let id = Argument(optional: "ID", .letterID, help: "Only this letter; without it, the whole archive.")
    static let limit = Option(
        "limit", short: "n", .integer(in: 1...1_000_000), default: 50, help: "At most so many, the newest.")

    static let description = CommandDescription(
        "log", summary: "show the history of a letter, or of the archive", arguments: [id], options: [limit])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let archive = try await context.openArchive()
        var entries: [LoggedRevision]
        if let text = values[id] {
            entries = try await archive.history(of: archive.letterID(text)).suffix(values[limit])
        } else {
            entries = try await archive.recentRevisions(limit: values[limit])
        }
        entries.reverse()
        if context.isJSON {
            context.print(.array(entries.map(json)))
        } else {
            entries.forEach { show($0, withLetter: values[id] == nil, context) }
        }
        return .done
    }

    private static func show(_ entry: LoggedRevision, withLetter: Bool, _ context: CommandContext) {
        let console = context.console
        let header = entry.revision.header
        let id = console.output.apply(.yellow, to: String(entry.revision.id.hex.prefix(12)))
        let letter = withLetter ? "  letter \(header.letter.text.prefix(8))" : ""
        let who = header.author?.name ?? "import"
        let device = header.device.map { " on \($0)" } ?? ""
        let merge = header.parents.count > 1 ? " (joins \(header.parents.count) heads)" : ""
        let message = header.reason.message.map { "  \($0)" } ?? ""
        console.write(
            "\(id)\(letter)  \(context.time(header.time))  \(header.reason.kind?.rawValue ?? "change")\(merge)  "
                + VisibleText.of("\(who)\(device)\(message)", keepsLines: false))
    }

    private static func json(_ entry: LoggedRevision) -> JSONValue {
        let header = entry.revision.header
        var members: JSONObject = [
            "sequence": .integer(entry.sequence), "revision": .string(entry.revision.id.hex),
            "letter": .string(header.letter.text), "parents": .array(header.parents.map { .string($0.hex) }),
            "reason": header.reason.json,
        ]
        members["author"] = header.author?.json
        members["device"] = header.device.map(JSONValue.string)
        members["time"] = (header.time?.text).map(JSONValue.string)
        members["content"] = (header.content?.hex).map(JSONValue.string)
        if header.isTombstone { members["deleted"] = true }
        return .object(members)
    }
}
