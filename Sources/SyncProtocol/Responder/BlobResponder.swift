public import LetterModel
public import ReplicaStore

/// The answering side for blobs, as plain code over a store. Blobs are known here only through a letter that refers to them.
///
/// Calls throw `Problem` for what the sender did wrong, and `StoreError` for what failed here.
public struct BlobResponder {
    private let store: any ReplicaStore
    private let limitBytes: Int

    /// The type of a blob's bytes.
    public static let contentType = "application/octet-stream"
    /// The type of a question and its answer.
    public static let questionContentType = "application/json"

    /// A responder over a replica.
    ///
    /// - Parameters:
    ///   - store: The replica.
    ///   - limitBytes: The largest blob that is taken.
    public init(store: any ReplicaStore, limitBytes: Int = Limits.blobBytes) {
        self.store = store
        self.limitBytes = limitBytes
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

    // MARK: Giving

    /// A blob, or a part of one, that is given out.
    public struct Given {
        /// Its bytes; those of the whole blob were hashed before.
        public let pieces: any BlobPieces
        /// Which part it is; nil for the whole blob.
        public let range: BlobRange?

        /// The HTTP status: 206 for a part.
        public var status: Int { range == nil ? 200 : 206 }
    }

    /// `GET` and `HEAD blobs/{sha256}`: the blob's bytes, re-hashed.
    ///
    /// - Parameters:
    ///   - id: The blob.
    ///   - range: The field `Range` of the request. One that is not understood asks for the whole blob.
    ///   - offersUpload: Whether the caller may upload: then the answer that the blob is not here says how much of it is.
    public func give(_ id: BlobID, range: String? = nil, offersUpload: Bool = false) throws -> Given {
        let isKnown = try store.blobReference(id) != nil
        guard isKnown, let size = try store.blobByteCount(id) else {
            throw try absent(id, offersUpload: offersUpload && isKnown)
        }
        guard let asked = BlobRange.asked(by: range) else {
            guard let pieces = try store.blobPieces(id) else { throw try absent(id, offersUpload: false) }
            return Given(pieces: pieces, range: nil)
        }
        guard asked.lowerBound < size else {
            throw Problem(
                status: 416, code: .blobRange, title: "No byte of the blob lies in the range asked for",
                headers: [HeaderField("Content-Range", BlobRange(nil, of: size).contentRange)])
        }
        let part = asked.clamped(to: 0..<size)
        guard let pieces = try store.blobPieces(id, in: part) else { throw try absent(id, offersUpload: false) }
        return Given(pieces: pieces, range: BlobRange(part, of: size))
    }

    private func absent(_ id: BlobID, offersUpload: Bool) throws -> Problem {
        let offset = offersUpload ? try store.partialBlobByteCount(id) : nil
        return Problem(
            status: 404, code: .notFound, title: "There is no such blob here",
            headers: offset.map { [HeaderField(BlobPath.offsetField, String($0))] } ?? [])
    }

    // MARK: Taking

    /// What became of bytes that were sent.
    public enum Taken: Hashable, Sendable {
        /// The blob is here, and was not before (201).
        case stored(byteCount: Int)
        /// The blob was here (204).
        case known
        /// It was a piece, and more are to come: so many bytes are here (202).
        case kept(byteCount: Int)

        /// The HTTP status.
        public var status: Int {
            switch self {
            case .stored: 201
            case .known: 204
            case .kept: 202
            }
        }

        /// The fields of the response.
        public var headers: [HeaderField] {
            guard case .kept(let byteCount) = self else { return [] }
            return [HeaderField(BlobPath.offsetField, String(byteCount))]
        }
    }

    /// `PUT blobs/{sha256}`: keeps the bytes of a blob that a letter here refers to, or a piece of them. Doing it twice changes nothing.
    ///
    /// - Parameters:
    ///   - bytes: The body.
    ///   - id: The blob.
    ///   - contentRange: The field `Content-Range` of the request; nil where the body is the whole blob.
    public func take(_ bytes: [UInt8], as id: BlobID, contentRange: String? = nil) throws -> Taken {
        guard bytes.count <= ProtocolLimits.blobInOnePieceBytes else {
            throw Problem(
                status: 413, code: .tooLarge, title: "The request is too large",
                detail: "at most \(ProtocolLimits.blobInOnePieceBytes) bytes are taken at once; send the blob in pieces"
            )
        }
        guard let contentRange else { return try takeWhole(bytes, as: id) }
        guard let range = BlobRange(contentRange: contentRange), (range.bytes?.count ?? 0) == bytes.count else {
            throw Problem(
                status: 400, code: .malformed, title: "The request is no message of this protocol",
                detail: "Content-Range names no part of a blob that has the length of the body")
        }
        try checkSize(range.size)
        try checkReference(id)
        guard try !store.hasBlob(id) else { return .known }
        // Without bytes it asks to complete what is here.
        let offset = range.bytes?.lowerBound ?? range.size
        switch try store.takeBlobPiece(bytes, of: id, at: offset, byteCount: range.size) {
        case .kept(let byteCount): return .kept(byteCount: byteCount)
        case .completed: return .stored(byteCount: range.size)
        case .wrongHash: throw BlobResponder.wrongHash
        case .misplaced(let byteCount):
            throw Problem(
                status: 409, code: .blobOffset, title: "The piece of the blob does not follow what is here",
                detail: "\(byteCount) bytes of it are here", members: ["offset": .integer(byteCount)],
                headers: [HeaderField(BlobPath.offsetField, String(byteCount))])
        }
    }

    private func takeWhole(_ bytes: [UInt8], as id: BlobID) throws -> Taken {
        try checkSize(bytes.count)
        guard BlobID(ofContent: bytes) == id else { throw BlobResponder.wrongHash }
        try checkReference(id)
        let isNew = try !store.hasBlob(id)
        _ = try store.storeBlob(bytes)
        return isNew ? .stored(byteCount: bytes.count) : .known
    }

    private static let wrongHash = Problem(
        status: 422, code: .blobHash, title: "The bytes do not have the SHA-256 that the path names")

    private func checkSize(_ byteCount: Int) throws {
        guard byteCount <= limitBytes else {
            throw Problem(
                status: 413, code: .tooLarge, title: "The request is too large",
                detail: "attachments of at most \(limitBytes) bytes are taken here",
                members: ["limit": .integer(limitBytes)])
        }
    }

    private func checkReference(_ id: BlobID) throws {
        guard try store.blobReference(id) != nil else {
            throw Problem(status: 409, code: .blobUnreferenced, title: "No letter here refers to this blob")
        }
    }
}
