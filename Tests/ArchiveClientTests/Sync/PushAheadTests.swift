import ArchiveClient
import Compression
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SyncProtocol
import SyncTestSupport
import Testing

/// A push that is made ready while the one before it is on its way.
struct PushAheadTests {
    private static let batchBytes = 2_000

    /// A replica with letters that fill a few batches, its remote, and the first batch.
    private static func begin(
        _ kind: StoreKind, in world: TestWorld
    ) throws -> (store: any ReplicaStore, first: UnsentBatch, ahead: PushAhead) {
        let ada = try world.replica("ada")
        for number in 1...10 { try ada.write(number, String(repeating: "x", count: 300)) }
        try ada.store.addRemote("origin", address: "https://test/letters")
        let first = try ada.store.unsent(to: "origin", maximumBytes: batchBytes)
        let ahead = PushAhead(store: ada.store, remote: "origin", isBeside: true)
        ahead.begin(after: first, maximumBytes: batchBytes, isThin: false)
        return (ada.store, first, ahead)
    }

    private static func acknowledge(_ batch: UnsentBatch, in store: any ReplicaStore) throws {
        let answers = batch.revisions.map { PushAnswer(revision: $0.id, decision: .acknowledged) }
        try store.recordAnswers(from: "origin", answers)
    }

    @Test(arguments: StoreKind.allCases)
    func `it is what follows, once all before it is acknowledged`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let (store, first, ahead) = try Self.begin(kind, in: world)
        ahead.settle()
        try Self.acknowledge(first, in: store)
        let push = try #require(try ahead.next())
        #expect(push.batch == (try store.unsent(to: "origin", maximumBytes: Self.batchBytes)))
        let frame = try #require(push.frames)
        #expect(try Zstandard.decompress(frame, limitBytes: 10_000) == MessageLines(push.batch.revisions).bytes)
        #expect(try ahead.next() == nil, "it is given once")
    }

    @Test(arguments: StoreKind.allCases)
    func `it is not sent while something before it is not acknowledged`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let (_, _, ahead) = try Self.begin(kind, in: world)
        #expect(try ahead.next() == nil)
    }

    @Test(arguments: StoreKind.allCases)
    func `it is dropped where something was refused`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let (store, first, ahead) = try Self.begin(kind, in: world)
        ahead.drop()
        try Self.acknowledge(first, in: store)
        #expect(try ahead.next() == nil)
    }

    @Test(arguments: StoreKind.allCases)
    func `nothing is made ready where nothing follows, or everything has to happen in one order`(
        _ kind: StoreKind
    ) throws {
        let world = TestWorld(kind)
        let (store, first, _) = try Self.begin(kind, in: world)
        let inOrder = PushAhead(store: store, remote: "origin", isBeside: false)
        inOrder.begin(after: first, maximumBytes: Self.batchBytes, isThin: false)
        try Self.acknowledge(first, in: store)
        #expect(try inOrder.next() == nil)
        let rest = try store.unsent(to: "origin", maximumBytes: .max)
        #expect(!rest.hasMore)
        let ahead = PushAhead(store: store, remote: "origin", isBeside: true)
        ahead.begin(after: rest, maximumBytes: Self.batchBytes, isThin: false)
        #expect(try ahead.next() == nil)
    }

    @Test(arguments: StoreKind.allCases, [true, false])
    func `edits are made ready against the versions before them, where that is asked for`(
        _ kind: StoreKind, isThin: Bool
    ) throws {
        let world = TestWorld(kind)
        let ada = try world.replica("ada")
        try ada.store.addRemote("origin", address: "https://test/letters")
        let text = String(repeating: "x", count: 300)
        let letters = try (1...10).map { try ada.write($0, text) }
        try Self.acknowledge(try ada.store.unsent(to: "origin", maximumBytes: .max), in: ada.store)
        for (number, letter) in zip(1..., letters) { try ada.write(number, text + "y", after: [letter]) }
        let first = try ada.store.unsent(to: "origin", maximumBytes: Self.batchBytes)
        let ahead = PushAhead(store: ada.store, remote: "origin", isBeside: true)
        ahead.begin(after: first, maximumBytes: Self.batchBytes, isThin: isThin)
        ahead.settle()
        try Self.acknowledge(first, in: ada.store)
        let push = try #require(try ahead.next())
        #expect(push.bases?.isEmpty == (isThin ? false : nil))
        #expect((push.frames == nil) == isThin)
    }

    @Test func `a push and what it is compressed against fit into the window together`() throws {
        let world = TestWorld(.inMemory)
        let ada = try world.replica("ada")
        try ada.store.addRemote("origin", address: "https://test/letters")
        let text = String(repeating: "a long letter ", count: 60_000)
        let letters = try (1...8).map { try ada.write($0, text) }
        func push(isThin: Bool) throws -> PushAhead.Push {
            try PushAhead.Push(
                from: ada.store, to: "origin", maximumBytes: ProtocolLimits.pushBytes, isThin: isThin)
        }
        #expect(try push(isThin: true).batch.revisions.count == 7, "none has a parent")
        try Self.acknowledge(try ada.store.unsent(to: "origin", maximumBytes: .max), in: ada.store)
        for (number, letter) in zip(1..., letters) { try ada.write(number, text + "y", after: [letter]) }
        let thin = try push(isThin: true)
        #expect(thin.batch.revisions.count == 4 && thin.batch.hasMore)
        let bytes = thin.batch.byteCount + (thin.bases?.byteCount ?? 0)
        #expect(bytes <= ProtocolLimits.windowBytes && bytes > ProtocolLimits.pushBytes)
        #expect(try push(isThin: false).batch.revisions.count == 7)
    }
}
