import SQLiteBinding
import Testing

struct MigratorTests {
    private let database: TestDatabase

    init() throws { database = TestDatabase() }

    static let steps = [
        Migrator.Migration("boxes", script: "CREATE TABLE box (label TEXT) STRICT"),
        Migrator.Migration("one box") { try $0.run("INSERT INTO box VALUES (?)", [.text("first")]) },
    ]

    private func migrator(_ count: Int, more: [Migrator.Migration] = []) -> Migrator {
        Migrator(applicationID: 77, migrations: Array(Self.steps.prefix(count)) + more)
    }

    @Test func `a new database takes all steps without a backup, and once`() throws {
        let connection = try database.open()
        var backups: [Int] = []
        #expect(try migrator(2).migrate(connection) { backups.append($0) } == 2)
        #expect(try migrator(2).migrate(connection) { backups.append($0) } == 0)
        #expect(backups == [])
        #expect(try connection.integer("SELECT count(*) FROM box") == 1)
        #expect(try connection.integer("PRAGMA application_id") == 77)
        #expect(try connection.integer("PRAGMA user_version") == 2)
    }

    @Test func `an old database takes the rest, after a backup of what it was`() throws {
        let connection = try database.open()
        try migrator(1).migrate(connection) { _ in }
        var backups: [Int] = []
        try migrator(2).migrate(connection) { version in
            backups.append(version)
            try database.open(.read, policy: .reader).backUp(to: database.folder + "/before")
        }
        #expect(backups == [1])
        let backup = try Connection(path: database.folder + "/before", access: .read, policy: .reader)
        #expect(try backup.integer("PRAGMA user_version") == 1)
        #expect(try backup.integer("SELECT count(*) FROM box") == 0)
    }

    @Test func `a step that fails leaves everything as it was`() throws {
        struct Failure: Error {}
        let connection = try database.open()
        try migrator(1).migrate(connection) { _ in }
        let broken = [
            Self.steps[1], Migrator.Migration("shelves", script: "CREATE TABLE shelf (label TEXT)"),
            Migrator.Migration("fails") { _ in throw Failure() },
        ]
        #expect(throws: Failure.self) { try migrator(1, more: broken).migrate(connection) { _ in } }
        #expect(try connection.integer("PRAGMA user_version") == 1)
        #expect(try connection.integer("SELECT count(*) FROM box") == 0)
        #expect(try connection.integer("SELECT count(*) FROM sqlite_schema") == 1)
    }

    @Test func `without a backup nothing is changed`() throws {
        struct NoRoom: Error {}
        let connection = try database.open()
        try migrator(1).migrate(connection) { _ in }
        #expect(throws: NoRoom.self) { try migrator(2).migrate(connection) { _ in throw NoRoom() } }
        #expect(try connection.integer("PRAGMA user_version") == 1)
    }

    @Test func `a newer database is refused and left alone`() throws {
        let connection = try database.open()
        try migrator(2).migrate(connection) { _ in }
        #expect(throws: Migrator.Refusal.newer(found: 2, known: 1)) { try migrator(1).migrate(connection) { _ in } }
        #expect(try connection.integer("PRAGMA user_version") == 2)
    }

    @Test func `somebody else's database is refused and left alone`() throws {
        let connection = try database.open()
        try connection.execute("CREATE TABLE theirs (x)")
        #expect(throws: Migrator.Refusal.foreign) { try migrator(2).migrate(connection) { _ in } }
        try connection.execute("DROP TABLE theirs; PRAGMA application_id=78")
        #expect(throws: Migrator.Refusal.foreign) {
            try Migrator(applicationID: 77, migrations: Self.steps).migrate(connection) { _ in }
        }
        #expect(try connection.integer("SELECT count(*) FROM sqlite_schema") == 0)
    }
}
