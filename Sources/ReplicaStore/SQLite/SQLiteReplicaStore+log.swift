import Canaries
public import Compression
public import Hashing
public import LetterModel
import Parallelism
import SQLiteBinding
import Synchronization

extension SQLiteReplicaStore {
    // MARK: The log

    /// The end of the log with the count and the fingerprint of what it holds, all of one moment.
    public func logState() throws(StoreError) -> LogState {
        try connections.read { connection in
            try StateRow.read(connection).logState(epoch: try IdentityTable(connection).epoch())
        }
    }

    /// The chain hash at a sequence: `Digest.zero` at 0, nil past the end.
    public func chain(at sequence: Int) throws(StoreError) -> Digest? {
        try connections.read { connection in try LogChain(connection).hash(at: sequence) }
    }

    /// The identity, the end of the log and the chain hash at a sequence, all of one moment.
    public func standing(at sequence: Int) throws(StoreError) -> LogStanding {
        try connections.read { connection in
            let (identity, epoch) = try IdentityTable(connection).identityAndEpoch()
            let state = try StateRow.read(connection)
            let chain = try sequence == state.sequence ? state.chain : LogChain(connection).hash(at: sequence)
            return LogStanding(identity: identity, state: state.logState(epoch: epoch), chain: chain)
        }
    }

    /// Revisions in log order, re-hashed; a row that does not fit its name comes as `.damaged`.
    public func logEntries(
        after sequence: Int, through end: Int, maximumBytes: Int
    ) throws(StoreError) -> [LogEntry] {
        let rows = try connections.read { connection in
            try Self.logPage(connection, after: sequence, through: end, maximumBytes: maximumBytes)
        }
        return try entries(rows, ids: rows.map(\.id))
    }

    /// The same on their way to another replica, with the chain hash at the last one.
    public func outgoingPage(
        after sequence: Int, through end: Int, maximumBytes: Int, packedBy dictionary: Digest?
    ) throws(StoreError) -> OutgoingPage {
        let (rows, chain) = try connections.read { connection in
            let rows = try Self.logPage(connection, after: sequence, through: end, maximumBytes: maximumBytes)
            return (rows, try rows.last.flatMap { try LogChain(connection).hash(at: $0.sequence) })
        }
        let entries = try checked(rows, ids: rows.map(\.id)) { $0.outgoing(packedBy: dictionary) }
            .map { OutgoingEntry(sequence: $0.sequence, id: $0.id, revision: $0.value) }
        return OutgoingPage(entries, chain: chain)
    }

    private static func logPage(
        _ connection: Connection, after sequence: Int, through end: Int, maximumBytes: Int
    ) throws -> [TruthTables.StoredRevision] {
        try page(
            connection,
            "\(TruthTables.selection) WHERE revision.sequence > ? AND revision.sequence <= ? "
                + "ORDER BY revision.sequence", [.integer(sequence), .integer(end)], maximumBytes: maximumBytes
        ).rows
    }

    /// Rows of the log, re-hashed; those that are damaged by these ids.
    func entries(
        _ rows: [TruthTables.StoredRevision], ids: [RevisionID?]
    ) throws(StoreError) -> [LogEntry] {
        try checked(rows, ids: ids) { $0.intact() }.map { entry in
            entry.value.map { .intact(LoggedRevision(sequence: entry.sequence, revision: $0)) }
                ?? .damaged(sequence: entry.sequence, id: entry.id)
        }
    }

    /// Rows of the log with what a check makes of them, outside the transaction that read them: it is the longer part. Nil stands for damage,
    /// which is noted.
    private func checked<Value: Sendable>(
        _ rows: [TruthTables.StoredRevision], ids: [RevisionID?],
        _ check: @Sendable (TruthTables.StoredRevision) -> Value?
    ) throws(StoreError) -> [(sequence: Int, id: RevisionID, value: Value?)] {
        var entries: [(sequence: Int, id: RevisionID, value: Value?)] = []
        for ((row, value), id) in zip(zip(rows, rows.concurrentMap(check)), ids) {
            // The id is part of the page's chain; a row that has lost even that cannot be passed on or over.
            guard let id else { throw .damaged(object: "revision \(row.sequence)") }
            entries.append((row.sequence, id, value))
        }
        damage.note(
            damaged: entries.lazy.filter { $0.value == nil }.map(\.id),
            whole: entries.lazy.filter { $0.value != nil }.map(\.id))
        return entries
    }

