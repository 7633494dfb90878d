import Hashing
import LetterModel
import SQLiteBinding

/// Finds letters and revisions by their ids, inside a transaction: `letter_by_id` and `revision_by_id`, which follow from the truth, each with a
/// table of the same columns for what came lately.
///
/// Ids are random. In one index of all of them each large transaction would write nearly every leaf, so that the first sync of ten times as many
/// letters would write a hundred times as much. What came lately is little enough to be written again and again, and is moved to the rest when it
/// is much. How much that is follows from the length of the log; it is a part of the format.
///
/// Of a revision's id the tables hold the beginning: whoever asks looks at the revision itself.
struct IDIndex {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// The condition that a revision has the id that is the first value of a statement.
    static let isNamed = """
        sequence IN (
            SELECT revision FROM revision_by_id WHERE beginning = substr(?1, 1, 6)
            UNION ALL SELECT revision FROM recent_revision_by_id WHERE beginning = substr(?1, 1, 6)
        ) AND id = ?1
        """

    /// The ids of revisions from the first value of a statement through the second, in no order.
    static let revisionsInRange = """
        SELECT id FROM (
            SELECT revision FROM revision_by_id WHERE beginning BETWEEN substr(?1, 1, 6) AND substr(?2, 1, 6)
            UNION ALL SELECT revision FROM recent_revision_by_id WHERE beginning BETWEEN substr(?1, 1, 6) AND substr(?2, 1, 6)
        ) CROSS JOIN revision ON sequence = revision WHERE id BETWEEN ?1 AND ?2
        """

    /// The number that stands for a letter; nil if it has no revision here.
    func letter(_ id: LetterID) throws(SQLiteError) -> Int? {
        try connection.integer(
            """
            SELECT letter FROM letter_by_id WHERE id = ?1
            UNION ALL SELECT letter FROM recent_letter_by_id WHERE id = ?1
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
        // OR IGNORE, here and below: a statement that may have to be taken back keeps a copy of each page that it changes.
        try connection.run(
            "INSERT OR IGNORE INTO recent_letter_by_id SELECT id, number FROM letter WHERE number > ?",
            [.integer(sequence)])
        try connection.run(
            """
            INSERT OR IGNORE INTO recent_revision_by_id
            SELECT substr(id, 1, 6), sequence FROM revision WHERE sequence > ?
            """, [.integer(sequence)])
    }

    /// Moves what did not come lately any more, when the log has grown.
    func settle(from begin: Int, to end: Int) throws(SQLiteError) {
        let settled = Self.settledThrough(end)
        guard settled > Self.settledThrough(begin) else { return }
        for (table, number) in [("letter_by_id", "letter"), ("revision_by_id", "revision")] {
            try connection.run(
                "INSERT OR IGNORE INTO \(table) SELECT * FROM recent_\(table) WHERE \(number) <= ?",
                [.integer(settled)])
            // All of a table is gone at once, where rows are deleted one by one.
            try connection.run("DELETE FROM recent_\(table)")
        }
        try enter(after: settled)
    }

    /// Makes all tables anew.
    ///
    /// - Parameter end: The length of the log.
    func remake(end: Int) throws(SQLiteError) {
        for table in ["letter_by_id", "revision_by_id"] {
            try connection.run("DELETE FROM \(table)")
            try connection.run("DELETE FROM recent_\(table)")
        }
        let settled = Self.settledThrough(end)
        try connection.run(
            "INSERT OR IGNORE INTO letter_by_id SELECT id, number FROM letter WHERE number <= ? ORDER BY id",
            [.integer(settled)])
        try connection.run(
            """
            INSERT OR IGNORE INTO revision_by_id
            SELECT substr(id, 1, 6), sequence FROM revision WHERE sequence <= ? ORDER BY 1, 2
            """, [.integer(settled)])
        try enter(after: settled)
    }

    /// Enters a letter by the id that its row has now.
    ///
    /// - Parameters:
    ///   - old: The id that it had.
    ///   - end: The length of the log.
    func enter(letter number: Int, _ id: LetterID, insteadOf old: [UInt8], end: Int) throws(SQLiteError) {
        let table = number > Self.settledThrough(end) ? "recent_letter_by_id" : "letter_by_id"
        try connection.run("DELETE FROM \(table) WHERE id = ? AND letter = ?", [.bytes(old), .integer(number)])
        try connection.run("INSERT OR IGNORE INTO \(table) VALUES (?, ?)", [.bytes(id.bytes), .integer(number)])
    }

    /// Enters a revision by the id that its row has now; see above.
    func enter(revision sequence: Int, _ id: RevisionID, insteadOf old: [UInt8], end: Int) throws(SQLiteError) {
        let table = sequence > Self.settledThrough(end) ? "recent_revision_by_id" : "revision_by_id"
        try connection.run(
            "DELETE FROM \(table) WHERE beginning = substr(?, 1, 6) AND revision = ?",
            [.bytes(old), .integer(sequence)])
        try connection.run(
            "INSERT OR IGNORE INTO \(table) VALUES (substr(?, 1, 6), ?)",
            [.bytes(id.digest.bytes), .integer(sequence)])
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
        // Each entry is of one row, so that equal counts leave none over.
        func holds(_ table: String, _ rows: String, each entry: String) throws(SQLiteError) -> Bool {
            let found = try count("\(rows) AND EXISTS (SELECT 1 FROM \(table) AS entry WHERE \(entry))")
            return try [count(table), count(rows)] == [found, found]
        }
        for (prefix, part) in [("", "<= \(settled)"), ("recent_", "> \(settled)")] {
            let letters = try holds(
                "\(prefix)letter_by_id", "letter WHERE number \(part)",
                each: "entry.id = letter.id AND entry.letter = number")
            let revisions = try holds(
                "\(prefix)revision_by_id", "revision WHERE sequence \(part)",
                each: "beginning = substr(revision.id, 1, 6) AND entry.revision = sequence")
            guard letters, revisions else { return false }
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
