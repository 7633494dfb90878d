import Compression
import Hashing
import LetterMerge
public import LetterModel
import SQLiteBinding
import Synchronization

/// Who uses a replica's folder; it is decided when the folder is made and never changes.
public enum ReplicaMode: String, Sendable {
    /// Command lines, several at once: a rollback journal.
    case local
    /// One server: a write-ahead log, and a lock that keeps a second server out.
    case server
}

/// A replica in a folder: SQLite for the revisions, files for the blobs.
///
/// May be shared between threads; several processes may each open the same `.local` folder. After
/// `StoreError.inputOutput` the value answers nothing more: open the folder again and verify.
///
/// ```swift
/// let store = try SQLiteReplicaStore.open(folder: "/home/ada/letters", mode: .local)
/// let state = try store.logState()
/// ```
public final class SQLiteReplicaStore: ReplicaStore {
    /// How long a command line waits for another one that writes.
    public static let defaultBusyTimeoutMilliseconds = 30_000

    let folder: ReplicaFolder
    let connections: Connections
    /// What was found damaged since this value was made.
    let damage = NoticedDamage()
    /// The dictionary that came last when it was asked for, if there was one; nil if nobody has asked since one may have come.
    let newestDictionary = Mutex<CompressionDictionary??>(nil)
    /// Held as long as this value lives; nil in a laptop's replica.
    private let serverLock: ServerLock?

    private init(folder: ReplicaFolder, connections: Connections, serverLock: ServerLock?) {
        self.folder = folder
        self.connections = connections
        self.serverLock = serverLock
    }

    deinit {
        // Before the lock goes: nobody else may checkpoint meanwhile.
        connections.finishCheckpoint()
    }

    // MARK: Making and opening

    /// Makes an empty replica and opens it. The folder is made if it is not there.
    ///
    /// The database is made under another name and appears whole or not at all.
    ///
    /// - Parameters:
    ///   - path: the folder's path.
    ///   - archive: the id that the archive takes unless its first exchange says otherwise.
    ///   - name: what people call the archive.
    ///   - label: what revisions written here carry as `device`.
    ///   - epoch: which life of the log begins: 16 lower-case hex digits that no other replica has.
    ///   - mode: who will use the folder.
    ///   - busyTimeoutMilliseconds: how long to wait for another process that writes.
    public static func create(
        folder path: String, archive: ArchiveID, name: String, label: String, epoch: String, mode: ReplicaMode,
        busyTimeoutMilliseconds: Int = defaultBusyTimeoutMilliseconds
    ) throws(StoreError) -> SQLiteReplicaStore {
        let folder = ReplicaFolder(path: path)
        guard case .missing = try folder.databaseFile() else { throw .exists(path: path) }
        try folder.make()
        let (temporary, descriptor) = try folder.temporaryFile(folder.databasePath + ".new-")
        try ReplicaFolder.closeFile(descriptor)
        do {
            let identity = ReplicaIdentity(
                archive: archive, isArchiveOpen: true, name: name, label: label, mergeRule: Merge.rule)
            try fill(temporary, identity: identity, epoch: epoch, mode: mode)
            try ReplicaFolder.syncFile(temporary)
        } catch {
            ReplicaFolder.remove(temporary)
            throw StoreError(error)
        }
        guard try ReplicaFolder.publish(temporary, as: folder.databasePath) else { throw .exists(path: path) }
        return try open(folder: path, mode: mode, busyTimeoutMilliseconds: busyTimeoutMilliseconds)
    }

    private static func fill(_ path: String, identity: ReplicaIdentity, epoch: String, mode: ReplicaMode) throws {
        let connection = try Connection(
            path: path, access: .write, policy: ConnectionPolicy(busyTimeoutMilliseconds: 0, journal: .truncate))
        try connection.execute("PRAGMA page_size=\(PageSize.bytes(mode))")
        try ReplicaSchema.migrator.migrate(connection) { _ in }
        try connection.transaction(.immediate) {
            try IdentityTable(connection).insert(identity, epoch: epoch, mode: mode)
        }
        // The journal mode is a property of the file. Leaving the log behind when this connection closes would lose it
        // at the renaming, so the log is emptied first; closing removes it.
        if mode == .server {
            try connection.setJournal(.writeAheadLog)
            try connection.checkpoint()
        }
    }