    /// Rows until their bytes fill a page, as far as they say how many they are; and whether more follow.
    static func page(
        _ connection: Connection, _ sql: String, _ values: [SQLiteValue], maximumBytes: Int
    ) throws -> (rows: [TruthTables.StoredRevision], hasMore: Bool) {
        let truth = TruthTables(connection)
        var rows: [TruthTables.StoredRevision] = []
        var byteCount = 0
        var hasMore = false
        try connection.forEach(sql, values) { row in
            let stored = try truth.stored(row)
            byteCount += stored.byteCount
            guard rows.isEmpty || byteCount <= maximumBytes else {
                hasMore = true
                return false
            }
            rows.append(stored)
            return true
        }
        return (rows, hasMore)
    }

    // MARK: Dictionaries

    /// What new contents are compressed with; nil for nothing.
    public func dictionary() throws(StoreError) -> CompressionDictionary? {
        if let known = newestDictionary.withLock({ $0 }) { return known }
        let found = try connections.read { try DictionaryTable($0).newest() }
        newestDictionary.withLock { $0 = .some(found) }
        return found
    }

    /// The dictionary of this hash; nil if it is not here.
    public func dictionary(named digest: Digest) throws(StoreError) -> CompressionDictionary? {
        if let known = connections.dictionaries.known(digest) { return known }
        return try connections.read { try DictionaryTable($0).dictionary(named: digest) }
    }

    // MARK: Ingestion

    /// Takes revisions into the log, in the order given, contiguously, in one transaction, parents before children.
    public func ingest(_ ingestion: Ingestion) throws(StoreError) -> IngestionReport {
        #if CANARIES
            if Canary.cursorBeforePage.isOn, let advance = ingestion.advance {
                try connections.write { try RemoteTable($0).advance(advance) }
                var page = ingestion
                page.advance = nil
                return try ingest(page)
            }
        #endif
        var ingestion = ingestion
        ingestion.batch.beginAll(try dictionary())
        let report: IngestionReport = try connections.write { connection in
            let identityTable = IdentityTable(connection)
            let (identity, epoch) = try identityTable.identityAndEpoch()
            guard identity.isArchiveOpen || identity.archive == ingestion.archive else {
                throw StoreError.archiveMismatch(expected: identity.archive, found: ingestion.archive)
            }
            let remotes = RemoteTable(connection)
            if let remote = ingestion.remote { _ = try remotes.progress(remote) }
            if let advance = ingestion.advance { try remotes.advance(advance) }
            var run = try IngestionRun(connection, ingestion, folder: folder, listsAtOnce: listsAtOnce)
            let outcomes = try run.run()
            let report = run.report(outcomes, epoch: epoch)
            if identity.isArchiveOpen, ingestion.settlesArchive(outcomes) {
                try identityTable.settle(ingestion.archive)
            }
            return report
        }
        // One of them may have brought a dictionary.
        if ingestion.batch.hasDictionaries { newestDictionary.withLock { $0 = nil } }
        damage.forget(zip(ingestion.batch.ids, report.outcomes).lazy.filter { $1 == .duplicate }.map(\.0))
        return report
    }

    /// Revisions that were found damaged since this value was made and are not healed yet, ascending; a hundred at most.
    public func noticedDamage() -> [RevisionID] { damage.ids }

    /// Keeps bytes beside the log that are no revision this replica can take, with the reason. Idempotent.
    public func quarantine(_ bytes: QuarantinedBytes) throws(StoreError) {
        try connections.write { try QuarantineTable($0).add(bytes) }
    }
}

extension Ingestion {
    /// Whether an ingestion with these outcomes makes the archive's id final: something was taken, or an exchange was
    /// completed. Revisions that were all refused decide nothing.
    package func settlesArchive(_ outcomes: [IngestionOutcome]) -> Bool {
        advance != nil
            || outcomes.contains {
                switch $0 {
                case .accepted, .waiting, .held, .duplicate: true
                case .missingParents, .rejected: false
                }
            }
    }
}

extension Revision {
    /// The bytes of header and content, as pages count them.
    package var byteCount: Int { headerBytes.count + (contentBytes?.count ?? 0) }
}
