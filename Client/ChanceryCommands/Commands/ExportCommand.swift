import ArchiveClient
import CommandOptions
import LetterFormats
import LetterModel
import ReplicaStore

/// `chancery export`: writes letters for other programs, or gives back the files they came from.
enum ExportCommand {
    /// The formats that letters are written in.
    enum Format: String, CaseIterable, Sendable {
        case text, jsonl, tei, cmif, csv, mbox, eml, original
    }

    static let ids = Argument(any: "ID", .letterID, help: "Only these letters; without any, all that are not deleted.")
    static let format = Option(
        "format", .choice(of: Format.self), default: .text,
        help:
            "`text` is complete and can be imported again, `jsonl` is one letter a line, `tei` is an edition, a file a letter or all in one teiCorpus, `cmif` is a list of who wrote to whom and when, without texts, `csv` is a table for spreadsheets, `mbox` is a mailbox, a message a letter, with its attachments, `eml` are such messages, a file a letter, `original` are the files as they were imported, each once."
    )
    static let licence = Option(
        "licence", .text, placeholder: "URL", shownDefault: "CC BY 4.0, which the standard asks for",
        help: "The licence that a list in `cmif` is put under.")
    static let output = Option("output", .folder, shownDefault: "standard output", help: "The folder to write to.")

    static let description = CommandDescription(
        "export", summary: "write letters for other programs, or as they came", arguments: [ids],
        options: [format, output, licence],
        examples: [
            Example("chancery export --format jsonl > letters.jsonl", help: "Everything, in one file."),
            Example(
                "chancery export --format cmif > letters.xml",
                help: "A list for the search engines of scholarly editions."),
            Example("chancery export --format tei --output editions", help: "An edition of each letter."),
        ],
        exitStatuses: [ExitStatus(2, "Some letters, or some of their attachments, were not written and were named.")])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let archive = try await context.openArchive()
        var letters: [LetterID] = []
        for text in values[ids] { letters.append(try await archive.letterID(text)) }
        if values[ids].isEmpty { letters = try await archive.letterIDs() }
        try check(values, context, count: letters.count)
        if let folder = values[output] { try FileSystem.makeFolder(folder) }
        var export = LetterExport(
            archive, values[format], ExportWriter(folder: values[output], console: context.console))
        switch values[format] {
        case .cmif: export.list = try await cmif(values, archive, context)
        case .tei:
            export.edition = try await tei(archive, context)
            // Several documents one after the other would be none: on standard output they are one corpus.
            export.isCorpus = values[output] == nil && letters.count != 1
        default: break
        }
        try export.begin()
        var rows: [JSONValue] = []
        var isPartial = false
        for id in letters {
            do {
                let written = try await export.write(id)
                var row: JSONObject = ["id": .string(id.text), "files": .array(written.paths.map(JSONValue.string))]
                if let lacking = written.lacking {
                    context.console.note("\(id): \(lacking.message)")
                    row["error"] = lacking.json
                    isPartial = true
                }
                rows.append(.object(row))
            } catch let failure as Failure where letters.count > 1 {
                context.console.note("\(id): \(failure.message)")
                rows.append(["id": .string(id.text), "error": failure.json])
                isPartial = true
            }
        }
        try export.end()
        if context.isJSON { context.print(.array(rows)) }
        return isPartial ? .partlyDone : .done
    }

    /// What standard output cannot hold.
    private static func check(_ values: Values, _ context: CommandContext, count: Int) throws {
        guard values[output] == nil else { return }
        guard !context.isJSON else {
            throw Failure(
                "usage", "with --json, name a folder with --output: standard output is the report then",
                status: .wrongUsage)
        }
        guard values[format] != .eml || count == 1 else {
            throw Failure(
                "usage",
                "several messages one after the other are a mailbox: `--format mbox`, or name a folder with --output",
                status: .wrongUsage)
        }
    }

    /// The list of this archive, made by the author of this replica, today.
    private static func cmif(
        _ values: Values, _ archive: Archive, _ context: CommandContext
    ) async throws -> CMIFWriter {
        let identity = try await archive.identity()
        let editor = try await editor(archive, context)
        let licence = values[Self.licence] ?? CMIFWriter.defaultLicence
        if values[Self.licence] == nil {
            context.console.note("the list says that it is under \(licence), as CMIF asks; --licence names another")
        }
        return CMIFWriter(
            title: "Letters of \(identity.name)", editor: editor ?? identity.name,
            address: "urn:uuid:\(identity.archive)",
            day: String(context.surroundings.now().text.prefix(10)), licence: licence)
    }

    /// Editions of this archive's letters, made by the author of this replica, today.
    private static func tei(_ archive: Archive, _ context: CommandContext) async throws -> TEIWriter {
        let name = try await archive.identity().name
        return TEIWriter(
            title: "Letters of \(name)", publisher: try await editor(archive, context) ?? name,
            day: String(context.surroundings.now().text.prefix(10)))
    }

    /// The author of this replica, if it has one.
    private static func editor(_ archive: Archive, _ context: CommandContext) async throws -> String? {
        do {
            return try await context.author(for: archive).name
        } catch ArchiveError.noAuthor {
            // The archive then answers for what it writes itself.
            return nil
        }
    }
}
