import ArchiveClient
import CommandOptions
import LetterModel

/// `chancery blobs list`: which attachments there are, and which of them are on this machine.
enum BlobListCommand {
    static let ids = Argument(any: "ID", .letterID, help: "Only those of these letters.")
    static let missing = Flag("missing", help: "Only those that are not on this machine.")

    static let description = CommandDescription(
        "blobs list", summary: "list attachments, and whether they are on this machine",
        discussion: """
            Without an ID, attachments that only earlier versions of letters have are listed too, as `earlier`: they are kept as long as the \
            history is.
            """,
        arguments: [ids], options: [missing],
        examples: [Example("chancery blobs list --missing", help: "What `chancery blobs fetch --all` would fetch.")])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let archive = try await context.openArchive()
        var entries = try await BlobSelection(values[ids], archive).entries
        if values[missing] { entries = entries.filter { !$0.isHere } }
        if context.isJSON {
            context.print(.array(entries.map(\.json)))
            return .done
        }
        guard !entries.isEmpty else {
            context.console.note("no attachments")
            return .done
        }
        var table = Table(["ID", "ATTACHMENT", "HERE", "SIZE", "TYPE", "NAME"])
        let idLength = ListCommand.shortestPrefix(of: Array(Set(entries.map(\.letter.text))))
        for entry in entries {
            let size = entry.attachment.size ?? (entry.isHere ? entry.bytesHere : nil)
            table.add([
                String(entry.letter.text.prefix(idLength)), String(entry.blob.hex.prefix(12)), entry.state(size),
                size.map(ByteText.of) ?? "–", entry.attachment.mediaType ?? "–",
                entry.isCurrent ? entry.attachment.name ?? "–" : "(earlier)",
            ])
        }
        let width = context.console.output.isTerminal ? context.console.output.width : nil
        table.lines(width: width, style: context.console.output).forEach(context.console.write)
        return .done
    }
}

extension AttachmentEntry {
    /// `yes`, `no`, or how much of it has come.
    fileprivate func state(_ size: Int?) -> String {
        if isHere { return "yes" }
        guard bytesHere > 0 else { return "no" }
        guard let size, size > 0 else { return ByteText.of(bytesHere) }
        return "\(min(99, bytesHere * 100 / size)) %"
    }

    /// The row of `blobs list --json`.
    fileprivate var json: JSONValue {
        var members: JSONObject = [
            "id": .string(letter.text), "blob": .string(blob.hex), "here": .bool(isHere),
            "bytesHere": .integer(bytesHere), "current": .bool(isCurrent),
        ]
        members["name"] = attachment.name.map(JSONValue.string)
        members["mediaType"] = attachment.mediaType.map(JSONValue.string)
        members["role"] = (attachment.role?.rawValue).map(JSONValue.string)
        members["size"] = attachment.size.map(JSONValue.integer)
        return .object(members)
    }
}

/// The attachments that a command is about: those of some letters, or all.
struct BlobSelection {
    let entries: [AttachmentEntry]

    /// - Parameter ids: Beginnings of letters' ids; none for all letters.
    init(_ ids: [String], _ archive: Archive) async throws {
        guard !ids.isEmpty else {
            entries = try await archive.attachments()
            return
        }
        var letters: [LetterID] = []
        for text in ids { letters.append(try await archive.letterID(text)) }
        entries = try await archive.attachments(of: letters)
    }
}
