import LetterModel
import Parallelism
import SQLiteBinding

/// Brings the list, `summary`, up to the end of the log, inside a transaction.
///
/// A laptop's replica does so whenever revisions come. A server's does it when somebody asks for a list, as nobody does of most servers: for
/// large pushes it is a fifth of the work.
struct LetterList {
    private let connection: Connection
    private let truth: TruthTables

    init(_ connection: Connection) {
        self.connection = connection
        truth = TruthTables(connection)
    }

    /// A letter whose entry is to be written.
    struct Letter: Sendable {
        let number: Int
        let id: LetterID
        let rows: TruthTables.LetterRows
    }

    /// A letter with these heads; nil if it cannot be shown, because what says so is damaged.
    func letter(_ number: Int, _ id: LetterID, heads: [Int]) throws -> Letter? {
        do {
            return Letter(number: number, id: id, rows: try truth.letterRows(number, heads: heads))
        } catch StoreError.damaged {
            return nil
        }
    }

    /// What these letters are shown by, in their order; nil for one that cannot be shown. Of most letters that is one revision: these are read by one
    /// statement for all, in the order in which letters came, so that those which stand on one page of the database take one reading of it.
    func rows(of letters: [(number: Int, id: LetterID)]) throws -> [TruthTables.LetterRows?] {
        let numbers = letters.map(\.number)
        var heads: [Int: (count: Int, last: TruthTables.StoredRevision)] = [:]
        try connection.forEach(
            """
            SELECT \(TruthTables.columns), wanted.value FROM json_each(?) AS wanted
            LEFT JOIN head ON head.letter = wanted.value
            LEFT JOIN revision ON revision.sequence = ifnull(head.revision, wanted.value) AND revision.letter = wanted.value
            LEFT JOIN content ON content.number = revision.content
            """, [.text("[\(numbers.sorted().map(String.init).joined(separator: ","))]")]
        ) { row in
            let letter = row.integer(row.count - 1)
            heads[letter] = ((heads[letter]?.count ?? 0) + 1, try truth.stored(row))
            return true
        }
        return try letters.map { number, id in
            if let (count, head) = heads[number], count == 1, head.content != nil {
                return TruthTables.LetterRows(heads: [head.sequence], rows: [head])
            }
            return try letter(number, id, heads: try truth.heads(ofLetter: number))?.rows
        }
    }

    /// Writes the entries of letters. One of which a revision is damaged keeps the entry that it has until somebody sends that revision again:
    /// it delays no other letter.
    func write(_ letters: [Letter]) throws {
        let summaries = SummaryTable(connection)
        let made = letters.concurrentMap { letter in
            Result { () throws(StoreError) in SummaryTable.values(of: try letter.rows.view()) }
        }
        for (letter, values) in zip(letters, made) {
            switch values {
            case .success(let values): try summaries.write(letter.number, letter.id, values)
            case .failure(.damaged): continue
            case .failure(let error): throw error
            }
        }
    }

    /// Takes in the letters of the next entries of the log that are in none after them.
    ///
    /// - Parameter state: what the log and the list have come to; `listed` moves on.
    func takeIn(_ state: inout StateRow) throws {
        let end = min(state.sequence, state.listed + Self.entriesTakenIn)
        let letters = try connection.rows(
            """
            SELECT letter.number, letter.id FROM revision JOIN letter ON letter.number = revision.letter
            WHERE sequence > ? AND sequence <= ? AND NOT EXISTS (
                SELECT 1 FROM revision AS other
                WHERE other.letter = revision.letter AND other.letter <> other.sequence AND other.sequence > revision.sequence)
            """, [.integer(state.listed), .integer(end)]
        ) { row throws in LetterID(bytes: row.bytes(1)).map { (number: row.integer(0), id: $0) } }.compactMap { $0 }
        try write(
            zip(letters, try rows(of: letters)).compactMap { letter, rows in
                rows.map { Letter(number: letter.number, id: letter.id, rows: $0) }
            })
        state.listed = end
    }

    private static let entriesTakenIn = 1_024

    // MARK: The index by date

    /// Whether letters are found by date.
    func isIndexed() throws(SQLiteError) -> Bool {
        try connection.integer("SELECT 1 FROM sqlite_schema WHERE name = ?", [.text(ReplicaSchema.dateIndexName)])
            != nil
    }

    /// The list as a source of letters by date: by its index where that is there, which another process may have put off a moment ago.
    func sourceByDate() throws(SQLiteError) -> String {
        try isIndexed() ? "summary INDEXED BY \(ReplicaSchema.dateIndexName)" : "summary"
    }

    /// Drops the index where so many letters enter the list that it would be written anew with each large ingestion: whoever asks for the list
    /// next makes it at once (`makeIndex`). It is left where the list is much longer.
    func putOffIndex(for count: Int) throws {
        guard count >= Self.lettersWithoutIndex, try isIndexed() else { return }
        let listed = try connection.integer("SELECT max(letter) FROM summary") ?? 0
        if listed <= 4 * count { try connection.execute("DROP INDEX \(ReplicaSchema.dateIndexName)") }
    }

    /// Makes the index, if it is not there.
    func makeIndex() throws {
        if try !isIndexed() { try connection.execute(ReplicaSchema.dateIndex) }
    }

    private static let lettersWithoutIndex = 1_024
}
