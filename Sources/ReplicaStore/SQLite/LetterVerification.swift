import Hashing
import LetterMerge
import LetterModel
import SQLiteBinding

/// Checks what follows from the truth for single letters, inside a transaction: heads, list entry, search document.
struct LetterVerification {
    private let connection: Connection
    private let truth: TruthTables

    init(_ connection: Connection) {
        self.connection = connection
        truth = TruthTables(connection)
    }

    func check(_ numbers: ClosedRange<Int>) throws -> [VerificationReport.Problem] {
        var problems: [VerificationReport.Problem] = []
        let listed = try StateRow.read(connection).listed
        for number in numbers {
            guard let bytes = try letterBytes(number) else { continue }
            guard let id = LetterID(bytes: bytes) else { continue }
            func add(_ kind: String, _ text: String) {
                problems.append(VerificationReport.Problem(kind: kind, letter: id, object: nil, text: text))
            }
            let heads = try connection.rows(
                "SELECT sequence FROM (\(Reindexing.headSelection) AND \(TruthTables.isOfLetter)) ORDER BY sequence",
                [.integer(number)]
            ) { row throws in row.integer(0) }
            if try truth.heads(ofLetter: number) != heads { add("head", "the heads are not those that the log gives") }
            do {
                let view = try truth.view(ofLetter: number, heads: heads)
                let isDue = heads.last.map { $0 <= listed } ?? true
                if isDue, try summary(number) != SummaryTable.values(number, id, view) {
                    add("summary", "the entry in the list is not the one that the letter gives")
                }
                if try !isIndexedRight(number, heads: heads, isDeleted: view.isDeleted) {
                    add("search", "the search index holds something else of it")
                }
            } catch StoreError.damaged {
                // Its revision was reported; without it nothing can be compared.
                add("view", "the letter cannot be shown, because a revision of it is damaged")
            }
        }
        return problems
    }

    private func letterBytes(_ number: Int) throws(SQLiteError) -> [UInt8]? {
        try connection.first("SELECT id FROM letter WHERE number = ?", [.integer(number)]) {
            (row) throws(SQLiteError) in row.bytes(0)
        }
    }

    /// Nil if there is no row, or one whose text is no UTF-8 any more.
    private func summary(_ number: Int) throws -> [SQLiteValue]? {
        do {
            return try connection.first(
                "SELECT \(SummaryTable.columns.joined(separator: ", ")) FROM summary WHERE letter = ?",
                [.integer(number)]
            ) { (row) throws(SQLiteError) in try row.values() }
        } catch {
            guard error.kind == .corrupt else { throw error }
            return nil
        }
    }

    /// Whether the note on what the index holds is right: the newest heads, if the index has come that far. What the
    /// index does hold is compared by `SearchVerification`.
    private func isIndexedRight(_ number: Int, heads: [Int], isDeleted: Bool) throws -> Bool {
        let entry = try connection.first("SELECT heads FROM search_entry WHERE letter = ?", [.integer(number)]) {
            (row) throws(SQLiteError) in row.bytes(0)
        }
        let isDue = try SearchIndex(connection).holds(heads)
        guard let entry else { return !isDue || isDeleted }
        let indexed = SearchIndex.decode(entry)
        return !indexed.isEmpty && SearchIndex.encode(indexed) == entry && (!isDue || indexed == heads)
    }
}
