public import LetterMerge
public import LetterModel
import Parallelism
import SQLiteBinding

extension SQLiteReplicaStore {
    // MARK: Letters

    /// The letter that people see; nil if this replica has no revision of it.
    public func view(of letter: LetterID) throws(StoreError) -> LetterView? {
        try views(of: [letter])[0]
    }

    /// The letters that people see, in the order asked for.
    public func views(of letters: [LetterID]) throws(StoreError) -> [LetterView?] {
        try connections.read { connection in
            let truth = TruthTables(connection)
            var views: [LetterView?] = []
            for start in stride(from: 0, to: letters.count, by: Self.viewsMadeTogether) {
                let rows = try letters[start..<min(start + Self.viewsMadeTogether, letters.count)].map { letter in
                    guard let number = try truth.letterNumber(letter) else { return nil as TruthTables.LetterRows? }
                    let heads = try truth.heads(ofLetter: number)
                    return heads.isEmpty ? nil : try truth.letterRows(number, heads: heads)
                }
                let made = rows.concurrentMap { rows in Result { () throws(StoreError) in try rows?.view() } }
                for view in made { views.append(try view.get()) }
            }
            return views
        }
    }

    private static let viewsMadeTogether = 128

    /// All revisions of a letter in log order.
    public func history(of letter: LetterID) throws(StoreError) -> [LoggedRevision] {
        try connections.read { connection in
            let truth = TruthTables(connection)
            guard let number = try truth.letterNumber(letter) else { return [] }
            return try truth.history(ofLetter: number)
        }
    }

    /// One revision; nil if it is not in the log.
    public func revision(_ id: RevisionID) throws(StoreError) -> LoggedRevision? {
        try connections.read { connection in
            let truth = TruthTables(connection)
            guard let sequence = try truth.sequence(of: id) else { return nil }
            guard let revision = try truth.stored(sequence)?.intact() else {
                throw StoreError.damaged(object: id.hex)
            }
            return LoggedRevision(sequence: sequence, revision: revision)
        }
    }

    /// Letters whose id begins so, ascending, at most `limit`; deleted ones too.
    public func letters(withPrefix prefix: String, limit: Int) throws(StoreError) -> [LetterID] {
        guard let range = LetterIDPrefix(prefix) else { return [] }
        return try connections.read { connection in
            try connection.rows(
                "SELECT id FROM letter WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?",
                [.bytes(range.lowest), .bytes(range.highest), .integer(limit)]
            ) { row throws in LetterID(bytes: row.bytes(0)) }.compactMap { $0 }
        }
    }

    /// Letters by the query, as rows of a list. Read in pages, so that a long list holds nobody up; each page is of one
    /// moment.
    public func letters(_ query: LetterQuery) throws(StoreError) -> [LetterSummary] {
        var result: [LetterSummary] = []
        var filter = LetterFilter(query)
        while true {
            let wanted = query.limit.map { $0 - result.count } ?? .max
            let pageSize = min(LetterFilter.pageSize, wanted)
            guard pageSize > 0 else { return result }
            let page = try connections.read { try filter.page($0, limit: pageSize) }
            result += page.summaries
            guard page.summaries.count == pageSize, let last = page.last else { return result }
            filter.resume(after: last)
        }
    }

    /// Every tag that a letter has which is not deleted, each once, sorted by bytes.
    public func tags() throws(StoreError) -> [String] {
        try connections.read { connection in
            try connection.rows(
                """
                SELECT DISTINCT value FROM summary, json_each(summary.tags)
                WHERE is_deleted = 0 AND tags <> '[]' ORDER BY value
                """
            ) { row throws in try row.text(0) }
        }
    }

    /// How many letters have conflicts, from the index that holds no others.
    public func conflictCount() throws(StoreError) -> Int {
        try connections.read { try $0.integer("SELECT count(*) FROM summary WHERE conflicts > 0") ?? 0 }
    }

