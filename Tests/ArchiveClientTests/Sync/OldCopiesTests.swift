import ArchiveClient
import Hashing
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SyncProtocol
import SyncTestSupport
import Testing

/// Servers that come back from a backup, and laptops whose folder was copied.
struct OldCopiesTests {
    /// A server and two laptops that hold the same five letters.
    static func family(_ world: TestWorld) throws -> (server: TestReplica, ada: TestReplica, ben: TestReplica) {
        let (server, ada, ben) = (try world.replica("server"), try world.replica("ada"), try world.replica("ben"))
        for number in 1...5 { try ada.write(number, "Letter \(number)") }
        try ada.sync(with: server).expectDone()
        try ben.sync(with: server).expectDone()
        return (server, ada, ben)
    }

    @Test(arguments: StoreKind.allCases, [nil, "0000000000000999"] as [String?])
    func `a server from an old copy gets back what it lost`(_ kind: StoreKind, _ epoch: String?) throws {
        let world = TestWorld(kind)
        let (server, ada, ben) = try Self.family(world)
        let old = try server.backup(through: 2, epoch: epoch)
        try ada.write(6, "written meanwhile")
        let report = try ada.sync(with: old)
        #expect(report.failure == nil && !report.isPartial)
        #expect(report.notices.contains(.rewound))
        #expect(report.pushed == 4, "three that were lost, and the new one")
        #expect(try old.ids() == ada.ids())
        #expect(try old.log().count == 6, "nothing is there twice")
        #expect(try ada.log().count == 6)

        let second = try ben.sync(with: old)
        #expect(second.failure == nil && second.pulled == 1)
        try expectSame(ada, ben)
        for replica in [ada, ben] {
            let quiet = try replica.sync(with: old)
            #expect(quiet.requests == 1 && quiet.notices.isEmpty)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `an old copy that others wrote to before is told as such, and all converge`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let (server, ada, ben) = try Self.family(world)
        let old = try server.backup(through: 2)
        for number in 10...15 { try old.write(number, "written after the restore") }
        let report = try ada.sync(with: old)
        #expect(report.failure == nil)
        #expect(report.notices == [.forked])
        #expect(report.pushed == 3 && report.pulled == 6)
        try ben.sync(with: old).expectDone()
        try ada.sync(with: old).expectDone()
        try expectSame(ada, ben)
        try expectSame(ada, old)
    }

    @Test(arguments: StoreKind.allCases)
    func `a restore that lost nothing is told, and costs nothing`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let (server, ada, _) = try Self.family(world)
        let restored = try server.backup(through: 5, epoch: "0000000000000999")
        let report = try ada.sync(with: restored)
        #expect(report.failure == nil && report.requests == 1)
        #expect(report.notices == [.restored])
        #expect(try ada.sync(with: restored).notices.isEmpty, "told once")
    }

    @Test func `a restore is told and blobs are offered again, wherever the sync that meets it breaks off`() throws {
        let world = TestWorld(.inMemory)
        let scan: [UInt8] = [1, 2, 3]
        func grown() throws -> (restored: TestReplica, ada: TestReplica) {
            let (server, ada, _) = try Self.family(world)
            try ada.attach(scan, to: 6)
            try ada.sync(with: server).expectDone()
            let restored = try server.backup(through: 6, epoch: "0000000000000999")
            for number in 7...12 { try restored.write(number, "new on the server") }
            return (restored, ada)
        }
        let model = try grown()
        let whole = FaultyTransport(LoopbackTransport(to: model.restored.store)) { _, _ in .none }
        try model.ada.sync(over: whole).expectDone()
        for cut in stride(from: 0, to: whole.handedOutBytes, by: 13) {
            let (restored, ada) = try grown()
            let transport = FaultyTransport(LoopbackTransport(to: restored.store)) { number, _ in
                number == 0 ? .cut(afterBytes: cut) : .none
            }
            let options = SyncOptions(maximumFailures: 1, responseLimitBytes: 400)
            let reports = try [ada.sync(over: transport, options: options), ada.sync(with: restored)]
            #expect(reports.flatMap(\.notices).contains(.restored), "cut after \(cut) bytes")
            #expect(reports[1].failure == nil)
            #expect(try restored.store.hasBlob(BlobID(SHA256.digest(of: scan))), "cut after \(cut) bytes")
            try expectSame(ada, restored)
        }
    }

