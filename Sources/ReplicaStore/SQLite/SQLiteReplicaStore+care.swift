import LetterModel
import SQLiteBinding

extension SQLiteReplicaStore {
    // MARK: Care

    /// Re-hashes everything and compares every projection with what the truth gives.
    public func verify(progress: (_ done: Int, _ total: Int) -> Void) throws(StoreError) -> VerificationReport {
        var verification = Verification(connections: connections, folder: folder)
        return try verification.run(progress: progress)
    }

    /// Makes all projections anew from the truth, in one transaction. The search index is emptied and fills again
    /// behind.
    public func reindex() throws(StoreError) {
        try connections.write { try Reindexing($0, folder: folder).run() }
    }
}
