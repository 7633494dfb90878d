import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import Testing
import TestScratch

/// What is found damaged while the log is given out is told to those who may heal it.
struct NoticedDamageTests {
    private let scratch = Scratch()

    @Test(arguments: [ReplicaMode.local, .server])
    func `what was found damaged is told until its right bytes come`(_ mode: ReplicaMode) throws {
        let path = scratch.newPath()
        let store = try SQLiteReplicaStore.filled(path, mode)
        let revisions = try store.allRevisions()
        let damage = try Damage(path)
        for sequence in [1, 3] {
            try damage.run("UPDATE revision SET header = zeroblob(length(header)) WHERE sequence = \(sequence)")
        }
        #expect(store.noticedDamage().isEmpty, "nobody has looked yet")
        _ = try store.logEntries(after: 0, through: 2, maximumBytes: .max)
        #expect(store.noticedDamage() == [revisions[0].id])
        _ = try store.logEntries(of: [revisions[2].id], maximumBytes: .max)
        #expect(store.noticedDamage() == [revisions[0].id, revisions[2].id].sorted())

        _ = try store.ingest(RevisionMaker().ingestion([revisions[2]]))
        #expect(store.noticedDamage() == [revisions[0].id])
        _ = try store.ingest(RevisionMaker().ingestion([revisions[0]]))
        #expect(store.noticedDamage().isEmpty)
        #expect(try store.verify { _, _ in }.problems == [])
    }
}
