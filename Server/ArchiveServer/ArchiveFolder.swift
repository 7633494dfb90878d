import Hashing
import LetterModel
import ReplicaStore

/// The folder of one archive on a server: a replica that nobody edits here.
enum ArchiveFolder {
    /// Makes an empty archive; a replica that is there already is taken in if it is a server's and intact enough to open.
    ///
    /// - Parameters:
    ///   - path: The folder's path.
    ///   - name: What people call the archive.
    ///   - time: When it is made, for the id that the archive has until the first push settles it.
    static func makeOrTakeIn(
        _ path: String, name: ArchiveName, time: Timestamp, randomBytes: (_ count: Int) -> [UInt8]
    ) throws(StoreError) {
        do throws(StoreError) {
            _ = try SQLiteReplicaStore.create(
                folder: path, archive: .make(time: time, random: randomBytes(10)), name: name.text, label: "server",
                epoch: newEpoch(randomBytes), mode: .server)
        } catch {
            guard case .exists = error else { throw error }
            _ = try open(path)
        }
    }

    /// A name for a new life of a log, that no other replica has.
    static func newEpoch(_ randomBytes: (_ count: Int) -> [UInt8]) -> String { Hex.encode(randomBytes(8)) }

    /// Opens an archive for the one server of its data folder.
    static func open(_ path: String) throws(StoreError) -> SQLiteReplicaStore {
        try SQLiteReplicaStore.open(folder: path, mode: .server)
    }
}
