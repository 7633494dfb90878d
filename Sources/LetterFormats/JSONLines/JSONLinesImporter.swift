import Glibc
import Hashing
import LetterModel

/// JSON Lines: `{"id", "letter": {content}}` or `{"id", "deleted": true}`, one a line.
///
/// The `letter` object is the content: nothing is added to it. Without an id, it is derived from the bytes of the line.
public struct JSONLinesImporter: LetterImporter {
    /// The word for `--format`.
    public let format = "jsonl"
    /// A line is complete in itself.
    public let keepsSource = false

    /// The importer.
    public init() {}

    /// Whether the first line that is not empty begins like an object with a member.
    public func recognises(start: [UInt8], fileName: String) -> Bool {
        // What calls itself JSON Lines and is damaged is refused line by line, and not taken for somebody's prose.
        if fileName.lowercased().hasSuffix(".jsonl") { return true }
        let visible = start.dropFirst(JSONLinesReader.markCount(of: start)).filter { !JSONLinesReader.isSpace($0) }
        return visible.starts(with: Array("{\"".utf8))
    }

    /// Begins to read one source.
    public func reader(fileName: String) -> any LetterReader {
        JSONLinesReader()
    }
}

/// Reads JSON Lines in pieces. Keeps at most one line, and at most `lineBytes` of it.
public struct JSONLinesReader: LetterReader {
    /// The longest line: the largest letter, with room for white space and escapes.
    public static let lineBytes = 4 * Limits.contentBytes

    private var pending: [UInt8] = []
    private var isSkipping = false
    private var lineNumber = 1

    /// A reader at the start of a source.
    public init() {}

    /// Takes the next bytes, and returns what the complete lines hold.
    public mutating func read(_ bytes: [UInt8]) -> [ImportItem] {
        var items: [ImportItem] = []
        var start = 0
        while let newline = JSONLinesReader.newline(in: bytes, from: start) {
            keep(bytes[start..<newline])
            start = newline + 1
            if let item = takeLine() { items.append(item) }
        }
        keep(bytes[start...])
        return items
    }

    /// Returns what the last line holds, if it has no newline.
    public mutating func finish() -> [ImportItem] {
        takeLine().map { [$0] } ?? []
    }

    private static func newline(in bytes: [UInt8], from start: Int) -> Int? {
        bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress, start < buffer.count else { return nil }
            return memchr(base + start, Int32(UInt8(ascii: "\n")), buffer.count - start).map {
                UnsafeRawPointer($0) - base
            }
        }
    }

    private mutating func keep(_ bytes: ArraySlice<UInt8>) {
        guard !isSkipping else { return }
        if pending.count + bytes.count > JSONLinesReader.lineBytes {
            isSkipping = true
            pending = []
        } else {
            pending.append(contentsOf: bytes)
        }
    }

    /// What the pending line holds; nil for an empty one.
    private mutating func takeLine() -> ImportItem? {
        defer {
            pending.removeAll(keepingCapacity: pending.capacity <= ImporterRegistry.detectionBytes)
            isSkipping = false
            lineNumber += 1
        }
        if isSkipping {
            return .refusal(
                ImportRefusal(.tooLong, "a line has at most \(JSONLinesReader.lineBytes) bytes", line: lineNumber))
        }
        if lineNumber == 1 { pending.removeFirst(JSONLinesReader.markCount(of: pending)) }
        if pending.last == UInt8(ascii: "\r") { pending.removeLast() }
        guard !pending.allSatisfy(JSONLinesReader.isSpace) else { return nil }
        do {
            return try JSONLinesReader.item(pending, line: lineNumber)
        } catch {
            return .refusal(error)
        }
    }

    private static func item(_ bytes: [UInt8], line: Int) throws(ImportRefusal) -> ImportItem {
        func refusal(_ reason: ImportRefusal.Reason, _ context: String) -> ImportRefusal {
            ImportRefusal(reason, context, line: line)
        }
        let value: JSONValue
        do {
            value = try JSONScanner.parse(bytes)
        } catch {
            throw refusal(.syntax, error.description)
        }
        guard let object = value.members else { throw refusal(.syntax, "a line is an object") }
        let known = ["deleted", "id", "letter"].map(ByteKey.init)
        if let unknown = object.keys.first(where: { !known.contains(ByteKey($0)) }) {
            let name = unknown.utf8.count <= 40 ? JSONValue.string(unknown).canonicalText : "with a long name"
            throw refusal(.syntax, "a line has the members id, letter and deleted, not \(name)")
        }
        var id: LetterID?
        if let member = object["id"] {
            id = member.text.flatMap(LetterID.init)
            guard id != nil else { throw refusal(.syntax, "id must be a lower-case UUID") }
        }
        if let member = object["deleted"] {
            guard let isDeleted = member.bool else { throw refusal(.syntax, "deleted must be true or false") }
            if isDeleted {
                guard let id else { throw refusal(.syntax, "a deletion must name the id of its letter") }
                guard object["letter"] == nil else { throw refusal(.syntax, "a letter is either there or deleted") }
                return .deletion(id, line: line)
            }
        }
        guard let members = object["letter"]?.members else {
            throw refusal(.syntax, "a line must have a letter, which is an object")
        }
        let letter = Letter(members: members)
        do {
            try letter.validate()
        } catch {
            throw refusal(error.code == .limit ? .tooLong : .invalid, error.description)
        }
        let derived = id ?? LetterID.derived(kind: "line", key: Array(SHA256.digest(of: bytes).hex.utf8))
        return .letter(ImportedLetter(id: derived, letter: letter, line: line))
    }

    /// The number of bytes of a byte order mark.
    static func markCount(of bytes: [UInt8]) -> Int {
        bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }
}
