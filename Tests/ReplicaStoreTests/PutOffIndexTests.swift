import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import Testing
import TestScratch

/// The list's index by date is not kept while many letters come, and is there when somebody asks.
struct PutOffIndexTests {
    private let scratch = Scratch()
    private let maker = RevisionMaker()

    private func revisions(_ numbers: Range<Int>) throws -> [Revision] {
        try numbers.map { number in
            var letter = Letter()
            letter.body = "letter \(number)"
            var date = LetterDate()
            date.edtf = "1\(100 + number * 7 % 800)"
            letter.date = date
            return try maker.revision(number, letter: letter)
        }
    }

    private func isIndexed(_ path: String) throws -> Bool {
        try !Damage(path).texts("SELECT name FROM sqlite_schema WHERE name = 'summary_by_date'").isEmpty
    }

    private func make(_ mode: ReplicaMode) throws -> (path: String, store: SQLiteReplicaStore) {
        let path = scratch.newPath()
        return (path, try scratch.makeStore(mode, at: path))
    }

    @Test func `many letters come without it, and the list makes it`() throws {
        let (path, store) = try make(.local)
        _ = try store.ingest(maker.ingestion(revisions(0..<10)))
        #expect(try isIndexed(path))
        _ = try store.ingest(maker.ingestion(revisions(10..<1_034)))
        #expect(try !isIndexed(path))
        // Whoever was interrupted here finds nothing wrong.
        #expect(try store.verify { _, _ in }.problems == [])
        _ = try store.ingest(maker.ingestion(revisions(1_034..<1_040)))
        #expect(try !isIndexed(path))

        let again = try SQLiteReplicaStore.open(folder: path, mode: .local)
        let dates = try again.letters(LetterQuery()).map { $0.date }
        #expect(dates.count == 1_040 && dates == dates.sorted { ($0 ?? "") > ($1 ?? "") })
        #expect(try isIndexed(path))
        #expect(try again.verify { _, _ in }.problems == [])
        // A list that is much longer than what comes keeps it.
        for start in stride(from: 2_000, to: 7_000, by: 1_000) {
            _ = try store.ingest(maker.ingestion(revisions(start..<start + 1_000)))
        }
        #expect(try isIndexed(path))
        _ = try store.ingest(maker.ingestion(revisions(7_000..<8_024)))
        #expect(try isIndexed(path))
    }

    @Test func `a search by date and the count of conflicts make it too`() throws {
        for ask in [
            { try $0.search("1300..1400", limit: 9, offset: 0).hits.isEmpty }, { try $0.conflictCount() == 0 },
        ] as [(SQLiteReplicaStore) throws -> Bool] {
            let (path, store) = try make(.local)
            _ = try store.ingest(maker.ingestion(revisions(0..<1_024)))
            #expect(try !isIndexed(path))
            _ = try ask(store)
            #expect(try isIndexed(path))
        }
    }

    @Test func `a server keeps it: its list is made when it is asked for`() throws {
        let (path, store) = try make(.server)
        _ = try store.ingest(maker.ingestion(revisions(0..<1_100)))
        #expect(try isIndexed(path))
        #expect(try store.letters(LetterQuery()).count == 1_100)
    }
}
