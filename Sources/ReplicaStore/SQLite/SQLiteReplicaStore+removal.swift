import Hashing
public import LetterModel
import SQLiteBinding

extension SQLiteReplicaStore {
    // MARK: Taking blobs away

    /// Blobs that are here and that no revision here refers to.
    public func unreferencedBlobs(before time: Timestamp) throws(StoreError) -> [BlobID] {
        let files = BlobFiles(folder)
        var candidates: [BlobID] = []
        for id in try files.all() where try files.isUntouched(id, since: time) { candidates.append(id) }
        guard !candidates.isEmpty else { return [] }
        let asked = candidates
        return try connections.read { connection in
            // What waits, is held back or is in quarantine may refer to any of them.
            let beside = try connection.integer(
                """
                SELECT (SELECT count(*) FROM waiting WHERE content IS NOT NULL)
                    + (SELECT count(*) FROM held WHERE content IS NOT NULL)
                    + (SELECT count(*) FROM quarantine WHERE content IS NOT NULL)
                """)
            guard beside == 0 else { return [] }
            return try asked.filter { id in
                try connection.integer("SELECT number FROM blob WHERE id = ?", [.bytes(id.digest.bytes)]) == nil
            }
        }
    }

    /// Takes the bytes of a blob away.
    public func removeBlob(_ id: BlobID, ifUntouchedSince time: Timestamp) throws(StoreError) -> Bool {
        guard try BlobFiles(folder).remove(id, ifUntouchedSince: time) else { return false }
        try connections.write { try BlobTables($0, folder: folder).set(id, isHere: BlobFiles(folder).contains(id)) }
        return true
    }

    /// Takes away what came of blobs that nobody goes on with.
    public func removePartialBlobs(untouchedSince time: Timestamp) throws(StoreError) -> Int {
        try PartialBlobFile.removeAll(in: folder, untouchedSince: time)
    }
}
