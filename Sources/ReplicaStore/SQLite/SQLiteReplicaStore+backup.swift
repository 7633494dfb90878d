import LetterModel
import SQLiteBinding

extension SQLiteReplicaStore {
    /// Copies a replica as it is at one moment into a new folder, while its server or other command lines go on.
    ///
    /// The database is copied first: a blob is stored before a revision can refer to it here, so every blob that the
    /// copy needs and the original has is there afterwards. Open and `verify` the copy before you rely on it. A copy
    /// that takes the original's place must `beginEpoch`, so that others see that the log went back.
    ///
    /// - Parameters:
    ///   - path: the replica's folder, of either mode; the copy has the same.
    ///   - targetPath: the copy's folder: `exists` if it holds a replica. `damaged` if a blob does not have the hash that
    ///     names it.
    public static func backUp(folder path: String, to targetPath: String) throws(StoreError) {
        let source = ReplicaFolder(path: path)
        let target = ReplicaFolder(path: targetPath)
        let journal: ConnectionPolicy.Journal
        switch try source.databaseFile() {
        case .missing: throw .notFound(path: path)
        case .foreign: throw .notAReplica(path: path)
        case .rollbackJournal: journal = .truncate
        case .writeAheadLog: journal = .writeAheadLog
        }
        guard case .missing = try target.databaseFile() else { throw .exists(path: targetPath) }
        try target.make()
        let (temporary, descriptor) = try target.temporaryFile(target.databasePath + ".new-")
        try ReplicaFolder.closeFile(descriptor)
        do {
            try copyDatabase(source.databasePath, to: temporary, journal: journal)
            try ReplicaFolder.syncFile(temporary)
            try copyBlobs(source, to: target)
        } catch {
            ReplicaFolder.remove(temporary)
            throw StoreError(error)
        }
        guard try ReplicaFolder.publish(temporary, as: target.databasePath) else { throw .exists(path: targetPath) }
    }

    private static func copyDatabase(
        _ path: String, to copy: String, journal: ConnectionPolicy.Journal
    ) throws {
        let source = try Connection(path: path, access: .read, policy: .reader)
        do {
            _ = try ReplicaSchema.migrator.version(of: source)
        } catch Migrator.Refusal.newer(let found, let known) {
            throw StoreError.newerSchema(found: found, known: known)
        } catch Migrator.Refusal.foreign {
            throw StoreError.notAReplica(path: path)
        }
        try source.backUp(to: copy)
        // The file must say which journal it has, with nothing left beside it.
        let connection = try Connection(
            path: copy, access: .write, policy: ConnectionPolicy(busyTimeoutMilliseconds: 0, journal: journal))
        if journal == .writeAheadLog { try connection.checkpoint() }
    }

    private static func copyBlobs(_ source: ReplicaFolder, to target: ReplicaFolder) throws {
        let files = BlobFiles(source)
        for id in try files.all() {
            guard let pieces = try BlobFileReader(id, path: files.path(id), range: 0..<Int.max) else { continue }
            let writer = try BlobFileWriter(target) { _ in }
            while let piece = try pieces.next() { try writer.write(piece) }
            guard try writer.finish() == id else { throw StoreError.damaged(object: id.hex) }
        }
    }
}