    /// Opens a replica.
    ///
    /// - Parameters:
    ///   - path: the folder's path.
    ///   - mode: who uses it: `wrongMode` if the folder was made for the other.
    ///   - busyTimeoutMilliseconds: how long to wait for another process that writes.
    ///   - fileSystem: the name of a registered SQLite VFS, for tests that inject faults; nil for the system's.
    ///   - checkpointPages: for tests in which everything happens in one order: the commit by which a server's write-ahead log has so many
    ///     pages moves it. Nil: it is moved by another thread, while nobody waits for it.
    public static func open(
        folder path: String, mode: ReplicaMode, busyTimeoutMilliseconds: Int = defaultBusyTimeoutMilliseconds,
        fileSystem: String? = nil, checkpointPages: Int? = nil
    ) throws(StoreError) -> SQLiteReplicaStore {
        let folder = ReplicaFolder(path: path)
        switch (try folder.databaseFile(), mode) {
        case (.missing, _): throw .notFound(path: path)
        case (.foreign, _): throw .notAReplica(path: path)
        case (.rollbackJournal, .server), (.writeAheadLog, .local): throw .wrongMode(path: path)
        case (.rollbackJournal, .local), (.writeAheadLog, .server): break
        }
        let lock = mode == .server ? try folder.takeServerLock() : nil
        do {
            let connection = try Connection(
                path: folder.databasePath, access: .write,
                policy: policy(
                    mode, busyTimeoutMilliseconds: busyTimeoutMilliseconds, checkpointPages: checkpointPages),
                fileSystem: fileSystem)
            try ReplicaSchema.migrator.migrate(connection) { version in try backUp(folder, version: version) }
            let connections = Connections(
                folder: folder, mode: mode, writer: connection, fileSystem: fileSystem,
                checkpointsBeside: mode == .server && checkpointPages == nil)
            if mode == .server { try noteBlobsThatCame(connections, folder) }
            return SQLiteReplicaStore(folder: folder, connections: connections, serverLock: lock)
        } catch Migrator.Refusal.foreign {
            throw .notAReplica(path: path)
        } catch Migrator.Refusal.newer(let found, let known) {
            throw .newerSchema(found: found, known: known)
        } catch let error as SQLiteError where error.kind == .notADatabase {
            throw .notAReplica(path: path)
        } catch {
            throw StoreError(error)
        }
    }

    private static func policy(
        _ mode: ReplicaMode, busyTimeoutMilliseconds: Int, checkpointPages: Int?
    ) -> ConnectionPolicy {
        switch mode {
        case .local: return .shared(busyTimeoutMilliseconds: busyTimeoutMilliseconds)
        case .server: return .writer(checkpointPages: checkpointPages ?? 0)
        }
    }

    /// Copies the database before a migration to `archive.sqlite.before-N`, N being the version that it leaves.
    private static func backUp(_ folder: ReplicaFolder, version: Int) throws {
        let (temporary, descriptor) = try folder.temporaryFile(folder.databasePath + ".backup-")
        try ReplicaFolder.closeFile(descriptor)
        do {
            let source = try Connection(path: folder.databasePath, access: .read, policy: .reader)
            try source.backUp(to: temporary)
            try ReplicaFolder.syncFile(temporary)
        } catch {
            ReplicaFolder.remove(temporary)
            throw error
        }
        try ReplicaFolder.replace("\(folder.databasePath).before-\(version + 1)", with: temporary)
    }

    /// The numbers of the folder and its database on their file system: others for every copy, the same after a move. Nil if they
    /// cannot be looked at.
    public func fileNumbers() -> String? { folder.fileNumbers() }

    // MARK: Identity

    /// Which archive this replica holds, and what it calls itself.
    public func identity() throws(StoreError) -> ReplicaIdentity {
        try connections.read { try IdentityTable($0).identity() }
    }

    /// Makes the archive's id final.
    public func settleArchive(_ archive: ArchiveID) throws(StoreError) {
        try connections.write { try IdentityTable($0).settle(archive) }
    }

    /// Begins a new life of the log: positions that were handed out before are still compared by their chain.
    /// Call it after a replica was restored from a backup.
    public func beginEpoch(_ epoch: String) throws(StoreError) {
        try connections.write { try IdentityTable($0).setEpoch(epoch) }
    }

    /// A setting of this replica.
    public func setting(_ key: String) throws(StoreError) -> String? {
        try connections.read { connection in
            try connection.first("SELECT value FROM setting WHERE key = ?", [.text(key)]) { (row) throws(SQLiteError) in
                try row.text(0)
            }
        }
    }

    /// Sets or (nil) removes a setting of this replica.
    public func setSetting(_ key: String, to value: String?) throws(StoreError) {
        try connections.write { connection in
            guard let value else { return try connection.run("DELETE FROM setting WHERE key = ?", [.text(key)]) }
            let values: [SQLiteValue] = [.text(key), .text(value)]
            try connection.run(
                """
                INSERT INTO setting (key, value, digest) VALUES (?, ?, ?)
                ON CONFLICT (key) DO UPDATE SET value = excluded.value, digest = excluded.digest
                """, values + [RowDigest.value(of: values)])
        }
    }
}
