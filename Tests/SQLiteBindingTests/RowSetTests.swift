import SQLiteBinding
import Testing

/// Sets of row numbers, in Swift and in SQL.
struct RowSetTests {
    private let database: TestDatabase

    init() throws { database = TestDatabase() }

    @Test func `it holds what was taken in, each number once, and nothing else`() {
        let numbers = [1, 63, 64, 65, 4_096, 1, 64]
        let set = RowSet(numbers)
        #expect(set.count == 5)
        for number in 0...5_000 { #expect(set.contains(number) == numbers.contains(number)) }
        #expect(set.rows == [1, 63, 64, 65, 4_096])
        #expect(!RowSet().contains(0) && RowSet().rows == [])
    }

    @Test func `numbers of a damaged file cost no memory`() {
        let numbers = [-1, .min, .max, 1 << 40, 64 * 1024 * 1024]
        let set = RowSet(numbers + numbers)
        #expect(set.count == numbers.count)
        #expect(numbers.allSatisfy(set.contains))
        #expect(set.rows == numbers.sorted())
        #expect(!set.contains(0) && !set.contains(.max - 1))
    }

    @Test func `SQL asks it by a name, which the next set takes over`() throws {
        let connection = try database.open()
        try connection.execute("CREATE TABLE box (number INTEGER PRIMARY KEY) STRICT")
        for number in 1...100 { try connection.run("INSERT INTO box VALUES (?)", [.integer(number)]) }
        func found() throws -> [Int] {
            try connection.rows("SELECT number FROM box WHERE is_wanted(number) ORDER BY number") {
                row throws(SQLiteError) in row.integer(0)
            }
        }
        try connection.define("is_wanted", as: RowSet([7, 70, 700]))
        #expect(try found() == [7, 70])
        let odd = try connection.rowSet("SELECT number FROM box WHERE number % ? = 1", [.integer(2)])
        #expect(odd.rows == Array(stride(from: 1, through: 99, by: 2)))
        try connection.define("is_wanted", as: RowSet([8]))
        #expect(try found() == [8])
        // Not while somebody reads by it, and the old one holds then.
        try connection.forEach("SELECT number FROM box WHERE is_wanted(number)") { _ in
            #expect(throws: SQLiteError.self) { try connection.define("is_wanted", as: RowSet([9])) }
            return true
        }
        #expect(try found() == [8])
    }
}
