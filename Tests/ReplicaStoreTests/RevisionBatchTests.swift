import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import Testing
import TestScratch

/// Revisions that are made ready as they come are taken in like those that come at once.
struct RevisionBatchTests {
    @Test(arguments: [0, 1, 31, 32, 33, 100, 257])
    func `however they come, they are taken in their order`(count: Int) throws {
        let maker = RevisionMaker()
        var revisions: [Revision] = []
        for number in 0..<count {
            // Letters of one revision, edits and deletions.
            let parent = number % 5 == 0 ? nil : revisions.last
            let isDeleted = number % 5 == 4
            revisions.append(
                try maker.revision(number / 5, isDeleted ? nil : "version \(number)", after: parent.map { [$0] } ?? []))
        }
        var single = RevisionBatch()
        for revision in revisions { single.append(revision) }
        var joined = RevisionBatch(Array(revisions.prefix(7)))
        var rest = RevisionBatch()
        for revision in revisions.dropFirst(7) { rest.append(revision) }
        joined.append(rest)
        let scratch = Scratch()
        var states: [LogState] = []
        for batch in [RevisionBatch(revisions), single, joined] {
            #expect(batch.revisions == revisions && batch.ids == revisions.map(\.id))
            #expect(batch.isEmpty == revisions.isEmpty)
            let store = try scratch.makeStore(.local)
            let report = try store.ingest(Ingestion(archive: maker.archive, batch: batch))
            #expect(report.outcomes == (0..<count).map { .accepted(sequence: $0 + 1) })
            #expect(try store.allRevisions() == revisions)
            #expect(try store.verify { _, _ in }.problems == [])
            states.append(try store.logState())
        }
        #expect(states[0] == states[1] && states[0] == states[2])
    }
}
