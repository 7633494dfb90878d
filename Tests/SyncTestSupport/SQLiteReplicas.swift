public import ReplicaStore
import ReplicaStoreConformance
import SQLiteBinding
import Synchronization
import TestScratch

/// Replicas on disk for tests, removed when the value goes.
public final class SQLiteReplicas: Sendable {
    private let scratch = Scratch()
    private let count = Atomic<Int>(0)

    /// None yet.
    public init() {}

    /// An empty replica of an archive that all of them share, and its database. One named `server` is a server's.
    public func make(_ name: String) throws -> (replica: TestReplica, database: DatabaseFile) {
        let number = count.add(1, ordering: .relaxed).newValue
        let folder = scratch.path("\(number)")
        let store = try SQLiteReplicaStore.create(
            folder: folder, archive: RevisionMaker.archive(1), name: "letters", label: name,
            epoch: "00000000000000\(10 + number)", mode: name == "server" ? .server : .local)
        return (TestReplica(name, store: store), DatabaseFile(folder: folder))
    }

    /// The same replica as another program sees it, which has read nothing of it yet.
    public func reopen(_ database: DatabaseFile) throws -> any ReplicaStore {
        try SQLiteReplicaStore.open(folder: database.folder, mode: .local)
    }
}

/// What stands in a replica's database, and what tests do to it behind the store's back.
public struct DatabaseFile: Sendable {
    let folder: String

    /// A content as it is stored.
    public struct Content: Hashable, Sendable {
        /// The frame.
        public let frame: [UInt8]
        /// Which dictionary it was compressed with: a number that is the same in all replicas.
        public let dictionary: Int?
    }

    private func connect() throws -> Connection {
        try Connection(
            path: folder + "/archive.sqlite", access: .write,
            policy: ConnectionPolicy(busyTimeoutMilliseconds: 10_000, journal: nil))
    }

    /// All contents.
    public func contents() throws -> Set<Content> {
        Set(
            try connect().rows("SELECT bytes, dictionary FROM content") { row throws in
                Content(frame: row.bytes(0), dictionary: row.optionalInteger(1))
            })
    }

    /// How many dictionaries there are.
    public func dictionaryCount() throws -> Int {
        try connect().rows("SELECT 1 FROM dictionary") { _ throws in 1 }.count
    }

    /// Changes a byte of each copy of each dictionary, as a disk may.
    public func damageDictionaries() throws {
        let connection = try connect()
        let condition = "FROM sqlite_schema WHERE type = 'trigger' ORDER BY name"
        let triggers = try connection.rows("SELECT name, sql \(condition)") { row throws in
            (name: try row.text(0), definition: try row.text(1))
        }
        for trigger in triggers { try connection.execute("DROP TRIGGER \(trigger.name)") }
        for table in ["dictionary", "dictionary_copy"] {
            try connection.execute("UPDATE \(table) SET bytes = CAST(bytes || x'07' AS BLOB)")
        }
        for trigger in triggers { try connection.execute(trigger.definition) }
    }
}
