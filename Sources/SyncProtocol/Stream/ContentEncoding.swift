import Compression

/// How the bytes of a body are encoded: header `Content-Encoding`.
public enum ContentEncoding: Hashable, Sendable {
    /// As they are.
    case identity
    /// A concatenation of Zstandard frames (RFC 8878).
    case zstandard

    /// The encoding that a header names; nil for one that is not spoken here. No header means `identity`.
    public init?(headerValue: String?) {
        switch headerValue?.lowercased() {
        case nil, "", "identity": self = .identity
        case "zstd": self = .zstandard
        default: return nil
        }
    }

    /// Whether the header `Accept-Encoding` names zstd, and not to refuse it with `q=0`.
    ///
    /// Source: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3
    public static func acceptsZstandard(_ acceptEncoding: String?) -> Bool {
        guard let acceptEncoding else { return false }
        return acceptEncoding.lowercased().split(separator: ",").contains { choice in
            let parts = choice.split(separator: ";").map { part in part.filter { $0 != " " && $0 != "\t" } }
            let isRefused = parts.dropFirst().contains { ["q=0", "q=0.0", "q=0.00", "q=0.000"].contains($0) }
            return parts.first == "zstd" && !isRefused
        }
    }

    /// What the header says; nil if there is to be none.
    public var headerValue: String? {
        switch self {
        case .identity: nil
        case .zstandard: "zstd"
        }
    }
}

/// A body with its encoding.
public struct EncodedBody: Hashable, Sendable {
    /// The bytes that travel.
    public let bytes: [UInt8]
    /// How they are encoded.
    public let encoding: ContentEncoding

    /// The body of these bytes: compressed unless they are too few for that.
    ///
    /// - Parameter bases: What the receiver holds already of that which they say.
    public init(compressing plain: [UInt8], against bases: Bases = Bases()) {
        let isSmall = plain.count < ProtocolLimits.compressionThresholdBytes
        bytes = isSmall ? plain : bases.compress(plain)
        encoding = isSmall ? .identity : .zstandard
    }

    /// Zstandard frames that are made already.
    init(frames: [UInt8]) {
        bytes = frames
        encoding = .zstandard
    }

    /// These bytes as they are.
    public init(plain: [UInt8]) {
        bytes = plain
        encoding = .identity
    }
}
