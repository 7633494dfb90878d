import Compression
import Foundation
import Hashing
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SQLiteBinding
import Synchronization
import Testing
import TestScratch

/// Which dictionaries a replica keeps, and which contents are stored with them.
struct DictionaryTests {
    private let scratch = Scratch()
    private let maker = RevisionMaker()

    private func ingestion(_ revisions: [Revision], _ dictionary: CompressionDictionary?) -> Ingestion {
        var batch = RevisionBatch(dictionary: dictionary)
        for revision in revisions { batch.append(revision) }
        return Ingestion(archive: maker.archive, batch: batch)
    }

    /// What each content was compressed with, in the order in which they came.
    private func numbers(_ path: String) throws -> [Int?] {
        try Damage(path).connection.rows("SELECT dictionary FROM content ORDER BY number") { row throws in
            row.optionalInteger(0)
        }
    }

    private func make(_ mode: ReplicaMode = .local) throws -> (path: String, store: SQLiteReplicaStore) {
        let path = scratch.newPath()
        return (path, try scratch.makeStore(mode, at: path))
    }

    @Test func `contents keep what they were compressed with, and later ones take what came last`() throws {
        let (path, store) = try make()
        #expect(try store.dictionary() == nil)
        let (first, second) = (try WordDictionary.make(1), try WordDictionary.make(2))
        let revisions = try (0..<6).map { try maker.revision($0, "letter \($0)") }
        _ = try store.ingest(ingestion([revisions[0]], nil))
        _ = try store.ingest(ingestion([revisions[1]], first))
        #expect(try store.dictionary()?.digest == first.digest)
        _ = try store.ingest(maker.ingestion([revisions[2]]))
        _ = try store.ingest(ingestion([revisions[3]], second))
        _ = try store.ingest(maker.ingestion([revisions[4]]))
        let reopened = try SQLiteReplicaStore.open(folder: path, mode: .local)
        #expect(try reopened.dictionary()?.digest == second.digest)
        _ = try reopened.ingest(maker.ingestion([revisions[5]]))

        let numbers = try numbers(path)
        #expect(numbers[0] == nil && numbers[1] != nil && numbers[3] != nil)
        #expect(numbers == [nil, numbers[1], numbers[1], numbers[3], numbers[3], numbers[3]])
        #expect(try reopened.dictionary(named: first.digest)?.bytes == first.bytes)
        #expect(try reopened.dictionary(named: second.digest)?.bytes == second.bytes)
        #expect(try reopened.dictionary(named: WordDictionary.make(3).digest) == nil)
        #expect(try reopened.allRevisions() == revisions)
        #expect(try reopened.verify { _, _ in }.problems == [])
    }

    @Test func `a content that came with a dictionary is stored as it came, and is given out so`() throws {
        let (path, store) = try make()
        let dictionary = try WordDictionary.make()
        let revision = try maker.revision(1, "a letter from elsewhere")
        let content = try #require(revision.contentBytes)
        let frame = try #require(dictionary.compress(content))
        var received = RevisionBatch()
        received.append(
            ReceivedRevision(
                headerBytes: revision.headerBytes, content: .stored(StoredContent(frame: frame, dictionary: dictionary))
            ))
        #expect(try store.ingest(Ingestion(archive: maker.archive, batch: received)).acceptedCount == 1)
        #expect(try Damage(path).rows("content")[0][2] == .bytes(frame))
        func outgoing(_ digest: Digest?) throws -> OutgoingRevision? {
            try store.outgoingPage(after: 0, through: 1, maximumBytes: .max, packedBy: digest).entries.first?.revision
        }
        guard case .packed(let packed)? = try outgoing(dictionary.digest) else {
            Issue.record("it does not go out as it is stored")
            return
        }
        #expect(packed.headerBytes == revision.headerBytes && packed.links == RevisionLinks(revision.header))
        #expect(packed.content.frame == frame && packed.content.dictionary?.digest == dictionary.digest)
        #expect(try outgoing(.zero) == .whole(revision), "the receiver has another dictionary")
        #expect(try store.verify { _, _ in }.problems == [])
    }

