import ArchiveClient
import CommandOptions
import LetterFormats
import LetterModel
import LetterMerge
import ReplicaStore

/// `chancery export`: writes letters for other programs, or gives back the files they came from.
enum ExportCommand {
    /// The formats that letters are written in.
    enum Format: String, CaseIterable, Sendable {
        case text, jsonl, tei, cmif, csv, mbox, original
    }

    static let ids = Argument(any: "ID", .letterID, help: "Only these letters; without any, all that are not deleted.")
    static let format = Option(
        "format", .choice(of: Format.self), default: .text,
        help:
            "`text` is complete and can be imported again, `jsonl` is one letter a line, `tei` is an edition, a file a letter or all in one teiCorpus, `cmif` is a list of who wrote to whom and when, without texts, `csv` is a table for spreadsheets, `mbox` is a mailbox, a message a letter, with its attachments, `original` are the files as they were imported."
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
        ])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let archive = try await context.openArchive()
        var letters: [LetterID] = []
        for text in values[ids] { letters.append(try await archive.letterID(text)) }
        if values[ids].isEmpty { letters = try await archive.letters().map(\.id) }
        guard !(context.isJSON && values[output] == nil) else {
            throw Failure(
                "usage", "with --json, name a folder with --output: standard output is the report then",
                status: .wrongUsage)
        }
        if let folder = values[output] { try FileSystem.makeFolder(folder) }
        var writer = ExportWriter(folder: values[output], console: context.console)
        let list = values[format] == .cmif ? try await cmif(values, archive, context) : nil
        let edition = values[format] == .tei ? try await tei(archive, context) : nil
        // Several documents one after the other would be none: on standard output they are one corpus.
        let isCorpus = edition != nil && values[output] == nil && letters.count != 1
        if let edition, isCorpus { _ = try writer.append(edition.header, name: corpusFile) }
        if let list { _ = try writer.append(list.header, name: cmifFile) }
        if values[format] == .csv { _ = try writer.append(CSVWriter.header, name: csvFile) }
        var rows: [JSONValue] = []
        var status = CommandStatus.done
        for id in letters {
            do {
                let files = try await export(
                    id, values[format], archive, &writer, Writers(list: list, edition: edition, isCorpus: isCorpus))
                rows.append(["id": .string(id.text), "files": .array(files.map(JSONValue.string))])
            } catch let failure as Failure where letters.count > 1 {
                context.console.note("\(id): \(failure.message)")
                rows.append(["id": .string(id.text), "error": failure.json])
                status = .partlyDone
            }
        }
        if let list { _ = try writer.append(list.footer, name: cmifFile) }
        if let edition, isCorpus { _ = try writer.append(edition.footer, name: corpusFile) }
        if context.isJSON { context.print(.array(rows)) }
        return status
    }

    private static let cmifFile = "letters.xml"
    private static let corpusFile = "letters.xml"
    private static let csvFile = "letters.csv"
    private static let mailFile = "letters.mbox"

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

    /// The files that go with a letter's message, and how many cannot.
    private static func files(of letter: Letter, _ archive: Archive) async throws -> ([MailWriter.File], missing: Int) {
        var files: [MailWriter.File] = []
        var byteCount = 0
        let attachments = letter.attachments.filter(MailWriter.carries)
        for attachment in attachments {
            guard let blob = attachment.blob, byteCount + (attachment.size ?? 0) <= MailWriter.fileBytes,
                let bytes = try await archive.attachment(blob)
            else { continue }
            byteCount += bytes.count
            files.append(MailWriter.File(attachment: attachment, bytes: bytes))
        }
        return (files, attachments.count - files.count)
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

    /// What formats with a start and an end are written with.
    private struct Writers {
        let list: CMIFWriter?
        let edition: TEIWriter?
        let isCorpus: Bool
    }

    /// Writes one letter; the paths of the files, if there are any.
    private static func export(
        _ id: LetterID, _ format: Format, _ archive: Archive, _ writer: inout ExportWriter, _ writers: Writers
    ) async throws -> [String] {
        let view = try await archive.view(of: id)
        switch format {
        case .text:
            guard !view.isDeleted else {
                throw Failure(
                    "deleted", "it is deleted; `chancery restore` brings it back, `--format jsonl` writes that it is")
            }
            return try writer.write(ChanceryTextForm.render(view.letter, id: id), name: "\(id.text).txt")
        case .jsonl:
            let line =
                view.isDeleted ? JSONLinesWriter.line(deleted: id) : JSONLinesWriter.line(id: id, letter: view.letter)
            return try writer.append(line, name: "letters.jsonl")
        case .cmif:
            guard !view.isDeleted else { throw Failure("deleted", "it is deleted, and is not listed") }
            guard let list = writers.list else { return [] }
            return try writer.append(list.entry(id: id, letter: view.letter), name: cmifFile)
        case .tei:
            guard !view.isDeleted else { throw Failure("deleted", "it is deleted, and no edition is made of it") }
            guard let edition = writers.edition else { return [] }
            if writers.isCorpus {
                return try writer.append(edition.entry(id: id, letter: view.letter), name: corpusFile)
            }
            return try writer.write(edition.document(id: id, letter: view.letter), name: "\(id.text).xml")
        case .csv:
            guard !view.isDeleted else { throw Failure("deleted", "it is deleted, and is not listed") }
            return try writer.append(CSVWriter.row(id: id, letter: view.letter), name: csvFile)
        case .mbox:
            guard !view.isDeleted else { throw Failure("deleted", "it is deleted, and no message is made of it") }
            let (files, missing) = try await files(of: view.letter, archive)
            let paths = try writer.append(MailWriter.entry(view.letter, files: files), name: mailFile)
            guard missing == 0 else {
                throw Failure(
                    "missingBlob",
                    "its message is written without \(missing) of its attachments, which are not on this machine or too large for a message; `chancery sync` fetches them"
                )
            }
            return paths
        case .original:
            let originals = view.letter.attachments.filter { $0.role == .original }
            guard !originals.isEmpty else { throw Failure("noOriginal", "it was not imported from a file") }
            var paths: [String] = []
            for original in originals {
                guard let blob = original.blob, let bytes = try await archive.attachment(blob) else {
                    throw Failure(
                        "missingBlob",
                        "the bytes of its original are not on this machine yet; `chancery sync` fetches them")
                }
                paths += try writer.write(bytes, name: SafeFileName.make(from: original.name ?? "", fallback: blob.hex))
            }
            return paths
        }
    }
}

/// Writes exported letters to a folder, or one after the other to standard output.
struct ExportWriter {
    private let folder: String?
    private let console: Console
    /// Two letters may have come from files of one name.
    private var taken: Set<ByteKey> = []
    private var isFirst = true

    init(folder: String?, console: Console) {
        self.folder = folder
        self.console = console
    }

    /// A file of its own; on standard output the bytes as they are.
    mutating func write(_ bytes: [UInt8], name: String) throws -> [String] {
        guard let folder else {
            console.write(bytes: bytes)
            return []
        }
        let path = FileSystem.join(folder, SafeFileName.unique(name, taken: &taken))
        try FileSystem.write(bytes, to: path)
        return [path]
    }

    /// A line of a file that all letters share.
    mutating func append(_ line: [UInt8], name: String) throws -> [String] {
        guard let folder else {
            console.write(bytes: line)
            return []
        }
        let path = FileSystem.join(folder, name)
        try FileSystem.append(line, to: path, isNew: isFirst)
        isFirst = false
        return [path]
    }
}
