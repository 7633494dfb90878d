/// Names one archive: revisions of two archives never mix. A lower-case UUID.
public struct ArchiveID: Hashable, Comparable, Sendable {
    package let uuid: UUIDBytes

    /// An id from its spelling; nil unless it is a lower-case UUID.
    public init?(_ text: String) {
        self.init(text: text.utf8.span)
    }

    /// An id from the bytes of its spelling; nil unless it is a lower-case UUID.
    package init?(text: Span<UInt8>) {
        guard let uuid = UUIDBytes(text: text) else { return nil }
        self.uuid = uuid
    }

    private init(uuid: UUIDBytes) {
        self.uuid = uuid
    }

    /// A new id (UUIDv7).
    ///
    /// - Parameters:
    ///   - time: when it is made.
    ///   - random: at least ten random bytes.
    public static func make(time: Timestamp, random: [UInt8]) -> ArchiveID {
        ArchiveID(uuid: .version7(time: time, random: random))
    }

    /// The lower-case spelling.
    public var text: String { uuid.text }

    /// Whether the left bytes come first.
    public static func < (left: ArchiveID, right: ArchiveID) -> Bool { left.uuid < right.uuid }
}

extension ArchiveID: CustomStringConvertible {
    /// The lower-case spelling.
    public var description: String { text }
}
