import Canaries
import Hashing
public import LetterModel
import SQLiteBinding

extension SQLiteReplicaStore {
    // MARK: Blobs

    /// Stores the bytes of an attachment under their SHA-256; durable when it returns.
    public func storeBlob(_ bytes: [UInt8]) throws(StoreError) -> BlobID {
        let id = try BlobFiles(folder).store(bytes)
        try connections.write { try BlobTables($0, folder: folder).set(id, isHere: true) }
        return id
    }

    /// The bytes of a blob, re-hashed; nil if it is not here, `damaged` if they no longer fit the name.
    public func blob(_ id: BlobID) throws(StoreError) -> [UInt8]? {
        guard let bytes = try BlobFiles(folder).read(id) else { return nil }
        #if CANARIES
            if Canary.outgoingBlobNotHashed.isOn { return bytes }
        #endif
        guard SHA256.digest(of: bytes) == id.digest else { throw .damaged(object: id.hex) }
        return bytes
    }

    /// The pieces of a part of a blob, which is re-hashed before the first; nil if it is not here, `damaged` if it no longer fits the name.
    public func blobPieces(_ id: BlobID, in range: Range<Int>) throws(StoreError) -> (any BlobPieces)? {
        try BlobFileReader(id, path: BlobFiles(folder).path(id), range: range)
    }

    /// Begins a blob whose bytes come piece by piece.
    public func blobWriter() throws(StoreError) -> any BlobWriter {
        try BlobFileWriter(folder) { [connections, folder] id throws(StoreError) in
            try connections.write { try BlobTables($0, folder: folder).set(id, isHere: true) }
        }
    }

    /// Takes the next piece of a blob that comes from elsewhere.
    public func takeBlobPiece(
        _ bytes: [UInt8], of id: BlobID, at offset: Int, byteCount: Int
    ) throws(StoreError) -> BlobPieceOutcome {
        let outcome = try PartialBlobFile(id, in: folder).take(bytes, at: offset, byteCount: byteCount)
        if outcome == .completed {
            try connections.write { try BlobTables($0, folder: folder).set(id, isHere: true) }
        }
        return outcome
    }

    /// How many bytes have come of a blob that is not complete.
    public func partialBlobByteCount(_ id: BlobID) throws(StoreError) -> Int {
        try PartialBlobFile(id, in: folder).byteCount()
    }

    /// How many bytes a blob has that is here.
    public func blobByteCount(_ id: BlobID) throws(StoreError) -> Int? {
        try BlobFiles(folder).byteCount(id)
    }

    /// Whether the bytes of a blob are here.
    public func hasBlob(_ id: BlobID) throws(StoreError) -> Bool {
        BlobFiles(folder).contains(id)
    }

    /// The blobs that revisions in this range of the log refer to, each once, in log order.
    public func blobReferences(after sequence: Int, through end: Int) throws(StoreError) -> [BlobReference] {
        let found = try connections.read { connection in
            try connection.rows(
                """
                SELECT blob.id, letter.id, blob_reference.byte_count FROM \(BlobTables.join)
                WHERE blob_reference.revision > ? AND blob_reference.revision <= ?
                ORDER BY blob_reference.revision, blob_reference.position
                """, [.integer(sequence), .integer(end)]
            ) { row throws in try BlobTables.reference(row) }
        }
        var seen: Set<BlobID> = []
        return found.filter { seen.insert($0.blob).inserted }
    }

    /// The reference to a blob from the first revision in the log that has one; nil if none refers to it.
    public func blobReference(_ id: BlobID) throws(StoreError) -> BlobReference? {
        try connections.read { connection in
            try connection.rows(
                """
                SELECT blob.id, letter.id, blob_reference.byte_count FROM \(BlobTables.join)
                WHERE blob.id = ? ORDER BY blob_reference.revision, blob_reference.position LIMIT 1
                """, [.bytes(id.digest.bytes)]
            ) { row throws in try BlobTables.reference(row) }.first
        }
    }

    /// Every blob with every letter that refers to it or did so, each pair once, in log order.
    public func allBlobReferences() throws(StoreError) -> [BlobReference] {
        struct Pair: Hashable {
            let blob: BlobID
            let letter: LetterID
        }
        let found = try connections.read { connection in
            try connection.rows(
                """
                SELECT blob.id, letter.id, blob_reference.byte_count FROM \(BlobTables.join)
                ORDER BY blob_reference.revision, blob_reference.position
                """
            ) { row throws in try BlobTables.reference(row) }
        }
        var seen: Set<Pair> = []
        return found.filter { seen.insert(Pair(blob: $0.blob, letter: $0.letter)).inserted }
    }

    /// Blobs that revisions refer to and whose bytes are not here, in the order of their first reference, at most
    /// `limit`.
    public func missingBlobs(limit: Int) throws(StoreError) -> [BlobReference] {
        try connections.read { connection in
            let missing = try connection.rows(
                "SELECT id FROM blob WHERE is_here = 0 ORDER BY number LIMIT ?", [.integer(limit)]
            ) { row throws in row.bytes(0) }
            return try missing.compactMap { id in
                try connection.rows(
                    """
                    SELECT blob.id, letter.id, blob_reference.byte_count FROM \(BlobTables.join)
                    WHERE blob.id = ? ORDER BY blob_reference.revision, blob_reference.position LIMIT 1
                    """, [.bytes(id)]
                ) { row throws in try BlobTables.reference(row) }.first
            }
        }
    }

    /// Notes blobs whose bytes are here though they are noted as missing: a process stopped, or a disk was full, between a blob's file
    /// and its row. Nobody sends such a blob again, since a server asked for it says that it has it; a laptop fetches it again.
    static func noteBlobsThatCame(_ connections: Connections, _ folder: ReplicaFolder) throws(StoreError) {
        try connections.write { connection in
            let missing = try connection.rows("SELECT id FROM blob WHERE is_here = 0 ORDER BY number") { row throws in
                row.bytes(0)
            }
            let came = missing.compactMap { Digest(bytes: $0).map(BlobID.init) }.filter(BlobFiles(folder).contains)
            for id in came { try BlobTables(connection, folder: folder).set(id, isHere: true) }
        }
    }
}