    @Test func `a server that comes back old in the middle of a sync loses nothing`() throws {
        let world = TestWorld(.inMemory)
        func grown() throws -> (server: TestReplica, ada: TestReplica) {
            let (server, ada, _) = try Self.family(world)
            try ada.write(7, "new")
            for number in 8...12 { try server.write(number, "new on the server") }
            return (server, ada)
        }
        let model = try grown()
        let whole = FaultyTransport(LoopbackTransport(to: model.server.store)) { _, _ in .none }
        try model.ada.sync(over: whole).expectDone()
        for cut in stride(from: 0, to: whole.handedOutBytes, by: 7) {
            let (server, ada) = try grown()
            let old = try server.backup(through: 3)
            let switching = SwitchingTransport([
                FaultyTransport(LoopbackTransport(to: server.store)) { _, _ in .cut(afterBytes: cut) },
                LoopbackTransport(to: old.store),
            ])
            let report = try ada.sync(over: switching)
            #expect(report.failure == nil)
            try expectSame(ada, old)
            let again = try ada.sync(over: switching.current)
            #expect(again.failure == nil && again.requests == 1 && again.notices.isEmpty)
            // What came from the old server before it was cut stays, and goes back.
            #expect(try ada.ids().count >= 6)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `an empty server that once had everything gets it back`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let (_, ada, ben) = try Self.family(world)
        let empty = try world.replica("server")
        let report = try ada.sync(with: empty)
        #expect(report.failure == nil && report.pushed == 5 && report.notices == [.wiped])
        try ben.sync(with: empty).expectDone()
        try expectSame(ada, empty)
        try expectSame(ben, empty)
        #expect(try empty.log().count == 5)
    }

    @Test(arguments: StoreKind.allCases)
    func `a folder that was copied to a second machine is harmless`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let (server, ada, ben) = try Self.family(world)
        try ada.write(6, "unsent when the folder was copied")
        let copy = try ada.cloned(as: "copy")
        try ada.write(1, "on the first")
        try copy.write(1, "on the second")
        for replica in [ada, copy, ada, copy, ben] { try replica.sync(with: server).expectDone() }
        try expectSame(ada, copy)
        try expectSame(ada, ben)
        try expectSame(ada, server)
        #expect(try server.log().count == 8)
        for replica in [ada, copy, ben] { #expect(try replica.sync(with: server).requests == 1) }
    }

    @Test(arguments: StoreKind.allCases)
    func `a laptop's own old copy catches up`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let (server, ada, _) = try Self.family(world)
        let backup = try ada.cloned(as: "ada")
        for number in 6...8 { try ada.write(number, "after the backup") }
        try ada.sync(with: server).expectDone()
        try backup.write(9, "after the restore")
        let report = try backup.sync(with: server)
        #expect(report.failure == nil && report.pulled == 3 && report.pushed == 1)
        try expectSame(backup, server)
    }

    @Test func `a parent that was acknowledged and is lacking proves a loss, and is sent again`() throws {
        let world = TestWorld(.inMemory)
        let (server, ada, _) = try Self.family(world)
        // A loss that the cursor does not tell of: this laptop begins anew there, with its marks.
        let copy = try ada.cloned(as: "copy")
        let marked = TestReplica("marked", store: copy.store, maker: copy.maker)
        try marked.store.removeRemote("origin")
        try marked.store.addRemote("origin", address: "x")
        try marked.store.recordAnswers(
            from: "origin", marked.log().map { PushAnswer(revision: $0, decision: .acknowledged) })
        try marked.write(5, "a child of what was lost")
        let old = try server.backup(through: 3)
        let report = try marked.sync(with: old)
        #expect(report.failure == nil && report.notices == [.lostRevisions])
        try expectSame(marked, old)
    }

    @Test func `a loss that no cursor and no parent tells of is found by the fingerprint`() throws {
        let world = TestWorld(.inMemory)
        let (server, ada, _) = try Self.family(world)
        let copy = try ada.cloned(as: "copy")
        try copy.store.removeRemote("origin")
        try copy.store.addRemote("origin", address: "x")
        try copy.store.recordAnswers(
            from: "origin", copy.log().map { PushAnswer(revision: $0, decision: .acknowledged) })
        let old = try server.backup(through: 3)
        let report = try copy.sync(with: old)
        #expect(report.failure == nil && report.pushed == 2 && report.notices == [.lostRevisions])
        try expectSame(copy, old)
    }

