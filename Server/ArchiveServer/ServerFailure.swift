public import HTTPServer
public import ReplicaStore

/// Why the server could not start, or why an administration command could not do what it was asked to do.
public enum ServerFailure: Error, Sendable, Equatable {
    /// There is no server's data in the folder.
    case noData(path: String)
    /// `server.sqlite` is not a registry of this program.
    case notARegistry(path: String)
    /// `server.sqlite` was written by a newer program. It was left alone.
    case newerRegistry(path: String, found: Int, known: Int)
    /// A server is running on the data folder.
    case serverRunning(path: String)
    /// There is an archive of that name.
    case archiveExists(ArchiveName)
    /// An archive of that name was deleted, and its folder is still in its place.
    case archiveBeingDeleted(ArchiveName)
    /// There is no archive of that name.
    case unknownArchive(ArchiveName)
    /// There is no token of that id.
    case unknownToken(TokenID)
    /// The system refused something on a file or folder.
    case fileSystem(path: String, reason: String)
    /// A folder that has to be new or empty holds something.
    case notEmpty(path: String)
    /// A copy and its original would lie in one another.
    case insideData(path: String)
    /// What is to be backed up is damaged.
    case backupRefused(String)
    /// The folder holds no backup.
    case notABackup(path: String)
    /// A backup is not as it was made.
    case backupDamaged(path: String, reason: String)
    /// The registry's database refused, or the disk did.
    case registry(String)
    /// An archive's store refused.
    case store(archive: ArchiveName, StoreError)
    /// A laptop's replica could not be opened to be lent.
    case replica(path: String, StoreError)
    /// The HTTP server could not be started.
    case http(ServerError)

    /// A stable word for programs.
    public var code: String {
        switch self {
        case .noData: "noData"
        case .notARegistry: "notARegistry"
        case .newerRegistry: "newerFormat"
        case .serverRunning: "serverRunning"
        case .archiveExists: "archiveExists"
        case .archiveBeingDeleted: "archiveBeingDeleted"
        case .unknownArchive: "unknownArchive"
        case .unknownToken: "unknownToken"
        case .fileSystem: "file"
        case .notEmpty: "notEmpty"
        case .insideData: "insideData"
        case .backupRefused: "backupRefused"
        case .notABackup: "notABackup"
        case .backupDamaged: "backupDamaged"
        case .registry: "registry"
        case .store(_, .newerSchema): "newerFormat"
        case .replica(_, .newerSchema): "newerFormat"
        case .store(_, .olderSchema): "olderFormat"
        case .replica(_, .olderSchema): "olderFormat"
        case .store: "store"
        case .replica: "replica"
        case .http(.cannotListen): "cannotListen"
        case .http: "http"
        }
    }
}

extension ServerFailure: CustomStringConvertible {
    /// What failed, and what to do next.
    public var description: String {
        switch self {
        case .noData(let path):
            "there is no server's data in \(path); make it with `chancery-server archive create NAME --data \(path)`"
        case .notARegistry(let path): "\(path) was not made by this program; it was left alone"
        case .newerRegistry(let path, let found, let known):
            "\(path) was written by a newer version of this program (format \(found), this one knows \(known)); it was left alone: update the program"
        case .serverRunning(let path):
            "a server is already running on \(path); stop it first, or give this one a data folder of its own"
        case .archiveExists(let name): "there is an archive \(name) already"
        case .archiveBeingDeleted(let name):
            "an archive \(name) was deleted a moment ago and the server has not let go of it yet; try again in a few seconds"
        case .unknownArchive(let name): "there is no archive \(name); see `chancery-server archive list`"
        case .unknownToken(let id): "there is no token \(id); see `chancery-server token list`"
        case .fileSystem(let path, let reason): "\(path): \(reason)"
        case .notEmpty(let path):
            "there is something in \(path) already; nothing was changed: name a new or an empty folder"
        case .insideData(let path):
            "\(path) and the server's data would lie in one another; name a folder elsewhere, best on another disk"
        case .backupRefused(let reason): "no backup was made, since it would not be good: \(reason)"
        case .notABackup(let path):
            "\(path) is not a backup that `chancery-server backup` finished; nothing was changed"
        case .backupDamaged(let path, let reason):
            "the backup \(path) is damaged: \(reason); nothing was changed: take another backup, or another copy of it"
        case .registry(let reason): "the server's registry refused: \(reason)"
        case .store(let archive, let error): "archive \(archive): \(error.description)"
        case .replica(let path, let error): "the replica in \(path) cannot be lent: \(error.description)"
        case .http(let error): error.description
        }
    }
}
