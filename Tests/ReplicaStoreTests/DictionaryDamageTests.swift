import Compression
import Hashing
import LetterMerge
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SQLiteBinding
import Testing
import TestScratch

/// Dictionaries stand in two tables: one damaged copy hurts nobody, and two hurt no more than the contents that need them.
struct DictionaryDamageTests {
    private let scratch = Scratch()

    /// What is damaged in a row.
    enum Part: String, CaseIterable {
        case number, hash, bytes

        var change: String {
            switch self {
            case .number: "number = number + 64"
            case .hash: "hash = zeroblob(32)"
            case .bytes: "bytes = zeroblob(length(bytes))"
            }
        }
    }

    /// A filled replica's folder, and its revisions.
    private func filled() throws -> (path: String, all: [Revision]) {
        let path = scratch.newPath()
        return (path, try SQLiteReplicaStore.filled(path).allRevisions())
    }

    private func open(_ path: String) throws -> SQLiteReplicaStore {
        try SQLiteReplicaStore.open(folder: path, mode: .local)
    }

    static let tables = ["dictionary", "dictionary_copy"]

    private static func isDamaged(_ table: String) -> String { "a row of table \(table) is damaged" }

    private func rows(_ damage: Damage) throws -> [[[SQLiteValue]]] { try Self.tables.map(damage.rows) }

    private func damageBoth(_ damage: Damage, _ part: Part) throws {
        for table in Self.tables { try damage.run("UPDATE \(table) SET \(part.change)") }
    }

    /// Mends and looks at everything again.
    private func expectWhole(_ store: SQLiteReplicaStore, _ all: [Revision]) throws {
        try store.mendLog()
        try store.reindex()
        try store.catchUpSearchIndex()
        #expect(try store.verify { _, _ in }.problems == [])
        #expect(try store.allRevisions() == all)
    }

    @Test func `some of these contents need the dictionary`() throws {
        let (path, all) = try filled()
        let damage = try Damage(path)
        #expect(try rows(damage).map(\.count) == [1, 1])
        try damage.run("UPDATE content SET dictionary = NULL")
        let entries = try open(path).logEntries(after: 0, through: 6, maximumBytes: .max)
        let lost = entries.count { if case .damaged = $0 { true } else { false } }
        #expect(entries.count == all.count && lost == 4)
    }

    @Test(arguments: Part.allCases, tables)
    func `a damaged copy hurts no letter, is found, and is mended from the other one`(
        _ part: Part, table: String
    ) throws {
        let (path, all) = try filled()
        let damage = try Damage(path)
        let before = try rows(damage)
        try damage.run("UPDATE \(table) SET \(part.change)")
        #expect(try rows(damage) != before)
        let store = try open(path)
        #expect(try store.allRevisions() == all)
        #expect(try store.view(of: RevisionMaker.letterID(2))?.letter.body == "other")
        #expect(try store.verify { _, _ in }.problems.map(\.text) == [Self.isDamaged(table)])
        #expect(try store.verifyQuickly().problems.map(\.text) == [Self.isDamaged(table)])
        // New letters are compressed with it, too.
        #expect(try store.dictionary()?.digest == WordDictionary.make().digest)
        try expectWhole(store, all)
        #expect(try rows(damage) == before)
    }

    @Test(arguments: [Part.number, .hash])
    func `what only names a dictionary follows from its bytes`(_ part: Part) throws {
        let (path, all) = try filled()
        let damage = try Damage(path)
        let before = try rows(damage)
        try damageBoth(damage, part)
        let store = try open(path)
        #expect(try !store.verifyQuickly().problems.isEmpty)
        try expectWhole(store, all)
        #expect(try rows(damage) == before)
    }

    @Test(arguments: tables) func `a copy that is gone, or at another place, is found and made again`(_ table: String)
        throws
    {
        for change in ["DELETE FROM \(table)", "UPDATE \(table) SET place = place + 64"] {
            let (path, all) = try filled()
            let damage = try Damage(path)
            let before = try rows(damage)
            try damage.run(change)
            let store = try open(path)
            #expect(try store.verify { _, _ in }.problems.contains { $0.text == Self.isDamaged(table) })
            #expect(try store.allRevisions() == all)
            try expectWhole(store, all)
            #expect(try rows(damage) == before)
        }
    }

    /// Both copies damaged, and what is left then.
    private func bothDamaged() throws -> (path: String, all: [Revision], store: SQLiteReplicaStore, lost: [RevisionID])
    {
        let (path, all) = try filled()
        try damageBoth(Damage(path), .bytes)
        let store = try open(path)
        var lost: [RevisionID] = []
        for entry in try store.logEntries(after: 0, through: 6, maximumBytes: .max) {
            switch entry {
            case .intact(let logged): #expect(all.contains(logged.revision))
            case .damaged(_, let id): lost.append(id)
            }
        }
        return (path, all, store, lost)
    }

