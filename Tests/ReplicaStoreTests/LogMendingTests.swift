import LetterMerge
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SQLiteBinding
import Testing
import TestScratch

/// Columns of the log that follow from its headers are made again from them; what no header says stays as it is.
struct LogMendingTests {
    private let scratch = Scratch()

    static let columns = [
        ("revision", "id"), ("revision", "chain"), ("revision", "letter"), ("revision", "content"),
        ("parent", "revision"), ("parent", "parent"), ("letter", "id"), ("letter", "number"),
        ("content", "number"), ("content", "dictionary"), ("content", "fixity"),
        ("dictionary", "number"), ("dictionary", "hash"), ("dictionary", "bytes"), ("dictionary", "place"),
        ("dictionary_copy", "bytes"),
    ]

    @Test(arguments: columns) func `a damaged column is made again from the headers`(_ column: (String, String)) throws
    {
        let path = scratch.newPath()
        let (whole, state) = try {
            let store = try SQLiteReplicaStore.filled(path)
            try store.fillLog(40)
            return (try store.allRevisions(), try store.logState())
        }()
        #expect(try Damage(path).flip(column.0, column.1))
        let store = try SQLiteReplicaStore.open(folder: path, mode: .local)
        try store.mendLog()
        try store.reindex()
        try store.catchUpSearchIndex()
        #expect(try store.verify { _, _ in }.problems == [])
        #expect(try store.allRevisions() == whole)
        #expect(try store.logState() == state)
    }

    @Test func `every damaged chain and all parents come back at once`() throws {
        let path = scratch.newPath()
        let filled = try SQLiteReplicaStore.filled(path)
        try filled.fillLog(40)
        let whole = try filled.allRevisions()
        let damage = try Damage(path)
        let (revisions, parents) = (try damage.rows("revision"), try damage.rows("parent"))
        try damage.run("UPDATE revision SET chain = zeroblob(32) WHERE chain IS NOT NULL")
        try damage.run("DELETE FROM parent")
        let store = try SQLiteReplicaStore.open(folder: path, mode: .local)
        try store.mendLog()
        #expect(try damage.rows("revision") == revisions)
        #expect(try damage.rows("parent") == parents)
        #expect(try store.allRevisions() == whole)
        #expect(try store.verify { _, _ in }.problems == [])
    }

    @Test func `the chain says which of several ids and headers between two of its places are right`() throws {
        let path = scratch.newPath()
        let filled = try SQLiteReplicaStore.filled(path)
        try filled.fillLog(40)
        let (whole, state) = (try filled.allRevisions(), try filled.logState())
        let damage = try Damage(path)
        let ids = try damage.connection.rows("SELECT id FROM revision ORDER BY sequence") { row throws in row.bytes(0) }
        // The last one stands behind the last place of the chain, whose end is noted elsewhere.
        try damage.run("UPDATE revision SET id = zeroblob(32) WHERE sequence IN (18, 19, 25, 38)")
        try damage.run("UPDATE revision SET header = zeroblob(length(header)) WHERE sequence IN (20, 31, 39)")
        let store = try SQLiteReplicaStore.open(folder: path, mode: .local)
        let breaks = try store.verify { _, _ in }.problems.filter { $0.kind == "chain" }
        #expect(breaks == [], "ids that are not those of their headers are told, and not the chain for them")
        try store.mendLog()
        #expect(
            try damage.connection.rows("SELECT id FROM revision ORDER BY sequence") { row throws in row.bytes(0) }
                == ids)
        _ = try store.ingest(RevisionMaker().ingestion(whole))
        try store.reindex()
        #expect(try store.allRevisions() == whole)
        #expect(try store.logState() == state)
        #expect(try store.verify { _, _ in }.problems == [])
    }

    @Test func `a letter that has the number of a later log entry is in no letter's way`() throws {
        let path = scratch.newPath()
        _ = try SQLiteReplicaStore.filled(path)
        try Damage(path).run("UPDATE letter SET number = 9 WHERE number = 1")
        let store = try SQLiteReplicaStore.open(folder: path, mode: .local)
        try store.mendLog()
        try store.reindex()
        try store.fillLog(20)
        let maker = RevisionMaker()
        for number in [108, 109, 1] {
            let heads = try #require(try store.view(of: RevisionMaker.letterID(number))).heads
            let parents = try heads.compactMap { try store.revision($0)?.revision }
            #expect(
                try store.ingest(maker.ingestion([maker.revision(number, "more", after: parents)])).acceptedCount == 1)
            #expect(try store.view(of: RevisionMaker.letterID(number))?.heads.count == 1)
        }
        let heads = try Damage(path).rows("head")
        try store.reindex()
        #expect(try Damage(path).rows("head") == heads)
        try store.catchUpSearchIndex()
        #expect(try store.verify { _, _ in }.problems == [])
    }

    @Test func `what neither header nor chain says is left as it is, and named`() throws {
        let path = scratch.newPath()
        _ = try SQLiteReplicaStore.filled(path)
        let damage = try Damage(path)
        try damage.run(
            "UPDATE revision SET header = zeroblob(length(header)), id = zeroblob(32) WHERE sequence = 2")
        let before = try damage.rows("revision")
        let store = try SQLiteReplicaStore.open(folder: path, mode: .local)
        try store.mendLog()
        #expect(try damage.rows("revision") == before)
        #expect(try !store.verify { _, _ in }.problems.isEmpty)
    }

    @Test func `a whole log is left alone`() throws {
        let path = scratch.newPath()
        let store = try SQLiteReplicaStore.filled(path)
        let damage = try Damage(path)
        let tables = ["revision", "parent", "letter", "content", "dictionary", "dictionary_copy", "healing"]
        let before = try tables.map(damage.rows)
        try store.mendLog()
        #expect(try tables.map(damage.rows) == before)
        #expect(try store.verify { _, _ in }.problems == [], "the triggers are what they were")
        #expect(throws: SQLiteError.self) { try damage.connection.run("DELETE FROM parent") }
    }
}
