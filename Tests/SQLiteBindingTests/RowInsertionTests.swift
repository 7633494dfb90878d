import SQLiteBinding
import Testing

/// Many rows by few statements.
struct RowInsertionTests {
    private let database: TestDatabase
    private let connection: Connection

    init() throws {
        database = TestDatabase()
        connection = try database.open()
        try connection.execute("CREATE TABLE box (number INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT")
    }

    private func values(_ numbers: some Sequence<Int>) -> [SQLiteValue] {
        numbers.flatMap { [.integer($0), .text("box \($0)")] }
    }

    private func numbers() throws -> [Int] {
        try connection.rows("SELECT number FROM box WHERE name = 'box ' || number ORDER BY number") { row throws in
            row.integer(0)
        }
    }

    @Test(arguments: [0, 1, 31, 127, 128, 129, 256, 300])
    func `all rows are inserted, however many`(_ count: Int) throws {
        let insertion = RowInsertion("INSERT OR FAIL INTO box (number, name)", columnCount: 2)
        #expect(try connection.run(insertion, values(1...301 - count)) == 301 - count)
        #expect(try connection.run(insertion, values(500..<500 + count)) == count)
        #expect(try numbers() == Array(1...301 - count) + Array(500..<500 + count))
    }

    @Test func `rows that are there already are passed over and not counted`() throws {
        let insertion = RowInsertion("INSERT OR IGNORE INTO box (number, name)", columnCount: 2)
        #expect(try connection.run(insertion, values([7, 40, 41])) == 3)
        #expect(try connection.run(insertion, values(1...200)) == 197)
        #expect(try numbers() == Array(1...200))
    }

    @Test(arguments: [5, 140]) func `where one fails the transaction leaves none`(_ taken: Int) throws {
        let insertion = RowInsertion("INSERT OR FAIL INTO box (number, name)", columnCount: 2)
        try connection.run(insertion, values([taken]))
        let error = TestDatabase.error {
            try connection.transaction(.immediate) { _ = try connection.run(insertion, values(1...200)) }
        }
        #expect(error?.kind == .constraint)
        #expect(try numbers() == [taken])
        #expect(try connection.run(insertion, values([290])) == 1)
    }

    @Test(arguments: [1, 128]) func `values of every kind come back as they were given`(_ count: Int) throws {
        try connection.execute(
            "CREATE TABLE thing (number INTEGER PRIMARY KEY, text TEXT, bytes BLOB, whole INTEGER) STRICT")
        let insertion = RowInsertion("INSERT OR FAIL INTO thing (number, text, bytes, whole)", columnCount: 4)
        let kinds: [[SQLiteValue]] = [
            [.text("a name"), .bytes([0, 1, 255]), .integer(-7)], [.text(""), .bytes([UInt8]()), .integer(0)],
            [.text("é\0z, longer than what fits into a word"), .bytes(Array(repeating: 9, count: 10_000)), .null],
            [.null, .null, .null],
        ]
        let rows = (0..<count).map { [.integer($0)] + kinds[$0 % kinds.count] }
        #expect(try connection.run(insertion, rows.flatMap { $0 }) == count)
        let found = try connection.rows("SELECT number, text, bytes, whole, text IS NULL, bytes IS NULL FROM thing") {
            row throws -> [SQLiteValue] in
            [
                .integer(row.integer(0)), row.integer(4) == 1 ? .null : .text(try row.text(1)),
                row.integer(5) == 1 ? .null : .bytes(row.bytes(2)), .integer(row.optionalInteger(3)),
            ]
        }
        #expect(found == rows)
    }
}
