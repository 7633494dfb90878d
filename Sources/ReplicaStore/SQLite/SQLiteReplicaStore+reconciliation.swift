import Hashing
public import LetterModel
import SQLiteBinding

extension SQLiteReplicaStore {
    // MARK: Reconciliation

    /// Count and fingerprint of the log's ids in each of these ranges.
    public func summaries(of ranges: [IDRange]) throws(StoreError) -> [RangeSummary] {
        try connections.read { connection in
            var summaries = [RangeSummary](repeating: RangeSummary(), count: ranges.count)
            try Self.walk(connection, ranges) { index, id in summaries[index].add(id) }
            return summaries
        }
    }

    /// The log's ids in each of these ranges, ascending.
    public func revisionIDs(in ranges: [IDRange]) throws(StoreError) -> [[RevisionID]] {
        try connections.read { connection in
            var ids = [[RevisionID]](repeating: [], count: ranges.count)
            try Self.walk(connection, ranges) { index, id in ids[index].append(id) }
            return ids.map { $0.sorted() }
        }
    }

    /// Gives each id in the ranges with the index of its range, in any order.
    ///
    /// The index holds the beginnings of ids, and each id has to be looked up: where the ranges are a large part of all ids, one pass over the
    /// log is quicker.
    private static func walk(
        _ connection: Connection, _ ranges: [IDRange], _ take: (_ index: Int, _ id: RevisionID) -> Void
    ) throws {
        precondition(IDRange.areAscending(ranges), "ranges ascend and do not overlap")
        let ends = ranges.map { (lowest: $0.lowest, highest: $0.highest) }
        let share = ends.reduce(0) { $0 + Double($1.highest.firstWord - $1.lowest.firstWord) } / Double(UInt64.max)
        guard share < largeShare else {
            return try connection.forEach("SELECT id FROM revision") { row in
                let id = try Self.id(row)
                let next = ends.partitioningIndex { $0.lowest > id }
                if next > 0, id <= ends[next - 1].highest { take(next - 1, RevisionID(id)) }
                return true
            }
        }
        for (index, range) in ends.enumerated() {
            try connection.forEach(
                IDIndex.revisionsInRange, [.bytes(range.lowest.bytes), .bytes(range.highest.bytes)]
            ) { row in
                take(index, RevisionID(try Self.id(row)))
                return true
            }
        }
    }

    private static let largeShare = 0.125

    private static func id(_ row: Row) throws -> Digest {
        guard let id = Digest(bytes: row.bytes(0)) else { throw StoreError.damaged(object: "archive.sqlite") }
        return id
    }

    /// Those of these revisions that are in the log, in log order.
    public func logEntries(of ids: [RevisionID], maximumBytes: Int) throws(StoreError) -> [LogEntry] {
        let rows: [(stored: TruthTables.StoredRevision, id: RevisionID)] = try connections.read { connection in
            let truth = TruthTables(connection)
            var idBySequence: [Int: RevisionID] = [:]
            for id in ids {
                if let sequence = try truth.sequence(of: id) { idBySequence[sequence] = id }
            }
            var rows: [(stored: TruthTables.StoredRevision, id: RevisionID)] = []
            var byteCount = 0
            for (sequence, id) in idBySequence.sorted(by: { $0.key < $1.key }) {
                guard let stored = try truth.stored(sequence) else { continue }
                byteCount += stored.byteCount
                guard rows.isEmpty || byteCount <= maximumBytes else { break }
                rows.append((stored, id))
            }
            return rows
        }
        return try entries(rows.map(\.stored), ids: rows.map(\.id))
    }

    /// Those of these revisions that are neither in the log nor kept beside it.
    public func unknown(among ids: [RevisionID]) throws(StoreError) -> [RevisionID] {
        try connections.read { connection in
            let truth = TruthTables(connection)
            let beside = BesideTable(connection)
            return try ids.filter { try truth.sequence(of: $0) == nil && !beside.isKept($0) }
        }
    }

    /// What this replica and a remote have in common, as far as this side can tell.
    public func sharedSet(with remote: String) throws(StoreError) -> SharedSet {
        try connections.read { connection in
            let progress = try RemoteTable(connection).progress(remote)
            return SharedSet(
                log: try StateRow.read(connection).logState(epoch: try IdentityTable(connection).epoch()),
                lacking: try progress.lacking().sorted(), beside: try BesideTable(connection).ids(of: progress.number))
        }
    }

    /// Records that a remote lacks revisions that it was thought to have.
    public func recordLost(by remote: String, _ revisions: [RevisionID]) throws(StoreError) {
        try connections.write { connection in
            let progress = try RemoteTable(connection).progress(remote)
            let truth = TruthTables(connection)
            let beside = BesideTable(connection)
            var sequences: [Int] = []
            for id in revisions {
                if let sequence = try truth.sequence(of: id) {
                    sequences.append(sequence)
                } else {
                    try beside.remove(id, at: progress.number)
                }
            }
            try progress.lose(sequences.sorted())
        }
    }

    /// Keeps what was seen of a remote.
    public func recordEvidence(_ evidence: RemoteEvidence) throws(StoreError) {
        try connections.write { try EvidenceTable($0).add(evidence) }
    }

    /// What was seen of all remotes, in the order in which it was recorded.
    public func evidence() throws(StoreError) -> [RemoteEvidence] {
        try connections.read { try EvidenceTable($0).all() }
    }

    // MARK: Deletions that nobody confirmed

    /// The deletions that came from others and that no person here has confirmed.
    public func unconfirmedDeletions() throws(StoreError) -> UnconfirmedDeletions {
        try connections.read { connection in
            let (held, revisions) = try HeldTable(connection).letters()
            // CROSS JOIN keeps the order of the tables: else SQLite reads all letters by id for the sake of ORDER BY, in every sync.
            // Source: https://www.sqlite.org/optoverview.html#manual_control_of_query_plans_using_cross_join
            let letIn = try connection.rows(
                "SELECT id FROM pulled_deletion CROSS JOIN letter ON letter.number = pulled_deletion.letter ORDER BY id"
            ) { row throws in LetterID(bytes: row.bytes(0)) }
            return UnconfirmedDeletions(held: held, heldRevisions: revisions, letIn: letIn.compactMap { $0 })
        }
    }

    /// Takes what is held back into the log.
    public func releaseHeldDeletions() throws(StoreError) -> IngestionReport {
        try connections.write { connection in
            let identity = IdentityTable(connection)
            let ingestion = Ingestion(archive: try identity.identity().archive, revisions: [])
            var run = try IngestionRun(connection, ingestion, folder: folder, listsAtOnce: listsAtOnce)
            try run.releaseHeld()
            return run.report([], epoch: try identity.epoch())
        }
    }

    /// Forgets the letters whose deletions were let in.
    public func confirmDeletions() throws(StoreError) {
        try connections.write { try $0.run("DELETE FROM pulled_deletion") }
    }
}

extension Digest {
    /// The number one.
    fileprivate static let one = Digest(bytes: [UInt8](repeating: 0, count: 31) + [1]) ?? .zero
}

extension Array {
    /// The index of the first element of which a condition holds that holds of all after it; `count` if of none.
    fileprivate func partitioningIndex(where holds: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
