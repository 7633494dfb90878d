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
            WHERE sequence > ? AND sequence <= ?
                AND sequence = (SELECT max(sequence) FROM revision AS other WHERE other.letter = revision.letter)
            """, [.integer(state.listed), .integer(end)]
        ) { row throws in (number: row.integer(0), id: LetterID(bytes: row.bytes(1))) }
        try write(
            letters.compactMap { number, id in
                try id.flatMap { try letter(number, $0, heads: try truth.heads(ofLetter: number)) }
            })
        state.listed = end
    }

    private static let entriesTakenIn = 1_024
}
