import CFaultVFS
import Foundation
import SQLiteBinding
import Testing

struct ConnectionTests {
    private let database: TestDatabase

    init() throws { database = TestDatabase() }

    @Test func `values of every type come back as they were`() throws {
        let connection = try database.open()
        try connection.execute("CREATE TABLE box (number INTEGER, label TEXT, bytes BLOB) STRICT")
        let rows: [[SQLiteValue]] = [
            [.integer(.max), .text("a\u{0}b é e\u{301}"), .bytes([0, 255])], [.integer(.min), .text(""), .bytes([])],
            [.null, .null, .null],
        ]
        for row in rows { try connection.run("INSERT INTO box VALUES (?, ?, ?)", row) }
        let back = try connection.rows("SELECT * FROM box ORDER BY rowid") { row throws in try row.values() }
        #expect(back == rows)
        let types = try TestDatabase.texts(
            connection, "SELECT typeof(label) || typeof(bytes) FROM box ORDER BY rowid")
        #expect(types == ["textblob", "textblob", "nullnull"])
        #expect(try connection.integer("SELECT length(CAST(label AS BLOB)) FROM box WHERE rowid = 1") == 10)
        try connection.forEach("SELECT * FROM box WHERE rowid = 3") { row in
            #expect(row.integer(0) == 0 && row.optionalInteger(0) == nil && row.bytes(2) == [])
            #expect(row.optionalBytes(2) == nil)
            let (text, none) = (try row.text(1), try row.optionalText(1))
            #expect(text == "" && none == nil)
            return true
        }
    }

    @Test func `text that is no UTF-8 on disk is an error, not repaired`() throws {
        let connection = try database.open()
        try connection.execute("CREATE TABLE box (label TEXT); INSERT INTO box VALUES (CAST(x'41ff' AS TEXT))")
        #expect(throws: SQLiteError.self) { try TestDatabase.texts(connection, "SELECT label FROM box") }
    }

    @Test func `an error names the statement and never the values`() throws {
        let connection = try database.open()
        try connection.execute(
            "CREATE TABLE box (label TEXT NOT NULL UNIQUE) STRICT; CREATE VIRTUAL TABLE words USING fts5(text)")
        try connection.run("INSERT INTO box VALUES (?)", [.text("secret")])
        let error = TestDatabase.error {
            try connection.run("INSERT INTO box VALUES (?)", [.text("secret")])
        }
        #expect(error?.kind == .constraint)
        #expect(error?.code == 19 && error?.extendedCode == 2067)
        #expect(error?.operation == "INSERT INTO box VALUES (?)")
        #expect(error?.description.contains("secret") == false)
        let syntax = TestDatabase.error {
            _ = try connection.integer("SELECT 1 FROM words WHERE words MATCH ?", [.text("secret \" (")])
        }
        #expect(syntax?.description.contains("secret") == false)
        #expect(throws: SQLiteError.self) { try connection.execute("SELECT nonsense") }
        // The statement can be used again after its error.
        try connection.run("INSERT INTO box VALUES (?)", [.text("other")])
        #expect(try connection.integer("SELECT count(*) FROM box") == 2)
    }

    @Test func `the same statement may run inside its own result`() throws {
        let connection = try database.open()
        let sql = "WITH RECURSIVE n (x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n WHERE x < 3) SELECT x FROM n"
        var pairs = 0
        try connection.forEach(sql) { _ in
            try connection.forEach(sql) { _ in
                pairs += 1
                return true
            }
            return true
        }
        #expect(pairs == 9)
    }

    @Test func `statements are found by what they say, wherever their text is in memory`() throws {
        let connection = try database.open()
        for round in 0..<2 {
            for number in 0..<500 {
                // Made anew, so that one may come to be where one of before was; the text of the last is changed where it is.
                var sql = "SELECT \(1_000 + number), 'a text of some length'"
                #expect(try connection.integer(sql) == 1_000 + number, "round \(round)")
                sql.replaceSubrange(sql.startIndex..<sql.startIndex, with: "SELECT 7 WHERE EXISTS (")
                sql += ")"
                #expect(try connection.integer(sql) == 7)
                let literal = try connection.integer("SELECT ? + 0, 'a text of some length'", [.integer(number)])
                #expect(literal == number)
                try connection.forEach("SELECT ? + 0, 'a text of some length'", [.integer(1)]) { row in
                    let inner = try connection.integer("SELECT ? + 0, 'a text of some length'", [.integer(2)])
                    #expect(inner == 2 && row.integer(0) == 1)
                    return true
                }
            }
        }
    }

