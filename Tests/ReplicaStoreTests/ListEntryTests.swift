import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SQLiteBinding
import Testing
import TestScratch

/// What of the list is written when a letter changes.
struct ListEntryTests {
    private let scratch = Scratch()

    @Test func `an entry is written where it changes, and its place in the list where that does`() throws {
        let path = scratch.newPath()
        let store = try SQLiteReplicaStore.filled(path)
        let maker = RevisionMaker()
        let long = String(repeating: "word ", count: 100)
        func letter(_ body: String, tag: String, date: String) -> Letter {
            Letter(members: ["body": .string(body), "date": ["edtf": .string(date)], "tags": [.string(tag)]])
        }
        var heads: [Revision] = []
        func write(_ letter: Letter) throws {
            let revision = try maker.revision(77, letter: letter, after: heads)
            _ = try store.ingest(maker.ingestion([revision]))
            heads = [revision]
        }
        try write(letter(long, tag: "One", date: "1901-02-03"))
        do {
            let connection = try Connection(
                path: path + "/archive.sqlite", access: .write, policy: .shared(busyTimeoutMilliseconds: 0))
            try connection.execute(
                """
                CREATE TABLE written (entry INTEGER, place INTEGER) STRICT;
                CREATE TRIGGER entry_written AFTER UPDATE OF tags ON summary
                    BEGIN INSERT INTO written VALUES (1, 0); END;
                CREATE TRIGGER place_written AFTER UPDATE OF sort_key ON summary
                    BEGIN INSERT INTO written VALUES (0, 1); END;
                """)
        }
        func written() throws -> [Int] {
            let damage = try Damage(path)
            return try damage.connection.rows("SELECT total(entry), total(place) FROM written") { row throws in
                [row.integer(0), row.integer(1)]
            }[0]
        }
        try write(letter(long + "and more", tag: "One", date: "1901-02-03"))
        #expect(try written() == [0, 0])
        try write(letter(long, tag: "Two", date: "1901-02-03"))
        #expect(try written() == [1, 0])
        try write(letter(long, tag: "Two", date: "1901-02-04"))
        #expect(try written() == [2, 1])
        let entry = try #require(try store.letters(LetterQuery()).first { $0.id == RevisionMaker.letterID(77) })
        #expect(entry.tags == ["Two"] && entry.date == "1901-02-04")
    }

    @Test func `days, and dates that are no later, earlier or wider, are listed in the order of their sort keys`()
        throws
    {
        let store = try SQLiteReplicaStore.filled(scratch.newPath())
        let maker = RevisionMaker()
        let dates = [
            "1901-02-03", "1901-02-03~", "../1901-02-03", "/1901-02-03", "1901-02-03/", "1901-02-03/1901-02-04",
            "1901-02", "1901",
            "1901-02-02", "1901-02-04", "-0043-03-15", "-0043-03-15?", "-0044-01-01", "/-0043-03-15", "[..1901-02-03]",
            "0043",
        ]
        for (index, date) in dates.enumerated() {
            let letter = Letter(members: ["date": ["edtf": .string(date)]])
            _ = try store.ingest(maker.ingestion([try maker.revision(100 + index, letter: letter)]))
        }
        var query = LetterQuery()
        query.from = CalendarDay(year: -100, month: 1, day: 1)
        let listed = try store.letters(query).compactMap(\.date).filter(dates.contains)
        let expected = try dates.map { (date: $0, key: try EDTF($0).sortKey) }
            .sorted { $1.key.precedesByBytes($0.key) }.map(\.date)
        #expect(listed == expected)
        #expect(try store.letterIDs(query) == store.letters(query).map(\.id))
    }

    @Test func `a letter whose bytes are damaged is in the list, which says so`() throws {
        let path = scratch.newPath()
        let store = try SQLiteReplicaStore.filled(path)
        let before = try store.letters(LetterQuery())
        let id = RevisionMaker.letterID(2)
        #expect(try store.search("other", limit: 9, offset: 0).hits.map(\.letter.id) == [id])
        try Damage(path).run(
            """
            UPDATE content SET bytes = X'00' WHERE number = (
                SELECT content FROM revision JOIN letter ON letter.number = revision.letter WHERE letter.id = ?)
            """, [.bytes(id.bytes)])
        let hits = try store.search("other", limit: 9, offset: 0).hits
        #expect(hits.map(\.letter.id) == [id] && hits.allSatisfy(\.letter.isDamaged))
        let after = try store.letters(LetterQuery())
        #expect(after.map(\.id) == before.map(\.id))
        #expect(after.filter(\.isDamaged).count == 1 && after.filter { !$0.isDamaged }.allSatisfy(before.contains))
    }

    @Test func `a server's replica has no list until somebody asks for one, and then the right one`() throws {
        let path = scratch.newPath()
        let store = try SQLiteReplicaStore.filled(path, .server)
        func entryCount() throws -> Int { try Damage(path).rows("summary").count }
        try store.reindex()
        #expect(try entryCount() == 0)
        #expect(try store.verify { _, _ in }.problems == [])
        let count = try store.statistics().letters
        #expect(try store.letters(LetterQuery()).count == count)
        #expect(try entryCount() >= count)
        let maker = RevisionMaker()
        let first = try maker.revision(88, letter: Letter(members: ["title": "One"]))
        let second = try maker.revision(88, letter: Letter(members: ["title": "Two"]), after: [first])
        for revision in [first, second] {
            let before = try Damage(path).rows("summary")
            _ = try store.ingest(maker.ingestion([revision]))
            #expect(try Damage(path).rows("summary") == before)
            #expect(try store.verify { _, _ in }.problems == [])
            let titles = try store.letters(LetterQuery()).compactMap(\.title)
            #expect(
                titles.contains(revision == first ? "One" : "Two")
                    && !titles.contains(revision == first ? "Two" : "One"))
        }
        #expect(try store.letters(LetterQuery()).count == count + 1)
        try Damage(path).run("UPDATE summary SET sender_words = 'other'")
        #expect(try store.verify { _, _ in }.problems.contains { $0.kind == "summary" })
    }

    @Test func `a list that is noted to end before the log is found`() throws {
        let path = scratch.newPath()
        let store = try SQLiteReplicaStore.filled(path)
        try Damage(path).run("UPDATE state SET listed = 1")
        #expect(try store.verify { _, _ in }.problems.map(\.kind) == ["summary"])
        #expect(try store.verifyQuickly().problems.map(\.kind) == ["summary"])
        try store.reindex()
        #expect(try store.verify { _, _ in }.problems == [])
    }

    @Test func `a list that is read in several pages is the same as one that is read at once`() throws {
        let store = try SQLiteReplicaStore.filled(scratch.newPath())
        let maker = RevisionMaker()
        let dates = ["1901-02-03", "1901-02", nil, "1850", nil]
        let revisions = try (0..<1_300).map { index in
            var members: JSONObject = ["title": .string("\(index)")]
            if let date = dates[index % dates.count] { members["date"] = ["edtf": .string(date)] }
            return try maker.revision(1_000 + index, letter: Letter(members: members))
        }
        _ = try store.ingest(maker.ingestion(revisions))
        let ids = try store.letterIDs(LetterQuery())
        #expect(ids.count > 1_300 && Set(ids).count == ids.count)
        #expect(try store.letters(LetterQuery()).map(\.id) == ids)
        for (offset, limit) in [(3, 600), (700, 601), (1_200, 1_000)] {
            var query = LetterQuery()
            (query.offset, query.limit) = (offset, limit)
            #expect(try store.letters(query).map(\.id) == Array(ids.dropFirst(offset).prefix(limit)))
        }
    }
}
