import Hashing
import LetterModel
import SQLiteBinding

/// The rows of `letter`, `content` and `revision` that an ingestion appends, inside its transaction, with their entries in the index of ids.
///
/// Many are written together: the contents in an order in which they fill the pages of the database, the others in that of the log.
struct AppendedRows {
    /// The content of a revision.
    enum Content {
        /// There is none: it is a tombstone.
        case none
        /// One that is here, by its number.
        case known(Int)
        /// One that is written with it.
        case new(DictionaryTable.ContentRow)
    }

    private struct Row {
        let sequence: Int
        let chain: Digest?
        let revision: PreparedRevision
        let letter: Int
        let content: Content
    }

    private let connection: Connection
    private var pages: ContentPages
    private var waiting: [Row] = []
    private var waitingLetters: Set<LetterID> = []
    /// The rows of new letters that are not written yet.
    private var newLetters: [SQLiteValue] = []
    /// The highest number of a letter.
    private var lastLetter: Int
    /// What all rows were made of, in the order of the log.
    private(set) var written: [ReadBack.Written] = []

    /// The most that wait. More would not fill the pages better, and letters that follow each other in the log would stand further apart.
    private static let most = 512

    init(_ connection: Connection) throws(SQLiteError) {
        self.connection = connection
        pages = try ContentPages(connection)
        lastLetter = try connection.integer("SELECT max(number) FROM letter") ?? 0
    }

    private static let letters = RowInsertion("INSERT OR FAIL INTO letter (number, id)", columnCount: 2)
    private static let revisions = RowInsertion(
        "INSERT OR FAIL INTO revision (sequence, id, chain, letter, content, header)", columnCount: 6)

    /// Adds a letter that has no row, with its first revision.
    ///
    /// - Parameter sequence: The place of that in the log.
    /// - Returns: Its number: the same, unless other letters have higher ones.
    mutating func addLetter(_ id: LetterID, at sequence: Int) throws(SQLiteError) -> Int {
        guard sequence > lastLetter else {
            let number = try TruthTables(connection).addLetter(id, at: sequence)
            lastLetter = max(lastLetter, number)
            return number
        }
        newLetters += [.integer(sequence), .bytes(id.bytes)]
        lastLetter = sequence
        return sequence
    }

    /// Whether a revision of a letter is among those that are not written yet.
    func isWaiting(_ letter: LetterID) -> Bool { waitingLetters.contains(letter) }

    /// Adds a revision.
    ///
    /// - Parameters:
    ///   - state: The end of the log with it.
    ///   - letter: The number of its letter.
    mutating func append(
        _ revision: PreparedRevision, at state: StateRow, letter: Int, content: Content
    ) throws {
        let chain = LogChain.stands(at: state.sequence) ? state.chain : nil
        waiting.append(
            Row(sequence: state.sequence, chain: chain, revision: revision, letter: letter, content: content))
        waitingLetters.insert(revision.links.letter)
        written.append(ReadBack.Written(revision))
        if waiting.count == Self.most { try write() }
    }

    /// Writes what waits. To be called before anything is looked for that may be among it.
    mutating func write() throws {
        guard let first = waiting.first else { return }
        var numbers = waiting.map { row -> Int? in if case .known(let number) = row.content { number } else { nil } }
        var contents: [DictionaryTable.ContentRow] = []
        var places: [Int] = []
        for index in waiting.indices {
            guard case .new(let content) = waiting[index].content else { continue }
            contents.append(content)
            places.append(index)
        }
        try pages.append(contents) { index, number in numbers[places[index]] = number }
        try connection.run(Self.letters, newLetters)
        var revisions: [SQLiteValue] = []
        revisions.reserveCapacity(6 * waiting.count)
        for (index, number) in numbers.enumerated() {
            revisions.append(.integer(waiting[index].sequence))
            revisions.append(.bytes(waiting[index].revision.id.digest.bytes))
            revisions.append(.bytes(waiting[index].chain?.bytes))
            revisions.append(.integer(waiting[index].letter))
            revisions.append(.integer(number))
            revisions.append(.bytes(waiting[index].revision.storedHeader))
        }
        try connection.run(Self.revisions, revisions)
        try IDIndex(connection).enter(after: first.sequence - 1)
        waiting.removeAll(keepingCapacity: true)
        waitingLetters.removeAll(keepingCapacity: true)
        newLetters.removeAll(keepingCapacity: true)
    }
}
