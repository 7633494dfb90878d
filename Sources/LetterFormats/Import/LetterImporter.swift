/// A format that letters come in.
///
/// Importers are pure: bytes in, values out. The caller opens the files, keeps a source's bytes as a blob where
/// `keepsSource` says so, and writes the revisions.
public protocol LetterImporter: Sendable {
    /// The word for `--format`: `text`, `jsonl`.
    var format: String { get }

    /// Whether letters refer to the source as their attachment of role `original`: the caller must then keep its bytes
    /// as a blob, but for letters that bring their files along. Formats whose letters are complete in themselves (JSON Lines, the text form) do not.
    var keepsSource: Bool { get }

    /// Whether a letter that is there already takes on what the source says: so with formats that are complete in themselves. A source
    /// that is kept says the same for ever, and what people have written since counts.
    var replacesLetters: Bool { get }

    /// Whether a source that begins so is of this format.
    ///
    /// - Parameter start: the first bytes, at least `ImporterRegistry.detectionBytes` unless the source is shorter.
    func recognises(start: [UInt8], fileName: String) -> Bool

    /// Begins to read one source.
    ///
    /// - Parameter fileName: its name without folders, for the attachment; nothing else depends on it.
    func reader(fileName: String) -> any LetterReader
}

/// Reads one source in pieces of any size. Memory is bounded, whatever the source holds.
public protocol LetterReader {
    /// Takes the next bytes, and returns what is complete by now.
    mutating func read(_ bytes: [UInt8]) -> [ImportItem]

    /// Says that there are no more bytes, and returns what is left. Called once, last.
    mutating func finish() -> [ImportItem]
}

extension LetterImporter {
    /// The opposite of `keepsSource`.
    public var replacesLetters: Bool { !keepsSource }

    /// Reads a source that is in memory as a whole.
    public func items(in bytes: [UInt8], fileName: String) -> [ImportItem] {
        var reader = reader(fileName: fileName)
        let found = reader.read(bytes)
        return found + reader.finish()
    }
}

/// All importers, in the order in which they are asked.
public struct ImporterRegistry: Sendable {
    /// How many first bytes of a source are enough to tell its format.
    public static let detectionBytes = 64 * 1024

    /// The ends of names that are taken from a folder, in lower case; other files there are skipped, not refused. A format
    /// that cannot be read yet is refused, so that nobody believes it was taken.
    public static let folderExtensions = ["txt", "md", "eml", "mbox", "xml", "csv", "tsv", "jsonl"]

    /// The importers, the most particular first; the last one takes everything.
    public let importers: [any LetterImporter]

    /// A registry of these.
    public init(_ importers: [any LetterImporter]) {
        self.importers = importers
    }

    /// The importers of this version.
    public static let standard = standard(tables: CSVRules())

    /// The importers of this version, with rules for tables.
    public static func standard(tables rules: CSVRules) -> ImporterRegistry {
        ImporterRegistry([
            ChanceryTextFormImporter(), JSONLinesImporter(), TEIImporter(), CMIFImporter(), MailboxImporter(),
            MessageImporter(), CSVImporter(rules: rules), PlainTextImporter(),
        ])
    }

    /// The words for `--format`, each once.
    public var formats: [String] {
        var words: [String] = []
        for importer in importers where !words.contains(importer.format) { words.append(importer.format) }
        return words
    }

    /// The importer for a source that begins so.
    ///
    /// - Parameter format: the format that the user names; its importers are asked in turn, and if none recognises the
    ///   source, its last one is taken. Nil for a format that nobody here reads.
    public func importer(start: [UInt8], fileName: String, format: String? = nil) -> (any LetterImporter)? {
        let candidates = importers.filter { format == nil || $0.format == format }
        return candidates.first { $0.recognises(start: start, fileName: fileName) } ?? candidates.last
    }
}

/// Keeps a whole source up to a limit, for formats that cannot be read in pieces.
struct SourceBuffer {
    private(set) var bytes: [UInt8] = []
    private(set) var isTooLong = false
    let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes bytes until the limit is passed; then everything is let go.
    mutating func append(_ more: [UInt8]) {
        guard !isTooLong else { return }
        guard bytes.count + more.count <= limit else {
            isTooLong = true
            bytes = []
            return
        }
        bytes.append(contentsOf: more)
    }
}
