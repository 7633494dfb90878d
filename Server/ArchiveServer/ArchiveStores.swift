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
    /// What is served in the place of the folder's archives.
    private let lent: LentReplica?
    private let state = Mutex(State())

    init(in folder: ServerFolder, lent: LentReplica? = nil) {
        self.folder = folder
        self.lent = lent
    }

    /// The store of an archive.
    func store(of archive: ArchiveRecord) throws(StoreError) -> any ReplicaStore {
        if let lent {
            guard lent.archive == archive.name else { throw .notFound(path: archive.name.text) }
            return lent.store
        }
        return try state.withLock { state throws(StoreError) in
            if let store = state.open[archive.key] { return store }
            let path = folder.archivePath(archive.name)
            guard !state.retired.contains(archive.key) else { throw .notFound(path: path) }
            let store = try ArchiveFolder.open(path)
            state.open[archive.key] = store
            return store
        }
    }

    /// Lets go of a store that failed: the next request opens it anew, which checks it.
    ///
    /// Not a lent one, which refuses everything from then on: opening it again in this process could take SQLite's locks from a request
    /// that is still at work. Source: https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
    func drop(_ archive: ArchiveRecord) {
        state.withLock { $0.open[archive.key] = nil }
    }

    /// The stores that are open now.
    var open: [any ReplicaStore] { state.withLock { Array($0.open.values) } }

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
