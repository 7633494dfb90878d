public import LetterModel

/// The bytes of a blob, piece by piece, so that a large one need not be in memory.
///
/// The hash was compared when this was made, and what comes out is compared with what was hashed then: bytes that changed meanwhile never
/// come out whole. Not `Sendable`: one thread at a time.
public protocol BlobPieces: AnyObject {
    /// How many bytes come in all.
    var byteCount: Int { get }

    /// The next piece, never an empty one; nil at the end. Throws `damaged` if the bytes no longer fit the name.
    func next() throws(StoreError) -> [UInt8]?
}

/// Takes the bytes of a new blob piece by piece, so that a large one need not be in memory.
///
/// Nothing of it is to be seen before `finish`; released without that, nothing stays. Not `Sendable`: one thread at a time.
public protocol BlobWriter: AnyObject {
    /// Adds bytes.
    func write(_ bytes: [UInt8]) throws(StoreError)

    /// Ends the blob and gives its name; durable when it returns. Call it once, and nothing after it.
    func finish() throws(StoreError) -> BlobID
}

/// What became of a piece of a blob that comes in pieces.
public enum BlobPieceOutcome: Hashable, Sendable {
    /// It is kept: so many bytes are here now, and more are to come.
    case kept(byteCount: Int)
    /// It was the last one, and all of them have the hash that names the blob: it is here.
    case completed
    /// It does not follow what is here, which is so many bytes; it was not taken.
    case misplaced(byteCount: Int)
    /// It was the last one, and all of them have another hash: they were thrown away.
    case wrongHash
}

extension ReplicaStore {
    /// The bytes of a blob, all of them.
    public func blobPieces(_ id: BlobID) throws(StoreError) -> (any BlobPieces)? {
        try blobPieces(id, in: 0..<Int.max)
    }

    /// Stores a blob whose bytes come piece by piece, such as those of another replica.
    public func storeBlob(_ pieces: any BlobPieces) throws(StoreError) -> BlobID {
        let writer = try blobWriter()
        while let piece = try pieces.next() { try writer.write(piece) }
        return try writer.finish()
    }
}
