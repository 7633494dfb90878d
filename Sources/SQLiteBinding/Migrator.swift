private import CSQLite

/// Brings a database to the newest schema: an append-only list of steps, all of them or none, after a backup.
///
/// `application_id` says that the file is ours, `user_version` how many steps it has seen. A file that is newer than
/// the list, or somebody else's, is left alone.
public struct Migrator: Sendable {
    /// One step. Never changed once it has shipped.
    public struct Migration: Sendable {
        /// What the step does, for people.
        public let name: String
        private let apply: @Sendable (Connection) throws -> Void

        /// A step that is a script.
        public init(_ name: String, script: String) {
            self.init(name) { try $0.execute(script) }
        }

        /// A step that is code.
        public init(_ name: String, _ apply: @escaping @Sendable (Connection) throws -> Void) {
            self.name = name
            self.apply = apply
        }

        func callAsFunction(_ connection: Connection) throws { try apply(connection) }
    }

    /// What stands against a migration.
    public enum Refusal: Error, Hashable, Sendable {
        /// The file is a database of another program.
        case foreign
        /// The file has seen more steps than this program knows.
        case newer(found: Int, known: Int)
    }

    /// What marks a file as ours.
    ///
    /// Source: https://www.sqlite.org/pragma.html#pragma_application_id
    public let applicationID: Int
    /// All steps ever shipped, oldest first.
    public let migrations: [Migration]

    /// A list of steps for files with this mark.
    public init(applicationID: Int, migrations: [Migration]) {
        precondition(applicationID > 0 && applicationID <= Int32.max, "an application id is a positive 32-bit number")
        self.applicationID = applicationID
        self.migrations = migrations
    }

    /// Brings the database up to date.
    ///
    /// - Parameters:
    ///   - connection: a connection that may write, outside a transaction.
    ///   - backUp: is called before anything is changed in a database that has seen steps, while nobody else can write;
    ///     it gets the number of steps seen, and copies the database by a connection of its own.
    /// - Returns: how many steps were taken.
    @discardableResult
    public func migrate(_ connection: Connection, backUp: (_ version: Int) throws -> Void) throws -> Int {
        // Without a lock first: nothing is written to a file that is up to date, or that is not ours.
        if try version(of: connection) == migrations.count { return 0 }
        return try connection.transaction(.immediate) {
            let version = try version(of: connection)
            guard version < migrations.count else { return 0 }
            if version > 0 { try backUp(version) }
            for migration in migrations[version...] { try migration(connection) }
            try connection.execute("PRAGMA application_id=\(applicationID); PRAGMA user_version=\(migrations.count)")
            return migrations.count - version
        }
    }

    /// How many steps the database has seen; throws if it is not ours or is newer than this program.
    public func version(of connection: Connection) throws -> Int {
        let found = try connection.integer("PRAGMA application_id") ?? 0
        let version = try connection.integer("PRAGMA user_version") ?? 0
        if found == 0, version == 0, try connection.integer("SELECT count(*) FROM sqlite_schema") == 0 { return 0 }
        guard found == applicationID else { throw Refusal.foreign }
        guard version <= migrations.count else { throw Refusal.newer(found: version, known: migrations.count) }
        return version
    }
}
