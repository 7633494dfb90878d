import LetterModel
import ReplicaStore

/// A laptop's replica that a server lends to others while it runs. Its owner's command lines go on working on it: SQLite's locks keep
/// them and the server apart.
///
/// The data folder holds only who was let in, and the audit log.
public struct LentReplica: Sendable {
    /// The name by which it is reached.
    public let archive: ArchiveName
    let store: SQLiteReplicaStore
}

extension Administration {
    /// Opens a laptop's replica to be lent. The first time it is given a name in this data folder, made of what people call its archive;
    /// it keeps that name, since others have it in their addresses.
    ///
    /// - Parameter path: The folder of the replica.
    public func lend(replica path: String) throws(ServerFailure) -> LentReplica {
        let store: SQLiteReplicaStore
        let called: ArchiveName
        do throws(StoreError) {
            store = try SQLiteReplicaStore.open(folder: path, mode: .local)
            called = ArchiveName(closestTo: try store.identity().name)
        } catch {
            throw .replica(path: path, error)
        }
        return LentReplica(archive: try lentName(called), store: store)
    }

    private func lentName(_ called: ArchiveName) throws(ServerFailure) -> ArchiveName {
        if let archive = try registry.archives().first { return archive.name }
        return try registry.addArchive(called, entry: entry("archive.lend", "archive \(called)"), makeFolder: {}).name
    }
}

extension ArchiveName {
    /// The name that is most like what people call an archive: its ASCII letters and digits, and hyphens for the rest.
    init(closestTo text: String) {
        let bytes = text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
            default: UInt8(ascii: "-")
            }
        }
        let words = Array(bytes.split(separator: UInt8(ascii: "-")).joined(separator: [UInt8(ascii: "-")]))
        self = ArchiveName(String(decoding: words.prefix(64), as: UTF8.self)) ?? .letters
    }

    /// The name of an archive whose own has nothing that a URL could carry.
    private static let letters = ArchiveName(known: "letters")
}
