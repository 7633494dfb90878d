import Canaries

/// How two strings stand to each other.
package enum ByteOrder {
    case before, same, after
}

extension StringProtocol {
    /// Whether both have the same UTF-8 bytes. (`==` would call "é" and "e\u{301}" equal.)
    public func hasSameBytes(as other: some StringProtocol) -> Bool {
        utf8.elementsEqual(other.utf8)
    }

    /// Whether these UTF-8 bytes come before the other's.
    public func precedesByBytes(_ other: some StringProtocol) -> Bool {
        utf8.lexicographicallyPrecedes(other.utf8)
    }

    /// Feeds the UTF-8 bytes and their number.
    package func hashBytes(into hasher: inout Hasher) {
        var text = String(self)
        text.withUTF8 { bytes in
            hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
            hasher.combine(bytes.count)
        }
    }
}

extension String {
    /// Whether both have the same UTF-8 bytes. (Not generic: what other modules compare is nearly always this.)
    public func hasSameBytes(as other: String) -> Bool {
        utf8.count == other.utf8.count && hasSameBytes(asEquallyLong: other)
    }

    /// Eight bytes at a time: some of these texts are bodies of letters.
    private func hasSameBytes(asEquallyLong other: String) -> Bool {
        let (left, right) = (utf8.span, other.utf8.span)
        return left.withUnsafeBytes { left in
            right.withUnsafeBytes { right in
                var index = 0
                while index + 8 <= left.count {
                    let word = left.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                    guard word == right.loadUnaligned(fromByteOffset: index, as: UInt64.self) else { return false }
                    index += 8
                }
                while index < left.count {
                    guard left[index] == right[index] else { return false }
                    index += 1
                }
                return true
            }
        }
    }

    /// The order of object keys in RFC 8785: by UTF-16 code units.
    ///
    /// It is the order of the UTF-8 bytes but for one case: a scalar past U+FFFF (lead byte F0 and up) is written in
    /// UTF-16 with surrogates, which come before U+E000...U+FFFF (lead bytes EE and EF).
    package func canonicalOrder(to other: String) -> ByteOrder {
        let (left, right) = (utf8.span, other.utf8.span)
        let count = min(left.count, right.count)
        var index = 0
        while index < count, left[index] == right[index] { index += 1 }
        guard index < count else {
            return left.count == right.count ? .same : left.count < right.count ? .before : .after
        }
        let (a, b) = (left[index], right[index])
        let isSwapped = (a >= 0xEE && b >= 0xF0 && a < 0xF0) || (b >= 0xEE && a >= 0xF0 && b < 0xF0)
        return (a < b) != isSwapped ? .before : .after
    }
}

/// A string as a key of sets and dictionaries, compared and hashed by its bytes.
public struct ByteKey: Hashable, Comparable, Sendable {
    /// The string itself.
    public let text: String

    /// Wraps a string.
    public init(_ text: String) {
        self.text = text
    }

    /// Whether both have the same bytes.
    public static func == (left: ByteKey, right: ByteKey) -> Bool {
        #if CANARIES
            if Canary.keysComparedAsText.isOn { return left.text == right.text }
        #endif
        return left.text.hasSameBytes(as: right.text)
    }

    /// Whether the left bytes come first.
    public static func < (left: ByteKey, right: ByteKey) -> Bool {
        left.text.precedesByBytes(right.text)
    }

    /// Feeds the bytes.
    public func hash(into hasher: inout Hasher) {
        #if CANARIES
            if Canary.keysComparedAsText.isOn { return text.hash(into: &hasher) }
        #endif
        text.hashBytes(into: &hasher)
    }
}
