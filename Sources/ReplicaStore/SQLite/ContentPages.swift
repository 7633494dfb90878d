import SQLiteBinding

/// Appends rows to `content` so that they fill its pages.
///
/// Where the next row does not fit into the last page, SQLite begins a new one, and nothing ever comes into what is left of the one before: half a
/// row, of some dozen. So what is left is filled first, with the largest of the further rows that fits, again and again. All others are
/// appended in the order in which they come.
///
/// How full the last page is follows from the rows in it, from the first one on that SQLite took a new page for.
///
/// Source: https://www.sqlite.org/fileformat2.html#b_tree_pages
struct ContentPages {
    private let connection: Connection
    /// The bytes of a page that hold rows, with two for the place of each.
    private let pageBytes: Int
    /// The bytes that are left in the last page; nil where that is not known.
    private var room: Int?
    /// The number that the next row gets if nobody else appends one.
    private var next = 0
    /// Rows that are not written yet, one after the other.
    private var placed: [SQLiteValue] = []

    /// So few are appended in the order in which they come.
    private static let fewest = 8

    init(_ connection: Connection) throws(SQLiteError) {
        self.connection = connection
        pageBytes = (try connection.integer("PRAGMA page_size") ?? 0) - 8
    }

    /// Appends rows.
    ///
    /// - Parameters:
    ///   - rows: The rows.
    ///   - body: Told the index of each row with the number that it gets.
    mutating func append(_ rows: [DictionaryTable.ContentRow], _ body: (_ index: Int, _ number: Int) -> Void)
        throws(SQLiteError)
    {
        guard !rows.isEmpty else { return }
        let next = try connection.integer("SELECT max(number) + 1 FROM content") ?? 1
        if next != self.next { room = nil }
        self.next = next
        guard rows.count >= Self.fewest else {
            for index in rows.indices { place(rows[index]) { body(index, $0) } }
            room = nil
            return try write()
        }
        let counts = rows.map { Self.byteCount(of: $0, number: next) }
        // By their size, the largest last. Those that were appended already are passed over.
        let bySize = rows.indices.sorted { counts[$0] < counts[$1] }
        var isAppended = Array(repeating: false, count: rows.count)
        for index in rows.indices where !isAppended[index] {
            while let left = room, counts[index] > left,
                let filler = bySize[..<bySize.firstIndex(from: { counts[$0] > left })].last(where: { !isAppended[$0] })
            {
                place(rows[filler]) { body(filler, $0) }
                isAppended[filler] = true
                room = left - counts[filler]
            }
            try append(rows[index], byteCount: counts[index]) { body(index, $0) }
            isAppended[index] = true
        }
        try write()
    }

    /// Appends a row to the last page, or to a new one.
    private mutating func append(
        _ row: DictionaryTable.ContentRow, byteCount: Int, _ body: (_ number: Int) -> Void
    ) throws(SQLiteError) {
        // One that fits into no page goes on in others, of which nothing is known.
        let isPlain = byteCount <= pageBytes - 32
        if let room, isPlain {
            place(row, body)
            self.room = (byteCount > room ? pageBytes : room) - byteCount
        } else {
            try write()
            let countBefore = try allocatedPageCount()
            place(row, body)
            try write()
            let isInNewPage = try allocatedPageCount() > countBefore
            room = isPlain && isInNewPage ? pageBytes - byteCount : nil
        }
    }

    /// Puts a row behind those that are not written yet.
    private mutating func place(_ row: DictionaryTable.ContentRow, _ body: (_ number: Int) -> Void) {
        placed.append(.integer(next))
        placed.append(.bytes(row.frame))
        placed.append(.integer(row.dictionary))
        placed.append(.integer(row.fixity))
        body(next)
        next += 1
    }

    private mutating func write() throws(SQLiteError) {
        try connection.run(Self.insertion, placed)
        placed.removeAll(keepingCapacity: true)
    }

    private static let insertion = RowInsertion(
        "INSERT OR FAIL INTO content (number, bytes, dictionary, fixity)", columnCount: 4)

    /// How many pages of the file are in use.
    private func allocatedPageCount() throws(SQLiteError) -> Int {
        (try connection.integer("PRAGMA page_count") ?? 0) - (try connection.integer("PRAGMA freelist_count") ?? 0)
    }

    // MARK: Sizes

    /// How many bytes of a page a row takes.
    static func byteCount(of row: DictionaryTable.ContentRow, number: Int) -> Int {
        // The number stands before the record, and in it as a null; so does the hash.
        let bytes = typeAndByteCount(.bytes(row.frame))
        let dictionary = typeAndByteCount(.integer(row.dictionary))
        let fixity = typeAndByteCount(.integer(row.fixity))
        let types = 2 + varintByteCount(bytes.type) + varintByteCount(dictionary.type) + varintByteCount(fixity.type)
        let record =
            types + varintByteCount(types + 1) + bytes.byteCount + dictionary.byteCount + fixity.byteCount
        return 2 + varintByteCount(record) + varintByteCount(number) + record
    }

    /// What says in a record which type a value has, and how many bytes the value itself takes.
    private static func typeAndByteCount(_ value: SQLiteValue) -> (type: Int, byteCount: Int) {
        switch value {
        case .null, .integer(0), .integer(1): (0, 0)
        case .integer(let number):
            [1, 2, 3, 4, 6].first { number >= -1 << (8 * $0 - 1) && number < 1 << (8 * $0 - 1) }.map { (1, $0) }
                ?? (1, 8)
        case .text(let text): (2 * text.utf8.count + 13, text.utf8.count)
        case .bytes(let bytes): (2 * bytes.count + 12, bytes.count)
        }
    }

    private static func varintByteCount(_ number: Int) -> Int { max(1, (70 - number.leadingZeroBitCount) / 7) }
}

extension [Int] {
    /// Where the first element stands that a condition holds for, as for all after it.
    fileprivate func firstIndex(from condition: (Int) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if condition(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
