public import LetterModel

/// The bytes of a blob, piece by piece, so that a large one need not be in memory.
///
/// The hash was compared when this was made, and is compared again with the last piece: bytes that changed meanwhile never come out
/// whole. Not `Sendable`: one thread at a time.
public protocol BlobPieces: AnyObject {
    /// How many bytes come in all.
    var byteCount: Int { get }

    /// The next piece, never an empty one; nil at the end. Throws `damaged` if the bytes no longer fit the name.
    func next() throws(StoreError) -> [UInt8]?
}

extension ReplicaStore {
    /// The bytes of a blob as one piece: for stores that have them in memory anyway.
    public func blobPieces(_ id: BlobID) throws(StoreError) -> (any BlobPieces)? {
        try blob(id).map(WholeBlob.init)
    }
}

private final class WholeBlob: BlobPieces {
    let byteCount: Int
    private var bytes: [UInt8]?

    init(_ bytes: [UInt8]) {
        byteCount = bytes.count
        self.bytes = bytes
    }

    func next() throws(StoreError) -> [UInt8]? {
        defer { bytes = nil }
        return bytes.flatMap { $0.isEmpty ? nil : $0 }
    }
}
