import Hashing
import LetterModel
import Parallelism
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
    let connection: Connection
    private let truth: TruthTables

    init(_ connection: Connection) {
        self.connection = connection
        truth = TruthTables(connection)
    }

    // MARK: Filling

    /// Takes in letters until so many bytes of documents are done or nothing is left. Tells whether something is left.
    ///
    /// The documents of the next letters are made while those of the last ones are put into the index, which takes as long again.
    func catchUp(maximumBytes: Int) throws -> Bool {
        try startAgainIfOlder()
        let start = try through()
        let end = try StateRow.read(connection).sequence
        guard start < end else { return false }
        var done: Set<Int> = []
        var byteCount = 0
        var position = start
        let work = WorkBeside<[Entry?], Never>(.cores)
        func begin(after position: Int) throws -> [Change?] {
            let changes = try stretch(after: position).map { done.insert($0).inserted ? try change(of: $0) : nil }
            work.begin { changes.concurrentMap { $0?.entry() } }
            return changes
        }
        var next: [Change?]? = try begin(after: position)
        while let changes = next.take(), let entries = work.finish() {
            let isLast = changes.count < Self.lettersPreparedTogether
            let size = entries.reduce(byteCount) { $0 + ($1?.byteCount ?? 0) }
            if !isLast, size < maximumBytes { next = try begin(after: position + changes.count) }
            var taken = 0
            // A stretch is taken in to its end, unless its letters are large.
            for (change, entry) in zip(changes, entries) where byteCount < 2 * maximumBytes {
                taken += 1
                if let change {
                    guard let size = try take(change, entry) else {
                        // The index cannot be trusted to forget what it holds: begin anew.
                        try clear()
                        return try catchUp(maximumBytes: maximumBytes)
                    }
                    byteCount += size
                }
            }
            position += taken
            guard taken == changes.count else { break }
        }
        try connection.run("UPDATE search_state SET through = ?", [.integer(position)])
        // Where a place in the log is damaged it gets no further.
        return start < position && position < end
    }

    /// The letters of the next entries of the log, up to the first place where none is.
    private func stretch(after position: Int) throws -> [Int] {
        let rows = try connection.rows(
            "SELECT sequence, letter FROM revision WHERE sequence > ? ORDER BY sequence LIMIT ?",
            [.integer(position), .integer(Self.lettersPreparedTogether)]
        ) { row throws in (sequence: row.integer(0), letter: row.integer(1)) }
        return zip(rows, (position + 1)...).prefix { $0.sequence == $1 }.map(\.0.letter)
    }

    /// How many letters have their documents made at once, on all cores.
    private static let lettersPreparedTogether = 128

    /// A letter whose document is another one than the index holds.
    private struct Change: Sendable {
        let letter: Int
        let heads: [Int]
        /// Its head, if it has just one: the document then needs nothing else.
        let head: TruthTables.StoredRevision?
        /// What the index holds of it.
        let old: (heads: [Int], digest: [UInt8])?

        /// The new document; nil if it cannot be made of the head alone.
        func entry() -> Entry? {
            guard let head = head?.intactLetter(), let letter = head.letter else { return nil }
            return SearchDocument(.single(head.id, letter)).map { Entry($0) }
        }
    }

    /// What the index takes of a letter.
    private struct Entry: Sendable {
        let columns: [SQLiteValue]
        let digest: SQLiteValue

        var byteCount: Int {
            columns.reduce(0) { if case .text(let text) = $1 { $0 + text.utf8.count } else { $0 } }
        }

        init(_ document: SearchDocument) { self.init(columns: document.indexed.map { .text($0) }) }

        init(columns: [SQLiteValue]) {
            self.columns = columns
            digest = RowDigest.value(of: columns)
        }
    }

    private func through() throws(SQLiteError) -> Int {
        try connection.integer("SELECT through FROM search_state") ?? 0
    }

    /// Whether the words in it are those that this version makes of letters.
    func isOfThisVersion() throws(SQLiteError) -> Bool {
        try connection.integer("SELECT fold FROM search_state") == SearchFold.version
    }

    /// Whether there is something to take in.
    func isBehind() throws -> Bool {
        try !isOfThisVersion() || through() < StateRow.read(connection).sequence
    }

    /// Whether everything up to these revisions was taken in.
    func holds(_ heads: [Int]) throws -> Bool {
        guard try isOfThisVersion() else { return false }
        let through = try through()
        return heads.allSatisfy { $0 <= through }
    }

    private func startAgainIfOlder() throws {
        if try !isOfThisVersion() { try clear() }
    }

    /// Makes the index anew, empty; everything is to be taken in again.
    func clear() throws(SQLiteError) {
        // Its settings too: emptied by its own command, the index would keep damaged ones.
        try connection.run("DROP TABLE search")
        try connection.run(ReplicaSchema.searchTable)
        try SearchSettings(connection).write()
        try connection.run("DELETE FROM search_entry")
        try connection.run("UPDATE search_state SET through = 0, fold = ?", [.integer(SearchFold.version)])
    }

    /// Letters with revisions that the index has not taken in.
    func unindexed() throws -> Int {
        let (through, end) = (try through(), try StateRow.read(connection).sequence)
        guard end - through >= 1_000 else {
            return try connection.integer(
                "SELECT count(DISTINCT letter) FROM revision NOT INDEXED WHERE sequence > ?", [.integer(through)]) ?? 0
        }
        // Of many, only those are read that are not the first of their letter, or of letters that are older than format 7, by their small index: each
        // of the others is a letter.
        let others = try connection.first(
            """
            SELECT count(*), count(DISTINCT CASE WHEN letter <= ?1 OR NOT EXISTS (
                SELECT 1 FROM revision AS first WHERE first.sequence = other.letter AND first.letter = other.letter
            ) THEN letter END)
            FROM revision AS other INDEXED BY revision_by_letter WHERE letter <> sequence AND sequence > ?1
            """, [.integer(through)]
        ) { (row) throws(SQLiteError) in (revisions: row.integer(0), letters: row.integer(1)) }
        return end - through - (others?.revisions ?? 0) + (others?.letters ?? 0)
    }

    /// What is to be done about a letter; nil if the index holds it as it is.
    private func change(of letter: Int) throws -> Change? {
        let heads = try truth.heads(ofLetter: letter)
        let old = try connection.first("SELECT heads, digest FROM search_entry WHERE letter = ?", [.integer(letter)]) {
            (row) throws(SQLiteError) in (heads: row.bytes(0), digest: row.bytes(1))
        }
        if let old, old.heads == Self.encode(heads) { return nil }
        return Change(
            letter: letter, heads: heads, head: heads.count == 1 ? try truth.stored(heads[0]) : nil,
            old: old.map { (Self.decode($0.heads), $0.digest) })
    }

    /// Takes in a letter as it is now. Gives the bytes of its document; nil if the old document cannot be made again.
    private func take(_ change: Change, _ prepared: Entry?) throws -> Int? {
        if let old = change.old {
            guard try remove(change.letter, heads: old.heads, digest: old.digest) else { return nil }
        }
        // A damaged letter is left out of the index: it is not a reason to find nothing at all. `verify` names it.
        guard let entry = try prepared ?? columns(change.letter, heads: change.heads).map(Entry.init(columns:)) else {
            return 0
        }
        try connection.run(
            "INSERT INTO search (rowid, \(SearchDocument.columnNames)) VALUES (?, \(SearchDocument.columnMarks))",
            [.integer(change.letter)] + entry.columns)
        try connection.run(
            "INSERT INTO search_entry (letter, heads, digest) VALUES (?, ?, ?)",
            [.integer(change.letter), .bytes(Self.encode(change.heads)), entry.digest])
        return entry.byteCount
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
}
