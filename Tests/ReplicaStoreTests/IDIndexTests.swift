import Hashing
import LetterMerge
import LetterModel
import ReplicaStoreConformance
import SQLiteBinding
import TestScratch
import Testing

@testable import ReplicaStore

/// Letters and revisions are found by their ids, wherever in a long log they came.
struct IDIndexTests {
    private let scratch = Scratch()

    private static let tables = ["letter_by_id", "recent_letter_by_id", "revision_by_id", "recent_revision_by_id"]

    /// A log that grows by rows that say nothing but their ids: real ones would take minutes.
    private struct GrowingLog {
        let damage: Damage
        private(set) var end: Int
        var index: IDIndex { IDIndex(damage.connection) }

        init(_ path: String) throws {
            end = try SQLiteReplicaStore.filled(path).logState().count
            damage = try Damage(path)
        }

        /// Appends rows in one transaction, with what finds them, as an ingestion does.
        mutating func grow(to end: Int) throws {
            try damage.connection.transaction(.immediate) { [begin = self.end] in
                let numbers = """
                    WITH RECURSIVE n(i) AS (SELECT \(begin + 1) UNION ALL SELECT i + 1 FROM n WHERE i < \(end))
                    """
                try damage.connection.run("\(numbers) INSERT INTO letter SELECT i, randomblob(16) FROM n")
                try damage.connection.run(
                    """
                    \(numbers) INSERT INTO revision (sequence, id, letter, header)
                    SELECT i, randomblob(32), i, x'00' FROM n
                    """)
                try index.enter(after: begin)
                try index.settle(from: begin, to: end)
            }
            self.end = end
        }

        func row(_ number: Int) throws -> (letter: LetterID, revision: RevisionID) {
            let ids = try damage.connection.first(
                "SELECT letter.id, revision.id FROM letter JOIN revision ON sequence = number WHERE number = ?",
                [.integer(number)]
            ) { (row) throws(SQLiteError) in (row.bytes(0), row.bytes(1)) }
            let (letter, revision) = try #require(ids)
            return (try #require(LetterID(bytes: letter)), RevisionID(try #require(Digest(bytes: revision))))
        }

        func contents() throws -> [[[SQLiteValue]]] { try IDIndexTests.tables.map { try damage.rows($0) } }
    }

    @Test func `what came lately is moved when it is much, and found before and after`() throws {
        var log = try GrowingLog(scratch.newPath())
        let truth = TruthTables(log.damage.connection)
        for (end, settled) in [
            (10, 0), (32_767, 0), (32_768, 32_768), (40_000, 32_768), (40_001, 32_768), (99_000, 98_304),
            (140_000, 131_072),
        ] {
            try log.grow(to: end)
            #expect(try log.index.isSound(end: end), "\(end)")
            let recent = try log.damage.connection.integer("SELECT count(*) FROM recent_revision_by_id")
            #expect(recent == end - settled, "\(end)")
            for number in [8, end / 2, settled, settled + 1, end] where (8...end).contains(number) {
                let (letter, revision) = try log.row(number)
                #expect(try truth.letterNumber(letter) == number)
                #expect(try truth.sequence(of: revision) == number)
                #expect(try log.index.letters(from: letter.bytes, through: letter.bytes, limit: 9) == [letter])
            }
            #expect(try truth.letterNumber(RevisionMaker.letterID(99)) == nil)
            let grown = try log.contents()
            try log.index.remake(end: end)
            #expect(try log.contents() == grown, "made anew at \(end)")
        }
    }

    @Test(arguments: tables) func `what the index lacks or has too much is noticed, and made again`(
        _ table: String
    ) throws {
        var log = try GrowingLog(scratch.newPath())
        try log.grow(to: 33_000)
        let whole = try log.contents()
        let columns = try log.damage.columns(table)
        let changes =
            ["DELETE FROM \(table) WHERE \(columns[1]) IN (20, 32900)"]
            + ["\(columns[0]) = zeroblob(length(\(columns[0])))", "\(columns[1]) = -1"].map {
                "UPDATE \(table) SET \($0) WHERE \(columns[1]) IN (20, 32900)"
            } + ["INSERT INTO \(table) VALUES (x'010203040506', 40000)"]
        for change in changes {
            try log.damage.run(change)
            #expect(try !log.index.isSound(end: log.end), "\(change)")
            try log.index.remake(end: log.end)
            #expect(try log.index.isSound(end: log.end))
            #expect(try log.contents() == whole)
        }
        // What stands in the wrong one of two tables is found, and is wrong all the same.
        let other = table.hasPrefix("recent_") ? String(table.dropFirst(7)) : "recent_\(table)"
        try log.damage.run("INSERT INTO \(other) SELECT * FROM \(table) WHERE \(columns[1]) IN (20, 32900)")
        try log.damage.run("DELETE FROM \(table) WHERE \(columns[1]) IN (20, 32900)")
        #expect(try !log.index.isSound(end: log.end))
    }

    @Test func `ids of both tables come in one order`() throws {
        var log = try GrowingLog(scratch.newPath())
        try log.grow(to: 33_000)
        let all = try log.damage.connection.rows("SELECT id FROM letter ORDER BY id") { row throws in row.bytes(0) }
        let found = try log.index.letters(from: all[5], through: all[32_000], limit: 31_000)
        #expect(found.map(\.bytes) == Array(all[5..<31_005]))
    }

    @Test func `what came lately is never more than an eighth of a long log`() {
        var last = 0
        for end in stride(from: 0, through: 20_000_000, by: 4_099) {
            let settled = IDIndex.settledThrough(end)
            #expect(settled >= last && settled <= end && end - settled < max(32_768, end / 8 + 1), "\(end)")
            last = settled
        }
        #expect(IDIndex.settledThrough(1_048_577) == 1_048_576)
        #expect(IDIndex.settledThrough(1_179_647) == 1_048_576)
    }

    @Test func `letters and revisions are known again across the boundary`() throws {
        let path = scratch.newPath()
        let store = try scratch.makeStore(.server, at: path)
        let maker = RevisionMaker()
        let first = try (1...32_700).map { try maker.revision($0, "a") }
        #expect(try store.ingest(maker.ingestion(first)).acceptedCount == 32_700)
        let next = try (32_701...32_900).map { try maker.revision($0, "a") }
        let child = try maker.revision(7, "b", after: [first[6]])
        #expect(try store.ingest(maker.ingestion(next + [child])).acceptedCount == 201)
        let again = [first[0], first[32_699], next[0], next[199], child]
        #expect(try store.ingest(maker.ingestion(again)).outcomes == Array(repeating: .duplicate, count: 5))
        for revision in again { #expect(try store.revision(revision.id)?.revision == revision) }
        #expect(try store.view(of: RevisionMaker.letterID(7))?.letter.body == "b")
        #expect(try store.view(of: RevisionMaker.letterID(32_900))?.letter.body == "a")
        let tables = Self.tables
        let before = try tables.map { try Damage(path).rows($0) }
        #expect(before.allSatisfy { !$0.isEmpty })
        try store.reindex()
        #expect(try tables.map { try Damage(path).rows($0) } == before)
    }
}
