import Glibc
import ReplicaStore

/// A replica in a folder that this one syncs with, opened by one machine at a time.
///
/// SQLite's locks hold between the processes of one machine. A disk that is carried around, or a share that several machines mount, needs one
/// that says which machine it was: ``FolderLock``.
final class RemoteFolder {
    let store: SQLiteReplicaStore
    private let lock: FolderLock

    /// Opens the replica in a folder for as long as this value lives.
    ///
    /// - Throws: `RemoteFolderError`, `StoreError`.
    init(_ path: String) throws {
        if let type = FileSystemType.networkType(of: path) { throw RemoteFolderError.network(path: path, type: type) }
        try RemoteFolder.refuseFile(path)
        // Looked at before anything is written beside it.
        guard access("\(path)/archive.sqlite", F_OK) == 0 else { throw StoreError.notFound(path: path) }
        lock = try FolderLock(folder: path)
        store = try SQLiteReplicaStore.open(folder: path, mode: .local)
    }

    /// A path that leads to no folder is told for what it is.
    private static func refuseFile(_ path: String) throws(RemoteFolderError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else { return }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFolder(path: path) }
        var bytes = [UInt8](repeating: 0, count: magic.count)
        let count = read(descriptor, &bytes, bytes.count)
        throw count == bytes.count && bytes == magic ? .bundle(path: path) : .notAFolder(path: path)
    }

    /// Whether a path leads to a bundle's file, and not to a folder.
    static func isBundle(_ path: String) -> Bool {
        do {
            try refuseFile(path)
            return false
        } catch {
            return if case .bundle = error { true } else { false }
        }
    }

    /// How a frame of Zstandard begins, and so a bundle.
    ///
    /// Source: https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1
    private static let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]
}

/// Why a folder cannot be synced with now. Nothing was changed.
public enum RemoteFolderError: Error, Hashable, Sendable {
    /// Another machine has it open, or had when it was last seen.
    case inUse(path: String, host: String)
    /// Another process of this machine is syncing with it.
    case busy(path: String, process: Int)
    /// It is on a network's file system, where SQLite's locks are not to be relied on.
    case network(path: String, type: String)
    /// The lock beside it cannot be made or read.
    case unusable(path: String, reason: String)
    /// It is this replica's own folder.
    case itself(path: String)
    /// The lock beside it says nothing of who holds it.
    case foreignLock(path: String)
    /// It is a bundle's file.
    case bundle(path: String)
    /// It is no folder.
    case notAFolder(path: String)

    /// A stable word for scripts.
    public var code: String {
        switch self {
        case .inUse: "inUse"
        case .busy: "busy"
        case .network: "networkFolder"
        case .unusable: "folder"
        case .itself: "sameFolder"
        case .foreignLock: "foreignLock"
        case .bundle: "bundle"
        case .notAFolder: "notAFolder"
        }
    }
}

extension RemoteFolderError: CustomStringConvertible {
    /// What is wrong, and what to do next.
    public var description: String {
        switch self {
        case .inUse(let path, let host):
            "\(path) is in use by the machine \(host); sync again when that is done. If it no longer has the disk, delete \(path)/\(FolderLock.fileName)"
        case .busy(let path, let process):
            "another chancery (process \(process)) is syncing with \(path); try again when it is done"
        case .network(let path, let type):
            "\(path) is on a network file system (\(type)), where a database can be damaged; exchange bundles there: `chancery bundle create`"
        case .unusable(let path, let reason): "\(path) cannot be synced with: \(reason)"
        case .itself(let path): "\(path) is this archive's own folder; name another replica"
        case .foreignLock(let path):
            "\(path)/\(FolderLock.fileName) does not say who uses the folder; if nobody does, delete it and sync again"
        case .bundle(let path):
            "\(path) is a bundle, which answers no questions: `chancery sync` and `chancery bundle apply \(path)` take in what it holds, also in the place of what is damaged here"
        case .notAFolder(let path): "\(path) is no folder; name the folder that holds the replica"
        }
    }
}
