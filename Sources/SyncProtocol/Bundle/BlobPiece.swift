import Hashing
public import LetterModel

/// A piece of a blob in a bundle: `{"blob":"<sha256>","data":"<base64>","offset":0,"size":1983}`.
///
/// The pieces of one blob follow each other in order, without a gap; an empty blob is one empty piece.
public struct BlobPiece: Hashable, Sendable {
    /// The blob.
    public let blob: BlobID
    /// Where in the blob the piece begins, in bytes.
    public let offset: Int
    /// The size of the whole blob, in bytes.
    public let size: Int
    /// The bytes.
    public let bytes: [UInt8]

    /// The most bytes of one piece: a line of 64 KiB, which every text tool takes. A multiple of three, so that the pieces of a blob can be decoded
    /// in one go.
    public static let limitBytes = 48 * 1024

    static let lineStart = "{\"blob\":"
    static let name = "a piece of a blob"

    /// A piece of its parts.
    public init(blob: BlobID, offset: Int, size: Int, bytes: [UInt8]) {
        self.blob = blob
        self.offset = offset
        self.size = size
        self.bytes = bytes
    }

    /// The pieces of a whole blob.
    public static func pieces(of blob: BlobID, _ bytes: [UInt8]) -> [BlobPiece] {
        let starts = bytes.isEmpty ? [0] : Array(stride(from: 0, to: bytes.count, by: limitBytes))
        return starts.map { start in
            let end = min(start + limitBytes, bytes.count)
            return BlobPiece(blob: blob, offset: start, size: bytes.count, bytes: Array(bytes[start..<end]))
        }
    }

    init?(_ members: JSONObject) {
        guard let blob = members["blob"]?.text.flatMap(BlobID.init(hex:)), let offset = members["offset"]?.integer,
            let size = members["size"]?.integer,
            let bytes = members["data"]?.text.flatMap(Base64.decode),
            offset >= 0, size >= 0, bytes.count <= BlobPiece.limitBytes, offset <= size - bytes.count,
            !bytes.isEmpty || size == 0
        else { return nil }
        self.init(blob: blob, offset: offset, size: size, bytes: bytes)
    }

    var members: JSONObject {
        [
            "blob": .string(blob.hex), "data": .string(Base64.encode(bytes)), "offset": .integer(offset),
            "size": .integer(size),
        ]
    }
}

/// Checks the pieces of blobs as they come: that they follow each other, and that those of a blob have the hash that names it. Holds none of
/// them.
public struct BlobPieceCheck: ~Copyable {
    private var open: (blob: BlobID, size: Int, byteCount: Int)?
    private var hash: SHA256?

    /// A check of nothing yet.
    public init() {}

    /// Whether no blob is open.
    public var isEmpty: Bool { open == nil }

    /// Takes the next piece, and says whether it completes its blob.
    ///
    /// - Throws: `MessageError` if the piece does not follow the one before, the blob is too large, or its bytes do not have the hash that
    ///   names them.
    public mutating func take(_ piece: BlobPiece) throws(MessageError) -> Bool {
        var blob = open ?? (piece.blob, piece.size, 0)
        guard blob.blob == piece.blob, blob.size == piece.size, blob.byteCount == piece.offset else {
            throw .blob(piece.blob, fault: "its pieces do not follow each other")
        }
        guard piece.size <= Limits.blobBytes else {
            throw .blob(piece.blob, fault: "it is larger than \(Limits.blobBytes) bytes")
        }
        if open == nil { hash = SHA256() }
        hash?.update(piece.bytes)
        blob.byteCount += piece.bytes.count
        guard blob.byteCount == blob.size else {
            open = blob
            return false
        }
        open = nil
        guard hash.take()?.finish() == piece.blob.digest else {
            throw .blob(piece.blob, fault: "its bytes do not have that SHA-256")
        }
        return true
    }
}
