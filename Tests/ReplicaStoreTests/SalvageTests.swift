import Foundation
import Hashing
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SQLiteBinding
import Testing
import TestScratch

/// What is left of a database that SQLite does not read any more: what can be proved, all of it, and nothing else.
struct SalvageTests {
    private let scratch = Scratch()

    /// A replica with letters of all sizes, and a revision that waits.
    private func filled(_ mode: ReplicaMode = .local) throws -> (
        path: String, store: SQLiteReplicaStore, all: Set<RevisionID>
    ) {
        let path = scratch.newPath()
        let store = try SQLiteReplicaStore.filled(path, mode)
        let maker = RevisionMaker()
        var revisions: [Revision] = []
        for number in 20..<60 {
            var letter = Letter()
            letter.title = "Letter \(number)"
            // Some of them go on over many pages, also when they are compressed.
            var text = ""
            for word in 0..<(number % 10 == 0 ? 8_000 : 40) { text += "\(word * number * 7919 % 100_003) " }
            letter.body = text
            let first = try maker.revision(number, letter: letter)
            letter.title = "Letter \(number), again"
            revisions += [first, try maker.revision(number, letter: letter, after: [first])]
        }
        _ = try store.ingest(maker.ingestion(revisions))
        // `filled` has a revision that waits beside the log for its parent.
        let beside = try Damage(path).connection.rows("SELECT id FROM waiting UNION SELECT id FROM held") {
            row throws in try #require(Digest(bytes: row.bytes(0)).map(RevisionID.init))
        }
        #expect(beside.count >= 1)
        return (path, store, Set(try store.allRevisions().map(\.id) + beside))
    }

    private func salvaged(_ path: String, database: String? = nil) throws -> [RevisionID] {
        var found: [RevisionID] = []
        let salvage = try Salvage(folder: path, database: database)
        _ = salvage.forEachPart(maximumBytes: 1 << 16) { found += $0.map(\.id) }
        return found
    }

    /// The table or index that each page belongs to.
    private func owners(_ path: String) throws -> [Int: String] {
        let pages = try Damage(path).connection.rows("SELECT pageno, name FROM dbstat") { row throws in
            (row.integer(0), try row.text(1))
        }
        return Dictionary(uniqueKeysWithValues: pages)
    }

    @Test(arguments: [ReplicaMode.local, .server])
    func `of a whole database comes everything, also out of a write-ahead log`(_ mode: ReplicaMode) throws {
        let (path, store, all) = try filled(mode)
        let salvage = try Salvage(folder: path)
        var order: [Revision] = []
        let lost = salvage.forEachPart(maximumBytes: 1 << 16) { order += $0 }
        #expect(Set(order.map(\.id)) == all && order.count == all.count && lost.isEmpty)
        let log = try store.allRevisions()
        #expect(Array(order.prefix(log.count)) == log, "in the order of the log")
        #expect(salvage.identity == (try store.identity()))
        #expect(salvage.archive == RevisionMaker.archive(1))
        #expect(salvage.remotes.map(\.name) == ["origin"] && salvage.settings["author"] == "Ada")
        let blob = try #require(try store.blobReferences(after: 0, through: .max).first?.blob)
        #expect(try salvage.blobPieces(blob)?.next() == [1, 2, 3])
        withExtendedLifetime(store) {}
    }

