import Hashing
public import LetterModel
public import ReplicaStore

// Blobs of a replica in memory.

extension InMemoryReplicaStore {
    /// Stores the bytes of an attachment.
    public func storeBlob(_ bytes: [UInt8]) throws(StoreError) -> BlobID {
        let id = BlobID(SHA256.digest(of: bytes))
        try change { $0.blobs[id] = bytes }
        return id
    }

    /// The bytes of a blob.
    public func blob(_ id: BlobID) throws(StoreError) -> [UInt8]? { try change { $0.blobs[id] } }

    /// A part of a blob, in one piece.
    public func blobPieces(_ id: BlobID, in range: Range<Int>) throws(StoreError) -> (any BlobPieces)? {
        try blob(id).map { OnePiece(Array($0[range.clamped(to: 0..<$0.count)])) }
    }

    /// Collects the bytes of a blob.
    public func blobWriter() throws(StoreError) -> any BlobWriter { Collector(self) }

    /// Whether the bytes of a blob are here.
    public func hasBlob(_ id: BlobID) throws(StoreError) -> Bool { try change { $0.blobs[id] != nil } }

    /// How many bytes a blob has that is here.
    public func blobByteCount(_ id: BlobID) throws(StoreError) -> Int? { try change { $0.blobs[id]?.count } }

    /// Takes the next piece of a blob.
    public func takeBlobPiece(
        _ bytes: [UInt8], of id: BlobID, at offset: Int, byteCount: Int
    ) throws(StoreError) -> BlobPieceOutcome {
        try change { state in
            var here = state.partialBlobs[id] ?? []
            if here.count > byteCount { here = [] }
            state.partialBlobs[id] = here.isEmpty ? nil : here
            guard here.count == offset else { return .misplaced(byteCount: here.count) }
            here += bytes
            guard here.count == byteCount else {
                state.partialBlobs[id] = here
                return .kept(byteCount: here.count)
            }
            state.partialBlobs[id] = nil
            guard SHA256.digest(of: here) == id.digest else { return .wrongHash }
            state.blobs[id] = here
            return .completed
        }
    }

    /// How many bytes have come of a blob that is not complete.
    public func partialBlobByteCount(_ id: BlobID) throws(StoreError) -> Int {
        try change { $0.partialBlobs[id]?.count ?? 0 }
    }

    /// The blobs that revisions in this range of the log refer to.
    public func blobReferences(after sequence: Int, through end: Int) throws(StoreError) -> [BlobReference] {
        try change { $0.references(after: sequence, through: end) }
    }

    /// The reference to a blob from any revision in the log.
    public func blobReference(_ id: BlobID) throws(StoreError) -> BlobReference? {
        try change { state in
            state.references(after: 0, through: state.log.count).first { $0.blob == id }
        }
    }

    /// Every blob with every letter that refers to it.
    public func allBlobReferences() throws(StoreError) -> [BlobReference] {
        try change { state in
            var result: [BlobReference] = []
            for revision in state.log {
                for attachment in revision.letter?.attachments ?? [] {
                    guard let blob = attachment.blob,
                        !result.contains(where: { $0.blob == blob && $0.letter == revision.header.letter })
                    else { continue }
                    result.append(
                        BlobReference(blob: blob, letter: revision.header.letter, byteCount: attachment.size))
                }
            }
            return result
        }
    }

    /// Blobs that revisions refer to and whose bytes are not here.
    public func missingBlobs(limit: Int) throws(StoreError) -> [BlobReference] {
        try change { Array($0.missingBlobs.prefix(max(0, limit))) }
    }

    /// Blobs that no revision in the log refers to: nothing here knows times.
    public func unreferencedBlobs(before time: Timestamp) throws(StoreError) -> [BlobID] {
        try change { state in
            let referred = Set(state.references(after: 0, through: state.log.count).map(\.blob))
            return state.blobs.keys.filter { !referred.contains($0) }.sorted()
        }
    }

    /// Takes the bytes of a blob away.
    public func removeBlob(_ id: BlobID, ifUntouchedSince time: Timestamp) throws(StoreError) -> Bool {
        try change { $0.blobs.removeValue(forKey: id) != nil }
    }

    /// Takes away what came of blobs that come in pieces.
    public func removePartialBlobs(untouchedSince time: Timestamp) throws(StoreError) -> Int {
        try change { state in
            defer { state.partialBlobs = [:] }
            return state.partialBlobs.count
        }
    }
}

private final class OnePiece: BlobPieces {
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

private final class Collector: BlobWriter {
    private let store: InMemoryReplicaStore
    private var bytes: [UInt8] = []

    init(_ store: InMemoryReplicaStore) { self.store = store }

    func write(_ bytes: [UInt8]) throws(StoreError) { self.bytes += bytes }

    func finish() throws(StoreError) -> BlobID { try store.storeBlob(bytes) }
}
