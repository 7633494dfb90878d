import Hashing
import LetterModel

/// Plain text as people, press offices and editors write letters: one file, one letter.
///
/// It finds front matter, dates, greeting, closing, signature and the rest in many languages; what it cannot decide
/// stays in the body. The letter refers to the file's bytes as its attachment of role `original`.
public struct PlainTextImporter: LetterImporter {
    /// The word for `--format`.
    public let format = "text"
    /// The bytes are the letter's attachment.
    public let keepsSource = true
    /// The version of the rules, in `source.importerVersion`. It changes when the same bytes give another letter.
    public static let version = 1
    /// The longest source: the largest letter in an encoding of two bytes a character.
    public static let sourceBytes = 2 * Limits.contentBytes

    /// The importer.
    public init() {}

    /// Everything is taken for text that nobody else recognises.
    public func recognises(start: [UInt8], fileName: String) -> Bool {
        true
    }

    /// Begins to read one source.
    public func reader(fileName: String) -> any LetterReader {
        Reader(fileName: fileName)
    }

    private struct Reader: LetterReader {
        let fileName: String
        private var buffer = SourceBuffer(limit: PlainTextImporter.sourceBytes)

        init(fileName: String) {
            self.fileName = fileName
        }

        mutating func read(_ bytes: [UInt8]) -> [ImportItem] {
            buffer.append(bytes)
            return []
        }

        mutating func finish() -> [ImportItem] {
            do throws(ImportRefusal) {
                guard !buffer.isTooLong else {
                    throw ImportRefusal(
                        .tooLong, "a file has at most \(buffer.limit) bytes; attach it to a letter instead")
                }
                return [.letter(try PlainTextImporter.letter(buffer.bytes, fileName: fileName))]
            } catch {
                return [.refusal(error)]
            }
        }
    }

    private static func letter(_ bytes: [UInt8], fileName: String) throws(ImportRefusal) -> ImportedLetter {
        if let foreign = ForeignFormat.name(of: bytes) {
            throw ImportRefusal(.unsupported, foreign)
        }
        guard let decoded = DecodedText(bytes) else { throw ImportRefusal(.binary) }
        let parser = try PlainTextParser(decoded.text)
        let identity = SourceIdentity(bytes)
        var letter = parser.letter

        var source = Source()
        source.sha256 = identity.digest.hex
        source.harvestedOn = parser.harvestedOn
        source.importer = "text"
        source.importerVersion = version
        source.charset = decoded.charset
        letter.source = source

        var original = Attachment()
        original.blob = BlobID(identity.digest)
        original.name = fileName.utf8.isEmpty ? nil : fileName
        // From the bytes alone: a type that went by the name would differ between two machines.
        original.mediaType = "text/plain"
        original.size = identity.byteCount
        original.role = .original
        letter.attachments = [original]
        do {
            try letter.validate()
        } catch {
            throw ImportRefusal(error.code == .limit ? .tooLong : .invalid, error.description)
        }
        return ImportedLetter(id: identity.letterID, letter: letter, warnings: decoded.warnings + parser.warnings)
    }
}

/// Formats that are text, and no letter in plain text: imported as one they would have to be imported again later.
enum ForeignFormat {
    /// What to call the format of a source; nil for plain text.
    static func name(of bytes: [UInt8]) -> String? {
        let start = bytes.prefix(1_024).drop { $0 <= 0x20 || [0xEF, 0xBB, 0xBF].contains($0) }
        let head = String(decoding: Array(start), as: UTF8.self).lowercased()
        if ["<?xml", "<!doctype", "<html", "<tei"].contains(where: head.hasPrefix) { return "this is XML or HTML" }
        if head.hasPrefix("from "), head.contains("\nfrom: ") || head.contains("\nreceived: ") {
            return "this is a mailbox; `--format mbox` reads it"
        }
        let fields = ["message-id: ", "mime-version: ", "received: ", "return-path: ", "delivered-to: "]
        let isMail = fields.contains { head.hasPrefix($0) || head.contains("\n" + $0) }
        if isMail, head.prefix(while: { $0 != " " && $0 != "\n" && $0 != "\r\n" }).hasSuffix(":") {
            return "this is an e-mail; `--format eml` reads it"
        }
        return nil
    }
}
