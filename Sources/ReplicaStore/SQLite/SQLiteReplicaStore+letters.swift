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
            try IDIndex(connection).letters(from: range.lowest, through: range.highest, limit: limit)
        }
    }

    /// Letters by the query, as rows of a list. Read in pages, so that a long list holds nobody up; each page is of one
    /// moment.
    public func letters(_ query: LetterQuery) throws(StoreError) -> [LetterSummary] {
        var letters: [LetterSummary] = []
        var making: BegunWork<[LetterSummary], Never>?
        try forEachPage(of: query, pageSize: Self.lettersReadTogether) { entries, connection in
            try LetterList(connection).rows(of: entries.map { ($0.letter, $0.id) })
        } take: { entries, rows in
            // While some are made, the next ones are read. Few stay here.
            let place = entries.count == Self.lettersReadTogether ? WorkPlace.cores : .here
            let next = BegunWork<[LetterSummary], Never>(place) {
                Array(zip(entries, rows)).concurrentMap { entry, rows in entry.summary(rows) }
            }
            letters += making?.wait() ?? []
            making = next
        }
        return letters + (making?.wait() ?? [])
    }

    /// Whether letters enter the list as they come. Nobody asks most servers for one.
    public var listsAtOnce: Bool { connections.mode == .local }

    /// Brings the list up to the end of the log, in several transactions, or makes its index, if that was put off.
    public func completeList() throws(StoreError) {
        guard !listsAtOnce else { return try makeDateIndex() }
        func isBehind() throws(StoreError) -> Bool {
            let state = try connections.read { try StateRow.read($0) }
            return state.listed < state.sequence
        }
        while try isBehind() {
            try connections.write { connection in
                var state = try StateRow.read(connection)
                try LetterList(connection).takeIn(&state)
                try state.write(connection)
            }
        }
    }

    private func makeDateIndex() throws(StoreError) {
        guard try !connections.read({ try LetterList($0).isIndexed() }) else { return }
        try connections.alone { connection in
            // What is sorted may be larger than what this process may take of memory.
            try connection.execute("PRAGMA temp_store=FILE")
            try connection.transaction(.immediate) { try LetterList(connection).makeIndex() }
        }
    }

    /// The ids of the same letters, in the same order.
    public func letterIDs(_ query: LetterQuery) throws(StoreError) -> [LetterID] {
        var ids: [LetterID] = []
        try forEachPage(of: query, pageSize: Self.entriesReadTogether) { entries, _ in
            entries.map(\.id)
        } take: { _, page in
            ids += page
        }
        return ids
    }

    /// Reads something of the entries that fit, each page in a transaction of its own, and gives it on after that.
    private func forEachPage<Page: Sendable>(
        of query: LetterQuery, pageSize: Int, read: ([LetterFilter.Entry], Connection) throws -> Page,
        take: ([LetterFilter.Entry], Page) -> Void
    ) throws(StoreError) {
        try completeList()
        var filter = LetterFilter(query)
        var left = query.limit ?? .max
        while left > 0 {
            let limit = min(pageSize, left)
            let (entries, page) = try connections.read { connection in
                let entries = try filter.page(connection, limit: limit)
                return (entries, try read(entries, connection))
            }
            take(entries, page)
            guard entries.count == limit, let last = entries.last else { return }
            left -= limit
            filter.resume(after: last)
        }
    }

    /// What one transaction reads: some fifty milliseconds. The more letters are read together, the more pages of the database they share.
    private static let lettersReadTogether = 4_000
    private static let entriesReadTogether = 5_000

    /// Every tag that a letter has which is not deleted, each once, sorted by bytes.
    public func tags() throws(StoreError) -> [String] {
        try completeList()
        return try connections.read { connection in
            try connection.rows(
                """
                SELECT DISTINCT value FROM summary, json_each(summary.tags)
                WHERE is_deleted = 0 AND tags IS NOT NULL ORDER BY value
                """
            ) { row throws in try row.text(0) }
        }
    }

    /// How many letters have conflicts, from the index that holds no others.
    public func conflictCount() throws(StoreError) -> Int {
        try completeList()
        return try connections.read { try $0.integer("SELECT count(*) FROM summary WHERE conflicts > 0") ?? 0 }
    }

    /// Counts of everything that `status` tells.
    public func statistics() throws(StoreError) -> ReplicaStatistics {
        try completeList()
        return try connections.read { connection in
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
    private let conditions: [String]
    private let values: [SQLiteValue]
    private var offset: Int
    /// Where the last page ended.
    private var position: Entry?

    /// The row of `summary` of a letter that fits.
    struct Entry: Sendable {
        let letter: Int
        let id: LetterID
        let sortKey: String?
        let conflicts: Int
        let isDeleted: Bool

        fileprivate init(_ row: Row) throws {
            guard let id = LetterID(bytes: row.bytes(1)) else { throw StoreError.damaged(object: "archive.sqlite") }
            self.id = id
            letter = row.integer(0)
            sortKey = try row.optionalText(2)
            conflicts = row.integer(3)
            isDeleted = row.bool(4)
        }

        /// The row of a list; without rows, or with damaged ones, it says so.
        func summary(_ rows: TruthTables.LetterRows?) -> LetterSummary {
            do {
                if let view = try rows?.view() { return LetterSummary(id, view) }
            } catch {
                // The list names the letter all the same.
            }
            return .damaged(id, conflicts: conflicts, isDeleted: isDeleted)
        }
    }

    init(_ query: LetterQuery) {
        var conditions = ["is_deleted = \(query.onlyDeleted ? 1 : 0)"]
        var values: [SQLiteValue] = []
        func add(_ condition: String, _ added: SQLiteValue...) {
            conditions.append(condition)
            values += added
        }
        if query.from != nil || query.to != nil { conditions.append("sort_key IS NOT NULL") }
        if let from = query.from {
            add("(span IS NULL OR \(SummaryTable.latest) >= ?)", .integer(SummaryTable.dayNumber(from)))
        }
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

    mutating func resume(after entry: Entry) {
        position = entry
        offset = 0
    }

    func page(_ connection: Connection, limit: Int) throws -> [Entry] {
        guard let position else { return try entries(connection, limit: limit) }
        let id = SQLiteValue.bytes(position.id.bytes)
        guard let sortKey = position.sortKey.map(SQLiteValue.text) else {
            return try entries(connection, where: "sort_key IS NULL AND id > ?", [id], limit: limit)
        }
        // Each of the two begins in the index where it ended; with OR between them SQLite would read all of it for every page.
        let dated = try entries(
            connection, where: "sort_key <= ? AND (sort_key < ? OR id > ?)", [sortKey, sortKey, id], limit: limit)
        guard dated.count < limit else { return dated }
        return dated + (try entries(connection, where: "sort_key IS NULL", limit: limit - dated.count))
    }

    private func entries(
        _ connection: Connection, where condition: String = "1", _ more: [SQLiteValue] = [], limit: Int
    ) throws -> [Entry] {
        try connection.rows(
            """
            SELECT letter, id, sort_key, conflicts, is_deleted FROM summary
            WHERE \((conditions + [condition]).joined(separator: " AND ")) ORDER BY sort_key DESC, id LIMIT ? OFFSET ?
            """, values + more + [.integer(limit), .integer(max(0, offset))]
        ) { row throws in try Entry(row) }
    }
}
