import Canaries
import Hashing
import LetterModel
import SQLiteBinding

/// How far a remote has what our log holds, inside a transaction.
///
/// Every entry up to `pushedThrough` is in the remote's log or has a mark that says otherwise; no entry after it is,
/// unless it is marked `acknowledged`. So a first clone, and a push from the beginning, write no marks at all.
struct RemoteProgress {
    /// What is special about an entry of the log.
    enum Mark: Int {
        /// After `pushedThrough`: the remote has it.
        case acknowledged = 0
        /// The remote does not want it.
        case refused = 1
        /// A descendant of a refused one.
        case withheld = 2
        /// Up to `pushedThrough`: it was refused or withheld once and is to be sent again.
        case again = 3
    }

    let number: Int
    let name: String
    private let connection: Connection

    /// Nil if there is no such remote.
    init?(_ connection: Connection, name: String) throws(SQLiteError) {
        guard let number = try connection.integer("SELECT number FROM remote WHERE name = ?", [.text(name)]) else {
            return nil
        }
        self.connection = connection
        self.number = number
        self.name = name
    }

    // MARK: Marks

    func pushedThrough() throws(SQLiteError) -> Int {
        try connection.integer("SELECT pushed_through FROM remote WHERE number = ?", [.integer(number)]) ?? 0
    }

    private func mark(_ sequence: Int) throws(SQLiteError) -> Mark? {
        try connection.integer(
            "SELECT kind FROM remote_mark WHERE remote = ? AND revision = ?", [.integer(number), .integer(sequence)]
        ).flatMap(Mark.init)
    }

    private func setMark(_ mark: Mark?, _ sequence: Int) throws(SQLiteError) {
        guard let mark else {
            return try connection.run(
                "DELETE FROM remote_mark WHERE remote = ? AND revision = ?", [.integer(number), .integer(sequence)])
        }
        try connection.run(
            """
            INSERT INTO remote_mark (remote, revision, kind) VALUES (?, ?, ?)
            ON CONFLICT (remote, revision) DO UPDATE SET kind = excluded.kind, code = NULL, text = NULL
            """, [.integer(number), .integer(sequence), .integer(mark.rawValue)])
    }

    private func hasMarks() throws(SQLiteError) -> Bool {
        try connection.integer("SELECT 1 FROM remote_mark WHERE remote = ? LIMIT 1", [.integer(number)]) != nil
    }

    /// The remote has these entries of our log; ascending.
    func acknowledge(_ sequences: [Int]) throws {
        let before = try pushedThrough()
        var through = before
        var hasMarks = try hasMarks()
        var isLifted = false
        for sequence in sequences {
            let mark = hasMarks ? try mark(sequence) : nil
            if mark == .refused || mark == .withheld { isLifted = true }
            if sequence <= through {
                if mark != nil { try setMark(nil, sequence) }
            } else if sequence == through + 1 {
                if mark != nil { try setMark(nil, sequence) }
                through = sequence
                if hasMarks { through = try compacted(from: through) }
            } else if mark != .acknowledged {
                try setMark(.acknowledged, sequence)
                hasMarks = true
            }
        }
        if hasMarks { through = try compacted(from: through) }
        #if CANARIES
            if Canary.pushedOneTooFar.isOn, through != before { through += 1 }
        #endif
        if through != before { try RemoteTable(connection).set(number, pushedThrough: through) }
        if isLifted { try recomputeWithheld() }
    }

    /// Moves on over entries that need not be sent, and drops the marks that this makes needless.
    private func compacted(from start: Int) throws(SQLiteError) -> Int {
        var through = start
        while let mark = try mark(through + 1), mark != .again {
            through += 1
            if mark == .acknowledged { try setMark(nil, through) }
        }
        return through
    }

    /// The remote does not want this entry; nor does it get the descendants.
    func refuse(_ sequence: Int, code: String, text: String) throws {
        try connection.run(
            """
            INSERT INTO remote_mark (remote, revision, kind, code, text) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (remote, revision) DO UPDATE
            SET kind = excluded.kind, code = excluded.code, text = excluded.text
            """,
            [.integer(number), .integer(sequence), .integer(Mark.refused.rawValue), .text(code), .text(text)])
        try withholdDescendants(of: sequence)
        let through = try pushedThrough()
        let moved = try compacted(from: through)
        if moved != through { try RemoteTable(connection).set(number, pushedThrough: moved) }
    }

    /// Marks the descendants of a refused entry that the remote is not known to have.
    private func withholdDescendants(of sequence: Int) throws {
        let through = try pushedThrough()
        let descendants = try connection.rows(
            """
            WITH RECURSIVE descendant (revision) AS (
                SELECT revision FROM parent WHERE parent = ?
                UNION SELECT parent.revision FROM parent JOIN descendant ON parent.parent = descendant.revision
            ) SELECT revision FROM descendant ORDER BY revision
            """, [.integer(sequence)]
        ) { row throws in row.integer(0) }
        for descendant in descendants {
            switch try mark(descendant) {
            #if CANARIES
                case nil where Canary.withheldAcknowledged.isOn && descendant > through:
                    try setMark(.acknowledged, descendant)
            #endif
            case nil where descendant > through, .again: try setMark(.withheld, descendant)
            case nil, .acknowledged, .refused, .withheld: break
            }
        }
    }