    /// Counts of everything that `status` tells.
    public func statistics() throws(StoreError) -> ReplicaStatistics {
        try connections.read { connection in
            func count(_ sql: String) throws -> Int { try connection.integer("SELECT count(*) FROM \(sql)") ?? 0 }
            return ReplicaStatistics(
                letters: try count("summary WHERE is_deleted = 0"),
                deletedLetters: try count("summary WHERE is_deleted = 1"),
                revisions: try StateRow.read(connection).sequence,
                conflicts: try count("summary WHERE conflicts > 0"), quarantined: try count("quarantine"),
                waiting: try count("waiting"), missingBlobs: try count("blob WHERE is_here = 0"))
        }
    }
}

/// The ids that begin with some characters, as a range of bytes.
struct LetterIDPrefix {
    let lowest: [UInt8]
    let highest: [UInt8]

    /// Nil if no id begins so.
    init?(_ prefix: String) {
        let zeros = "00000000-0000-0000-0000-000000000000"
        let ends = "ffffffff-ffff-ffff-ffff-ffffffffffff"
        let count = prefix.utf8.count
        guard count <= 36, prefix.utf8.allSatisfy({ $0 < 0x80 }),
            let lowest = LetterID(prefix + zeros.dropFirst(count)),
            let highest = LetterID(prefix + ends.dropFirst(count))
        else { return nil }
        self.lowest = lowest.bytes
        self.highest = highest.bytes
    }
}

/// A `LetterQuery` as SQL, page by page.
struct LetterFilter {
    /// Rows that one transaction reads: some ten milliseconds.
    static let pageSize = 5_000

    private let conditions: [String]
    private let values: [SQLiteValue]
    private var offset: Int
    private var position: Position?

    /// Where a page ended.
    struct Position {
        let sortKey: String?
        let id: LetterID
    }

    init(_ query: LetterQuery) {
        var conditions = ["is_deleted = \(query.onlyDeleted ? 1 : 0)"]
        var values: [SQLiteValue] = []
        func add(_ condition: String, _ added: SQLiteValue...) {
            conditions.append(condition)
            values += added
        }
        if query.from != nil || query.to != nil { conditions.append("sort_key IS NOT NULL") }
        if let from = query.from { add("(latest IS NULL OR latest >= ?)", .integer(SummaryTable.dayNumber(from))) }
        if let to = query.to { add("(earliest IS NULL OR earliest <= ?)", .integer(SummaryTable.dayNumber(to))) }
        if let sender = query.sender { add("instr(sender_words, ?) > 0", .text(SearchFold.name(sender))) }
        if let recipient = query.recipient { add("instr(recipient_words, ?) > 0", .text(SearchFold.name(recipient))) }
        if let tag = query.tag { add("EXISTS (SELECT 1 FROM json_each(summary.tags) WHERE value = ?)", .text(tag)) }
        if let status = query.status { add("status = ?", .text(status.rawValue)) }
        if query.onlyConflicts { conditions.append("conflicts > 0") }
        self.conditions = conditions
        self.values = values
        offset = query.offset
    }

    mutating func resume(after position: Position) {
        self.position = position
        offset = 0
    }

    func page(_ connection: Connection, limit: Int) throws -> (summaries: [LetterSummary], last: Position?) {
        var conditions = conditions
        var values = values
        if let position {
            if let sortKey = position.sortKey {
                conditions.append("(sort_key < ? OR (sort_key = ? AND id > ?) OR sort_key IS NULL)")
                values += [.text(sortKey), .text(sortKey), .bytes(position.id.bytes)]
            } else {
                conditions.append("sort_key IS NULL AND id > ?")
                values.append(.bytes(position.id.bytes))
            }
        }
        let rows = try connection.rows(
            """
            \(SummaryTable.selection) WHERE \(conditions.joined(separator: " AND "))
            ORDER BY sort_key DESC, id LIMIT ? OFFSET ?
            """, values + [.integer(limit), .integer(max(0, offset))]
        ) { row throws in (summary: try SummaryTable.summary(row), sortKey: try row.optionalText(10)) }
        return (rows.map(\.summary), rows.last.map { Position(sortKey: $0.sortKey, id: $0.summary.id) })
    }
}
