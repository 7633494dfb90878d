import SQLiteBinding
import Synchronization

/// `server.sqlite`: which archives there are, whom tokens were given to, and the audit log.
///
/// Several processes open it at once, so administration works while the server runs; each call is one transaction and
/// sees what others committed before. Calls may wait for the disk and, for a few seconds at most, for another process.
///
/// `@unchecked Sendable`: a connection has one owner at a time; `lock` guards it.
final class ServerRegistry: @unchecked Sendable {
    /// How long a call waits for another process.
    private static let busyTimeoutMilliseconds = 10_000

    private let path: String
    private let lock = Mutex(())
    private var connection: Connection
    /// Whether archives and tokens are still those that were read.
    private let generation: RegistryGeneration

    /// Opens the registry of a data folder.
    ///
    /// - Parameter create: Whether the folder and the registry are made if they are not there.
    init(_ folder: ServerFolder, create: Bool) throws(ServerFailure) {
        let path = folder.registryPath
        self.path = path
        generation = RegistryGeneration(path: path)
        if create {
            try folder.make()
        } else if !SystemCall.exists(path) {
            throw .noData(path: folder.path)
        }
        do {
            connection = try ServerRegistry.connect(path, create ? .create : .write)
            try RegistrySchema.migrator.migrate(connection) { version in
                try ServerRegistry.backUp(path, version: version)
            }
        } catch {
            throw ServerRegistry.failure(error, path: path)
        }
    }

    private static func connect(_ path: String, _ access: Connection.Access) throws(SQLiteError) -> Connection {
        try Connection(
            path: path, access: access, policy: .shared(busyTimeoutMilliseconds: busyTimeoutMilliseconds))
    }

    /// Copies the database beside itself before its schema changes.
    private static func backUp(_ path: String, version: Int) throws {
        let source = try Connection(path: path, access: .read, policy: .reader)
        try source.backUp(to: "\(path).before-\(version + 1)")
    }

    /// Copies the registry as it is at one moment into a new file, while others go on.
    func backUp(to copy: String) throws(ServerFailure) {
        do {
            let source = try Connection(path: path, access: .read, policy: .reader)
            try source.backUp(to: copy)
        } catch {
            throw ServerRegistry.failure(error, path: path)
        }
    }

    /// Runs a closure in a transaction that reads one moment.
    func reading<Value: Sendable>(_ body: (Connection) throws -> Value) throws(ServerFailure) -> Value {
        try transaction(.reading, body)
    }

    /// Runs a closure in a transaction that may write.
    func writing<Value: Sendable>(_ body: (Connection) throws -> Value) throws(ServerFailure) -> Value {
        try transaction(.immediate, body)
    }

    /// The generation of archives and tokens at this moment: two equal ones mean that nobody has changed any of them, in whatever process. Nil
    /// if they have to be read to know that.
    var currentGeneration: Int? { generation.current }

    /// Runs a closure in a transaction that reads one moment, and tells the generation that it has read.
    func readingGeneration<Value: Sendable>(
        _ body: (Connection) throws -> Value
    ) throws(ServerFailure) -> (value: Value, generation: Int) {
        try reading { connection in
            let value = try body(connection)
            // The lock that reading took is still held: what the header says belongs to what was read.
            return (value, generation.ofOpenTransaction())
        }
    }

    /// Runs a closure in a transaction that certainly writes, and not to the tables of archives and tokens.
    func writingElsewhere(_ body: (Connection) throws -> Void) throws(ServerFailure) {
        var isCommitted = false
        defer { generation.endWritingElsewhere(isCommitted: isCommitted) }
        try writing { connection in
            generation.beginWritingElsewhere()
            try body(connection)
        }
        isCommitted = true
    }

    private func transaction<Value: Sendable>(
        _ kind: Connection.TransactionKind, _ body: (Connection) throws -> Value
    ) throws(ServerFailure) -> Value {
        do {
            return try lock.withLock { _ in
                // After a failed write nothing more is asked of a connection: what it has in memory may not be on disk.
                if connection.isBroken { connection = try ServerRegistry.connect(path, .write) }
                return try connection.transaction(kind) { try body(connection) }
            }
        } catch {
            throw ServerRegistry.failure(error, path: path)
        }
    }

    private static func failure(_ error: any Error, path: String) -> ServerFailure {
        switch error {
        case let failure as ServerFailure: failure
        case Migrator.Refusal.foreign: .notARegistry(path: path)
        case Migrator.Refusal.newer(let found, let known): .newerRegistry(path: path, found: found, known: known)
        case let error as SQLiteError where error.kind == .notADatabase: .notARegistry(path: path)
        case let error as SQLiteError: .registry("\(path): \(error.message)")
        default: .registry("\(path): \(error)")
        }
    }
}
