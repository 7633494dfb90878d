import ArchiveClient
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SyncProtocol
import SyncTestSupport
import Testing

/// Edits that travel as what they change.
struct ThinSyncTests {
    private static func text(_ seed: UInt64, _ sentence: String) -> String {
        var numbers = SeededNumbers(seed: seed)
        let words = (0..<400).map { _ in String(numbers.next(), radix: 36) }
        return (words.prefix(200) + [sentence] + words.suffix(200)).joined(separator: " ")
    }

    /// A server and two laptops that hold twenty letters.
    private static func family(
        _ world: TestWorld
    ) throws -> (server: TestReplica, ada: TestReplica, ben: TestReplica) {
        let (server, ada, ben) = (try world.replica("server"), try world.replica("ada"), try world.replica("ben"))
        for number in 1...20 { try ada.write(number, text(UInt64(number), "Come home.")) }
        for replica in [ada, ben] { try replica.sync(with: server).expectDone() }
        return (server, ada, ben)
    }

    @Test(arguments: StoreKind.allCases)
    func `an edit costs little more than what it changes, both ways`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let (server, ada, ben) = try Self.family(world)
        try ada.write(1, Self.text(1, "Do not come home."))
        let push = try ada.sync(with: server)
        push.expectDone()
        #expect(push.pushed == 1 && push.requests == 1 && push.bytesSent < 900, "\(push.bytesSent)")
        let pull = try ben.sync(with: server)
        pull.expectDone()
        #expect(pull.pulled == 1 && pull.requests == 1 && pull.bytesReceived < 1_100, "\(pull.bytesReceived)")
        try expectSame(ada, ben)
        try expectSame(ada, server)
    }

    @Test(arguments: StoreKind.allCases)
    func `a laptop whose base is damaged asks for whole letters`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let (server, ada, ben) = try Self.family(world)
        let base = try #require(try ben.store.allRevisions().first { $0.header.letter == RevisionMaker.letterID(1) })
        try ada.write(1, Self.text(1, "Do not come home."))
        try ada.sync(with: server).expectDone()
        let damaged = DamagedStore(ben.store)
        damaged.set { $0.damaged = [base.id] }
        let laptop = TestReplica("ben", store: damaged, maker: ben.maker)
        let report = try laptop.sync(with: server)
        #expect(report.failure == nil && report.pulled == 1 && report.requests == 2, "\(report)")
        #expect(report.bytesReceived > 3_000)
    }

    @Test(arguments: StoreKind.allCases)
    func `a server that has lost a base gets whole letters, and what it lost`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let (_, ada, _) = try Self.family(world)
        // Another server at the same address: empty, as after an accident.
        let wiped = try world.replica("server")
        try ada.write(1, Self.text(1, "Do not come home."))
        let report = try ada.sync(with: wiped)
        #expect(report.failure == nil, "\(report)")
        try expectSame(ada, wiped)
    }
}
