import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SQLiteBinding
import Testing

/// What of the list is written when a letter changes.
struct ListEntryTests {
    private let folders = TemporaryFolders()

    @Test func `an entry is written where it changes, and its place in the list where that does`() throws {
        let path = folders.newPath()
        let store = try SQLiteReplicaStore.filled(path)
        let maker = RevisionMaker()
        let long = String(repeating: "word ", count: 100)
        func letter(_ body: String, title: String, date: String) -> Letter {
            Letter(members: ["body": .string(body), "date": ["edtf": .string(date)], "title": .string(title)])
        }
        var heads: [Revision] = []
        func write(_ letter: Letter) throws {
            let revision = try maker.revision(77, letter: letter, after: heads)
            _ = try store.ingest(maker.ingestion([revision]))
            heads = [revision]
        }
        try write(letter(long, title: "One", date: "1901-02-03"))
        do {
            let connection = try Connection(
                path: path + "/archive.sqlite", access: .write, policy: .shared(busyTimeoutMilliseconds: 0))
            try connection.execute(
                """
                CREATE TABLE written (entry INTEGER, place INTEGER) STRICT;
                CREATE TRIGGER entry_written AFTER UPDATE OF title ON summary
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
        try write(letter(long + "and more", title: "One", date: "1901-02-03"))
        #expect(try written() == [0, 0])
        try write(letter(long, title: "Two", date: "1901-02-03"))
        #expect(try written() == [1, 0])
        try write(letter(long, title: "Two", date: "1901-02-04"))
        #expect(try written() == [2, 1])
        let entry = try #require(try store.letters(LetterQuery()).first { $0.id == RevisionMaker.letterID(77) })
        #expect(entry.title == "Two" && entry.date == "1901-02-04")
    }
}
