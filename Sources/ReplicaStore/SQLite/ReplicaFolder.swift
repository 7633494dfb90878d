import Canaries
import Glibc
import SQLiteBinding

/// The folder of a replica, and the calls of the system that it needs.
///
/// `archive.sqlite` is the database, `blobs/ab/cdef…` are the attachments, `lock` is held with flock(2) by a server: a
/// killed process holds nothing, and that the file exists means nothing.
struct ReplicaFolder: Sendable {
    let path: String

    var databasePath: String { path + "/archive.sqlite" }
    var blobsPath: String { path + "/blobs" }
    private var lockPath: String { path + "/lock" }

    /// What the first bytes of a file say.
    enum DatabaseFile {
        case missing
        case foreign
        case rollbackJournal
        case writeAheadLog
    }

    /// Looks at the database's header without opening it as one: opening a server's file would already leave traces.
    ///
    /// Source: https://www.sqlite.org/fileformat2.html#the_database_header
    func databaseFile() throws(StoreError) -> DatabaseFile {
        // A pipe that somebody put there would be waited for.
        let descriptor = open(databasePath, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return .missing }
            throw StoreError.system("open", errno)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw StoreError.system("fstat", errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { return .foreign }
        var header = [UInt8](repeating: 0, count: 100)
        let count = read(descriptor, &header, header.count)
        guard count >= 0 else { throw StoreError.system("read", errno) }
        guard count == header.count, header.starts(with: Array("SQLite format 3".utf8) + [0]) else { return .foreign }
        return header[19] == 2 ? .writeAheadLog : .rollbackJournal
    }

    /// The numbers of the folder and of the database's file. Nothing is opened: closing a second descriptor of the database would
    /// drop SQLite's locks.
    ///
    /// Source: https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
    func fileNumbers() -> String? {
        var (ofFolder, ofDatabase) = (stat(), stat())
        guard stat(path, &ofFolder) == 0, stat(databasePath, &ofDatabase) == 0 else { return nil }
        return "\(ofFolder.st_ino) \(ofDatabase.st_ino)"
    }

    /// Makes the folder, with those around it.
    func make() throws(StoreError) {
        try Self.makeFolder(path)
        try Self.makeFolder(blobsPath)
    }

    private static func makeFolder(_ path: String) throws(StoreError) {
        if mkdir(path, 0o777) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash > path.startIndex else {
            throw StoreError.system("mkdir", errno)
        }
        try makeFolder(String(path[..<slash]))
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw StoreError.system("mkdir", errno) }
    }

    /// An empty file of a new name that only its owner may read: letters are private. SQLite's journals take after it.
    func temporaryFile(_ prefix: String) throws(StoreError) -> (path: String, descriptor: Int32) {
        var template = Array((prefix + "XXXXXX").utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw StoreError.system("mkstemp", errno) }
        guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else { throw StoreError.system("fcntl", errno) }
        let name = template.dropLast().map { UInt8(bitPattern: $0) }
        return (String(decoding: name, as: UTF8.self), descriptor)
    }

    /// Whether something has this name.
    static func isTaken(_ path: String) throws(StoreError) -> Bool {
        do throws(NewName.Failure) { return try NewName.isTaken(path) } catch { throw StoreError(error) }
    }

    /// Gives a finished file its name if no file has it yet, and makes that durable. False if one has.
    static func publish(_ temporary: String, as path: String) throws(StoreError) -> Bool {
        defer { remove(temporary) }
        do throws(NewName.Failure) {
            guard try NewName.take(path, for: temporary) else { return false }
            try NewName.syncFolder(of: path)
            return true
        } catch {
            throw StoreError(error)
        }
    }

    /// Gives a finished file its name, in place of one that has it, and makes that durable.
    static func replace(_ path: String, with temporary: String) throws(StoreError) {
        guard rename(temporary, path) == 0 else {
            let error = errno
            unlink(temporary)
            throw StoreError.system("rename", error)
        }
        #if CANARIES
            if Canary.folderNotSynced.isOn { return }
        #endif
        try syncFolder(of: path)
    }

    /// Closes a descriptor that nothing was written through.
    static func closeFile(_ descriptor: Int32) throws(StoreError) {
        guard close(descriptor) == 0 else { throw StoreError.system("close", errno) }
    }

    /// Removes a temporary file, and the journal that SQLite left beside it; what stays is only in the way.
    static func remove(_ path: String) {
        for suffix in ["", "-journal", "-wal", "-shm"] { unlink(path + suffix) }
    }

    /// Makes names in the folder of a file durable: fsync of a file says nothing of its name.
    static func syncFolder(of path: String) throws(StoreError) {
        do throws(NewName.Failure) { try NewName.syncFolder(of: path) } catch { throw StoreError(error) }
    }

    /// Makes a file's bytes durable.
    static func syncFile(_ path: String) throws(StoreError) {
        do throws(NewName.Failure) { try NewName.sync(path) } catch { throw StoreError(error) }
    }

    /// Takes the server's lock, which the process keeps while the descriptor is open; `busy` if another one holds it.
    func takeServerLock() throws(StoreError) -> ServerLock {
        let descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StoreError.system("open", errno) }
        #if CANARIES
            if Canary.serverLockNotTaken.isOn { return ServerLock(descriptor: descriptor) }
        #endif
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let error = errno
            close(descriptor)
            throw error == EWOULDBLOCK ? .busy : StoreError.system("flock", error)
        }
        return ServerLock(descriptor: descriptor)
    }
}

/// The right to be the one server of a folder, given back when the value goes.
final class ServerLock: Sendable {
    private let descriptor: Int32

    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit {
        // Closing alone lets go of it only when no other process has the descriptor: a child has ours from its fork to its exec.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}

extension StoreError {
    /// The error for a call of the system that failed.
    static func system(_ call: String, _ code: Int32) -> StoreError {
        switch code {
        case ENOSPC, EDQUOT: .diskFull
        case EROFS, EACCES, EPERM: .readOnly
        default: .inputOutput("\(call): error \(code)")
        }
    }

    /// The error for a name that could not be given.
    init(_ failure: NewName.Failure) { self = .system(failure.call, failure.number) }

    /// The error for what went wrong inside a transaction.
    init(_ error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case let error as SQLiteError: self.init(error)
        default: self = .database(code: 0, message: "unexpected error")
        }
    }

    /// The error for what SQLite refused.
    init(_ error: SQLiteError) {
        switch error.kind {
        case .busy: self = .busy
        case .full: self = .diskFull
        case .readOnly: self = .readOnly
        case .inputOutput: self = .inputOutput(error.description)
        case .corrupt, .notADatabase: self = .damaged(object: "archive.sqlite")
        case .constraint, .cannotOpen, .other: self = .database(code: error.extendedCode, message: error.description)
        }
    }
}
