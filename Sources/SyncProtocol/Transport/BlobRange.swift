import LetterModel

/// A part of a blob, as `Content-Range` names it: `bytes FIRST-LAST/SIZE`, or `bytes */SIZE` for no byte of it.
///
/// Source: https://www.rfc-editor.org/rfc/rfc9110#section-14.4
public struct BlobRange: Hashable, Sendable {
    /// The bytes; nil for none.
    public let bytes: Range<Int>?
    /// How many bytes the whole blob has.
    public let size: Int

    /// A part; `precondition`: it is not empty, and lies within the blob.
    public init(_ bytes: Range<Int>?, of size: Int) {
        precondition(bytes.map { !$0.isEmpty && $0.lowerBound >= 0 && $0.upperBound <= size } ?? (size >= 0))
        self.bytes = bytes
        self.size = size
    }

    /// A part from the value of a field; nil if it is none.
    public init?(contentRange text: String) {
        guard let text = BlobRange.afterUnit(text, separator: " ") else { return nil }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let size = BlobRange.number(parts[1]) else { return nil }
        if parts[0] == "*" {
            self.init(nil, of: size)
            return
        }
        let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = BlobRange.number(ends[0]), let last = BlobRange.number(ends[1]),
            first <= last, last < size
        else { return nil }
        self.init(first..<last + 1, of: size)
    }

    /// The value of the field.
    public var contentRange: String {
        guard let bytes else { return "bytes */\(size)" }
        return "bytes \(bytes.lowerBound)-\(bytes.upperBound - 1)/\(size)"
    }

    /// What a request asks for by `Range: bytes=FIRST-` or `bytes=FIRST-LAST`, the end not yet cut to the size; nil for anything else,
    /// such as several parts or the last bytes: the whole is given then, which every client has to expect.
    ///
    /// Source: https://www.rfc-editor.org/rfc/rfc9110#section-14.2
    public static func asked(by range: String?) -> Range<Int>? {
        guard let range, let text = afterUnit(range, separator: "=") else { return nil }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = number(ends[0]) else { return nil }
        if ends[1].isEmpty { return first..<Int.max }
        guard let last = number(ends[1]), first <= last else { return nil }
        return first..<last + 1
    }

    /// The value of `Range` that asks for everything from an offset on.
    public static func asking(from offset: Int) -> String { "bytes=\(offset)-" }

    private static func afterUnit(_ text: String, separator: Character) -> Substring? {
        let parts = text.split(separator: separator, maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.elementsEqual("bytes".utf8) else { return nil }
        return parts[1]
    }

    /// A number of up to 15 digits: nothing overflows, and no blob is that large.
    private static func number(_ text: Substring) -> Int? { DecimalDigits.value(of: text.utf8) }
}
