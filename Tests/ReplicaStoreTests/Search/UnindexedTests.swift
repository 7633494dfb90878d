import LetterModel
import ReplicaStoreConformance
import TestScratch
import Testing

@testable import ReplicaStore

/// How many letters the search index has not taken in.
struct UnindexedTests {
    private let scratch = Scratch()
    private let maker = RevisionMaker()

    @Test(arguments: [10, 990, 1_100]) func `letters that the index has not taken in are counted once each`(
        _ count: Int
    ) throws {
        let path = scratch.newPath()
        let store = try SQLiteReplicaStore.filled(path)
        let old = try #require(try store.allRevisions().first { $0.header.letter == RevisionMaker.letterID(2) })
        let damage = try Damage(path)
        func unindexed() throws -> Int { try SearchIndex(damage.connection).unindexed() }
        #expect(try unindexed() == 0)

        let new = try (0..<count).map { try maker.revision(1_000 + $0, "letter \($0)") }
        _ = try store.ingest(maker.ingestion(new))
        #expect(try unindexed() == count)
        let again = try (0..<10).map { try maker.revision(1_000 + $0, "again", after: [new[$0]]) }
        _ = try store.ingest(maker.ingestion(again + [try maker.revision(2, "again", after: [old])]))
        #expect(try unindexed() == count + 1)

        // As letters were numbered before format 7.
        try damage.run("UPDATE revision SET letter = (SELECT count(*) FROM letter WHERE number <= revision.letter)")
        #expect(try unindexed() == count + 1)
    }
}