    @Test func `with both copies damaged, what needs them is shown to nobody, and all else to everybody`() throws {
        let (path, all, store, lost) = try bothDamaged()
        #expect(lost.count == 4)
        for revision in all {
            if lost.contains(revision.id) {
                #expect(throws: StoreError.damaged(object: revision.id.hex)) { try store.revision(revision.id) }
            } else {
                #expect(try store.revision(revision.id)?.revision == revision)
            }
        }
        #expect(try store.dictionary() == nil)
        let problems = try store.verify { _, _ in }.problems
        #expect(problems.count { $0.kind == "content" } == 4)
        for table in Self.tables { #expect(problems.contains { $0.text == Self.isDamaged(table) }) }
        // Nobody can put it right from here: nothing is dropped.
        let before = try rows(Damage(path))
        try store.mendLog()
        #expect(try rows(Damage(path)) == before)
    }

    @Test func `a dictionary that comes again heals its rows, and with them every content that needs it`() throws {
        let (path, all, store, _) = try bothDamaged()
        let maker = RevisionMaker()
        let new = try maker.revision(9, "other letter")
        var batch = RevisionBatch(dictionary: try WordDictionary.make())
        batch.append(new)
        #expect(try store.ingest(Ingestion(archive: maker.archive, batch: batch)).acceptedCount == 1)
        #expect(try rows(Damage(path)).map(\.count) == [1, 1])
        try expectWhole(store, all + [new])
        try expectWhole(open(path), all + [new])
    }

    @Test func `a content that comes again with its dictionary heals both`() throws {
        let (_, all, store, lost) = try bothDamaged()
        let maker = RevisionMaker()
        let one = try #require(all.first { $0.id == lost[0] })
        var batch = RevisionBatch(dictionary: try WordDictionary.make())
        batch.append(one)
        #expect(try store.ingest(Ingestion(archive: maker.archive, batch: batch)).outcomes == [.duplicate])
        try expectWhole(store, all)
    }

    @Test func `contents that come again without it are whole, and then nobody needs its rows`() throws {
        let (path, all, store, _) = try bothDamaged()
        let report = try store.ingest(RevisionMaker().ingestion(all))
        #expect(report.outcomes == Array(repeating: .duplicate, count: 6))
        #expect(try store.allRevisions() == all)
        #expect(try !store.verifyQuickly().problems.isEmpty, "its rows are damaged still")
        try expectWhole(store, all)
        #expect(try rows(Damage(path)) == [[], []])
        try expectWhole(open(path), all)
    }

    @Test func `a number that stands for nothing is found, also where the content does not need a dictionary`() throws {
        let (path, all) = try filled()
        let damage = try Damage(path)
        try damage.run("UPDATE content SET dictionary = 64 WHERE number = 1")
        let store = try open(path)
        #expect(try store.allRevisions() == all)
        let problems = try store.verify { _, _ in }.problems
        #expect(problems.map(\.text) == ["the content of log entry 1 names a dictionary that is not here"])
        try expectWhole(store, all)
    }

    @Test func `a dictionary that came again while its number was damaged is not there too often afterwards`() throws {
        let (path, all) = try filled()
        let damage = try Damage(path)
        try damageBoth(damage, .number)
        let store = try open(path)
        var batch = RevisionBatch(dictionary: try WordDictionary.make())
        let new = try RevisionMaker().revision(9, "new")
        batch.append(new)
        _ = try store.ingest(Ingestion(archive: RevisionMaker.archive(1), batch: batch))
        #expect(try rows(damage).map(\.count) == [2, 2])
        try expectWhole(store, all + [new])
        #expect(try rows(damage).map(\.count) == [1, 1])
    }

    @Test(arguments: [Part.bytes, .hash], tables)
    func `a dictionary that was written wrongly is noticed before anybody is told that its contents are here`(
        _ part: Part, table: String
    ) throws {
        let path = scratch.newPath()
        let store = try SQLiteReplicaStore.filled(path)
        let before = try store.logState()
        let damage = try Damage(path)
        try damage.dropTriggers()
        try damage.connection.execute(
            """
            CREATE TRIGGER wrong AFTER INSERT ON \(table) BEGIN
                UPDATE \(table) SET \(part.change) WHERE place = new.place;
            END
            """)
        let dictionary = try WordDictionary.make(1)
        var batch = RevisionBatch(dictionary: dictionary)
        batch.append(try RevisionMaker().revision(9, "new"))
        let ingestion = Ingestion(archive: RevisionMaker.archive(1), batch: batch)
        #expect(throws: StoreError.damaged(object: dictionary.digest.hex)) { try store.ingest(ingestion) }
        #expect(try store.logState() == before)
    }
}