    @Test func `a remote that rewrites what was seen is reported`() throws {
        let world = TestWorld(.inMemory)
        let (server, ada, _) = try Self.family(world)
        // Same epoch, same length, another history.
        let other = try world.replica("server")
        let forged = TestReplica(
            "forged",
            store: InMemoryReplicaStore(
                archive: RevisionMaker.archive(1), epoch: try server.store.logState().end.epoch),
            maker: other.maker)
        for number in 1...5 { try forged.write(number, "Another letter \(number)") }
        let report = try ada.sync(with: forged)
        #expect(report.notices == [.forked])
        #expect(report.pushed == 5 && report.pulled == 5)
        try expectSame(ada, forged)
    }

    @Test func `a log whose chain never fits is told, and its letters come by reconciliation`() throws {
        let world = TestWorld(.inMemory)
        let (server, ada) = (try world.replica("server"), try world.replica("ada"))
        for number in 1...3 { try server.write(number, "Letter \(number)") }
        let dropping = DroppingTransport(LoopbackTransport(to: server.store))
        let report = try ada.sync(over: dropping)
        #expect(report.failure == nil && report.notices == [.forked])
        #expect(report.requests <= 6)
        try expectSame(ada, server)
        #expect(try ada.sync(over: dropping).requests == 1)
    }

    @Test func `a log whose chain never fits, on a remote that cannot reconcile, is given up`() throws {
        let world = TestWorld(.inMemory)
        let (server, ada) = (try world.replica("server"), try world.replica("ada"))
        for number in 1...3 { try server.write(number, "Letter \(number)") }
        let report = try ada.sync(
            over: withoutReconciliation(DroppingTransport(LoopbackTransport(to: server.store))))
        #expect(report.failure == .forked)
        #expect(report.requests <= 14)
        #expect(try ada.log().isEmpty)
        #expect(try ada.origin().position == nil)
    }

    // MARK: Remotes that cannot reconcile

    @Test(arguments: StoreKind.allCases, [nil, "0000000000000999"] as [String?])
    func `an old copy that cannot reconcile gets everything again`(_ kind: StoreKind, _ epoch: String?) throws {
        let world = TestWorld(kind)
        let (server, ada, _) = try Self.family(world)
        let old = try server.backup(through: 2, epoch: epoch)
        for number in 10...11 { try old.write(number, "written after the restore") }
        try ada.write(6, "written meanwhile")
        let report = try ada.sync(over: withoutReconciliation(LoopbackTransport(to: old.store)))
        #expect(report.failure == nil && !report.isPartial)
        #expect(report.pushed == 4 && report.pulled == 2)
        try expectSame(ada, old)
        #expect(try ada.log().count == 8, "nothing is there twice")
    }

    // MARK: What reconciliation costs

