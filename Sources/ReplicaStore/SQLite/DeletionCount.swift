import Canaries
import LetterModel
import SQLiteBinding

/// The guard against mass deletion during one ingestion: counts letters and decides what is held back. Inside a transaction.
///
/// Once anything is held, every further tombstone of a letter that counts is held too, until a person decides.
struct DeletionCount {
    private let connection: Connection
    private let through: Int
    private var isHolding: Bool
    /// Letters whose tombstones were let in and that nobody confirmed.
    private var letIn: Set<Int>
    /// How many letters this replica showed when a person last confirmed.
    private let shown: Int

    /// - Parameters:
    ///   - through: letters whose first revision is in the log up to here count.
    ///   - tombstones: the letters of the tombstones that come: all of them are looked at before any is let in.
    init(_ connection: Connection, through: Int, tombstones: [LetterID]) throws {
        self.connection = connection
        self.through = through
        isHolding = try !HeldTable(connection).isEmpty()
        let counted = try connection.rows("SELECT letter FROM pulled_deletion") { row throws in row.integer(0) }
        letIn = Set(counted)
        #if CANARIES
            if Canary.deletionsCountedPerPage.isOn { letIn = [] }
        #endif
        let hidden = try connection.integer(
            "SELECT count(*) FROM pulled_deletion JOIN summary USING (letter) WHERE is_deleted = 1")
        let visible = try connection.integer("SELECT count(*) FROM summary WHERE is_deleted = 0")
        shown = (hidden ?? 0) + (visible ?? 0)
        guard !isHolding else { return }
        var letters = letIn
        let truth = TruthTables(connection)
        for tombstone in tombstones {
            guard let letter = try truth.letterNumber(tombstone), try counts(letter) else { continue }
            letters.insert(letter)
        }
        isHolding = DeletionGuard.isExcessive(deleted: letters.count, of: shown)
    }

    /// Whether a letter is shown, and was here before the pull began.
    private func counts(_ letter: Int) throws(SQLiteError) -> Bool {
        guard try connection.integer("SELECT is_deleted FROM summary WHERE letter = ?", [.integer(letter)]) == 0,
            let first = try connection.integer(
                "SELECT min(sequence) FROM revision WHERE \(TruthTables.isOfLetter)", [.integer(letter)])
        else { return false }
        return first <= through
    }

    /// Whether a revision whose parents are all here is to be held back.
    mutating func holds(_ links: RevisionLinks, letter: Int?) throws(SQLiteError) -> Bool {
        if isHolding {
            let held = HeldTable(connection)
            for parent in links.parents where try held.contains(parent) { return true }
        }
        guard links.content == nil, let letter, try counts(letter) else { return false }
        if !isHolding, !letIn.contains(letter) {
            isHolding = DeletionGuard.isExcessive(deleted: letIn.count + 1, of: shown)
        }
        guard !isHolding else { return true }
        if letIn.insert(letter).inserted { try Self.note(letter, connection) }
        return false
    }

    /// Notes that a letter's deletion was let in.
    static func note(_ letter: Int, _ connection: Connection) throws(SQLiteError) {
        try connection.run("INSERT OR IGNORE INTO pulled_deletion (letter) VALUES (?)", [.integer(letter)])
    }
}
