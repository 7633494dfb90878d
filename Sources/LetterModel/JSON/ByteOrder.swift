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
        var count = 0
        for byte in utf8 {
            hasher.combine(byte)
            count += 1
        }
        hasher.combine(count)
    }
}

extension String {
    /// The order of object keys in RFC 8785: by UTF-16 code units.
    ///
    /// It is the order of the UTF-8 bytes but for one case: a scalar past U+FFFF (lead byte F0 and up) is written in
    /// UTF-16 with surrogates, which come before U+E000...U+FFFF (lead bytes EE and EF).
    package func canonicalOrder(to other: String) -> ByteOrder {
        var left = utf8.makeIterator()
        var right = other.utf8.makeIterator()
        while true {
            switch (left.next(), right.next()) {
            case (nil, nil): return .same
            case (nil, _): return .before
            case (_, nil): return .after
            case (let a?, let b?) where a != b:
                let isSwapped = (a >= 0xEE && b >= 0xF0 && a < 0xF0) || (b >= 0xEE && a >= 0xF0 && b < 0xF0)
                return (a < b) != isSwapped ? .before : .after
            default: continue
            }
        }
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
