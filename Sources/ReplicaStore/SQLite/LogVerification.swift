import Hashing
import LetterModel
import SQLiteBinding

/// Checks the rows of the log one by one: header, content, letter, parents, chain, and the blobs they refer to.
struct LogVerification: Sendable {
    /// What `state` said when the check began.
    private let end: StateRow
    /// The last row that was checked.
    private(set) var sequence = 0
    /// What the chain may be there: it follows from the ids, and one that is not the hash of its header may be either of both.
    private var chains = [Digest.zero]
    /// Where it stood last.
    private var lastChained = 0
    private var fingerprint = Digest.zero
    private var problems: [VerificationReport.Problem] = []

    init(end: StateRow) { self.end = end }

    /// A check that begins after an entry, whose chain is taken as it is.
    init(end: StateRow, after sequence: Int, chain: Digest) {
        self.end = end
        self.sequence = sequence
        chains = [chain]
        lastChained = sequence
    }

    mutating func takeProblems() -> [VerificationReport.Problem] {
        defer { problems = [] }
        return problems
    }

    private struct LogRow {
        let stored: TruthTables.StoredRevision
        /// Nil where it does not stand.
        let chain: [UInt8]?
        let letterID: [UInt8]
        let letter: Int
    }

    /// Checks the next rows, inside a transaction.
    mutating func checkPage(_ connection: Connection, count: Int) throws {
        let last = min(sequence + count, end.sequence)
        let truth = TruthTables(connection)
        let rows = try connection.rows(
            """
            SELECT \(TruthTables.columns), revision.chain, letter.id, revision.letter
            FROM revision LEFT JOIN content ON content.number = revision.content
            LEFT JOIN letter ON letter.number = revision.letter
            WHERE revision.sequence > ? AND revision.sequence <= ? ORDER BY revision.sequence
            """, [.integer(sequence), .integer(last)]
        ) { row throws in
            LogRow(
                stored: try truth.stored(row), chain: row.optionalBytes(6), letterID: row.bytes(7),
                letter: row.integer(8))
        }
        for row in rows {
            if row.stored.sequence != sequence + 1 {
                add("chain", "the log has no entry \(sequence + 1)", nil, nil)
            }
            sequence = row.stored.sequence
            try check(row, connection)
        }
        // Rows that are gone from the end must not make this go on for ever.
        if sequence < last {
            add("chain", "the log has no entries from \(sequence + 1) to \(last)", nil, nil)
            sequence = last
        }
    }

    private mutating func add(_ kind: String, _ text: String, _ id: Digest?, _ letter: LetterID?) {
        problems.append(VerificationReport.Problem(kind: kind, letter: letter, object: id?.hex, text: text))
    }

    private mutating func check(_ row: LogRow, _ connection: Connection) throws {
        let headerBytes = row.stored.header
        let headerDigest = SHA256.digest(of: headerBytes)
        let id = row.stored.id?.digest
        let letter = LetterID(bytes: row.letterID)
        if let id { fingerprint = fingerprint &+ id }
        checkChain(row, id: id, headerDigest: headerDigest, letter: letter)
        guard id == headerDigest, let header = TruthTables.header(headerBytes) else {
            return add(
                "revision", "the header of log entry \(sequence) does not have the hash that names it", id, letter)
        }
        if header.letter != letter {
            add(
                "revision", "log entry \(sequence) stands under another letter than its header names", id, header.letter
            )
        }
        checkContent(row, header: header)
        try checkParents(row, header: header, connection)
        try checkBlobs(row, header: header, connection)
    }

    /// Each stretch by itself, so that one flipped bit is not reported for every entry after it.
    private mutating func checkChain(_ row: LogRow, id: Digest?, headerDigest: Digest, letter: LetterID?) {
        let names = Set([id ?? headerDigest, headerDigest]).map(RevisionID.init)
        chains = chains.prefix(Self.mostChains).flatMap { chain in
            names.map { LogPosition.chain(chain, extendedBy: $0) }
        }
        guard row.chain != nil || LogChain.stands(at: sequence) else { return }
        let stated = row.chain.flatMap { Digest(bytes: $0) }
        if let stated, chains.contains(stated) {
            chains = [stated]
        } else {
            let place = lastChained + 1 < sequence ? "between log entries \(lastChained + 1) and" : "at log entry"
            add("chain", "the chain breaks \(place) \(sequence)", id, letter)
            // Either may be what is damaged.
            chains = [chains[0]] + (stated.map { [$0] } ?? [])
        }
        lastChained = sequence
    }

    /// Where more ids are damaged than this stands for, the chain cannot fit either.
    private static let mostChains = 64

    private mutating func checkContent(_ row: LogRow, header: RevisionHeader) {
        guard (header.content == nil) == (row.stored.content == nil) else {
            return add(
                "content", "log entry \(sequence) refers to another content than its header names",
                row.stored.id?.digest,
                header.letter)
        }
        guard let hash = header.content, let content = row.stored.content else { return }
        let text: String
        if content.hash != hash {
            text = "the content of log entry \(sequence) does not have the hash that names it"
        } else if row.stored.lacksDictionary {
            text = "the content of log entry \(sequence) names a dictionary that is not here"
        } else if !content.fits(row.stored.fixity, hash) {
            text = "the fixity of the content of log entry \(sequence) is not that of what is stored"
        } else {
            return
        }
        add("content", text, row.stored.id?.digest, header.letter)
    }

    private mutating func checkParents(_ row: LogRow, header: RevisionHeader, _ connection: Connection) throws {
        let rows = try connection.rows(
            """
            SELECT parent.parent, revision.id, revision.letter FROM parent
            LEFT JOIN revision ON revision.sequence = parent.parent WHERE parent.revision = ?
            """, [.integer(sequence)]
        ) { row throws in (sequence: row.integer(0), id: row.bytes(1), letter: row.integer(2)) }
        let named = Set(header.parents.map(\.digest.bytes))
        guard rows.count == named.count, Set(rows.map(\.id)) == named,
            rows.allSatisfy({ $0.sequence < sequence && $0.letter == row.letter })
        else {
            return add(
                "parent", "the parents of log entry \(sequence) are not those that its header names",
                row.stored.id?.digest, header.letter)
        }
    }

    private mutating func checkBlobs(_ row: LogRow, header: RevisionHeader, _ connection: Connection) throws {
        // Damaged contents were reported; what they referred to is not known.
        guard let revision = row.stored.intact() else { return }
        let stored = try connection.rows(
            """
            SELECT blob.id, blob_reference.byte_count, blob_reference.position FROM blob_reference
            LEFT JOIN blob ON blob.number = blob_reference.blob
            WHERE blob_reference.revision = ? ORDER BY blob_reference.position
            """, [.integer(sequence)]
        ) { row throws in
            [SQLiteValue.bytes(row.bytes(0)), .integer(row.optionalInteger(1)), .integer(row.integer(2))]
        }
        let expected = BlobTables.references(in: revision).enumerated().map { position, reference in
            [SQLiteValue.bytes(reference.blob.digest.bytes), .integer(reference.byteCount), .integer(position)]
        }
        guard stored != expected else { return }
        add(
            "blob", "the attachments of log entry \(sequence) are not those that are noted", row.stored.id?.digest,
            header.letter)
    }

    /// Compares the end of the log with what `state` said.
    mutating func finish() -> [VerificationReport.Problem] {
        if !chains.contains(end.chain) { add("chain", "the end of the log is not the one that is noted", nil, nil) }
        if fingerprint != end.fingerprint { add("fingerprint", "the fingerprint is not the sum of the ids", nil, nil) }
        return takeProblems()
    }
}
