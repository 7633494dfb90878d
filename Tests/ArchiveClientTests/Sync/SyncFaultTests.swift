import ArchiveClient
import Hashing
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SyncProtocol
import SyncTestSupport
import Testing

/// What syncs do when the network, the remote or this replica fails.
struct SyncFaultTests {
    /// A server with a few letters, and a laptop with others, that have not met. Long letters take a page each.
    static func strangers(_ world: TestWorld, long: Bool = false) throws -> (server: TestReplica, laptop: TestReplica) {
        let (server, laptop) = (try world.replica("server"), try world.replica("laptop"))
        let body = long ? String(repeating: "a long letter, so that it fills a page; ", count: 15_000) : "Letter"
        for number in 1...3 { try server.write(number, "\(body) \(number)") }
        for number in 4...6 { try laptop.write(number, "Letter \(number)") }
        return (server, laptop)
    }

    static func faulty(_ server: TestReplica, _ plan: @escaping (Int) -> NetworkFault) -> FaultyTransport {
        FaultyTransport(LoopbackTransport(to: server.store)) { number, _ in plan(number) }
    }

    @Test func `a session that is cut at any byte goes on from its last checkpoint`() throws {
        let world = TestWorld(.inMemory)
        let model = try Self.strangers(world)
        let whole = Self.faulty(model.server) { _ in .none }
        try model.laptop.sync(over: whole).expectDone()
        for length in 0...whole.handedOutBytes {
            let (server, laptop) = try Self.strangers(world)
            let cut = Self.faulty(server) { $0 == 0 ? .cut(afterBytes: length) : .none }
            let report = try laptop.sync(over: cut)
            report.expectDone()
            #expect(report.pushed == 3, "cut at \(length)")
            #expect(report.pulled == 3, "cut at \(length)")
            #expect(report.requests == 2)
            #expect(laptop.waitedMilliseconds >= 250)
            #expect(try laptop.log().count == 6 && server.log().count == 6)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `what came before a cut is kept, and not fetched again`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let (server, laptop) = try Self.strangers(world, long: true)
        let whole = Self.faulty(server) { _ in .none }
        try world.replica("other").sync(over: whole).expectDone()
        // The last byte is the last page's: two of three pages are whole.
        let cut = Self.faulty(server) { $0 == 0 ? .cut(afterBytes: whole.handedOutBytes - 1) : .unreachable }
        let report = try laptop.sync(over: cut, options: SyncOptions(maximumFailures: 2))
        #expect(report.failure?.code == "unreachable")
        #expect(report.pulled == 2)
        #expect(try laptop.log().count == 5)
        #expect(try laptop.origin().position?.sequence == 2)
        let rest = try laptop.sync(with: server)
        #expect(rest.failure == nil && rest.pulled == 1)
        try expectSame(laptop, server)
    }

    @Test(arguments: StoreKind.allCases)
    func `the cursor passes nothing that is not here, wherever a page is cut`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let server = try world.replica("server")
        // One page of many letters that cannot be compressed much: they arrive one after the other.
        var numbers = SeededNumbers(seed: 1)
        for number in 1...40 {
            try server.write(number, (0..<700).map { _ in String(numbers.next(), radix: 36) }.joined(separator: " "))
        }
        let whole = Self.faulty(server) { _ in .none }
        try world.replica("other").sync(over: whole).expectDone()
        for quarter in 1..<4 {
            let laptop = try world.replica("laptop\(quarter)")
            let cut = Self.faulty(server) {
                $0 == 0 ? .cut(afterBytes: whole.handedOutBytes * quarter / 4) : .unreachable
            }
            #expect(try laptop.sync(over: cut, options: SyncOptions(maximumFailures: 2)).failure != nil)
            let passed = try laptop.origin().position?.sequence ?? 0
            #expect(try laptop.log().starts(with: server.log().prefix(passed)), "cut at \(quarter) quarters")
            try laptop.sync(with: server).expectDone()
            try expectSame(laptop, server)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `lost requests, lost answers and doubled requests leave the same as none`(_ kind: StoreKind) throws {
        for fault in [NetworkFault.lostRequest, .lostAnswer, .doubled] {
            let world = TestWorld(kind)
            let (server, laptop) = try Self.strangers(world)
            let report = try laptop.sync(over: Self.faulty(server) { $0 == 0 ? fault : .none })
            report.expectDone()
            #expect(report.pulled == 3)
            #expect(report.pushed == 3, "\(fault)")
            #expect(try server.log().count == 6)
            try expectSame(laptop, server)
            #expect(try laptop.sync(with: server).requests == 1)
        }
    }

    @Test func `bytes that change on the way are noticed, and fetched again`() throws {
        let world = TestWorld(.inMemory)
        let model = try Self.strangers(world)
        let whole = Self.faulty(model.server) { _ in .none }
        try model.laptop.sync(over: whole).expectDone()
        for byte in 0..<whole.handedOutBytes {
            let (server, laptop) = try Self.strangers(world)
            let report = try laptop.sync(over: Self.faulty(server) { $0 == 0 ? .flipped(byte: byte) : .none })
            // In the first bytes it is no Chancery server any more; the next sync goes well.
            if report.failure != nil { try laptop.sync(with: server).expectDone() }
            try expectSame(laptop, server)
        }
    }

    @Test func `a server that is down is told at once, one that goes down meanwhile is waited for`() throws {
        let world = TestWorld(.inMemory)
        let (server, laptop) = try Self.strangers(world)
        let down = try laptop.sync(over: Self.faulty(server) { _ in .unreachable })
        #expect(down.failure?.code == "unreachable" && down.requests == 0)
        #expect(laptop.waitedMilliseconds == 0)
        let flickering = Self.faulty(server) { $0 == 0 ? .cut(afterBytes: 300) : $0 < 4 ? .unreachable : .none }
        try laptop.sync(over: flickering).expectDone()
        #expect(laptop.waitedMilliseconds > 0)
    }

    @Test func `Retry-After is waited for`() throws {
        let world = TestWorld(.inMemory)
        let (server, laptop) = try Self.strangers(world)
        let busy = Self.faulty(server) {
            $0 == 0 ? .answer(status: 503, headers: [HeaderField("Retry-After", "9")], body: []) : .none
        }
        try laptop.sync(over: busy).expectDone()
        #expect(laptop.waitedMilliseconds >= 9_000)
    }

    @Test func `stopping is prompt, also while it waits`() throws {
        let world = TestWorld(.inMemory)
        let (server, laptop) = try Self.strangers(world)
        let cancellation = Cancellation()
        let down = Self.faulty(server) { _ in .answer(status: 503, headers: [], body: []) }
        let report = try laptop.sync(over: down, cancellation: cancellation) {
            if $0.phase == .waiting { cancellation.cancel() }
        }
        #expect(report.failure == .cancelled)
        #expect(laptop.waitedMilliseconds == 0)
        #expect(try laptop.log().count == 3)
        try laptop.sync(with: server).expectDone()
    }

    /// Pages that come quickly are stored as one.
    @Test(arguments: [(1_000, 2), (0, 3)])
    func `stopping between two pages keeps the first, and the one that is being stored`(
        millisecondsPerLook: Int, kept: Int
    ) throws {
        let world = TestWorld(.inMemory)
        let (server, laptop) = try Self.strangers(world, long: true)
        laptop.millisecondsPerLook = millisecondsPerLook
        let cancellation = Cancellation()
        let report = try laptop.sync(over: LoopbackTransport(to: server.store), cancellation: cancellation) {
            if $0.phase == .pulling { cancellation.cancel() }
        }
        #expect(report.failure == .cancelled)
        #expect(report.pulled == kept)
        try laptop.sync(with: server).expectDone()
        try expectSame(laptop, server)
    }

    // MARK: What answers is not what was asked for

    @Test(arguments: [
        (200, "text/html", "<html>Sign in</html>", "notAServer"), (200, "application/x-ndjson", "<html>", "notAServer"),
        (200, "application/x-ndjson", "", "cut"), (200, "application/x-ndjson", "{}\n", "notAServer"),
        (302, "text/html", "", "redirected"),
        (401, "application/problem+json", #"{"code":"unauthorized"}"#, "unauthorized"),
        (403, "application/problem+json", #"{"code":"forbidden"}"#, "forbidden"),
        (403, "text/html", "<html>", "notAServer"),
        (404, "application/problem+json", #"{"code":"not-found"}"#, "notFound"),
        (404, "text/html", "<html>", "notAServer"),
        (413, "text/html", "", "tooLarge"), (426, "application/problem+json", #"{"supported":7}"#, "version"),
        (500, "application/problem+json", "no JSON", "remoteFailed"), (429, "text/plain", "", "busy"),
        (511, "text/html", "<html>", "notAServer"), (200, "application/x-ndjson", #"{"v":2}"# + "\n", "version"),
        (409, "application/problem+json", #"{"code":"other"}"#, "remoteFailed"),
    ])
    func `each answer that is none has its own error, and nothing is changed`(
        _ status: Int, _ type: String, _ body: String, _ code: String
    ) throws {
        let world = TestWorld(.inMemory)
        let laptop = try world.replica("laptop")
        try laptop.write(1, "one")
        try laptop.write(2, "two")
        let transport = Self.faulty(try world.replica("server")) { _ in
            .answer(status: status, headers: [HeaderField("Content-Type", type)], body: Array(body.utf8))
        }
        let report = try laptop.sync(over: transport, options: SyncOptions(maximumFailures: 2))
        #expect(report.failure?.code == code, "\(String(describing: report.failure))")
        #expect(report.pushed == 0 && report.rejected.isEmpty)
        #expect(try laptop.origin().unsent == 2)
        let text = try #require(report.failure).description
        #expect(!text.contains("<html>") && !text.isEmpty)
    }

    @Test func `a request that a proxy finds too large is made smaller`() throws {
        let world = TestWorld(.inMemory)
        let (server, laptop) = (try world.replica("server"), try world.replica("laptop"))
        let noise = SeededText(seed: 5)
        for number in 1...6 { try laptop.write(number, noise.text(byteCount: 40_000)) }
        let huge = try laptop.write(7, noise.text(byteCount: 200_000))
        try laptop.write(8, "small")
        let transport = FaultyTransport(LoopbackTransport(to: server.store)) { _, request in
            (request.body?.count ?? 0) > 70_000 ? .answer(status: 413, headers: [], body: []) : .none
        }
        let report = try laptop.sync(over: transport)
        #expect(report.failure == nil)
        #expect(report.pushed == 7)
        #expect(report.rejected.map(\.revision) == [huge.id])
        #expect(try server.log().count == 7)
    }

    // MARK: This replica fails

    @Test func `a full disk ends the sync, and keeps what was there`() throws {
        let world = TestWorld(.inMemory)
        let (server, laptop) = try Self.strangers(world)
        let store = DamagedStore(laptop.store)
        let broken = TestReplica("laptop", store: store, maker: laptop.maker)
        store.set { $0.ingestionErrors = [.diskFull] }
        let report = try broken.sync(with: server)
        #expect(report.failure == .store(.diskFull))
        #expect(report.pushed == 3 && report.pulled == 0)
        #expect(try laptop.origin().position == nil)
        try laptop.sync(with: server).expectDone()
        try expectSame(laptop, server)
    }

    @Test func `what was acknowledged is recorded also where another process has moved the cursor meanwhile`() throws {
        let world = TestWorld(.inMemory)
        let (server, laptop) = (try world.replica("server"), try world.replica("laptop"))
        try laptop.write(1, "first")
        try laptop.sync(with: server).expectDone()
        let earlier = try laptop.origin().position
        try laptop.write(2, "second")
        try laptop.sync(with: server).expectDone()
        try laptop.write(3, "third")
        let store = DamagedStore(laptop.store)
        store.set { $0.movedCursor = earlier }
        let report = try TestReplica("laptop", store: store, maker: laptop.maker).sync(with: server)
        report.expectDone()
        #expect(report.requests == 2 && report.pushed == 1)
        try expectSame(laptop, server)
    }

    @Test func `marks that are damaged end the sync: the same revisions are not sent without end`() throws {
        let world = TestWorld(.inMemory)
        let (server, laptop) = try Self.strangers(world)
        let store = DamagedStore(laptop.store)
        let broken = TestReplica("laptop", store: store, maker: laptop.maker)
        let own = try laptop.store.allRevisions().map(\.id)
        store.set { $0.forgottenAnswers = Set(own) }
        let report = try broken.sync(with: server)
        #expect(report.failure == .store(.damaged(object: "what is noted of origin")))
        #expect(report.requests == 1)
        try laptop.sync(with: server).expectDone()
        try expectSame(laptop, server)
    }

    @Test func `one mark that is damaged ends the sync, also where another revision is the next to be sent`() throws {
        let world = TestWorld(.inMemory)
        let (server, laptop) = (try world.replica("server"), try world.replica("laptop"))
        let first = try laptop.write(1, "first")
        let orphan = try laptop.write(1, "on top of it", after: [first])
        let last = try laptop.write(2, "taken, and forgotten")
        let forgetful = DamagedStore(laptop.store)
        forgetful.set { $0.forgottenAnswers = [last.id] }
        let losing = DamagedStore(server.store)
        losing.set { $0.orphans = [orphan.id] }
        let broken = TestReplica("laptop", store: forgetful, maker: laptop.maker)
        let report = try broken.sync(over: LoopbackTransport(to: losing))
        #expect(report.failure == .store(.damaged(object: "what is noted of origin")), "\(report)")
        #expect(report.requests < 10)
    }

    @Test func `a replica that fails in the middle of its answer is a broken connection, not our own disk`() throws {
        let world = TestWorld(.inMemory)
        let (server, laptop) = try Self.strangers(world, long: true)
        let store = DamagedStore(server.store)
        store.set { $0.readErrors = [nil, .inputOutput("test")] }
        let report = try laptop.sync(over: LoopbackTransport(to: store))
        report.expectDone()
        #expect(report.requests == 2 && report.pulled == 3)
        try expectSame(laptop, server)
    }

    @Test func `two processes that sync at the same time do not hurt each other`() throws {
        let world = TestWorld(.inMemory)
        let (server, laptop) = try Self.strangers(world, long: true)
        // The other process syncs in the middle of our first page.
        var isFirst = true
        let report = try laptop.sync(over: LoopbackTransport(to: server.store)) { progress in
            guard progress.phase == .pulling, isFirst else { return }
            isFirst = false
            do {
                try laptop.sync(with: server).expectDone()
            } catch {
                Issue.record(error)
            }
        }
        #expect(report.failure == nil)
        try expectSame(laptop, server)
        #expect(try laptop.sync(with: server).requests == 1)
    }
}

/// Text that does not compress much.
final class SeededText {
    private var numbers: SeededNumbers

    init(seed: UInt64) {
        numbers = SeededNumbers(seed: seed)
    }

    func text(byteCount: Int) -> String {
        String((0..<byteCount).map { _ in Character(Unicode.Scalar(UInt8.random(in: 33...126, using: &numbers))) })
    }
}
