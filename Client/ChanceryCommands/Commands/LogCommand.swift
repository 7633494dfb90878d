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
        "log", summary: "show the history of a letter, or of the archive",
        discussion: """
            The revisions that an import makes carry no author and no time, so that they are the same wherever the file is imported. Who imported which file here, \
            and when, is told from this replica's own notes, as far as it has any: imports of other machines, and formats whose letters carry their own ids \
            (JSON Lines), leave none.
            """,
        arguments: [id], options: [limit])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let archive = try await context.openArchive()
        var entries: [LoggedRevision]
        var rows: [JSONValue] = []
        if let text = values[id] {
            entries = try await archive.history(of: archive.letterID(text)).suffix(values[limit])
        } else {
            entries = try await archive.recentRevisions(limit: values[limit])
        }
        entries.reverse()
        let imports = try await notes(of: entries, archive)
        for entry in entries {
            let note = isImport(entry) ? imports[entry.revision.header.letter] : nil
            if context.isJSON {
                rows.append(json(entry, note))
            } else {
                show(entry, note, withLetter: values[id] == nil, context)
            }
        }
        if context.isJSON { context.print(.array(rows)) }
        return .done
    }

    private static func isImport(_ entry: LoggedRevision) -> Bool {
        entry.revision.header.reason.kind == .import && entry.revision.header.time == nil
    }

    /// For each letter of these entries that an import made the note of the first import here that made it.
    private static func notes(
        of entries: [LoggedRevision], _ archive: Archive
    ) async throws -> [LetterID: ImportRecord] {
        let wanted = Set(entries.filter(isImport).map(\.revision.header.letter))
        guard !wanted.isEmpty else { return [:] }
        var notes: [LetterID: ImportRecord] = [:]
        // The latest come first: the first one that made it stays.
        for record in try await archive.importRecords() {
            for letter in record.letters where wanted.contains(letter) { notes[letter] = record }
        }
        return notes
    }

    private static func show(
        _ entry: LoggedRevision, _ note: ImportRecord?, withLetter: Bool, _ context: CommandContext
    ) {
        let console = context.console
        let header = entry.revision.header
        let id = console.output.apply(.yellow, to: String(entry.revision.id.hex.prefix(12)))
        let letter = withLetter ? "  letter \(header.letter.text.prefix(8))" : ""
        if let note {
            let who = note.author.map { "\($0), " } ?? ""
            return console.write(
                "\(id)\(letter)  \(context.time(note.time))  import  "
                    + VisibleText.of("\(who)from \(note.fileName)", keepsLines: false))
        }
        let who = header.author?.name ?? (isImport(entry) ? "by whom and when is not noted here" : "nobody named")
        let device = header.device.map { " on \($0)" } ?? ""
        let merge = header.parents.count > 1 ? " (joins \(header.parents.count) heads)" : ""
        let message = header.reason.message.map { "  \($0)" } ?? ""
        console.write(
            "\(id)\(letter)  \(isImport(entry) ? "" : context.time(header.time) + "  ")\(header.reason.kind?.rawValue ?? "change")\(merge)  "
                + VisibleText.of("\(who)\(device)\(message)", keepsLines: false))
    }

    private static func json(_ entry: LoggedRevision, _ note: ImportRecord?) -> JSONValue {
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
        if let note {
            var imported: JSONObject = [
                "file": .string(note.fileName), "format": .string(note.importer), "time": .string(note.time.text),
            ]
            imported["author"] = note.author.map(JSONValue.string)
            members["imported"] = .object(imported)
        }
        return .object(members)
    }
}