    @Test func `a transaction is all or nothing`() throws {
        struct Stop: Error {}
        let connection = try database.open()
        try connection.execute("CREATE TABLE box (label TEXT) STRICT")
        #expect(throws: Stop.self) {
            try connection.transaction(.immediate) {
                try connection.run("INSERT INTO box VALUES ('a')")
                throw Stop()
            }
        }
        #expect(connection.isInAutocommit)
        try connection.transaction(.immediate) { try connection.run("INSERT INTO box VALUES ('b')") }
        #expect(try TestDatabase.texts(connection, "SELECT label FROM box") == ["b"])
    }

    @Test func `who cannot have the lock is told so, and does not lose his connection`() throws {
        let first = try database.open()
        let second = try database.open(policy: .shared(busyTimeoutMilliseconds: 0))
        try first.execute("CREATE TABLE box (label TEXT)")
        try first.transaction(.immediate) {
            let error = TestDatabase.error { _ = try second.transaction(.immediate) {} }
            #expect(error?.kind == .busy)
        }
        try second.transaction(.immediate) { try second.run("INSERT INTO box VALUES ('x')") }
    }

    @Test func `a connection guards against hostile files`() throws {
        let connection = try database.open()
        func pragma(_ name: String) throws -> Int? { try connection.integer("PRAGMA \(name)") }
        #expect(try pragma("trusted_schema") == 0)
        #expect(try pragma("cell_size_check") == 1)
        #expect(try pragma("foreign_keys") == 1)
        #expect(try pragma("synchronous") == 2)
        #expect(try pragma("recursive_triggers") == 1)
        #expect(try pragma("secure_delete") == 2)
        #expect(try pragma("busy_timeout") == 100)
        #expect((try pragma("mmap_size") ?? 0) == 0)
        try connection.execute("PRAGMA writable_schema=ON")
        #expect(throws: SQLiteError.self, "defensive") { try connection.execute("DELETE FROM sqlite_schema") }
        #expect(throws: SQLiteError.self, "no double-quoted strings") { try connection.execute("SELECT \"text\"") }
    }

    @Test func `journals are what the policy says`() throws {
        let connection = try database.open()
        #expect(try TestDatabase.texts(connection, "PRAGMA journal_mode") == ["truncate"])
        let server = TestDatabase()
        defer { withExtendedLifetime(server) {} }
        let writer = try server.open(policy: .writer)
        #expect(try TestDatabase.texts(writer, "PRAGMA journal_mode") == ["wal"])
        #expect(try writer.integer("PRAGMA wal_autocheckpoint") == ConnectionPolicy.defaultCheckpointPages)
        try writer.execute("CREATE TABLE box (label TEXT)")
        let reader = try server.open(.read, policy: .reader)
        #expect(try reader.integer("PRAGMA wal_autocheckpoint") == 0)
        let error = TestDatabase.error { try reader.run("INSERT INTO box VALUES ('x')") }
        #expect(error?.kind == .readOnly)
    }

    @Test func `what cannot be opened is told apart`() throws {
        #expect(TestDatabase.error { _ = try database.open(.write) }?.kind == .cannotOpen)
        try Data(repeating: 0x41, count: 5_000).write(to: URL(fileURLWithPath: database.path))
        #expect(TestDatabase.error { _ = try database.open(.write) }?.kind == .notADatabase)
    }

    @Test func `a backup is the database of one moment, while others write`() throws {
        let connection = try database.open()
        try connection.execute("CREATE TABLE box (label TEXT)")
        try connection.run("INSERT INTO box VALUES ('in')")
        try connection.transaction(.immediate) {
            try connection.run("INSERT INTO box VALUES ('not yet')")
            try database.open(.read, policy: .reader).backUp(to: database.folder + "/copy.sqlite")
        }
        let copy = try Connection(path: database.folder + "/copy.sqlite", access: .read, policy: .reader)
        #expect(try TestDatabase.texts(copy, "SELECT label FROM box") == ["in"])
    }
}

