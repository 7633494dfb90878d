import Hashing
import LetterModel
import SQLiteBinding

/// The full-text index, inside a transaction.
///
/// It is filled behind ingestion: `through` is the end of the log up to which every letter's document is in it. The
/// index keeps no texts, and this SQLite can only delete from such an index when it is given the old values. They are
/// made again from the truth: `search_entry` says of which heads the document was made, and its digest proves that they
/// are the same.
///
/// Source: https://www.sqlite.org/fts5.html#contentless_tables
struct SearchIndex {
    private let connection: Connection
    private let truth: TruthTables

    init(_ connection: Connection) {
        self.connection = connection
        truth = TruthTables(connection)
    }

    // MARK: Filling

    /// Takes in letters until so many bytes of documents are done or nothing is left. Tells whether something is left.
    func catchUp(maximumBytes: Int) throws -> Bool {
        try startAgainIfOlder()
        let start = try through()
        let end = try StateRow.read(connection).sequence
        guard start < end else { return false }
        var done: Set<Int> = []
        var byteCount = 0
        var position = start
        while position < end, byteCount < maximumBytes {
            guard
                let letter = try connection.integer(
                    "SELECT letter FROM revision WHERE sequence = ?", [.integer(position + 1)])
            else { break }
            if done.insert(letter).inserted {
                guard let size = try index(letter) else {
                    // The index cannot be trusted to forget what it holds: begin anew.
                    try clear()
                    return try catchUp(maximumBytes: maximumBytes)
                }
                byteCount += size
            }
            position += 1
        }
        try connection.run("UPDATE search_state SET through = ?", [.integer(position)])
        // Where a place in the log is damaged it gets no further.
        return start < position && position < end
    }

    private func through() throws(SQLiteError) -> Int {
        try connection.integer("SELECT through FROM search_state") ?? 0
    }

    /// Whether there is something to take in.
    func isBehind() throws -> Bool {
        try connection.integer("SELECT fold FROM search_state") != SearchFold.version
            || through() < StateRow.read(connection).sequence
    }

    /// Whether everything up to these revisions was taken in.
    func holds(_ heads: [Int]) throws -> Bool {
        guard try connection.integer("SELECT fold FROM search_state") == SearchFold.version else { return false }
        let through = try through()
        return heads.allSatisfy { $0 <= through }
    }

    private func startAgainIfOlder() throws {
        guard try connection.integer("SELECT fold FROM search_state") != SearchFold.version else { return }
        try clear()
    }

    /// Empties the index; everything is to be taken in again.
    func clear() throws(SQLiteError) {
        try connection.run("INSERT INTO search (search) VALUES ('delete-all')")
        try connection.run("DELETE FROM search_entry")
        try connection.run("UPDATE search_state SET through = 0, fold = ?", [.integer(SearchFold.version)])
    }

    /// Letters with revisions that the index has not taken in.
    func unindexed() throws -> Int {
        let through = try through()
        // Few new revisions are read one by one; for many, the small index by letter is read, and not the headers of the log.
        let isFew = try StateRow.read(connection).sequence - through < 1_000
        return try connection.integer(
            "SELECT count(DISTINCT letter) FROM revision \(isFew ? "NOT INDEXED" : "INDEXED BY revision_by_letter") WHERE sequence > ?",
            [.integer(through)]) ?? 0
    }

    /// Takes in a letter as it is now. Gives the bytes of its document; nil if the old document cannot be made again.
    private func index(_ letter: Int) throws -> Int? {
        let heads = try truth.heads(ofLetter: letter)
        let old = try connection.first("SELECT heads, digest FROM search_entry WHERE letter = ?", [.integer(letter)]) {
            (row) throws(SQLiteError) in (heads: row.bytes(0), digest: row.bytes(1))
        }
        if let old {
            if old.heads == Self.encode(heads) { return 0 }
            guard try remove(letter, heads: Self.decode(old.heads), digest: old.digest) else { return nil }
        }
        // A damaged letter is left out of the index: it is not a reason to find nothing at all. `verify` names it.
        guard let columns = try columns(letter, heads: heads) else { return 0 }
        try connection.run(
            "INSERT INTO search (rowid, \(SearchDocument.columnNames)) VALUES (?, \(SearchDocument.columnMarks))",
            [.integer(letter)] + columns)
        try connection.run(
            "INSERT INTO search_entry (letter, heads, digest) VALUES (?, ?, ?)",
            [.integer(letter), .bytes(Self.encode(heads)), RowDigest.value(of: columns)])
        return columns.reduce(0) { if case .text(let text) = $1 { $0 + text.utf8.count } else { $0 } }
    }

    private func remove(_ letter: Int, heads: [Int], digest: [UInt8]) throws -> Bool {
        guard let columns = try columns(letter, heads: heads), RowDigest.value(of: columns) == .bytes(digest) else {
            return false
        }
        try connection.run(
            "INSERT INTO search (search, rowid, \(SearchDocument.columnNames)) VALUES ('delete', ?, \(SearchDocument.columnMarks))",
            [.integer(letter)] + columns)
        try connection.run("DELETE FROM search_entry WHERE letter = ?", [.integer(letter)])
        return true
    }

