import Hashing
import LetterModel

/// Reads letters that were exported in the text form: the same letter, with nothing added to it.
public struct ChanceryTextFormImporter: LetterImporter {
    /// The word for `--format`: the text form is what `export --format text` writes.
    public let format = "text"
    /// The letter is complete in itself.
    public let keepsSource = false

    /// The importer.
    public init() {}

    /// Whether the second line is `chancery: 1`.
    public func recognises(start: [UInt8], fileName: String) -> Bool {
        ChanceryTextForm.isRecognised(start)
    }

    /// Begins to read one source.
    public func reader(fileName: String) -> any LetterReader {
        Reader()
    }

    private struct Reader: LetterReader {
        /// A letter in this form is little longer than its content; four times leaves room for deep indentation.
        private var buffer = SourceBuffer(limit: 4 * Limits.contentBytes)

        mutating func read(_ bytes: [UInt8]) -> [ImportItem] {
            buffer.append(bytes)
            return []
        }

        mutating func finish() -> [ImportItem] {
            guard !buffer.isTooLong else {
                return [.refusal(ImportRefusal(.tooLong, "a file has at most \(buffer.limit) bytes"))]
            }
            let document: ChanceryTextForm.Document
            do {
                document = try ChanceryTextForm.parse(buffer.bytes)
            } catch {
                return [.refusal(ImportRefusal(.syntax, "expected \(error.expected)", line: error.line))]
            }
            do {
                try document.letter.validate()
            } catch {
                return [.refusal(ImportRefusal(.invalid, error.description))]
            }
            let id = document.id ?? SourceIdentity(buffer.bytes).letterID
            return [.letter(ImportedLetter(id: id, letter: document.letter))]
        }
    }
}
