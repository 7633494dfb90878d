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
        ("parent", "revision"), ("parent", "parent"), ("letter", "id"), ("letter", "number"), ("content", "hash"),
        ("content", "number"), ("content", "dictionary"), ("content", "fixity"),
        ("dictionary", "number"), ("dictionary", "hash"), ("dictionary", "bytes"), ("dictionary", "place"),
        ("dictionary_copy", "bytes"),
    ]

    @Test(arguments: columns) func `a damaged column is made again from the headers`(_ column: (String, String)) throws
    {
        let path = scratch.newPath()
        let (whole, state) = try {
            let store = try SQLiteReplicaStore.filled(path)
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
        let whole = try SQLiteReplicaStore.filled(path).allRevisions()
        let damage = try Damage(path)
        let (revisions, parents) = (try damage.rows("revision"), try damage.rows("parent"))
        try damage.run("UPDATE revision SET chain = zeroblob(32)")
        try damage.run("DELETE FROM parent")
        let store = try SQLiteReplicaStore.open(folder: path, mode: .local)
        try store.mendLog()
        #expect(try damage.rows("revision") == revisions)
        #expect(try damage.rows("parent") == parents)
        #expect(try store.allRevisions() == whole)
        #expect(try store.verify { _, _ in }.problems == [])
    }

    @Test func `what neither header nor chain says is left as it is, and named`() throws {
        let path = scratch.newPath()
        _ = try SQLiteReplicaStore.filled(path)
        let damage = try Damage(path)
        try damage.run(
            "UPDATE revision SET header = zeroblob(length(header)), chain = zeroblob(32) WHERE sequence = 2")
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