    @Test(arguments: StoreKind.allCases)
    func `an old copy is mended by what differs alone, in a bounded number of requests`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let (server, ada) = (try world.replica("server"), try world.replica("ada"))
        for number in 1...300 { try ada.write(number, "Letter \(number)") }
        try ada.sync(with: server).expectDone()
        let old = try server.backup(through: 290)
        for number in 400...404 { try old.write(number, "written after the restore") }
        let transport = FaultyTransport(LoopbackTransport(to: old.store)) { _, _ in .none }
        let report = try ada.sync(over: transport)
        #expect(report.failure == nil && report.pushed == 10 && report.pulled == 5)
        #expect(transport.requests.count <= 5)
        #expect(transport.requests.filter { $0.path == "reconcile" }.count <= 3)
        try expectSame(ada, old)
        let quiet = try ada.sync(with: old)
        #expect(quiet.requests == 1 && quiet.notices.isEmpty)
    }

    @Test(arguments: StoreKind.allCases)
    func `differences that no cursor tells of are mended both ways, to the last revision`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let (server, ada) = (try world.replica("server"), try world.replica("ada"))
        for number in 1...40 { try ada.write(number, "Letter \(number)") }
        try ada.sync(with: server).expectDone()
        // Each side is replaced by one that lacks what the other believes it to have: a hole in the middle.
        let all = try server.store.allRevisions()
        let holed = try world.replica("server", archive: 1)
        try holed.take(all.enumerated().filter { $0.offset % 7 != 0 }.map(\.element))
        let laptop = try world.replica("ada", archive: 1)
        try laptop.take(all.enumerated().filter { $0.offset % 5 != 0 }.map(\.element))
        try laptop.store.addRemote("origin", address: "x")
        try laptop.store.recordAnswers(
            from: "origin", laptop.log().map { PushAnswer(revision: $0, decision: .acknowledged) })
        try laptop.store.advanceCursor(
            CursorAdvance(remote: "origin", from: nil, to: try holed.store.logState().end))
        let report = try laptop.sync(with: holed)
        #expect(report.failure == nil && report.notices == [.lostRevisions])
        try expectSame(laptop, holed)
        #expect(try holed.log().count == 38, "two were nowhere any more")
        #expect(try laptop.sync(with: holed).requests == 1)
    }

    @Test(arguments: StoreKind.allCases)
    func `what a remote refused, and its descendants, are left out of reconciliation`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let (server, ada, _) = try Self.family(world)
        let refused = try ada.write(1, "refused")
        try ada.write(1, "its child")
        func refusing(_ base: TestReplica) -> any Transport {
            RefusingTransport(LoopbackTransport(to: base.store), refusing: [refused.id])
        }
        #expect(try ada.sync(over: refusing(server)).rejected.count == 1)
        let old = try server.backup(through: 3)
        let report = try ada.sync(over: refusing(old))
        #expect(report.failure == nil && report.pushed == 2 && report.rejected.isEmpty)
        #expect(try old.ids() == server.ids())
        #expect(try ada.origin().refused == 1 && ada.origin().unsent == 0)
        #expect(try ada.sync(over: refusing(old)).requests == 1)
    }

    // MARK: Evidence

    @Test(arguments: StoreKind.allCases)
    func `what was seen before is kept as evidence, with the time`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let (server, ada, _) = try Self.family(world)
        let seen = try #require(try ada.origin().position)
        #expect(try ada.store.evidence().isEmpty)
        let restored = try server.backup(through: 5, epoch: "0000000000000999")
        try ada.sync(with: restored).expectDone()
        let old = try server.backup(through: 2, epoch: "0000000000000999")
        try old.write(9, "another history")
        _ = try ada.sync(with: old)
        _ = try ada.sync(with: old)
        let evidence = try ada.store.evidence()
        #expect(evidence.map(\.kind) == ["restored", "rewound"])
        #expect(evidence.first?.position == seen)
        #expect(evidence.first?.statedCount == 5)
        #expect(evidence.first?.statedFingerprint == (try server.store.logState().fingerprint))
        #expect(evidence.last?.position?.epoch == "0000000000000999")
        #expect(evidence.allSatisfy { $0.time.milliseconds >= 1_764_000_000_000 && $0.statedCursor?.utf8.count == 43 })
    }

    @Test func `a folder that was copied or restored says so at its first sync, once`() throws {
        let world = TestWorld(.inMemory)
        let (server, ada, _) = try Self.family(world)
        ada.place = "the laptop, file 7"
        #expect(try ada.sync(with: server).notices.isEmpty)
        let copy = try ada.cloned(as: "copy")
        try copy.store.setSetting("sync.place", to: try ada.store.setting("sync.place"))
        copy.place = "another laptop, file 9"
        #expect(try copy.sync(with: server).notices == [.copied])
        #expect(try copy.sync(with: server).notices.isEmpty)
        #expect(try copy.store.evidence().map(\.kind) == ["copied"])
        #expect(try ada.sync(with: server).notices.isEmpty)
    }
}

/// Goes over to the next transport after each request.
final class SwitchingTransport: Transport {
    private let transports: [any Transport]
    private var index = 0

    init(_ transports: [any Transport]) {
        self.transports = transports
    }

    var current: any Transport { transports[index] }

    var traffic: Traffic {
        transports.map(\.traffic).reduce(Traffic()) {
            Traffic(
                requests: $0.requests + $1.requests, bytesSent: $0.bytesSent + $1.bytesSent,
                bytesReceived: $0.bytesReceived + $1.bytesReceived)
        }
    }

    func send(
        _ request: TransportRequest, cancellation: Cancellation, head: (TransportResponse) throws -> Void,
        chunk: ([UInt8]) throws -> Void
    ) throws {
        let transport = current
        if index + 1 < transports.count { index += 1 }
        try transport.send(request, cancellation: cancellation, head: head, chunk: chunk)
    }
}

/// A remote that leaves out the first revision of each answer.
final class DroppingTransport: RewritingTransport {
    override func rewrite(answer lines: [[UInt8]]) throws -> [[UInt8]] {
        lines.count > 3 ? [lines[0]] + lines.dropFirst(3) : lines
    }
}
