import Hashing
import LetterModel
import SQLiteBinding

/// Finds letters and revisions by their ids, inside a transaction: `letter_by_id` and `revision_by_id`, which follow from the truth, each with a
/// table of the same columns for what came lately.
///
/// Ids are random. In one index of all of them each large transaction would write nearly every leaf, so that the first sync of ten times as many
/// letters would write a hundred times as much. What came lately is little enough to be written again and again, and is moved to the rest when it
/// is much. How much that is follows from the length of the log; it is a part of the format.
struct IDIndex {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// How rows of one table of the truth are found.
    private struct Table {
        /// The table whose rows they are.
        let rows: String
        /// What numbers them there, and in the index.
        let number: String
        /// What they are found by in the index.
        let key: String
        /// What that is made of.
        let source: String

        var settled: String { "\(rows)_by_id" }
        var recent: String { "recent_\(settled)" }

        /// The table that holds the entry of a row, in a log of some length.
        func name(for number: Int, end: Int) -> String { number > IDIndex.settledThrough(end) ? recent : settled }
    }

    private static let letters = Table(rows: "letter", number: "number", key: "id", source: "letter.id")
    /// By the beginnings of their ids: whoever asks looks at the revision itself.
    private static let revisions = Table(
        rows: "revision", number: "sequence", key: "beginning", source: "substr(revision.id, 1, 6)")

    /// The condition that a revision has the id that is the first value of a statement.
    static let isNamed = """
        sequence IN (
            SELECT sequence FROM revision_by_id WHERE beginning = substr(?1, 1, 6)
            UNION ALL SELECT sequence FROM recent_revision_by_id WHERE beginning = substr(?1, 1, 6)
        ) AND id = ?1
        """

    /// The ids of revisions from the first value of a statement through the second, in no order.
    static let revisionsInRange = """
        SELECT id FROM (
            SELECT sequence FROM revision_by_id WHERE beginning BETWEEN substr(?1, 1, 6) AND substr(?2, 1, 6)
            UNION ALL
            SELECT sequence FROM recent_revision_by_id WHERE beginning BETWEEN substr(?1, 1, 6) AND substr(?2, 1, 6)
        ) CROSS JOIN revision USING (sequence) WHERE id BETWEEN ?1 AND ?2
        """

    /// The number that stands for a letter; nil if it has no revision here.
    func letter(_ id: LetterID) throws(SQLiteError) -> Int? {
        try connection.integer(
            """
            SELECT number FROM letter_by_id WHERE id = ?1
            UNION ALL SELECT number FROM recent_letter_by_id WHERE id = ?1
            """, [.bytes(id.bytes)])
    }

    /// The ids of letters from one through another, ascending, at most `limit`.
    func letters(from lowest: [UInt8], through highest: [UInt8], limit: Int) throws -> [LetterID] {
        try connection.rows(
            """
            SELECT id FROM letter_by_id WHERE id BETWEEN ?1 AND ?2
            UNION ALL SELECT id FROM recent_letter_by_id WHERE id BETWEEN ?1 AND ?2
            ORDER BY id LIMIT ?3
            """, [.bytes(lowest), .bytes(highest), .integer(limit)]
        ) { row throws in LetterID(bytes: row.bytes(0)) }.compactMap { $0 }
    }

    // MARK: Writing

    /// Enters all that stands behind a log entry, which is nothing but what came lately.
    func enter(after sequence: Int) throws(SQLiteError) {
        for table in [Self.letters, Self.revisions] {
            // OR IGNORE, here and below: a statement that may have to be taken back keeps a copy of each page that it changes.
            try connection.run(
                """
                INSERT OR IGNORE INTO \(table.recent)
                SELECT \(table.source), \(table.number) FROM \(table.rows) WHERE \(table.number) > ?
                """, [.integer(sequence)])
        }
    }

    /// Moves what did not come lately any more, when the log has grown.
    func settle(from begin: Int, to end: Int) throws(SQLiteError) {
        let settled = Self.settledThrough(end)
        guard settled > Self.settledThrough(begin) else { return }
        for table in [Self.letters, Self.revisions] {
            try connection.run(
                "INSERT OR IGNORE INTO \(table.settled) SELECT * FROM \(table.recent) WHERE \(table.number) <= ?",
                [.integer(settled)])
            // All of a table is gone at once, where rows are deleted one by one.
            try connection.run("DELETE FROM \(table.recent)")
        }
        try enter(after: settled)
    }

    /// Makes all tables anew.
    ///
    /// - Parameter end: The length of the log.
    func remake(end: Int) throws(SQLiteError) {
        let settled = Self.settledThrough(end)
        for table in [Self.letters, Self.revisions] {
            try connection.run("DELETE FROM \(table.settled)")
            try connection.run("DELETE FROM \(table.recent)")
            try connection.run(
                """
                INSERT OR IGNORE INTO \(table.settled)
                SELECT \(table.source), \(table.number) FROM \(table.rows) WHERE \(table.number) <= ? ORDER BY 1, 2
                """, [.integer(settled)])
        }
        try enter(after: settled)
    }

    /// Enters a letter by the id that its row has now.
    ///
    /// - Parameters:
    ///   - old: The id that it had.
    ///   - end: The length of the log.
    func enter(letter number: Int, insteadOf old: [UInt8], end: Int) throws(SQLiteError) {
        try enter(number, in: Self.letters, insteadOf: old, end: end)
    }

    /// Enters a revision by the id that its row has now; see above.
    func enter(revision sequence: Int, insteadOf old: [UInt8], end: Int) throws(SQLiteError) {
        try enter(sequence, in: Self.revisions, insteadOf: Array(old.prefix(6)), end: end)
    }

    private func enter(_ number: Int, in table: Table, insteadOf old: [UInt8], end: Int) throws(SQLiteError) {
        let name = table.name(for: number, end: end)
        try connection.run(
            "DELETE FROM \(name) WHERE \(table.key) = ? AND \(table.number) = ?", [.bytes(old), .integer(number)])
        try connection.run(
            """
            INSERT OR IGNORE INTO \(name)
            SELECT \(table.source), \(table.number) FROM \(table.rows) WHERE \(table.number) = ?
            """, [.integer(number)])
    }

    // MARK: Checking

    /// Whether the tables hold what the log gives, and nothing else.
    ///
    /// - Parameter end: The length of the log.
    func isSound(end: Int) throws(SQLiteError) -> Bool {
        let settled = Self.settledThrough(end)
        func count(_ rows: String) throws(SQLiteError) -> Int {
            try connection.integer("SELECT count(*) FROM \(rows)") ?? 0
        }
        for table in [Self.letters, Self.revisions] {
            for (name, part) in [(table.settled, "<= \(settled)"), (table.recent, "> \(settled)")] {
                let rows = "\(table.rows) WHERE \(table.number) \(part)"
                let found = try count(
                    """
                    \(rows) AND EXISTS (
                        SELECT 1 FROM \(name) AS entry
                        WHERE entry.\(table.key) = \(table.source)
                            AND entry.\(table.number) = \(table.rows).\(table.number))
                    """)
                // Each entry is of one row, so that equal counts leave none over.
                guard try [count(name), count(rows)] == [found, found] else { return false }
            }
        }
        return true
    }

    // MARK: What came lately

    /// Up to where in a log of some length nothing came lately.
    static func settledThrough(_ end: Int) -> Int {
        var count = fewestMoved
        while count * 2 <= end / 8 { count *= 2 }
        return end / count * count
    }

    private static let fewestMoved = 32_768
}
