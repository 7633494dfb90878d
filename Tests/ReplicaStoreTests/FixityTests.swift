import Compression
import Hashing
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SQLiteBinding
import Testing
import TestScratch

/// What is kept beside a content, by which it leaves without being decompressed.
struct FixityTests {
    private let scratch = Scratch()

    /// A replica whose contents were compressed with a dictionary but for the first, that dictionary's hash, and what may be done to it.
    private func make() throws -> (store: SQLiteReplicaStore, digest: Digest, damage: Damage) {
        let path = scratch.newPath()
        let store = try SQLiteReplicaStore.filled(path)
        return (store, try #require(try store.dictionary()).digest, try Damage(path))
    }

    private func outgoing(_ store: SQLiteReplicaStore, _ digest: Digest) throws -> [OutgoingEntry] {
        try store.outgoingPage(after: 0, through: 6, maximumBytes: .max, packedBy: digest).entries
    }

    private func isPacked(_ entry: OutgoingEntry) -> Bool {
        if case .packed = entry.revision { true } else { false }
    }

    @Test func `contents leave as they are stored, or as their bytes, and are the same revisions`() throws {
        let (store, digest, _) = try make()
        let entries = try outgoing(store, digest)
        #expect(entries.map(isPacked) == [false, true, true, true, false, true])
        #expect(try entries.map { try #require($0.revision?.whole) } == store.allRevisions())
        #expect(entries.map(\.sequence) == Array(1...6))
    }

    @Test func `contents that are older than their fixity leave all the same, and repair writes it`() throws {
        let (store, digest, damage) = try make()
        let written = try damage.rows("content")
        try damage.run("UPDATE content SET fixity = NULL")
        #expect(try outgoing(store, digest).map(isPacked) == [false, true, true, true, false, true])
        #expect(try store.verify { _, _ in }.problems == [])
        try store.mendLog()
        #expect(try damage.rows("content") == written)
    }

    @Test func `a wrong fixity keeps nothing back, and is named`() throws {
        let (store, digest, damage) = try make()
        try damage.run("UPDATE content SET fixity = fixity + 1")
        #expect(try outgoing(store, digest).map(isPacked) == [false, true, true, true, false, true])
        #expect(try store.verify { _, _ in }.problems.map(\.kind) == Array(repeating: "content", count: 5))
    }

    @Test(arguments: [false, true])
    func `a content that is another one, or of another dictionary, does not leave`(_ hasFixity: Bool) throws {
        let (store, digest, damage) = try make()
        let whole = try outgoing(store, digest)
        if !hasFixity { try damage.run("UPDATE content SET fixity = NULL") }
        // Two whole contents that change places: each fits its own fixity.
        try damage.run("UPDATE revision SET content = 5 - content WHERE content IN (2, 3)")
        let entries = try outgoing(store, digest)
        #expect(entries.map { $0.revision == nil } == [false, true, true, false, false, false])
        #expect(entries.map(\.id) == whole.map(\.id))
        #expect(store.noticedDamage() == whole[1...2].map(\.id).sorted())
    }

    @Test func `no flipped bit of a frame leaves`() throws {
        let (store, digest, damage) = try make()
        let contents = try damage.rows("content")
        guard case .bytes(let frame) = contents[1][2] else {
            Issue.record("there is no frame")
            return
        }
        let whole = try outgoing(store, digest)[1]
        for index in frame.indices {
            for bit in 0..<8 {
                var flipped = frame
                flipped[index] ^= 1 << bit
                try damage.run("UPDATE content SET bytes = ? WHERE number = 2", [.bytes(flipped)])
                let entry = try outgoing(store, digest)[1]
                // A bit of the frame that says nothing of its content may be another one.
                #expect(entry.revision == nil || entry.revision?.whole == whole.revision?.whole, "byte \(index)")
            }
        }
    }
}