    /// The folded document of a letter as of some heads; nil if it has none, or its bytes are damaged.
    func columns(_ letter: Int, heads: [Int]) throws -> [SQLiteValue]? {
        do {
            let view = try truth.view(ofLetter: letter, asOf: heads)
            return SearchDocument(view)?.indexed.map { .text($0) }
        } catch StoreError.damaged {
            return nil
        }
    }

    static func encode(_ heads: [Int]) -> [UInt8] {
        Array(heads.map(String.init).joined(separator: " ").utf8)
    }

    static func decode(_ heads: [UInt8]) -> [Int] {
        heads.split(separator: UInt8(ascii: " ")).compactMap { DecimalDigits.value(of: $0) }
    }

    // MARK: Searching

    /// Letters that fit, in the order that is asked for: their numbers.
    func find(_ match: SearchMatch, limit: Int, offset: Int) throws -> [Int] {
        let days = match.days.map { " AND \($0.sql)" }.joined()
        let dayValues = match.days.flatMap(\.values)
        if match.order == .relevance, let required = match.required {
            let phrases = match.excluded.map { "(\(required)) NOT (\($0))" } ?? required
            return try ranked([.text(phrases)] + dayValues, days: days, limit: max(0, limit), offset: max(0, offset))
        }
        var sql = "SELECT summary.letter FROM summary WHERE summary.is_deleted = 0\(days)"
        var values = dayValues
        if let required = match.required {
            if try isFew(required) {
                // From the few that fit to their rows of the list.
                sql = """
                    SELECT summary.letter FROM search CROSS JOIN summary ON summary.letter = search.rowid
                    WHERE search MATCH ? AND summary.is_deleted = 0\(days)
                    """
                values.insert(.text(required), at: 0)
            } else {
                // By the index of the list, which holds all that is asked of it, with those that fit as a set beside it.
                sql += " AND summary.letter IN (SELECT rowid FROM search WHERE search MATCH ?)"
                values.append(.text(required))
            }
        }
        if let excluded = match.excluded {
            sql += " AND summary.letter NOT IN (SELECT rowid FROM search WHERE search MATCH ?)"
            values.append(.text(excluded))
        }
        let (limit, offset) = (max(0, limit), max(0, offset))
        func page(_ part: String, _ order: String, _ limit: Int, _ offset: Int) throws -> [Int] {
            try numbers(
                "\(sql)\(part) ORDER BY \(order) LIMIT ? OFFSET ?", values + [.integer(limit), .integer(offset)])
        }
        guard match.order == .oldest else { return try page("", "summary.sort_key DESC, summary.id", limit, offset) }
        // In two parts, each of which follows the index of the list: in one, all that fit would be sorted.
        let dated = try page(" AND summary.sort_key IS NOT NULL", "summary.sort_key, summary.id", limit, offset)
        guard dated.count < limit else { return dated }
        var before = 0
        if dated.isEmpty, offset > 0 {
            before =
                try connection.integer(
                    "SELECT count(*) FROM (\(sql) AND summary.sort_key IS NOT NULL)", values) ?? 0
        }
        let start = dated.isEmpty ? max(0, offset - before) : 0
        return try dated + page(" AND summary.sort_key IS NULL", "summary.id", limit - dated.count, start)
    }

    /// Whether so few letters fit that looking each of them up costs less than going through the whole list.
    private func isFew(_ match: String) throws -> Bool {
        let count = try connection.integer(
            "SELECT count(*) FROM (SELECT 1 FROM search WHERE search MATCH ? LIMIT ?)",
            [.text(match), .integer(SearchQuery.rankedLetters + 1)])
        return (count ?? 0) <= SearchQuery.rankedLetters
    }

    /// Best first among the letters that were taken in last; past so many, the order in which they came, the last ones first.
    private func ranked(_ values: [SQLiteValue], days: String, limit: Int, offset: Int) throws -> [Int] {
        let source =
            days.isEmpty
            ? "search" : "search CROSS JOIN summary ON summary.letter = search.rowid AND summary.is_deleted = 0"
        let selection = "FROM \(source) WHERE search MATCH ?\(days) ORDER BY search.rowid DESC"
        let weights = SearchDocument.columns.map { "\($0.weight).0" }.joined(separator: ", ")
        var found: [Int] = []
        if offset < SearchQuery.rankedLetters {
            try connection.enableFullTextRanking()
            found = try numbers(
                """
                SELECT found.letter FROM (
                    SELECT search.rowid AS letter, weight(search, \(weights)) AS score \(selection) LIMIT \(SearchQuery.rankedLetters)
                ) AS found JOIN summary ON summary.letter = found.letter AND summary.is_deleted = 0
                ORDER BY found.score, summary.id LIMIT ? OFFSET ?
                """, values + [.integer(min(limit, SearchQuery.rankedLetters - offset)), .integer(offset)])
            // Fewer than there is room for: no letter is left, or the ranked ones are all given.
            guard found.count < limit, offset + found.count == SearchQuery.rankedLetters else { return found }
        }
        return try found
            + numbers(
                "SELECT search.rowid \(selection) LIMIT ? OFFSET ?",
                values + [.integer(limit - found.count), .integer(max(offset, SearchQuery.rankedLetters))])
    }

    private func numbers(_ sql: String, _ values: [SQLiteValue]) throws -> [Int] {
        try connection.rows(sql, values) { row throws in row.integer(0) }
    }
}
