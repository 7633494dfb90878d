import ReplicaStore
import Synchronization

/// The stores of the archives that were asked for: opened with the first request, one for each archive, and kept open.
final class ArchiveStores: Sendable {
    private struct State {
        var open: [ArchiveKey: SQLiteReplicaStore] = [:]
        /// Archives whose folders were moved aside: a request that was admitted a moment before must not open the folder of
        /// the archive that has the name now.
        var retired: Set<ArchiveKey> = []
    }

    private let folder: ServerFolder
    private let state = Mutex(State())

    init(in folder: ServerFolder) {
        self.folder = folder
    }

    /// The store of an archive.
    func store(of archive: ArchiveRecord) throws(StoreError) -> any ReplicaStore {
        try state.withLock { state throws(StoreError) in
            if let store = state.open[archive.key] { return store }
            let path = folder.archivePath(archive.name)
            guard !state.retired.contains(archive.key) else { throw .notFound(path: path) }
            let store = try ArchiveFolder.open(path)
            state.open[archive.key] = store
            return store
        }
    }

    /// Lets go of a store that failed: the next request opens it anew, which checks it.
    func drop(_ archive: ArchiveRecord) {
        state.withLock { $0.open[archive.key] = nil }
    }

    /// Closes the store of a deleted archive for good, once no request uses it.
    ///
    /// - Returns: Whether it is closed.
    func retire(_ archive: ArchiveRecord) -> Bool {
        state.withLock { state in
            // Taken out, so that a store which nobody uses has one reference: this one.
            if var store = state.open.removeValue(forKey: archive.key), !isKnownUniquelyReferenced(&store) {
                state.open[archive.key] = store
                return false
            }
            state.retired.insert(archive.key)
            return true
        }
    }
}
