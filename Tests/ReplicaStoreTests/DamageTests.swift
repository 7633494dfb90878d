import Compression
import Foundation
import Hashing
import LetterMerge
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SQLiteBinding
import Testing
import TestScratch

/// Flipped bits are found, named, never passed on, and healed by whoever has the right bytes.
struct DamageTests {
    private let scratch = Scratch()

    /// Every table but those that the search index keeps for itself.
    static let tables = [
        "archive", "blob", "blob_reference", "content", "dictionary", "dictionary_copy", "head", "healing", "held",
        "import_record", "letter", "letter_by_id", "parent", "pulled_deletion", "quarantine", "recent_letter_by_id",
        "recent_revision_by_id", "remote", "remote_beside", "remote_evidence", "remote_mark", "revision",
        "revision_by_id", "search_entry", "search_state", "setting", "state", "summary", "waiting", "waiting_parent",
    ]

    /// In these is nothing of a short log (`IDIndexTests`).
    static let emptyTables: Set<String> = ["letter_by_id", "revision_by_id"]

    /// Values that nothing can be told from: no truth gives them, and a wrong one costs work, not letters.
    static let unchecked: Set<String> = [
        // Which revisions a remote has. Too many: sent again. Too few: found by the fingerprint of the next exchange.
        "remote_mark.kind", "remote_mark.code", "remote_mark.text", "remote_mark.revision",
        // What a remote has that is beside the log here: the next comparison finds it.
        "remote_beside.id",
        // How far the search index is, and of which fold: it is filled again.
        "search_state.through", "search_state.fold",
        // Numbers of rows that nothing refers to.
        "archive.number", "state.number", "search_state.number", "healing.number", "quarantine.number",
        "waiting.number", "held.number", "remote_evidence.number",
        // Off outside of a transaction that heals.
        "healing.is_on",
        // Rows of before format 7 have one, and nobody reads it.
        "content.hash",
        // A parent that is waited for: the revision waits longer, and comes again with the next pull from the start.
        "waiting_parent.parent",
    ]

    private func copy(_ path: String) throws -> String {
        let copy = scratch.newPath()
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        return copy
    }

    @Test func `the list of tables is complete`() throws {
        let path = scratch.newPath()
        try SQLiteReplicaStore.filled(path).fillDeletions()
        #expect(try Damage(path).tables() == Self.tables)
        #expect(try SQLiteReplicaStore.open(folder: path, mode: .local).verify { _, _ in }.problems == [])
    }

    @Test(arguments: tables.filter { !emptyTables.contains($0) })
    func `a flipped bit in any column is found`(_ table: String) throws {
        let path = scratch.newPath()
        let store = try SQLiteReplicaStore.filled(path)
        try store.fillLog(20)
        try store.fillDeletions()
        for column in try Damage(path).columns(table) where !Self.unchecked.contains("\(table).\(column)") {
            let copy = try copy(path)
            #expect(try Damage(copy).flip(table, column), "\(table).\(column) has a value")
            let store = try SQLiteReplicaStore.open(folder: copy, mode: .local)
            let problems: [VerificationReport.Problem]
            do {
                problems = try store.verify { _, _ in }.problems
            } catch {
                guard case .damaged = error else { throw error }
                continue
            }
            #expect(!problems.isEmpty, "\(table).\(column)")
            if ["revision", "content", "parent", "head", "summary", "search_entry"].contains(table) {
                #expect(problems.contains { $0.letter != nil }, "\(table).\(column) names a letter: \(problems)")
            }
        }
    }

    @Test(arguments: [
        "DROP TRIGGER content_stays", "DROP INDEX revision_by_letter",
        "CREATE TRIGGER theft AFTER INSERT ON revision BEGIN DELETE FROM setting; END",
    ])
    func `a definition that was changed is found`(_ change: String) throws {
        let path = scratch.newPath()
        let store = try SQLiteReplicaStore.filled(path)
        try Damage(path).connection.execute(change)
        #expect(try store.verify { _, _ in }.problems.map(\.kind) == ["database"])
        #expect(try store.verifyQuickly().problems.map(\.kind) == ["database"])
    }

