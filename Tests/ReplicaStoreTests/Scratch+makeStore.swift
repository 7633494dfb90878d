import ReplicaStore
import ReplicaStoreConformance
import TestScratch

extension Scratch {
    /// An empty replica in a new folder, or in this one.
    func makeStore(_ mode: ReplicaMode, at path: String? = nil) throws -> SQLiteReplicaStore {
        try SQLiteReplicaStore.create(
            folder: path ?? newPath(), archive: RevisionMaker.archive(1), name: "letters", label: "test",
            epoch: "00000000000000ff", mode: mode)
    }
}
