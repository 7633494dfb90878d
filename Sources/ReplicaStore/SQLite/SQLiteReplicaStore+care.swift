import LetterModel
import SQLiteBinding

extension SQLiteReplicaStore {
    // MARK: Care

    /// Re-hashes everything and compares every projection with what the truth gives.
    public func verify(progress: (_ done: Int, _ total: Int) -> Void) throws(StoreError) -> VerificationReport {
        var verification = Verification(connections: connections, folder: folder)
        return try verification.run(progress: progress)
    }

    /// Verifies a server's replica through connections that only read, so that its server may go on beside it.
    ///
    /// The search index is left out.
    public static func verifyBesideServer(
        folder path: String, progress: (_ done: Int, _ total: Int) -> Void
    ) throws(StoreError) -> VerificationReport {
        let folder = ReplicaFolder(path: path)
        switch try folder.databaseFile() {
        case .missing: throw .notFound(path: path)
        case .foreign: throw .notAReplica(path: path)
        case .rollbackJournal: throw .wrongMode(path: path)
        case .writeAheadLog: break
        }
        let reader: Connection
        do {
            reader = try Connection(path: folder.databasePath, access: .read, policy: .reader)
            _ = try ReplicaSchema.migrator.version(of: reader)
        } catch Migrator.Refusal.newer(let found, let known) {
            throw .newerSchema(found: found, known: known)
        } catch Migrator.Refusal.foreign {
            throw .notAReplica(path: path)
        } catch {
            throw StoreError(error)
        }
        let connections = Connections(folder: folder, mode: .server, writer: reader, fileSystem: nil)
        var verification = Verification(connections: connections, folder: folder, comparesSearch: false)
        return try verification.run(progress: progress)
    }

    /// Makes all projections anew from the truth, in one transaction. The search index is emptied and fills again
    /// behind.
    public func reindex() throws(StoreError) {
        try connections.write { try Reindexing($0, folder: folder).run() }
    }
}