    @Test(arguments: ["letter", "content", "dictionary", "dictionary_copy", "revision", "parent"])
    func `no flipped bit of the truth leaves the replica`(_ table: String) throws {
        let path = scratch.newPath()
        let whole = try SQLiteReplicaStore.filled(path)
        try whole.fillLog(20)
        let original = try whole.allRevisions()
        for column in try Damage(path).columns(table) where !Self.unchecked.contains("\(table).\(column)") {
            let copy = try copy(path)
            #expect(try Damage(copy).flip(table, column))
            let store = try SQLiteReplicaStore.open(folder: copy, mode: .local)
            try store.addRemote("other", address: "x")
            for entry in try store.logEntries(after: 0, through: 6, maximumBytes: .max) {
                guard case .intact(let logged) = entry else { continue }
                #expect(original.contains(logged.revision), "\(table).\(column)")
            }
            for revision in try store.unsent(to: "other", maximumBytes: .max).revisions {
                #expect(original.contains(revision), "\(table).\(column)")
            }
            let digest = try WordDictionary.make().digest
            let outgoing = try store.outgoingPage(after: 0, through: 6, maximumBytes: .max, packedBy: digest).entries
            for revision in outgoing.compactMap(\.revision) {
                let whole = try #require(revision.whole, "\(table).\(column)")
                #expect(whole.id == revision.id && original.contains(whole), "\(table).\(column)")
            }
            for revision in original {
                do {
                    guard let found = try store.revision(revision.id) else { continue }
                    #expect(found.revision == revision)
                } catch {
                    guard case .damaged = error else { throw error }
                }
            }
        }
    }

