import CFaultVFS
import Compression
import Foundation
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SQLiteBinding
import Testing
import TestScratch

/// What a replica's folder is, who may open it, and what it keeps.
struct FolderTests {
    private let scratch = Scratch()

    @Test(arguments: [ReplicaMode.local, .server]) func `everything is there again after reopening`(_ mode: ReplicaMode)
        throws
    {
        let path = scratch.newPath()
        var store: SQLiteReplicaStore? = try SQLiteReplicaStore.filled(path, mode)
        let maker = RevisionMaker()
        let before = (
            try store?.logState(), try store?.letters(LetterQuery()), try store?.statistics(), try store?.remotes(),
            try store?.setting("author"), try store?.identity(), try store?.refusals(by: "origin")
        )
        store = nil
        let again = try SQLiteReplicaStore.open(folder: path, mode: mode)
        #expect(try again.logState() == before.0)
        #expect(try again.letters(LetterQuery()) == before.1)
        #expect(try again.statistics() == before.2)
        #expect(try again.remotes() == before.3)
        #expect(try again.setting("author") == before.4)
        #expect(try again.identity() == before.5)
        #expect(try again.refusals(by: "origin") == before.6)
        #expect(try again.blob(try again.storeBlob([1, 2, 3])) == [1, 2, 3])
        #expect(try again.verify { _, _ in }.problems == [])
        #expect(try again.ingest(maker.ingestion([try maker.revision(9, "more")])).firstSequence == 7)
    }

    @Test func `a new epoch keeps the log`() throws {
        let path = scratch.newPath()
        let store = try SQLiteReplicaStore.filled(path)
        let before = try store.logState()
        try store.beginEpoch("00000000000000ee")
        let after = try store.logState()
        #expect(after.end.epoch == "00000000000000ee")
        #expect(after.end.chain == before.end.chain && after.fingerprint == before.fingerprint)
        #expect(try store.verify { _, _ in }.problems == [])
    }