struct FailingDiskTests {
    private let database: TestDatabase

    init() throws { database = TestDatabase() }

    private func failing() throws -> Connection {
        let connection = try database.open(fileSystem: String(cString: fault_vfs_name()))
        try connection.execute("CREATE TABLE box (label TEXT)")
        return connection
    }

    @Test(arguments: 0..<4) func `after a failed fsync nothing is acknowledged and the connection is dead`(_ after: Int)
        throws
    {
        let connection = try failing()
        fault_vfs_fail_sync(Int32(after))
        defer { fault_vfs_fail_sync(-1) }
        var acknowledged = 0
        var failure: SQLiteError?
        for number in 0..<5 where failure == nil {
            do {
                try connection.transaction(.immediate) {
                    try connection.run("INSERT INTO box VALUES (?)", [.text("\(number)")])
                }
                acknowledged += 1
            } catch let error as SQLiteError {
                failure = error
            }
        }
        #expect(failure?.kind == .inputOutput)
        #expect(connection.isBroken)
        fault_vfs_fail_sync(-1)
        let dead = TestDatabase.error { _ = try connection.integer("SELECT count(*) FROM box") }
        #expect(dead?.kind == .inputOutput)
        let next = try database.open()
        let found = try next.integer("SELECT count(*) FROM box") ?? 0
        #expect(found >= acknowledged)
        #expect(try TestDatabase.texts(next, "PRAGMA integrity_check") == ["ok"])
    }

    @Test(arguments: 0..<6) func `a full disk undoes the transaction, and there is a next one`(_ after: Int) throws {
        let connection = try failing()
        try connection.run("INSERT INTO box VALUES ('before')")
        fault_vfs_fail_write(Int32(after), 13)
        defer { fault_vfs_fail_write(-1, 0) }
        let large = SQLiteValue.bytes([UInt8](repeating: 1, count: 200_000))
        let error = TestDatabase.error {
            try connection.transaction(.immediate) { try connection.run("INSERT INTO box VALUES (?)", [large]) }
        }
        #expect(error?.kind == .full)
        fault_vfs_fail_write(-1, 0)
        #expect(!connection.isBroken)
        try connection.run("INSERT INTO box VALUES ('after')")
        #expect(try TestDatabase.texts(connection, "SELECT label FROM box") == ["before", "after"])
    }

    @Test func `the file's change counter grows by one with each commit of any connection, and with nothing else`()
        throws
    {
        let (one, other) = (try database.open(), try database.open())
        let reader = try database.open(.read, policy: .reader)
        #expect(reader.fileChangeCounter() == nil, "there is no header in an empty file")
        try one.execute("CREATE TABLE box (label TEXT)")
        let first = try #require(reader.fileChangeCounter())
        try one.transaction(.immediate) {
            try one.run("INSERT INTO box VALUES ('a')")
            try one.run("INSERT INTO box VALUES ('b')")
        }
        #expect(reader.fileChangeCounter() == first + 1)
        try other.run("DELETE FROM box")
        #expect(reader.fileChangeCounter() == first + 2)
        _ = try other.integer("SELECT count(*) FROM box")
        try one.transaction(.immediate) { try one.run("DELETE FROM box WHERE label = 'e'") }
        #expect(throws: CancellationError.self) {
            try other.transaction(.immediate) {
                try other.run("INSERT INTO box VALUES ('c')")
                throw CancellationError()
            }
        }
        #expect(reader.fileChangeCounter() == first + 2)
        try one.run("INSERT INTO box VALUES ('d')")
        #expect(reader.fileChangeCounter() == first + 3)
        #expect(one.fileChangeCounter() == first + 3)
    }

    @Test func `a write-ahead log has no change counter to go by`() throws {
        let connection = try database.open(policy: .writer)
        try connection.execute("CREATE TABLE box (label TEXT)")
        #expect(connection.fileChangeCounter() == nil)
    }
}
