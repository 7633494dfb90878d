public import Compression
public import LetterModel

/// Why bytes are no message of this protocol.
public enum MessageError: Error, Equatable, Sendable {
    /// The compression is damaged, or would need too much.
    case compression(Zstandard.Failure)
    /// The message ends inside a line, a revision or a page.
    case truncated
    /// A line is longer than `ProtocolLimits.lineBytes`.
    case lineTooLong(line: Int)
    /// The message becomes larger than the receiver allows.
    case tooLarge(limitBytes: Int)
    /// The message grows so much when it is decompressed that the receiver stops here.
    case tooDense
    /// A line is not what has to stand there.
    case line(number: Int, expected: String)
    /// A member of the envelope is missing or has the wrong shape.
    case envelope(member: String)
    /// A blob in a bundle is not whole.
    case blob(BlobID, fault: String)
    /// A frame was compressed against a revision that is not whole here.
    case baseMissing
    /// The envelope's version is not one that this program knows.
    case version(Int)
}

extension MessageError: CustomStringConvertible {
    /// What is wrong, in a sentence.
    public var description: String {
        switch self {
        case .compression(.corrupt): "the compressed bytes are damaged"
        case .compression(.tooLarge(let limit)): "it becomes more than \(limit) bytes"
        case .compression(.windowTooLarge): "it needs a window of more than 8 MiB to decompress"
        case .compression(.truncated), .truncated: "it ends too early"
        case .lineTooLong(let line): "line \(line) is longer than \(ProtocolLimits.lineBytes) bytes"
        case .tooLarge(let limit): "it is larger than \(limit) bytes"
        case .tooDense: "it grows more than \(ProtocolLimits.responseRatio) times when it is decompressed"
        case .line(let number, let expected): "line \(number) is not \(expected)"
        case .envelope(let member): "member `\(member)` of the first line is missing or malformed"
        case .blob(let id, let fault): "attachment \(id.hex): \(fault)"
        case .baseMissing: "it is compressed against a revision that is not here; send it whole"
        case .version(let version): "it has version \(version); this program speaks \(ProtocolLimits.version)"
        }
    }
}
