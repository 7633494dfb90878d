public import LetterModel

/// Why a replica could not do what it was asked to do. Nothing was changed.
public enum StoreError: Error, Hashable, Sendable {
    /// The folder holds no replica.
    case notFound(path: String)
    /// The folder holds a replica already.
    case exists(path: String)
    /// The file is no Chancery replica.
    case notAReplica(path: String)
    /// The replica was written by a newer program. It was left alone.
    case newerSchema(found: Int, known: Int)
    /// The replica is of an older format, and whoever only reads it does not bring it to this one. It was left alone.
    case olderSchema(found: Int, known: Int)
    /// The folder belongs to a server (or to a command line) and was opened as the other.
    case wrongMode(path: String)
    /// Another process holds the replica and did not let go in time.
    case busy
    /// The disk is full.
    case diskFull
    /// The replica cannot be written to.
    case readOnly
    /// The disk failed. What was not acknowledged may be lost; reopen and verify.
    case inputOutput(String)
    /// Bytes on disk no longer have the hash that names them.
    case damaged(object: String)
    /// The revisions belong to another archive than this replica's.
    case archiveMismatch(expected: ArchiveID, found: ArchiveID)
    /// There is no such remote.
    case unknownRemote(String)
    /// The name is taken.
    case remoteExists(String)
    /// Another process moved the cursor meanwhile.
    case cursorMoved(remote: String)
    /// The database refused; a fault of the program or of the file.
    case database(code: Int, message: String)
}

extension StoreError: CustomStringConvertible {
    /// What failed, and what to do next.
    public var description: String {
        switch self {
        case .notFound(let path): "there is no archive in \(path); make one with `chancery init` or `chancery clone`"
        case .exists(let path): "there is an archive in \(path) already"
        case .notAReplica(let path):
            "\(path) is not a Chancery archive; it was left alone (if it was one, `chancery salvage` reads what is left)"
        case .newerSchema(let found, let known):
            "the archive was written by a newer version of this program (format \(found), this one knows \(known)); it was left alone: update the program"
        case .olderSchema(let found, let known):
            "the archive is still of format \(found), and this program works with format \(known): its server brings it there when it opens the archive, so start that, and ask for the archive once; nothing is wrong with it"
        case .wrongMode(let path):
            "\(path) belongs to a running or stopped server (or the other way round); use its URL, or make a copy with `chancery clone`"
        case .busy: "another process is writing to the archive; try again when it is done"
        case .diskFull: "the disk is full; nothing was changed: make room and try again"
        case .readOnly: "the archive cannot be written to; check the permissions of its folder"
        case .inputOutput(let detail): "the disk failed (\(detail)); run `chancery verify` before going on"
        case .damaged(let object) where object.hasSameBytes(as: "archive.sqlite"):
            "the database is damaged on this disk; `chancery verify --repair` mends what it can read, and `chancery salvage` reads the rest"
        case .damaged(let object): "the bytes of \(object) are damaged on this disk; run `chancery verify`"
        case .archiveMismatch(let expected, let found):
            "these are two different archives (\(expected) here, \(found) there) and are never mixed; clone the other one into a folder of its own, or export from one and import into the other"
        case .unknownRemote(let name): "there is no remote called \(name); see `chancery remote list`"
        case .remoteExists(let name): "there is a remote called \(name) already; remove it first, or take another name"
        case .cursorMoved(let remote): "another process is syncing with \(remote); try again when it is done"
        case .database(let code, let message):
            "the database refused (\(code): \(message)); run `chancery verify`, and `chancery salvage` if that cannot read it either"
        }
    }
}
