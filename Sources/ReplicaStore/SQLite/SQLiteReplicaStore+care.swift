public import LetterModel
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
            let migrator = ReplicaSchema.migrator
            let found = try migrator.version(of: reader)
            guard found == migrator.migrations.count else {
                throw StoreError.olderSchema(found: found, known: migrator.migrations.count)
            }
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

    /// A look that takes no longer for a large archive.
    public func verifyQuickly() throws(StoreError) -> VerificationReport {
        var verification = Verification(connections: connections, folder: folder)
        return try verification.runQuickly()
    }

    /// Where the last sample ended.
    private static let sampleKey = "verify.sampledThrough"

    /// Re-hashes the next stretch of the log with its letters and blobs.
    public func verifySample(count: Int) throws(StoreError) -> VerificationSample {
        let begin = try setting(Self.sampleKey).flatMap { DecimalDigits.value(of: $0.utf8) } ?? 0
        var verification = Verification(connections: connections, folder: folder)
        let sample = try verification.runSample(after: begin, count: max(1, count))
        try setSetting(Self.sampleKey, to: String(sample.entries.upperBound - 1))
        return sample
    }

    /// Copies the database to `archive.sqlite.before-repair-N`, N being the first number that is free.
    public func keepCopy() throws(StoreError) -> String? {
        let (temporary, descriptor) = try folder.temporaryFile(folder.databasePath + ".copy-")
        try ReplicaFolder.closeFile(descriptor)
        do {
            let source = try Connection(path: folder.databasePath, access: .read, policy: .reader)
            try source.backUp(to: temporary)
            try ReplicaFolder.syncFile(temporary)
        } catch {
            ReplicaFolder.remove(temporary)
            throw StoreError(error)
        }
        for number in 1...10_000 {
            let path = "\(folder.databasePath).before-repair-\(number)"
            if try !ReplicaFolder.isTaken(path), try ReplicaFolder.publish(temporary, as: path) { return path }
        }
        throw .inputOutput("ten thousand copies of earlier repairs lie beside the database")
    }

    /// Keeps the bytes of damaged log entries in quarantine.
    public func quarantineDamaged(_ ids: [RevisionID]) throws(StoreError) {
        try connections.write { connection in
            let truth = TruthTables(connection)
            for id in ids {
                guard let sequence = try truth.sequence(of: id), let row = try truth.stored(sequence),
                    row.intact() == nil
                else { continue }
                try QuarantineTable(connection).add(
                    QuarantinedBytes(
                        headerBytes: row.header, contentBytes: row.content?.frame, code: "damaged",
                        text:
                            "log entry \(sequence), revision \(id), is damaged on this disk, and no remote could give it",
                        remote: nil))
            }
        }
    }

    /// Puts right the columns of the log that follow from its headers, in one transaction. What no header says stays as it is.
    public func mendLog() throws(StoreError) {
        try connections.write { connection in
            var mending = try LogMending(connection)
            try mending.run()
        }
    }

    /// Makes all projections anew from the truth, in one transaction. The search index is emptied and fills again
    /// behind.
    public func reindex() throws(StoreError) {
        try connections.write { try Reindexing($0, folder: folder, listsAtOnce: listsAtOnce).run() }
    }
}