    @Test(arguments: [1, 63, 64, 65, 140])
    func `what comes as its bytes is compressed with the dictionary, also behind a page of another batch`(_ count: Int)
        throws
    {
        let (path, store) = try make()
        let revisions = try (0..<count).map { try maker.revision($0, "letter \($0)") }
        var page = RevisionBatch(dictionary: try WordDictionary.make())
        for revision in revisions {
            page.append(
                ReceivedRevision(
                    headerBytes: revision.headerBytes, content: .bytes(try #require(revision.contentBytes))))
        }
        var gathered = RevisionBatch()
        gathered.append(page)
        _ = try store.ingest(Ingestion(archive: maker.archive, batch: gathered))
        #expect(try numbers(path).count == count && !numbers(path).contains(nil))
        #expect(try store.allRevisions() == revisions)
        #expect(try store.verify { _, _ in }.problems == [])
    }

    @Test func `what a letter said a while ago is one row with what it says again, whatever they were compressed with`()
        throws
    {
        let (path, store) = try make()
        var parents: [Revision] = []
        for (number, text) in ["the same words", "others", "the same words", "others"].enumerated() {
            let dictionary = number == 0 ? nil : try WordDictionary.make(number)
            parents = [try maker.revision(1, text, after: parents)]
            #expect(try store.ingest(ingestion(parents, dictionary)).acceptedCount == 1)
        }
        #expect(try Damage(path).rows("content").count == 2)
        // Another letter has a row of its own.
        _ = try store.ingest(ingestion([maker.revision(2, "the same words")], nil))
        #expect(try Damage(path).rows("content").count == 3)
        #expect(try store.verify { _, _ in }.problems == [])
    }

    @Test func `of more than sixteen dictionaries the contents are stored without one`() throws {
        let (path, store) = try make()
        var revisions: [Revision] = []
        for number in 0..<20 {
            revisions.append(try maker.revision(number, "letter \(number)"))
            _ = try store.ingest(ingestion([revisions[number]], WordDictionary.make(number)))
        }
        #expect(try Damage(path).rows("dictionary").count == 16)
        #expect(try Damage(path).rows("dictionary") == Damage(path).rows("dictionary_copy"))
        let numbers = try numbers(path)
        #expect(Set(numbers.prefix(16)).count == 16 && !numbers.prefix(16).contains(nil))
        #expect(Array(numbers.suffix(4)) == [nil, nil, nil, nil])
        // Those that are known go on being used.
        revisions.append(try maker.revision(20, "letter 20"))
        _ = try store.ingest(ingestion([revisions[20]], WordDictionary.make(3)))
        #expect(try self.numbers(path).last == numbers[3])
        #expect(try store.allRevisions() == revisions)
        #expect(try store.verify { _, _ in }.problems == [])
    }

    @Test func `of two dictionaries with one number the second is not kept, whichever comes first`() throws {
        // Found among 28,770: their hashes begin with a1a2adcd and 21a2adcd, which is the same but for the first bit.
        let pair = [try WordDictionary.make(6_799), try WordDictionary.make(28_769)]
        for dictionaries in [pair, pair.reversed()] {
            let (path, store) = try make()
            let revisions = try (0..<3).map { try maker.revision($0, "letter \($0)") }
            for (revision, dictionary) in zip(revisions, dictionaries + [dictionaries[0]]) {
                _ = try store.ingest(ingestion([revision], dictionary))
            }
            let numbers = try numbers(path)
            #expect(numbers[0] == 564_309_453 && numbers[1] == nil && numbers[2] == numbers[0])
            let reopened = try SQLiteReplicaStore.open(folder: path, mode: .local)
            #expect(try reopened.allRevisions() == revisions)
            #expect(try reopened.dictionary(named: dictionaries[0].digest) != nil)
            #expect(try reopened.dictionary(named: dictionaries[1].digest) == nil)
            #expect(try reopened.verify { _, _ in }.problems == [])
        }
    }

    /// A dictionary with wrong tables, which are looked at more closely when something is compressed.
    private static func onlyForReading() -> CompressionDictionary? {
        let letters = (0..<2_000).map { Array("Dear Ada, letter \($0) of \($0 * 7919) from the garden".utf8) }
        guard let trained = CompressionDictionary.trained(on: letters) else { return nil }
        for place in 8..<100 {
            for change in 1...255 as ClosedRange<UInt8> {
                var bytes = trained.bytes
                bytes[place] ^= change
                if let made = CompressionDictionary(bytes: bytes), made.compress([1, 2, 3]) == nil { return made }
            }
        }
        return nil
    }

    @Test func `a dictionary that nothing can be compressed with keeps no letter out`() throws {
        let (path, store) = try make()
        let useless = try #require(Self.onlyForReading(), "reading and compressing look at the same things")
        let revision = try maker.revision(1, "letter")
        _ = try store.ingest(ingestion([revision], useless))
        #expect(try numbers(path) == [nil])
        #expect(try store.allRevisions() == [revision])
    }

    @Test(arguments: [ReplicaMode.local, .server])
    func `a dictionary whose transaction was undone is kept when it comes again`(_ mode: ReplicaMode) throws {
        let (path, store) = try make(mode)
        let dictionary = try WordDictionary.make()
        let revision = try maker.revision(1, "letter")
        let damage = try Damage(path)
        // Written, read back, and undone at the end.
        try damage.connection.execute(
            """
            CREATE TRIGGER wrong AFTER INSERT ON revision BEGIN
                INSERT INTO revision (sequence, id, chain, letter, header)
                    VALUES (new.sequence + 1, zeroblob(32), zeroblob(32), new.letter, x'00');
            END
            """)
        #expect(throws: StoreError.self) { try store.ingest(ingestion([revision], dictionary)) }
        try damage.connection.execute("DROP TRIGGER wrong")
        #expect(try damage.rows("dictionary").isEmpty)

        #expect(try store.ingest(ingestion([revision], dictionary)).acceptedCount == 1)
        #expect(try damage.rows("dictionary").count == 1)
        #expect(try store.verify { _, _ in }.problems == [])
        withExtendedLifetime(store) {}
    }

    @Test func `threads that write and read a server's replica have all its dictionaries, also when some of them fail`()
        throws
    {
        let (path, store) = try make(.server)
        let damage = try Damage(path)
        // Some are noticed to be damaged when all of them have been written, and undone alone: others share the transaction.
        try damage.dropTriggers()
        try damage.connection.execute(
            """
            CREATE TRIGGER wrong AFTER INSERT ON revision WHEN instr(CAST(new.header AS TEXT), 'Mallory') BEGIN
                UPDATE revision SET header = zeroblob(9) WHERE sequence = new.sequence;
            END
            """)
        let failures = Mutex<[String]>([])
        let group = DispatchGroup()
        for thread in 0..<6 {
            group.enter()
            Thread {
                let maker = RevisionMaker()
                do {
                    for number in 0..<8 {
                        let revision = try maker.revision(100 * thread + number, "letter \(number) of \(thread)")
                        // Some of them are two threads' own.
                        let dictionary = try WordDictionary.make((thread / 2 + number) % 5)
                        let wrong = try maker.revision(1_000 + thread, "letter", author: "Mallory")
                        for one in [wrong, revision] {
                            var batch = RevisionBatch(dictionary: dictionary)
                            batch.append(one)
                            do {
                                _ = try store.ingest(Ingestion(archive: maker.archive, batch: batch))
                            } catch StoreError.damaged where one.id == wrong.id {
                                continue
                            }
                            guard one.id == revision.id else { throw StoreError.busy }
                        }
                        guard try store.revision(revision.id)?.revision == revision else { throw StoreError.busy }
                        _ = try store.allRevisions()
                    }
                } catch {
                    failures.withLock { $0.append("\(thread): \(error)") }
                }
                group.leave()
            }.start()
        }
        group.wait()
        #expect(failures.withLock { $0 } == [])
        #expect(try store.allRevisions().count == 48)
        // What stands on disk is enough, without anything that was loaded.
        let copy = scratch.newPath()
        try SQLiteReplicaStore.backUp(folder: path, to: copy)
        let reopened = try SQLiteReplicaStore.open(folder: copy, mode: .server)
        #expect(try reopened.allRevisions().count == 48)
        #expect(try Damage(copy).rows("dictionary").count == 5)
        // The triggers are gone.
        #expect(try reopened.verify { _, _ in }.problems.count == 1)
    }

    @Test func `command lines on one folder read each other's contents`() throws {
        let (path, first) = try make()
        let second = try SQLiteReplicaStore.open(folder: path, mode: .local)
        let revisions = try (0..<4).map { try maker.revision($0, "letter \($0)") }
        for (number, store) in [first, second, first, second].enumerated() {
            _ = try store.ingest(ingestion([revisions[number]], WordDictionary.make(number / 2)))
        }
        #expect(try first.allRevisions() == revisions && second.allRevisions() == revisions)
        #expect(try Damage(path).rows("dictionary").count == 2)
        #expect(try second.verify { _, _ in }.problems == [])
    }

    @Test func `what waited, or was held back, is stored with the dictionary that the archive has then`() throws {
        let (path, store) = try make()
        let root = try maker.revision(1, "letter")
        let child = try maker.revision(1, "letter, again", after: [root])
        let dictionary = try WordDictionary.make()
        var waiting = ingestion([child], dictionary)
        waiting.missingParents = .wait
        #expect(try store.ingest(waiting).outcomes == [.waiting])
        #expect(try store.ingest(ingestion([root], dictionary)).acceptedCount == 2)
        #expect(try store.allRevisions() == [root, child])
        #expect(try numbers(path).count == 2 && !numbers(path).contains(nil))

        try store.addRemote("origin", address: "x")
        try store.fillDeletions()
        #expect(try store.unconfirmedDeletions().heldRevisions > 0)
        _ = try store.releaseHeldDeletions()
        #expect(try !numbers(path).contains(nil))
        #expect(try store.verify { _, _ in }.problems == [])
    }
}
