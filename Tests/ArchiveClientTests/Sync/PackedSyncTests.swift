import ArchiveClient
import Compression
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SyncProtocol
import SyncTestSupport
import Testing

/// Letters that travel as they are stored, between replicas on disk.
struct PackedSyncTests {
    private let replicas = SQLiteReplicas()
    private let maker = RevisionMaker()

    private typealias Machine = (replica: TestReplica, database: DatabaseFile)

    /// Letters of some 300 KB: 14 of them are worth a dictionary, 21 are a push.
    private func letters(_ numbers: Range<Int>) throws -> [Revision] {
        let text = String(repeating: "Dear Ada, a letter of Another title; ", count: 8_000)
        return try numbers.map { try maker.revision($0, "Number \($0). \(text)") }
    }

    /// A server and a laptop that have met, so that the laptop knows what the server takes; then the laptop imports.
    private func family(_ count: Int) throws -> (server: Machine, ada: Machine) {
        let (server, ada) = (try replicas.make("server"), try replicas.make("ada"))
        try ada.replica.write(1_000, "the first")
        try ada.replica.sync(with: server.replica).expectDone()
        #expect(try ada.replica.store.setting("sync.origin.thin") == "2")
        try ada.replica.take(try letters(0..<count), with: try WordDictionary.make())
        return (server, ada)
    }

    /// What a replica stores with a dictionary.
    private func packed(_ machine: Machine) throws -> Set<DatabaseFile.Content> {
        try machine.database.contents().filter { $0.dictionary != nil }
    }

    @Test func `a first sync asks what the server takes, and sends letters as they are stored`() throws {
        let (server, ada, ben) = (try replicas.make("server"), try replicas.make("ada"), try replicas.make("ben"))
        try ada.replica.take(try letters(0..<60), with: try WordDictionary.make())
        let push = try ada.replica.sync(with: server.replica)
        push.expectDone()
        #expect(push.pushed == 60 && push.requests == 3)
        let there = try packed(server)
        #expect(try there.count == 60 && there == packed(ada))
        #expect(try server.replica.store.verify { _, _ in }.problems == [])

        let pull = try ben.replica.sync(with: server.replica)
        pull.expectDone()
        #expect(pull.pulled == 60 && pull.requests == 1)
        #expect(try packed(ben) == there)
        try expectSame(ada.replica, ben.replica)
        try expectSame(ada.replica, server.replica)
        #expect(try ben.replica.store.verify { _, _ in }.problems == [])
    }

