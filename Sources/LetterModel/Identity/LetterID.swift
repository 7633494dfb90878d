import Hashing

/// Names one letter for ever, on every replica. A lower-case UUID.
public struct LetterID: Hashable, Comparable, Sendable {
    package let uuid: UUIDBytes

    package init(uuid: UUIDBytes) {
        self.uuid = uuid
    }

    /// An id from its spelling; nil unless it is a lower-case UUID.
    public init?(_ text: String) {
        self.init(text: text.utf8.span)
    }

    /// An id from the bytes of its spelling; nil unless it is a lower-case UUID.
    package init?(text: Span<UInt8>) {
        guard let uuid = UUIDBytes(text: text) else { return nil }
        self.uuid = uuid
    }

    /// An id from its 16 bytes; nil for any other number of them.
    public init?(bytes: some Collection<UInt8>) {
        self.init(bytes: Array(bytes))
    }

    /// An id from its 16 bytes; nil for any other number of them. (Not generic: other modules call it for every row.)
    package init?(bytes: [UInt8]) {
        guard let uuid = UUIDBytes(bytes: bytes.span) else { return nil }
        self.uuid = uuid
    }

    /// A new id, made without asking anybody (UUIDv7).
    ///
    /// - Parameters:
    ///   - time: when it is made.
    ///   - random: at least ten random bytes.
    public static func make(time: Timestamp, random: [UInt8]) -> LetterID {
        LetterID(uuid: .version7(time: time, random: random))
    }

    /// The id of a letter that was imported: two machines that import the same thing make the same letter.
    ///
    /// - Parameters:
    ///   - kind: what the key is, such as `file`: keys of two kinds never meet.
    ///   - key: the source's bytes (its SHA-256 and the index in it), or its own stable identifier.
    public static func derived(kind: String, key: [UInt8]) -> LetterID {
        let named = Array("chancery-letter-1".utf8) + [0] + Array(kind.utf8) + [0] + key
        return LetterID(uuid: .version8(SHA256.digest(of: named)))
    }

    /// The 16 bytes.
    public var bytes: [UInt8] { uuid.bytes }

    /// The lower-case spelling.
    public var text: String { uuid.text }

    /// Whether the left bytes come first.
    public static func < (left: LetterID, right: LetterID) -> Bool { left.uuid < right.uuid }
}

extension LetterID: CustomStringConvertible {
    /// The lower-case spelling.
    public var description: String { text }
}
