import Foundation
import ReplicaStore
import ReplicaStoreConformance
import SyncTestSupport
import Synchronization

/// Folders in memory for the machines of one simulation after another. Belongs to one thread.
///
/// Databases live on virtual disks; a machine's folder holds the first bytes of one, which say whose it is, the server's lock, and the
/// files of its blobs.
package final class Workspace {
    private let path: String
    private var used: Set<Int> = []

    /// An empty workspace; its folders are removed with it.
    package init() throws {
        let memory = "/dev/shm"
        let place =
            FileManager.default.isWritableFile(atPath: memory)
            ? memory : FileManager.default.temporaryDirectory.path
        path = "\(place)/chancery-simulation-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            preconditionFailure("the workspace cannot be removed: \(error)")
        }
    }

    /// The folder of a machine, without blobs.
    func folder(_ number: Int, header: Data) throws -> String {
        let folder = "\(path)/\(number)"
        if used.insert(number).inserted {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        try header.write(to: URL(filePath: folder + "/archive.sqlite"))
        try Workspace.removeBlobs(of: folder)
        return folder
    }

    static func removeBlobs(of folder: String) throws {
        if FileManager.default.fileExists(atPath: folder + "/blobs") {
            try FileManager.default.removeItem(atPath: folder + "/blobs")
        }
    }

    /// Makes the blobs of a folder those of another one.
    static func copyBlobs(of folder: String, to target: String) throws {
        try removeBlobs(of: target)
        if FileManager.default.fileExists(atPath: folder + "/blobs") {
            try FileManager.default.copyItem(atPath: folder + "/blobs", toPath: target + "/blobs")
        }
    }

    /// A place for the blobs of a backup.
    func backupFolder(_ number: Int) throws -> String {
        let folder = "\(path)/backup-\(number)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return folder
    }
}

/// Replicas as they are when they were just made, one a process. Each machine begins with a copy.
///
/// Unchecked: disks are only copied from, once they are here; `Mutex` guards the rest.
struct NewReplica: @unchecked Sendable {
    let disk: VirtualDisk
    /// The first bytes of the database.
    let header: Data

    private static let made = Mutex<[Int: NewReplica]>([:])

    /// The replica of a machine's number; 0 is the server's.
    static func of(_ number: Int) throws -> NewReplica {
        try made.withLock { made in
            if let known = made[number] { return known }
            let folder = FileManager.default.temporaryDirectory.appending(path: "chancery-new-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: folder) }
            _ = try make(folder.path, number)
            let file = folder.appending(path: "archive.sqlite")
            let disk = VirtualDisk(mountedOn: nil)
            guard disk.load(file.path) else { throw TestFailure("a new replica cannot be read") }
            let replica = NewReplica(disk: disk, header: try Data(contentsOf: file).prefix(100))
            made[number] = replica
            return replica
        }
    }

    private static func make(_ folder: String, _ number: Int) throws -> SQLiteReplicaStore {
        try SQLiteReplicaStore.create(
            folder: folder, archive: RevisionMaker.archive(1), name: "letters", label: Machine.name(number),
            epoch: NewReplica.epoch(number), mode: number == 0 ? .server : .local)
    }

    /// Sixteen digits for an epoch's number.
    static func epoch(_ number: Int) -> String {
        let digits = String(number + 1, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