    /// The pages of laptops have 16,384 bytes; they had 8192 and 4096 once.
    @Test(arguments: [4096, 8192, 16_384])
    func `with any page overwritten there is nothing that never was, and all that was on other pages`(
        _ pageBytes: Int
    ) throws {
        let (path, store, all) = try filled()
        let connection = try Damage(path).connection
        try connection.execute("PRAGMA page_size=\(pageBytes)")
        try connection.execute("VACUUM")
        #expect(try connection.integer("PRAGMA page_size") == pageBytes)
        let owners = try owners(path)
        withExtendedLifetime(store) {}
        let whole = try Data(contentsOf: URL(filePath: path + "/archive.sqlite"))
        let copy = path + "/copy.sqlite"
        var everything = 0
        for page in 1...whole.count / pageBytes {
            var damaged = whole
            for byte in 0..<pageBytes {
                damaged[(page - 1) * pageBytes + byte] = UInt8(truncatingIfNeeded: byte &* 167 &+ page)
            }
            try damaged.write(to: URL(filePath: copy))
            let found = Set(try salvaged(path, database: copy))
            #expect(found.isSubset(of: all), "page \(page)")
            // The row of a revision has more than 128 bytes.
            #expect(found.count > all.count - pageBytes / 128, "page \(page), of \(owners[page] ?? "nobody")")
            let isTruth = ["revision", "content", "waiting", "held"].contains(owners[page] ?? "")
            if !isTruth { #expect(found == all, "page \(page), of \(owners[page] ?? "nobody")") }
            if found == all { everything += 1 }
        }
        #expect(everything < whole.count / pageBytes, "some pages hold what is nowhere else")
    }

    @Test func `a dictionary may stand behind the contents that need it`() throws {
        // As in every database that is older than its dictionary.
        let path = scratch.newPath()
        try FolderTests.make(path, 3)
        let store = try SQLiteReplicaStore.open(folder: path, mode: .local)
        let maker = RevisionMaker()
        var batch = RevisionBatch(dictionary: try WordDictionary.make())
        for number in 0..<9 { batch.append(try maker.revision(number, "letter number \(number)")) }
        _ = try store.ingest(Ingestion(archive: try store.identity().archive, batch: batch))
        let owners = try owners(path)
        func page(_ table: String) throws -> Int { try #require(owners.first { $0.value == table }?.key) }
        #expect(try page("content") < page("dictionary"))
        let all = try store.allRevisions().map(\.id)
        #expect(all.count == 11)
        #expect(try Set(salvaged(path)).isSuperset(of: all))
    }

    @Test func `contents are read by either copy of their dictionary`() throws {
        let (path, store, all) = try filled()
        withExtendedLifetime(store) {}
        let damage = try Damage(path)
        let withoutOne = try damage.connection.integer("SELECT count(*) FROM content WHERE dictionary IS NULL") ?? 0
        #expect(withoutOne > 0)
        // One copy without its number and the other without its hash: both of them say enough.
        try damage.run("UPDATE dictionary SET number = number + 64")
        try damage.run("UPDATE dictionary_copy SET bytes = zeroblob(length(bytes))")
        #expect(Set(try salvaged(path)) == all)
        try damage.run("UPDATE dictionary_copy SET hash = zeroblob(32), bytes = (SELECT bytes FROM dictionary)")
        try damage.run("UPDATE dictionary SET bytes = zeroblob(length(bytes))")
        #expect(Set(try salvaged(path)) == all)
        // None of them: what needs it is named as lost, and nothing is made up.
        try damage.run("UPDATE dictionary_copy SET bytes = zeroblob(length(bytes))")
        let salvage = try Salvage(folder: path)
        var found: Set<RevisionID> = []
        let lost = salvage.forEachPart(maximumBytes: 1 << 16) { found.formUnion($0.map(\.id)) }
        #expect(!lost.isEmpty && found.union(lost.map(\.id)) == all && found.isDisjoint(with: lost.map(\.id)))
        #expect(found.count >= withoutOne)
    }

    @Test func `bits that flipped anywhere make nothing up, and end`() throws {
        let (path, store, all) = try filled()
        withExtendedLifetime(store) {}
        let whole = try Data(contentsOf: URL(filePath: path + "/archive.sqlite"))
        let copy = path + "/copy.sqlite"
        var numbers = SystemRandomNumberGenerator()
        for _ in 0..<40 {
            var damaged = whole
            for _ in 0..<2_000 {
                damaged[Int.random(in: 0..<whole.count, using: &numbers)] ^= 1 << UInt8.random(in: 0..<8)
            }
            try damaged.write(to: URL(filePath: copy))
            #expect(Set(try salvaged(path, database: copy)).isSubset(of: all))
        }
    }

    @Test func `a write-ahead log that is damaged anywhere makes nothing up, and ends`() throws {
        let (path, store, all) = try filled(.server)
        let log = try Data(contentsOf: URL(filePath: path + "/archive.sqlite-wal"))
        let copy = path + "/copy.sqlite"
        try FileManager.default.copyItem(atPath: path + "/archive.sqlite", toPath: copy)
        withExtendedLifetime(store) {}
        #expect(log.count > 100 * 4096)
        // The numbers of pages in the heads of frames, the salts, the pages, and the log's own head.
        for offset in [0, 8, 16, 32, 36, 40, 32 + 24 + 4096, 32 + 24 + 4096 + 8, log.count / 2, log.count - 4097 - 24] {
            var damaged = log
            damaged.replaceSubrange(offset..<offset + 4, with: Data(repeating: 0xFF, count: 4))
            try damaged.write(to: URL(filePath: copy + "-wal"))
            let found = try salvaged(path, database: copy)
            #expect(Set(found).isSubset(of: all), "byte \(offset)")
        }
    }

    @Test func `what is no database gives nothing, and what is not there is said`() throws {
        let path = scratch.newPath()
        _ = try SQLiteReplicaStore.filled(path)
        let file = path + "/other"
        for bytes in [Data(), Data("no database".utf8), Data(repeating: 0x0D, count: 50_000)] {
            try bytes.write(to: URL(filePath: file))
            let salvage = try Salvage(folder: path, database: file)
            #expect(salvage.revisionCount == 0 && salvage.archive == nil)
        }
        #expect(throws: StoreError.self) { try Salvage(folder: path + "/nowhere") }
    }
}