    @Test func `three machines store the same bytes`() throws {
        let (server, ada) = try family(24)
        let ben = try replicas.make("ben")
        let push = try ada.replica.sync(with: server.replica)
        push.expectDone()
        #expect(push.pushed == 24 && push.requests == 2)
        #expect(push.bytesSent < 24 * 2_000, "\(push.bytesSent)")
        try ben.replica.sync(with: server.replica).expectDone()
        let here = try packed(ada)
        #expect(here.count == 24)
        #expect(try packed(server) == here && packed(ben) == here)
        #expect(try server.database.dictionaryCount() == 1 && ben.database.dictionaryCount() == 1)
        try expectSame(ada.replica, ben.replica)
        // What ben writes now is stored with the dictionary that came.
        try ben.replica.write(2_000, "Dear Ada, a letter of mine")
        #expect(try packed(ben).count == 25)
        try ben.replica.sync(with: server.replica).expectDone()
        try ada.replica.sync(with: server.replica).expectDone()
        try expectSame(ada.replica, ben.replica)
        for machine in [server, ada, ben] { #expect(try machine.replica.store.verify { _, _ in }.problems == []) }
    }

    @Test func `a few letters are not worth a dictionary`() throws {
        let (server, ada) = try family(3)
        try ada.replica.sync(with: server.replica).expectDone()
        #expect(try packed(server).isEmpty)
        try expectSame(ada.replica, server.replica)
    }

    @Test(arguments: [(isQuick: true, requests: 3), (isQuick: false, requests: 4)])
    func `more goes at once where the connection is quick`(_ isQuick: Bool, _ requests: Int) throws {
        let (server, ada) = try family(70)
        ada.replica.millisecondsPerLook = isQuick ? 0 : 1_000
        let push = try ada.replica.sync(with: server.replica)
        push.expectDone()
        #expect(push.pushed == 70 && push.requests == requests, "\(push.requests)")
        #expect(try packed(server) == packed(ada))
    }

    // MARK: Faults

    @Test(arguments: 0..<2)
    func `a push that is lost, answered unheard or sent twice loses nothing`(_ number: Int) throws {
        for fault in [NetworkFault.lostRequest, .lostAnswer, .doubled, .cut(afterBytes: 3)] {
            let (server, ada) = try family(24)
            let transport = FaultyTransport(LoopbackTransport(to: server.replica.store)) { count, _ in
                count == number ? fault : .none
            }
            let report = try ada.replica.sync(over: transport)
            report.expectDone()
            #expect(report.pushed == 24)
            try expectSame(ada.replica, server.replica)
            #expect(try server.replica.store.verify { _, _ in }.problems == [])
        }
    }

    @Test func `a clone that is cut or damaged anywhere goes on, and loses nothing`() throws {
        let (server, ada) = try family(16)
        try ada.replica.sync(with: server.replica).expectDone()
        let base = LoopbackTransport(to: server.replica.store)
        let whole = FaultyTransport(base) { _, _ in .none }
        try TestReplica.inMemory("whole", archive: 7).sync(over: whole).expectDone()
        #expect(whole.handedOutBytes > 1_000)
        var faults: [NetworkFault] = []
        for place in stride(from: 0, to: whole.handedOutBytes, by: max(1, whole.handedOutBytes / 40)) {
            faults += [.cut(afterBytes: place), .flipped(byte: place)]
        }
        for (number, fault) in faults.enumerated() {
            let ben = TestReplica.inMemory("ben", archive: 8, epoch: "00000000000000bb")
            let transport = FaultyTransport(base) { count, _ in count == 0 ? fault : .none }
            let first = try ben.sync(over: transport)
            if case .cut = fault { first.expectDone() }
            try ben.sync(with: server.replica).expectDone()
            #expect(try ben.ids() == server.replica.ids(), "\(number): \(fault)")
            #expect(try ben.store.logState().fingerprint == server.replica.store.logState().fingerprint)
        }
    }

    @Test func `a server that forgets its dictionary between two pushes gets whole letters`() throws {
        let (server, ada) = try family(24)
        let forgetful = DamagedStore(server.replica.store)
        let transport = FaultyTransport(LoopbackTransport(to: forgetful)) { number, _ in
            if number == 1 { forgetful.set { $0.forgetsDictionaries = true } }
            return .none
        }
        let report = try ada.replica.sync(over: transport)
        report.expectDone()
        #expect(report.pushed == 24 && report.requests == 3)
        try expectSame(ada.replica, server.replica)
        // What came whole is stored like the rest.
        #expect(try packed(server).count == 24)
        // It asks for nothing thin until the next sync, and learns again what the server takes.
        var whole = MessageDecoder(encoding: .zstandard, allowance: .request)
        try whole.decode(transport.requests[2].body ?? []) { event in
            if case .packed = event { Issue.record("it names a dictionary again") }
        }
        #expect(try ada.replica.store.setting("sync.origin.thin") == nil)
        try ada.replica.write(3_000, "more")
        try ada.replica.sync(with: server.replica).expectDone()
        #expect(try ada.replica.store.setting("sync.origin.thin") == "2")
    }

    @Test func `another server at the same address that knows of no dictionaries gets whole letters`() throws {
        let (server, ada) = try family(24)
        let problem = #"{"code":"malformed","status":400,"title":"The request cannot be read","type":"about:blank"}"#
        let transport = FaultyTransport(LoopbackTransport(to: server.replica.store)) { number, _ in
            guard number == 0 else { return .none }
            let type = HeaderField("Content-Type", "application/problem+json")
            return .answer(status: 400, headers: [type], body: Array(problem.utf8))
        }
        let report = try ada.replica.sync(over: transport)
        report.expectDone()
        #expect(report.pushed == 24)
        #expect(try packed(server).isEmpty)
        try expectSame(ada.replica, server.replica)
    }

    /// A remote that takes thin frames and knows of nothing else, as servers did before.
    private final class OlderServer: RewritingTransport {
        override func rewrite(answer lines: [[UInt8]]) throws -> [[UInt8]] {
            guard var envelope = try lines.first.flatMap({ try JSONScanner.parse($0).members }) else { return lines }
            envelope["thin"] = 1
            return [envelope.canonicalBytes] + lines.dropFirst()
        }
    }

    @Test func `a server that takes thin frames alone is sent no letters as they are stored`() throws {
        let (server, ada) = (try replicas.make("server"), try replicas.make("ada"))
        let transport = OlderServer(LoopbackTransport(to: server.replica.store))
        try ada.replica.write(1_000, "the first")
        try ada.replica.sync(over: transport).expectDone()
        #expect(try ada.replica.store.setting("sync.origin.thin") == "1")
        try ada.replica.take(try letters(0..<24), with: try WordDictionary.make())
        // It fails on whatever no older server can read.
        try ada.replica.sync(over: transport).expectDone()
        #expect(try packed(server).isEmpty)
        try expectSame(ada.replica, server.replica)
    }

    @Test func `what is sent again to a server that was wiped arrives`() throws {
        let (server, ada) = try family(24)
        try ada.replica.sync(with: server.replica).expectDone()
        let wiped = try replicas.make("server")
        // It cannot be asked what it holds: everything is sent again.
        let report = try ada.replica.sync(
            over: withoutReconciliation(LoopbackTransport(to: wiped.replica.store)))
        #expect(report.failure == nil, "\(report)")
        try expectSame(ada.replica, wiped.replica)
        #expect(try packed(wiped).count > 0)
        #expect(try wiped.replica.store.verify { _, _ in }.problems == [])
        #expect(try packed(wiped).isSubset(of: try packed(ada)))
    }
}
