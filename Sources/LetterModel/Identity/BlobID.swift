public import Hashing

/// Names the bytes of an attachment: their SHA-256.
public struct BlobID: Hashable, Comparable, Sendable {
    /// The 32 bytes of the name.
    public let digest: Digest

    /// The id with this digest.
    public init(_ digest: Digest) {
        self.digest = digest
    }

    /// An id from 64 lower-case hex digits; nil for anything else.
    public init?(hex: some StringProtocol) {
        guard let digest = Digest(hex: hex) else { return nil }
        self.digest = digest
    }

    /// 64 lower-case hex digits.
    public var hex: String { digest.hex }

    /// Whether the left bytes come first.
    public static func < (left: BlobID, right: BlobID) -> Bool { left.digest < right.digest }
}

extension BlobID: CustomStringConvertible {
    /// 64 lower-case hex digits.
    public var description: String { hex }
}
