import Dispatch
import Parallelism
import SQLiteBinding
import Synchronization

/// The connections of one replica: one that writes, and for a server a few that read beside it.
///
/// Unchecked: a `Connection` has one owner at a time. `writer` is touched only inside `lock`; a reader is taken out of
/// `readers` by whoever uses it.
final class Connections: @unchecked Sendable {
    private let folder: ReplicaFolder
    let mode: ReplicaMode
    private let fileSystem: String?
    private let writer: Connection
    /// What all of these connections know of it.
    let dictionaries = LoadedDictionaries()
    /// Guards `writer`.
    private let lock = Mutex(())
    /// More than read at once on a few cores, however many threads wait for the disk: opening one costs more than a small exchange does, and
    /// keeping one takes two descriptors.
    private let readers = IdleList<32, Reader>()
    /// The writes of a server's threads.
    private let group = CommitGroup()
    /// Where the write-ahead log is moved into the database; nil where SQLite does it at a commit, or there is none.
    private let checkpoints: DispatchQueue?
    /// How many pages the writer had written when that was begun last. Guarded by `lock`.
    private var checkpointedPages = 0
    /// Set once the disk failed: what is in memory may not be what is on disk, so nothing more is answered from it.
    private let mustReopen = Atomic<Bool>(false)

    /// Unchecked: `readers` guards it; it belongs to the one call that took it.
    private final class Reader: @unchecked Sendable {
        let connection: Connection

        init(_ connection: Connection) { self.connection = connection }
    }

    /// Of each reader: together they may take as much memory as eight connections of a laptop.
    private static let readerCacheKibibytes = 8 * 1024

    init(
        folder: ReplicaFolder, mode: ReplicaMode, writer: sending Connection, fileSystem: String?,
        checkpointsBeside: Bool = false
    ) {
        checkpoints = checkpointsBeside ? DispatchQueue(label: "checkpoint") : nil
        self.folder = folder
        self.mode = mode
        self.writer = writer
        self.fileSystem = fileSystem
        _ = self.writer.kept { dictionaries }
    }

    deinit {
        // The last connection that closes moves the write-ahead log into the database, unless it only reads.
        while readers.take() != nil {}
    }

    /// Runs a closure in a transaction that may write: all of it or nothing.
    func write<Value: Sendable>(_ body: (Connection) throws -> Value) throws(StoreError) -> Value {
        switch mode {
        case .local:
            return try locked { connection in
                try connection.transaction(.immediate) { try body(connection) }
            }
        case .server:
            return try guarded {
                try group.write(body) { work in
                    let isDue = try lock.withLock { _ in
                        try writer.transaction(.immediate) { try work(writer) }
                        return isCheckpointDue()
                    }
                    if isDue { beginCheckpoint() }
                }
            }
        }
    }

    /// Whether the write-ahead log is long enough to be moved; asked within `lock`.
    private func isCheckpointDue() -> Bool {
        guard checkpoints != nil else { return false }
        let count = writer.writtenPageCount()
        guard count - checkpointedPages >= ConnectionPolicy.defaultCheckpointPages else { return false }
        checkpointedPages = count
        return true
    }

    /// Moves the write-ahead log while those whose writes are in it go on: it takes the disk as long as several commits.
    private func beginCheckpoint() {
        checkpoints?.async { [self] in
            do {
                try locked { try $0.checkpointWhatIsFree() }
            } catch {
                // What was committed is in the log, and the next one tries again. After a failure of the disk nothing is answered any more.
            }
        }
    }

    /// Waits until the write-ahead log is not being moved.
    func finishCheckpoint() { checkpoints?.sync {} }

    /// Runs a closure on one moment of the replica. Keep it short: in a laptop's replica it holds up those who write.
    func read<Value: Sendable>(_ body: (Connection) throws -> Value) throws(StoreError) -> Value {
        switch mode {
        case .local:
            return try locked { connection in
                try connection.transaction(.reading) { try body(connection) }
            }
        case .server:
            return try withReader { connection in
                try connection.transaction(.reading) { try body(connection) }
            }
        }
    }

    /// Runs a closure on the writing connection outside a transaction.
    func locked<Value: Sendable>(_ body: (Connection) throws -> Value) throws(StoreError) -> Value {
        try guarded {
            try lock.withLock { _ in try body(writer) }
        }
    }

    /// Runs a closure on another connection of this process that may write, in no transaction; only in a laptop's replica.
    func alone<Value>(_ body: (Connection) throws -> Value) throws(StoreError) -> Value {
        precondition(mode == .local, "a server has one connection that writes")
        return try guarded {
            var policy = ConnectionPolicy.shared(
                busyTimeoutMilliseconds: SQLiteReplicaStore.defaultBusyTimeoutMilliseconds)
            policy.cacheKibibytes = Self.readerCacheKibibytes
            return try body(
                Connection(path: folder.databasePath, access: .write, policy: policy, fileSystem: fileSystem))
        }
    }

    private func withReader<Value: Sendable>(_ body: (Connection) throws -> Value) throws(StoreError) -> Value {
        try guarded {
            // A reader that failed is closed instead of being kept.
            try readers.with(or: open) { try body($0.connection) }
        }
    }

    private func open() throws -> Reader {
        var policy = ConnectionPolicy.reader
        policy.cacheKibibytes = Self.readerCacheKibibytes
        let connection = try Connection(
            path: folder.databasePath, access: .read, policy: policy, fileSystem: fileSystem)
        _ = connection.kept { dictionaries }
        return Reader(connection)
    }

    private func guarded<Value>(_ body: () throws -> Value) throws(StoreError) -> Value {
        guard !mustReopen.load(ordering: .acquiring) else {
            throw .inputOutput("an earlier call failed; close the archive and open it again")
        }
        do {
            return try body()
        } catch {
            let error = StoreError(error)
            if case .inputOutput = error { mustReopen.store(true, ordering: .releasing) }
            throw error
        }
    }
}
