import ArchiveClient
import LetterFormats
import LetterMerge
import LetterModel
import Synchronization

/// Letters on their way out, one after the other, in one format.
struct LetterExport {
    /// What became of one letter.
    struct Written {
        /// The files, if there are any.
        var paths: [String] = []
        /// What is not in them.
        var lacking: Failure?
    }

    private let archive: Archive
    private let format: ExportCommand.Format
    private var writer: ExportWriter
    /// What lists are written with.
    var list: CMIFWriter?
    /// What editions are written with.
    var edition: TEIWriter?
    /// Whether the editions are one document.
    var isCorpus = false
    /// Originals that are written already: letters of one file share it.
    private var originals: [BlobID: [String]] = [:]

    private static let cmifFile = "letters.xml"
    private static let corpusFile = "letters.xml"
    private static let csvFile = "letters.csv"
    private static let mailFile = "letters.mbox"

    init(_ archive: Archive, _ format: ExportCommand.Format, _ writer: ExportWriter) {
        self.archive = archive
        self.format = format
        self.writer = writer
    }

    /// Writes what stands before the first letter.
    mutating func begin() throws {
        if let edition, isCorpus { _ = try writer.append(edition.header, name: Self.corpusFile) }
        if let list { _ = try writer.append(list.header, name: Self.cmifFile) }
        if format == .csv { _ = try writer.append(CSVWriter.header, name: Self.csvFile) }
    }

    /// Writes what stands after the last one.
    mutating func end() throws {
        if let list { _ = try writer.append(list.footer, name: Self.cmifFile) }
        if let edition, isCorpus { _ = try writer.append(edition.footer, name: Self.corpusFile) }
    }

    /// Writes one letter.
    mutating func write(_ id: LetterID) async throws -> Written {
        let view = try await archive.view(of: id)
        if view.isDeleted, let reason = deletedReason { throw Failure("deleted", "it is deleted\(reason)") }
        let letter = view.letter
        switch format {
        case .text:
            return Written(paths: try writer.write(ChanceryTextForm.render(letter, id: id), name: "\(id.text).txt"))
        case .jsonl:
            let line =
                view.isDeleted ? JSONLinesWriter.line(deleted: id) : JSONLinesWriter.line(id: id, letter: letter)
            return Written(paths: try writer.append(line, name: "letters.jsonl"))
        case .cmif:
            guard let list else { return Written() }
            return Written(paths: try writer.append(list.entry(id: id, letter: letter), name: Self.cmifFile))
        case .tei:
            guard let edition else { return Written() }
            let entry = isCorpus ? edition.entry(id: id, letter: letter) : edition.document(id: id, letter: letter)
            return Written(
                paths: try isCorpus
                    ? writer.append(entry, name: Self.corpusFile) : writer.write(entry, name: "\(id.text).xml"))
        case .csv:
            return Written(paths: try writer.append(CSVWriter.row(id: id, letter: letter), name: Self.csvFile))
        case .mbox, .eml: return try await writeMessage(id, letter)
        case .original: return Written(paths: try await writeOriginals(id))
        }
    }

    /// Why a deleted letter is not written; nil for the format that says that it is deleted.
    private var deletedReason: String? {
        switch format {
        case .jsonl: nil
        case .text: "; `chancery restore` brings it back, `--format jsonl` writes that it is"
        case .cmif, .csv: ", and is not listed"
        case .tei: ", and no edition is made of it"
        case .mbox, .eml: ", and no message is made of it"
        case .original: "; `chancery restore` brings it back"
        }
    }

    // MARK: Messages

    /// Writes a letter as a message with its files, which are never in memory as a whole.
    private mutating func writeMessage(_ id: LetterID, _ letter: Letter) async throws -> Written {
        let (files, missing) = try await files(of: id, letter)
        let isMailbox = format == .mbox
        let archive = archive
        func write(_ sink: ByteSink) async throws {
            if isMailbox { try sink.write(MailWriter.separator) }
            try sink.write(MailWriter.opening(letter, id: id, files: files.map(\.attachment)))
            for file in files {
                try sink.write(MailWriter.opening(of: file.attachment))
                let lines = Mutex(MailWriter.FileLines())
                try await archive.readAttachment(file.blob) { bytes in
                    try sink.write(lines.withLock { $0.encode(bytes) })
                }
                try sink.write(lines.withLock { $0.finish() })
            }
            try sink.write(MailWriter.closing(files: files.map(\.attachment)))
            if isMailbox { try sink.write(MailWriter.separatorEnd) }
        }
        var written = Written()
        written.paths =
            try await isMailbox
            ? writer.append(to: Self.mailFile, write) : writer.write(as: "\(id.text).eml", write)
        if missing > 0 {
            written.lacking = Failure(
                "missingBlob",
                "its message is written without \(missing) of its attachments, which are not on this machine or too large for a message; `chancery sync` fetches them"
            )
        }
        return written
    }

    /// The files that go with a letter's message, and how many cannot.
    private func files(
        of id: LetterID, _ letter: Letter
    ) async throws -> ([(blob: BlobID, attachment: Attachment)], missing: Int) {
        guard letter.attachments.contains(where: MailWriter.carries) else { return ([], 0) }
        var files: [(blob: BlobID, attachment: Attachment)] = []
        var byteCount = 0
        let entries = try await archive.attachments(of: [id]).filter { MailWriter.carries($0.attachment) }
        for entry in entries where entry.isHere && byteCount + entry.bytesHere <= MailWriter.fileBytes {
            byteCount += entry.bytesHere
            files.append((entry.blob, entry.attachment))
        }
        return (files, entries.count - files.count)
    }

    // MARK: Originals

    private mutating func writeOriginals(_ id: LetterID) async throws -> [String] {
        let entries = try await archive.attachments(of: [id]).filter { $0.attachment.role == .original }
        guard !entries.isEmpty else { throw Failure("noOriginal", "it was not imported from a file") }
        var paths: [String] = []
        for entry in entries {
            guard entry.isHere else {
                throw Failure(
                    "missingBlob",
                    "the bytes of its original are not on this machine yet; `chancery sync` fetches them")
            }
            if originals[entry.blob] == nil {
                let name = SafeFileName.make(from: entry.attachment.name ?? "", fallback: entry.blob.hex)
                originals[entry.blob] = try await writer.write(entry.blob, of: archive, as: name)
            }
            paths += originals[entry.blob] ?? []
        }
        return paths
    }
}
