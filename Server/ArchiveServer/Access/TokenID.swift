import SyncProtocol

/// Names one token: eight bytes, written as eleven characters of base64url. No secret; lists, logs and `token revoke` use it.
public struct TokenID: Hashable, Sendable, CustomStringConvertible {
    /// The number of bytes.
    static let byteCount = 8

    /// The eight bytes.
    let bytes: [UInt8]

    /// An id of its bytes; nil unless there are eight.
    init?(bytes: [UInt8]) {
        guard bytes.count == TokenID.byteCount else { return nil }
        self.bytes = bytes
    }

    /// An id from its spelling; nil for anything else.
    public init?(_ text: String) {
        guard let bytes = Base64URL.decode(text) else { return nil }
        self.init(bytes: bytes)
    }

    /// Eleven characters of base64url.
    public var description: String { Base64URL.encode(bytes) }
}