    @Test func `what is not there, there already, or somebody else's is told apart and left alone`() throws {
        let path = scratch.newPath()
        #expect(throws: StoreError.notFound(path: path)) { try SQLiteReplicaStore.open(folder: path, mode: .local) }
        #expect(!FileManager.default.fileExists(atPath: path))
        _ = try SQLiteReplicaStore.filled(path)
        #expect(throws: StoreError.exists(path: path)) { try SQLiteReplicaStore.filled(path) }
        let foreign = scratch.newPath()
        try FileManager.default.createDirectory(atPath: foreign, withIntermediateDirectories: true)
        let file = foreign + "/archive.sqlite"
        for text in ["", "a letter that somebody called archive.sqlite", String(repeating: "x", count: 10_000)] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: file))
            #expect(throws: StoreError.notAReplica(path: foreign)) {
                try SQLiteReplicaStore.open(folder: foreign, mode: .local)
            }
            #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == Data(text.utf8))
        }
        try FileManager.default.removeItem(atPath: file)
        do {
            let other = try Connection(path: file, access: .create, policy: .shared(busyTimeoutMilliseconds: 0))
            try other.execute("CREATE TABLE theirs (x); PRAGMA user_version=3")
        }
        let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        #expect(throws: StoreError.notAReplica(path: foreign)) {
            try SQLiteReplicaStore.open(folder: foreign, mode: .local)
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == bytes)
    }

    @Test(arguments: [ReplicaMode.local, .server]) func `nothing but the replica is in a new folder`(
        _ mode: ReplicaMode
    )
        throws
    {
        let path = scratch.newPath()
        _ = try SQLiteReplicaStore.filled(path, mode)
        let copy = scratch.newPath()
        try SQLiteReplicaStore.backUp(folder: path, to: copy)
        for folder in [path, copy] {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(!names.contains { $0.contains(".new-") }, "\(names)")
        }
    }

    @Test func `a pipe in the database's place is no replica, and nobody waits`() throws {
        let path = scratch.newPath()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        #expect(mkfifo(path + "/archive.sqlite", 0o600) == 0)
        #expect(throws: StoreError.notAReplica(path: path)) { try SQLiteReplicaStore.open(folder: path, mode: .local) }
    }

    @Test func `a folder stays in the mode that it was made for`() throws {
        let local = scratch.newPath()
        let server = scratch.newPath()
        _ = try SQLiteReplicaStore.filled(local, .local)
        _ = try SQLiteReplicaStore.filled(server, .server)
        #expect(throws: StoreError.wrongMode(path: local)) { try SQLiteReplicaStore.open(folder: local, mode: .server) }
        #expect(throws: StoreError.wrongMode(path: server)) {
            try SQLiteReplicaStore.open(folder: server, mode: .local)
        }
        #expect(try SQLiteReplicaStore.open(folder: server, mode: .server).logState().count == 6)
    }

    @Test func `a folder has one server, and the next one when it is gone`() throws {
        let path = scratch.newPath()
        var first: SQLiteReplicaStore? = try SQLiteReplicaStore.filled(path, .server)
        #expect(throws: StoreError.busy) { try SQLiteReplicaStore.open(folder: path, mode: .server) }
        #expect(try first?.logState().count == 6)
        first = nil
        #expect(try SQLiteReplicaStore.open(folder: path, mode: .server).logState().count == 6)
    }

    @Test(arguments: [ReplicaMode.local, .server]) func `a newer replica is refused and left alone`(_ mode: ReplicaMode)
        throws
    {
        let path = scratch.newPath()
        _ = try SQLiteReplicaStore.filled(path, mode)
        let newer: Int
        do {
            let damage = try Damage(path)
            newer = try #require(try damage.connection.integer("PRAGMA user_version")) + 1
            try damage.connection.execute("PRAGMA user_version=\(newer)")
        }
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path + "/archive.sqlite"))
        #expect(throws: StoreError.newerSchema(found: newer, known: newer - 1)) {
            try SQLiteReplicaStore.open(folder: path, mode: mode)
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path + "/archive.sqlite")) == bytes)
    }

    @Test func `the truth takes rows and never changes them`() throws {
        let path = scratch.newPath()
        _ = try SQLiteReplicaStore.filled(path)
        let connection = try Connection(
            path: path + "/archive.sqlite", access: .write, policy: .shared(busyTimeoutMilliseconds: 0))
        for table in ["letter", "content", "dictionary", "dictionary_copy", "revision", "parent"] {
            let column =
                table == "parent" ? "parent" : table == "revision" ? "chain" : table == "letter" ? "id" : "bytes"
            #expect(throws: SQLiteError.self, "update \(table)") {
                try connection.run("UPDATE \(table) SET \(column) = \(column)")
            }
            #expect(throws: SQLiteError.self, "delete \(table)") { try connection.run("DELETE FROM \(table)") }
        }
        #expect(throws: SQLiteError.self) {
            try connection.run("INSERT OR REPLACE INTO content (number, hash, bytes) VALUES (1, zeroblob(32), x'00')")
        }
    }

    @Test func `reindexing gives the same bytes that ingestion gave`() throws {
        let path = scratch.newPath()
        let store = try SQLiteReplicaStore.filled(path)
        let maker = RevisionMaker()
        let all = try store.allRevisions()
        for number in 10..<40 {
            _ = try store.ingest(maker.ingestion([try maker.revision(number, "letter \(number)")]))
        }
        for number in 0..<5 {
            _ = try store.ingest(maker.ingestion([try maker.revision(1, "fork \(number)", after: [all[number % 3]])]))
        }
        let tables = [
            "state", "head", "summary", "blob", "blob_reference", "recent_letter_by_id", "recent_revision_by_id",
        ]
        let before = try tables.map { try Damage(path).rows($0) }
        try store.catchUpSearchIndex()
        let entries = try Damage(path).rows("search_entry")
        try store.reindex()
        for (table, rows) in zip(tables, before) { #expect(try Damage(path).rows(table) == rows, "\(table)") }
        try store.catchUpSearchIndex()
        #expect(try Damage(path).rows("search_entry") == entries)
        #expect(try store.verify { _, _ in }.problems == [])
    }

    @Test(arguments: 1...8) func `a database of any schema opens, today and ever after`(_ version: Int) throws {
        let path = scratch.newPath()
        try Self.make(path, version)
        let store = try SQLiteReplicaStore.open(folder: path, mode: .local)
        #expect(try store.verify { _, _ in }.problems == [])
        #expect(try store.logState().count == 2)
        #expect(try store.letters(LetterQuery()).map(\.incipit) == ["Come home at once."])
        #expect(try store.search("home", limit: 9, offset: 0).hits.count == 1)
        #expect(try store.remotes().map(\.name) == ["origin"])
        #expect(try store.unconfirmedDeletions().heldRevisions == min(version - 1, 1))
        #expect(try store.evidence().map(\.kind) == (version == 1 ? [] : ["forked"]))
        #expect(try store.dictionary()?.bytes.count == (version < 4 ? nil : 170))
        let maker = RevisionMaker()
        #expect(try store.ingest(maker.ingestion([try maker.revision(9, "new")])).firstSequence == 3)
        // Rows of before and of after the last step are found without SQLite, too.
        #expect(try Salvage(folder: path).revisionCount >= 3)
    }

    /// A replica of an earlier schema, in a new folder.
    static func make(_ path: String, _ version: Int) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let connection = try Connection(
            path: path + "/archive.sqlite", access: .create, policy: .shared(busyTimeoutMilliseconds: 0))
        try connection.execute(try text("schema-\(version)"))
    }

    /// A stored file of this folder; a missing one fails the test.
    private static func text(_ name: String) throws -> String {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        return try String(contentsOf: folder.appending(path: "Schemas/\(name).sql"), encoding: .utf8)
    }
}