    @Test func `a revision that stands in the log twice is named`() throws {
        let path = scratch.newPath()
        let store = try SQLiteReplicaStore.filled(path)
        let first = try store.allRevisions()[0].id
        try Damage(path).run(
            """
            INSERT INTO revision (sequence, id, chain, letter, content, header)
                SELECT 7, id, chain, letter, content, header FROM revision WHERE sequence = 1
            """)
        let problems = try store.verify { _, _ in }.problems
        #expect(
            problems.contains { $0.kind == "revision" && $0.text == "revision \(first.hex) stands in the log twice" })
    }

    @Test func `a header that became another good one never leaves the replica`() throws {
        let path = scratch.newPath()
        let original = try SQLiteReplicaStore.filled(path).allRevisions()[0]
        let damage = try Damage(path)
        let store = try SQLiteReplicaStore.open(folder: path, mode: .local)
        try damage.dropTriggers()
        var goodHeaders = 0
        for index in original.headerBytes.indices {
            var header = original.headerBytes
            header[index] ^= 1
            guard (try? Revision(headerBytes: header, contentBytes: original.contentBytes)) != nil else { continue }
            goodHeaders += 1
            try damage.connection.run("UPDATE revision SET header = ? WHERE sequence = 1", [.bytes(header)])
            let entries = try store.logEntries(after: 0, through: 1, maximumBytes: .max)
            #expect(entries == [.damaged(sequence: 1, id: original.id)], "byte \(index)")
            #expect(throws: StoreError.damaged(object: original.id.hex)) { try store.revision(original.id) }
        }
        #expect(goodHeaders > 20)
    }

    @Test(arguments: [
        ("content", "bytes"), ("content", "fixity"), ("revision", "id"), ("revision", "header"), ("revision", "chain"),
    ])
    func `what was written wrongly is noticed before anybody is told that it is here`(
        _ table: String, _ column: String
    ) throws {
        let path = scratch.newPath()
        let store = try SQLiteReplicaStore.filled(path)
        // The chain stands at the next one.
        try store.fillLog(15)
        let before = try store.logState()
        let damage = try Damage(path)
        let key = table == "content" ? "number" : "sequence"
        try damage.dropTriggers()
        try damage.connection.execute(
            """
            CREATE TRIGGER wrong AFTER INSERT ON \(table) BEGIN
                UPDATE \(table) SET \(column) = \(column == "fixity" ? "1" : "zeroblob(length(new.\(column)))")
                    WHERE \(key) = new.\(key);
            END
            """)
        let maker = RevisionMaker()
        let new = try maker.ingestion([maker.revision(9, "new")])
        #expect {
            try store.ingest(new)
        } throws: { error in
            if case StoreError.damaged = error { true } else { false }
        }
        #expect(try store.logState() == before)
        try damage.connection.execute("DROP TRIGGER wrong")
        #expect(try store.ingest(new).acceptedCount == 1)
    }

    @Test(arguments: [
        ("UPDATE archive SET epoch = '00000000000000F\u{66}'", true),
        ("UPDATE archive SET epoch = '000000000000000g'", true),
        ("UPDATE archive SET epoch = ''", true), ("UPDATE state SET sequence = -6", true),
        ("UPDATE state SET sequence = 9223372036854775807", true),
        ("UPDATE remote SET epoch = '0000000000000z'", false), ("UPDATE remote SET sequence = -1", false),
        ("UPDATE remote SET sequence = 9223372036854775807", false),
    ]) func `a place in a log that is none is damage and no reason to fall`(_ change: String, isOwn: Bool) throws {
        let path = scratch.newPath()
        _ = try SQLiteReplicaStore.filled(path)
        try Damage(path).connection.execute(change)
        let store = try SQLiteReplicaStore.open(folder: path, mode: .local)
        #expect(throws: StoreError.damaged(object: "archive.sqlite")) {
            if isOwn { _ = try store.logState() } else { _ = try store.remotes() }
        }
    }

    @Test func `a damaged content and a damaged header are told apart from their neighbours`() throws {
        let path = scratch.newPath()
        let original = try SQLiteReplicaStore.filled(path).allRevisions()
        let damage = try Damage(path)
        #expect(try damage.flip("content", "bytes"))
        let store = try SQLiteReplicaStore.open(folder: path, mode: .local)
        let entries = try store.logEntries(after: 0, through: 6, maximumBytes: .max)
        #expect(entries.first == .damaged(sequence: 1, id: original[0].id))
        #expect(entries.count == 6)
        #expect(throws: StoreError.damaged(object: original[0].id.hex)) { try store.revision(original[0].id) }
        #expect(throws: StoreError.self) { try store.history(of: RevisionMaker.letterID(1)) }
        #expect(try store.view(of: RevisionMaker.letterID(2))?.letter.body == "other")
        let problems = try store.verify { _, _ in }.problems
        #expect(problems.contains { $0.kind == "content" && $0.letter == RevisionMaker.letterID(1) })
        #expect(problems.allSatisfy { $0.letter == RevisionMaker.letterID(1) })
    }

    @Test func `a head that is damaged keeps neither right bytes nor other letters out`() throws {
        let path = scratch.newPath()
        let original = try SQLiteReplicaStore.filled(path).allRevisions()
        let letter = RevisionMaker.letterID(2)
        do {
            let damage = try Damage(path)
            let number = try #require(
                try damage.connection.integer("SELECT number FROM letter WHERE id = ?", [.bytes(letter.bytes)]))
            try damage.run(
                "UPDATE content SET bytes = x'00' WHERE number IN (SELECT content FROM revision WHERE letter = ?)",
                [.integer(number)])
            try damage.run("UPDATE head SET revision = 999 WHERE letter = ?", [.integer(number)])
        }
        let store = try SQLiteReplicaStore.open(folder: path, mode: .local)
        let maker = RevisionMaker()
        let report = try store.ingest(maker.ingestion(original + [try maker.revision(9, "more")]))
        #expect(report.acceptedCount == 1)
        let healed = try #require(original.first { $0.header.letter == letter })
        #expect(try store.revision(healed.id)?.revision == healed)
    }

    @Test(arguments: [
        ("content", "bytes"), ("content", "dictionary"), ("content", "fixity"), ("revision", "header"),
    ])
    func `whoever sends the right bytes again heals the damage`(table: String, column: String) throws {
        let path = scratch.newPath()
        let original = try SQLiteReplicaStore.filled(path).allRevisions()
        #expect(try Damage(path).flip(table, column))
        let store = try SQLiteReplicaStore.open(folder: path, mode: .local)
        #expect(try !store.verify { _, _ in }.problems.isEmpty)
        let report = try store.ingest(RevisionMaker().ingestion(original))
        #expect(report.outcomes == Array(repeating: .duplicate, count: 6))
        // `Damage` dropped the triggers; nothing else may differ.
        let problems = try store.verify { _, _ in }.problems
        #expect(problems == [])
        #expect(try store.allRevisions() == original)
    }

    @Test(arguments: [16, 32]) func `where the chain is damaged is told once`(_ sequence: Int) throws {
        let path = scratch.newPath()
        let store = try SQLiteReplicaStore.filled(path)
        try store.fillLog(40)
        try Damage(path).run("UPDATE revision SET chain = zeroblob(32) WHERE sequence = \(sequence)")
        #expect(
            try store.verify { _, _ in }.problems.map(\.text) == [
                "the chain breaks between log entries \(sequence - 15) and \(sequence)"
            ])
    }

    @Test func `a revision that refers to another one's content takes nothing from that`() throws {
        let path = scratch.newPath()
        let original = try SQLiteReplicaStore.filled(path).allRevisions()
        let damage = try Damage(path)
        let contents = try damage.rows("content")
        try damage.run("UPDATE revision SET content = 1 WHERE sequence = 4")
        let store = try SQLiteReplicaStore.open(folder: path, mode: .local)
        #expect(try store.ingest(RevisionMaker().ingestion(original)).acceptedCount == 0)
        #expect(try damage.rows("content") == contents)
        #expect(try store.allRevisions() == original)
        #expect(try store.verify { _, _ in }.problems == [])
    }

    @Test(arguments: ["bytes = x'00'", "fixity = fixity + 1", "fixity = NULL"])
    func `a new revision never rests on a damaged content`(_ damaging: String) throws {
        let path = scratch.newPath()
        let other = try SQLiteReplicaStore.filled(path).allRevisions()[3]
        let damage = try Damage(path)
        try damage.run("UPDATE content SET \(damaging)")
        let store = try SQLiteReplicaStore.open(folder: path, mode: .local)
        let maker = RevisionMaker()
        let same = try maker.revision(2, "other", after: [other])
        #expect(try store.ingest(maker.ingestion([same])).acceptedCount == 1)
        #expect(try store.revision(same.id)?.revision == same)
        #expect(try store.view(of: RevisionMaker.letterID(2))?.letter.body == "other")
    }

    @Test func `a damaged letter delays no other one`() throws {
        let path = scratch.newPath()
        let original = try SQLiteReplicaStore.filled(path).allRevisions()
        let damage = try Damage(path)
        try damage.run("UPDATE content SET bytes = x'00' WHERE number = 1")
        let store = try SQLiteReplicaStore.open(folder: path, mode: .local)
        let maker = RevisionMaker()
        let report = try store.ingest(
            maker.ingestion([
                try maker.revision(1, "more", after: [original[1]]), try maker.revision(9, "a later letter"),
            ]))
        #expect(report.acceptedCount == 2)
        #expect(try store.search("later", limit: 9, offset: 0).hits.count == 1)
        try store.reindex()
        #expect(try store.search("later", limit: 9, offset: 0).hits.count == 1)
    }

    @Test func `damage inside the search index is found, letter by letter where it can be`() throws {
        let path = scratch.newPath()
        let store = try SQLiteReplicaStore.filled(path)
        let maker = RevisionMaker()
        _ = try store.ingest(
            maker.ingestion(try (20..<60).map { try maker.revision($0, "orchids number \($0) in the garden") }))
        try store.catchUpSearchIndex()
        let file = URL(fileURLWithPath: path + "/archive.sqlite")
        let whole = try Data(contentsOf: file)
        let place = try #require(whole.range(of: Data("rchids".utf8), options: .backwards))
        var damaged = whole
        damaged[place.lowerBound] ^= 1
        try damaged.write(to: file)
        let problems = try SQLiteReplicaStore.open(folder: path, mode: .local).verify { _, _ in }.problems
        #expect(problems.contains { $0.kind == "search" })
    }

    @Test(arguments: ["hashsize", "automerge"], [0, 1])
    func `a damaged setting of the search index is found, and making it anew puts it right`(
        name: String, place: Int
    ) throws {
        let path = scratch.newPath()
        let letters = try SQLiteReplicaStore.filled(path).search("body", limit: 9, offset: 0).hits.count
        let file = URL(fileURLWithPath: path + "/archive.sqlite")
        var damaged = try Data(contentsOf: file)
        // The name, or the number after it.
        let found = try #require(damaged.range(of: Data(name.utf8), options: .backwards))
        damaged[place == 0 ? found.lowerBound : found.upperBound] ^= 2
        try damaged.write(to: file)
        let store = try SQLiteReplicaStore.open(folder: path, mode: .local)
        let problems = try store.verify { _, _ in }.problems
        #expect(problems.map(\.kind) == ["search"])
        try store.reindex()
        #expect(try store.search("body", limit: 9, offset: 0).hits.count == letters)
        #expect(try store.verify { _, _ in }.problems == [])
    }

    @Test func `an index that an earlier version made has no settings, and is right`() throws {
        let path = scratch.newPath()
        let store = try SQLiteReplicaStore.filled(path)
        let damage = try Damage(path)
        let table = try #require(try damage.texts("SELECT sql FROM sqlite_schema WHERE name = 'search'").first)
        try damage.connection.execute(
            "DROP TABLE search; \(table); DELETE FROM search_entry; UPDATE search_state SET through = 0")
        try store.catchUpSearchIndex()
        #expect(try damage.texts("SELECT k FROM search_config") == ["version"])
        #expect(try store.search("body", limit: 9, offset: 0).hits.count > 0)
        #expect(try store.verify { _, _ in }.problems == [])
    }

    @Test func `an index of an earlier version's words is no damage, and the next search makes it anew`() throws {
        let path = scratch.newPath()
        let store = try SQLiteReplicaStore.filled(path)
        let letters = try store.search("body", limit: 9, offset: 0).hits.count
        let damage = try Damage(path)
        try damage.connection.execute("UPDATE search_entry SET digest = zeroblob(32)")
        #expect(try store.verify { _, _ in }.problems.contains { $0.kind == "search" })
        try damage.connection.execute("UPDATE search_state SET fold = fold - 1")
        #expect(try store.verify { _, _ in }.problems == [])
        #expect(try store.search("body", limit: 9, offset: 0).hits.count == letters)
        #expect(try damage.texts("SELECT DISTINCT length(digest) FROM search_entry WHERE digest = zeroblob(32)") == [])
        #expect(try store.verify { _, _ in }.problems == [])
    }

    @Test func `a damaged blob is found, not given out, and replaced by the right bytes`() throws {
        let path = scratch.newPath()
        let store = try SQLiteReplicaStore.filled(path)
        let id = BlobID(SHA256.digest(of: [1, 2, 3]))
        let file = URL(fileURLWithPath: "\(path)/blobs/\(id.hex.prefix(2))/\(id.hex.dropFirst(2))")
        #expect(try Data(contentsOf: file) == Data([1, 2, 3]))
        try Data([1, 2, 4]).write(to: file)
        #expect(throws: StoreError.damaged(object: id.hex)) { try store.blob(id) }
        #expect(throws: StoreError.damaged(object: id.hex)) { try store.blobPieces(id) }
        let problem = try #require(try store.verify { _, _ in }.problems.first)
        #expect(problem.kind == "blob" && problem.object == id.hex && problem.letter == RevisionMaker.letterID(1))
        _ = try store.storeBlob([1, 2, 3])
        #expect(try store.blob(id) == [1, 2, 3])
        #expect(try store.verify { _, _ in }.problems == [])
        try FileManager.default.removeItem(at: file)
        #expect(try store.verify { _, _ in }.problems.map(\.kind) == ["blob"])
        try store.reindex()
        #expect(try store.verify { _, _ in }.problems == [])
        #expect(try store.missingBlobs(limit: 9).map(\.blob) == [id])
    }

    @Test(arguments: [0, 150_000, 199_999], [false, true])
    func `a blob that is damaged while it is read does not come out whole`(place: Int, isCut: Bool) throws {
        let path = scratch.newPath()
        let store = try SQLiteReplicaStore.filled(path)
        let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let id = try store.storeBlob(bytes)
        let pieces = try #require(try store.blobPieces(id))
        let file = try FileHandle(
            forWritingTo: URL(fileURLWithPath: "\(path)/blobs/\(id.hex.prefix(2))/\(id.hex.dropFirst(2))"))
        if isCut {
            try file.truncate(atOffset: UInt64(place))
        } else {
            try file.seek(toOffset: UInt64(place))
            try file.write(contentsOf: [bytes[place] ^ 1])
        }
        var count = 0
        #expect(throws: StoreError.damaged(object: id.hex)) {
            while let piece = try pieces.next() { count += piece.count }
        }
        #expect(count < bytes.count)
    }
}
