import LetterModel
import ReplicaStoreConformance
import SQLiteBinding
import TestScratch
import Testing

@testable import ReplicaStore

/// Contents fill their pages, whatever sizes they have.
struct ContentPagesTests {
    private let scratch = Scratch()
    private let maker = RevisionMaker()

    /// Letters whose contents hardly become smaller, of about as many bytes as this gives for a number.
    private func letters(_ numbers: Range<Int>, _ size: (_ number: Int) -> Int) throws -> [Revision] {
        try numbers.map { number in
            let words = (0..<size(number) / 8).map {
                String(0x1000_0000 + number * $0 * 7_919 % 1_000_000_007, radix: 36)
            }
            return try maker.revision(number, words.joined(separator: " "))
        }
    }

    /// The bytes that rows of contents leave unused, and those of their pages.
    private func unused(_ path: String) throws -> (unused: Int, all: Int, rows: Int) {
        try #require(
            try Damage(path).connection.first(
                "SELECT sum(unused), sum(pgsize), sum(ncell) FROM dbstat WHERE name = 'content' AND pagetype = 'leaf'"
            ) { (row) throws(SQLiteError) in (row.integer(0), row.integer(1), row.integer(2)) })
    }

    @Test(arguments: [ReplicaMode.local, .server]) func `little of a page is left empty`(_ mode: ReplicaMode) throws {
        let path = scratch.newPath()
        let store = try SQLiteReplicaStore.filled(path, mode)
        for start in stride(from: 1_000, to: 4_000, by: 600) {
            let all = try letters(start..<start + 600) { 100 + $0 * 7_919 % 2_300 }
            #expect(try store.ingest(maker.ingestion(all)).acceptedCount == 600)
            #expect(try store.logEntries(after: 0, through: .max, maximumBytes: .max).count == start - 994 + 600)
        }
        let (unused, all, rows) = try unused(path)
        #expect(rows == 3_005)
        // In the order of the log it is half a content a page: 4 and 16 %.
        #expect(unused < all / (mode == .local ? 50 : 25), "\(unused) of \(all)")
        #expect(try store.verify { _, _ in }.problems == [])
    }

    @Test func `contents that fit into no page are among the others`() throws {
        let path = scratch.newPath()
        let store = try SQLiteReplicaStore.filled(path, .server)
        let all = try letters(1_000..<1_400) { $0 % 10 == 0 ? 20_000 : 100 + $0 * 7_919 % 3_900 }
        #expect(try store.ingest(maker.ingestion(all)).acceptedCount == 400)
        #expect(try store.allRevisions().suffix(400) == all)
        #expect(try store.verify { _, _ in }.problems == [])
    }

    @Test(arguments: [0, 1, 127, 128, 300, 8_185, 8_186, 70_000], [Int?.none, 0, 1, 127, 128, 40_000, 1 << 40])
    func `the bytes of a row are those that SQLite says`(_ frame: Int, _ dictionary: Int?) throws {
        let connection = try Connection(
            path: scratch.newPath(), access: .create, policy: ConnectionPolicy(busyTimeoutMilliseconds: 0, journal: nil)
        )
        try connection.execute(
            """
            PRAGMA page_size=65536;
            CREATE TABLE content (number INTEGER PRIMARY KEY, hash BLOB, bytes BLOB NOT NULL, dictionary INTEGER, fixity INTEGER);
            """)
        let row = DictionaryTable.ContentRow(
            frame: Array(repeating: 7, count: frame), dictionary: dictionary, fixity: -(1 << 60))
        try connection.run(
            "INSERT INTO content (number, bytes, dictionary, fixity) VALUES (200, ?, ?, ?)", row.values)
        let payload = try #require(try connection.integer("SELECT sum(payload) FROM dbstat WHERE name = 'content'"))
        let lengths = 2 + (payload < 128 ? 1 : payload < 16_384 ? 2 : 3) + 2
        #expect(ContentPages.byteCount(of: row, number: 200) == payload + lengths)
    }
}
