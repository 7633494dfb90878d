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
        case text, jsonl, original
    }

    static let ids = Argument(any: "ID", .text, help: "Only these letters; without any, all that are not deleted.")
    static let format = Option(
        "format", .choice(of: Format.self), default: .text,
        help:
            "`text` is complete and can be imported again, `jsonl` is one letter a line, `original` are the files as they were imported."
    )
    static let output = Option("output", .folder, shownDefault: "standard output", help: "The folder to write to.")

    static let description = CommandDescription(
        "export", summary: "write letters for other programs, or as they came", arguments: [ids],
        options: [format, output],
        examples: [Example("chancery export --format jsonl > letters.jsonl", help: "Everything, in one file.")])

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
        var rows: [JSONValue] = []
        var status = CommandStatus.done
        for id in letters {
            do {
                let files = try await export(id, values[format], archive, &writer)
                rows.append(["id": .string(id.text), "files": .array(files.map(JSONValue.string))])
            } catch let failure as Failure where letters.count > 1 {
                context.console.note("\(id): \(failure.message)")
                rows.append(["id": .string(id.text), "error": failure.json])
                status = .partlyDone
            }
        }
        if context.isJSON { context.print(.array(rows)) }
        return status
    }

    /// Writes one letter; the paths of the files, if there are any.
    private static func export(
        _ id: LetterID, _ format: Format, _ archive: Archive, _ writer: inout ExportWriter
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