    /// After a refusal was lifted: what was withheld for its sake is to be sent again.
    private func recomputeWithheld() throws {
        let through = try pushedThrough()
        try release(kind: .withheld, through: through)
        for refused in try sequences(of: .refused) { try withholdDescendants(of: refused) }
    }

    private func sequences(of mark: Mark) throws -> [Int] {
        try connection.rows(
            "SELECT revision FROM remote_mark WHERE remote = ? AND kind = ? ORDER BY revision",
            [.integer(number), .integer(mark.rawValue)]
        ) { row throws in row.integer(0) }
    }

    /// Turns marks into `again` up to `through`; after it an entry without a mark is sent anyway.
    private func release(kind: Mark, through: Int) throws(SQLiteError) {
        try connection.run(
            "DELETE FROM remote_mark WHERE remote = ? AND kind = ? AND revision > ?",
            [.integer(number), .integer(kind.rawValue), .integer(through)])
        try connection.run(
            "UPDATE remote_mark SET kind = ?, code = NULL, text = NULL WHERE remote = ? AND kind = ?",
            [.integer(Mark.again.rawValue), .integer(number), .integer(kind.rawValue)])
    }

    /// Lets refused entries and their descendants be sent again.
    func forgetRefusals() throws(SQLiteError) {
        let through = try pushedThrough()
        try release(kind: .refused, through: through)
        try release(kind: .withheld, through: through)
    }

    /// The remote lacks these entries after all; ascending. What it refused stays refused.
    func lose(_ sequences: [Int]) throws(SQLiteError) {
        let through = try pushedThrough()
        for sequence in sequences {
            switch try mark(sequence) {
            case nil where sequence <= through: try setMark(.again, sequence)
            case .acknowledged: try setMark(nil, sequence)
            case nil, .refused, .withheld, .again: break
            }
        }
    }

    /// The ids of our log that the remote is not known to have.
    func lacking() throws -> [RevisionID] {
        try connection.rows(
            """
            SELECT id FROM revision WHERE sequence > ?2
                AND NOT EXISTS (
                    SELECT 1 FROM remote_mark
                    WHERE remote = ?1 AND remote_mark.revision = revision.sequence AND kind = 0)
            UNION ALL
            SELECT revision.id FROM remote_mark JOIN revision ON revision.sequence = remote_mark.revision
            WHERE remote = ?1 AND kind <> 0 AND remote_mark.revision <= ?2
            """, [.integer(number), .integer(try pushedThrough())]
        ) { row throws in
            guard let id = Digest(bytes: row.bytes(0)) else { throw StoreError.damaged(object: "archive.sqlite") }
            return RevisionID(id)
        }
    }

    /// Forgets everything: all of our log is to be sent again, and theirs to be pulled from the start.
    func forgetProgress() throws(SQLiteError) {
        try connection.run("DELETE FROM remote_mark WHERE remote = ?", [.integer(number)])
        try BesideTable(connection).forgetAll(of: number)
        try RemoteTable(connection).forgetProgress(number)
    }

    // MARK: Answers

    /// Entries that are to be sent, ascending: all of `again`, then those without a mark after `pushedThrough`.
    static let unsentSelection = """
        \(TruthTables.selection)
        WHERE revision.sequence IN (SELECT revision FROM remote_mark WHERE remote = ?1 AND kind = 3)
        UNION ALL
        SELECT * FROM (
            \(TruthTables.selection)
            WHERE revision.sequence > ?2
                AND NOT EXISTS (
                    SELECT 1 FROM remote_mark WHERE remote = ?1 AND remote_mark.revision = revision.sequence)
            ORDER BY revision.sequence)
        """

    /// How many entries are to be sent.
    func unsentCount(end: Int) throws(SQLiteError) -> Int {
        let through = try pushedThrough()
        let again = try connection.integer(
            "SELECT count(*) FROM remote_mark WHERE remote = ? AND kind = 3", [.integer(number)])
        let marked = try connection.integer(
            "SELECT count(*) FROM remote_mark WHERE remote = ? AND revision > ?", [.integer(number), .integer(through)])
        return max(0, end - through) - (marked ?? 0) + (again ?? 0)
    }

    /// All entries up to this one are in the remote's log, or were refused by it, or follow from a refused one.
    func settledThrough() throws(SQLiteError) -> Int {
        let again = try connection.integer(
            "SELECT min(revision) FROM remote_mark WHERE remote = ? AND kind = 3", [.integer(number)])
        var through = try pushedThrough()
        while let mark = try mark(through + 1), mark != .again { through += 1 }
        return again.map { min($0 - 1, through) } ?? through
    }
}
