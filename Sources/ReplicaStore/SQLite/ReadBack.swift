import Canaries
import Hashing
import LetterModel
import Parallelism
import SQLiteBinding

/// Reads what a transaction appended to the log and hashes it again, before anybody is told that it is here.
struct ReadBack {
    /// What a row of the log was made of.
    struct Written: Sendable {
        /// The hash of the content that the header names; nil for a tombstone.
        let content: Digest?
        /// What is kept beside the content, if its frame was decompressed when it came: what is read back of it need not be once more, if it is the
        /// same. Nil otherwise.
        let seenFixity: Int?

        init(_ revision: PreparedRevision) {
            content = revision.header.content
            seenFixity = revision.wasSeen ? revision.fixity : nil
        }
    }

    private let truth: TruthTables
    private let end: StateRow
    private let written: [Written]
    private let begin: StateRow
    /// The state as it follows from the rows that were checked.
    private var state: StateRow

    /// - Parameters:
    ///   - begin: The state before the first row that was appended.
    ///   - end: The state after the last one.
    ///   - written: What they were made of, in the order of the log.
    init(_ truth: TruthTables, after begin: StateRow, through end: StateRow, written: [Written]) {
        self.truth = truth
        self.begin = begin
        self.end = end
        self.written = written
        state = begin
    }

    /// Throws `damaged` where anything is not what was written.
    mutating func run() throws {
        #if CANARIES
            if Canary.readBackSkipped.isOn { return }
        #endif
        var rows: [Row] = []
        var hashed: (rows: [Row], hashes: BegunWork<[Row.Hashes], Never>)?
        // While some are hashed, the next ones are read. Few stay here.
        func hashRows() throws {
            let place = rows.count == Self.rowsHashedTogether ? WorkPlace.cores : .here
            let next = BegunWork<[Row.Hashes], Never>(place) { [rows] in rows.concurrentMap { $0.hashes() } }
            if let hashed { try check(hashed.rows, hashed.hashes.wait()) }
            hashed = (rows, next)
            rows = []
        }
        try truth.connection.forEach(
            """
            SELECT \(TruthTables.columns), revision.chain
            FROM revision LEFT JOIN content ON content.number = revision.content
            WHERE revision.sequence > ? ORDER BY revision.sequence
            """, [.integer(begin.sequence)]
        ) { row in
            let stored = try truth.stored(row)
            let index = stored.sequence - begin.sequence - 1
            guard written.indices.contains(index) else { throw StoreError.damaged(object: "archive.sqlite") }
            rows.append(Row(row, stored, written[index]))
            if rows.count == Self.rowsHashedTogether { try hashRows() }
            return true
        }
        try hashRows()
        if let hashed { try check(hashed.rows, hashed.hashes.wait()) }
        guard state.sequence == end.sequence, state.chain == end.chain, state.fingerprint == end.fingerprint
        else { throw StoreError.damaged(object: "archive.sqlite") }
    }

    private static let rowsHashedTogether = 512

    private mutating func check(_ rows: [Row], _ hashes: [Row.Hashes]) throws {
        for (row, hashes) in zip(rows, hashes) {
            guard let id = row.stored.id, id.digest == hashes.header, row.stored.sequence == state.sequence + 1
            else {
                throw StoreError.damaged(object: "revision \(row.stored.sequence)")
            }
            state.append(id)
            let chain = LogChain.stands(at: state.sequence) ? state.chain.bytes : nil
            guard row.chain == chain, hashes.hasRightContent else {
                throw StoreError.damaged(object: id.hex)
            }
        }
    }

    /// A row of the log as the database gives it back.
    private struct Row: Sendable {
        let stored: TruthTables.StoredRevision
        /// Nil where it does not stand.
        let chain: [UInt8]?
        let written: Written

        init(_ row: SQLiteBinding.Row, _ stored: TruthTables.StoredRevision, _ written: Written) {
            self.stored = stored
            self.written = written
            chain = row.optionalBytes(6)
        }

        typealias Hashes = (header: Digest, hasRightContent: Bool)

        /// What its bytes hash to.
        func hashes() -> Hashes { (SHA256.digest(of: stored.header), hasRightContent()) }

        private func hasRightContent() -> Bool {
            guard let hash = written.content, let content = stored.content else {
                return written.content == nil && stored.content == nil
            }
            // What was stored before this transaction may be older than its fixity.
            let fits = content.fits(stored.fixity, hash)
            return fits
                && (stored.fixity != nil && stored.fixity == written.seenFixity || content.hash == hash)
        }
    }
}
