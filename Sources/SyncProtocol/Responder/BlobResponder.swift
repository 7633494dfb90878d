public import LetterModel
public import ReplicaStore

/// The answering side for blobs, as plain code over a store. Blobs are known here only through a letter that refers to them.
///
/// Calls throw `Problem` for what the sender did wrong, and `StoreError` for what failed here.
public struct BlobResponder {
    private let store: any ReplicaStore

    /// The type of a blob's bytes.
    public static let contentType = "application/octet-stream"
    /// The type of a question and its answer.
    public static let questionContentType = "application/json"

    /// A responder over a replica.
    public init(store: any ReplicaStore) {
        self.store = store
    }

    /// `POST blobs/missing`: the answer to a question, `application/json`.
    public func missing(_ question: [UInt8]) throws -> [UInt8] {
        let asked: BlobList
        do {
            asked = try BlobList(.question, parsing: question)
        } catch {
            throw Problem(error)
        }
        let missing = try asked.blobs.filter { blob in
            try store.blobReference(blob) != nil && !store.hasBlob(blob)
        }
        return BlobList(.answer, missing).bytes
    }

    /// `GET blobs/{sha256}`: the blob's bytes, re-hashed.
    public func blob(_ id: BlobID) throws -> [UInt8] {
        let pieces = try pieces(of: id)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(pieces.byteCount)
        while let piece = try pieces.next() { bytes += piece }
        return bytes
    }

    /// The same, piece by piece.
    public func pieces(of id: BlobID) throws -> any BlobPieces {
        guard try store.blobReference(id) != nil, let pieces = try store.blobPieces(id) else {
            throw Problem(status: 404, code: .notFound, title: "There is no such blob here")
        }
        return pieces
    }

    /// `PUT blobs/{sha256}`: keeps the bytes of a blob that a letter here refers to. Doing it twice changes nothing.
    public func store(_ bytes: [UInt8], as id: BlobID) throws {
        guard bytes.count <= ProtocolLimits.blobInOnePieceBytes else {
            throw Problem(status: 413, code: .tooLarge, title: "The request is too large")
        }
        guard BlobID(ofContent: bytes) == id else {
            throw Problem(status: 422, code: .blobHash, title: "The bytes do not have the SHA-256 that the path names")
        }
        guard try store.blobReference(id) != nil else {
            throw Problem(status: 409, code: .blobUnreferenced, title: "No letter here refers to this blob")
        }
        _ = try store.storeBlob(bytes)
    }
}
