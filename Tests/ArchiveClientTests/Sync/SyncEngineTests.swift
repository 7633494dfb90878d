import ArchiveClient
import Hashing
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SyncProtocol
import SyncTestSupport
import Testing

/// What syncs do when nothing breaks.
struct SyncEngineTests {
    @Test(arguments: StoreKind.allCases)
    func `two laptops and a server converge`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let (server, ada, ben) = (try world.replica("server"), try world.replica("ada"), try world.replica("ben"))
        for number in 1...3 { try ada.write(number, "Letter \(number)") }
        let first = try ada.sync(with: server)
        #expect(first.failure == nil)
        #expect(first.pushed == 3 && first.pulled == 0 && first.requests == 1)

        let second = try ben.sync(with: server)
        #expect(second.failure == nil)
        #expect(second.pushed == 0 && second.pulled == 3 && second.requests == 1)
        try expectSame(ada, ben)

        // Both edit without a network; then both sync, and the first once more.
        try ada.write(1, "Letter 1 by Ada")
        try ben.write(1, "Letter 1 by Ben")
        try ben.write(4, "Letter 4")
        let third = try ada.sync(with: server)
        #expect(third.pushed == 1 && third.pulled == 0 && third.conflicts == 0)
        let fourth = try ben.sync(with: server)
        #expect(fourth.pushed == 2 && fourth.pulled == 1 && fourth.conflicts == 1)
        let fifth = try ada.sync(with: server)
        #expect(fifth.pushed == 0 && fifth.pulled == 2 && fifth.conflicts == 1)
        for report in [third, fourth, fifth] {
            #expect(report.failure == nil && report.requests == 1 && report.notices.isEmpty && !report.isPartial)
        }
        try expectSame(ada, ben)
        try expectSame(ada, server)
    }

    @Test(arguments: StoreKind.allCases)
    func `a sync with nothing to do is one short request`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let (server, ada, ben) = (try world.replica("server"), try world.replica("ada"), try world.replica("ben"))
        for number in 1...20 { try ada.write(number, "Letter \(number)") }
        for replica in [ada, ben, ada, ben] { _ = try replica.sync(with: server) }
        for replica in [ada, ben] {
            let log = try replica.store.logState()
            let report = try replica.sync(with: server)
            #expect(report.failure == nil)
            #expect(report.requests == 1)
            #expect(report.bytesSent < 300 && report.bytesReceived < 500)
            #expect(report.pushed == 0 && report.pulled == 0)
            #expect(try replica.store.logState() == log)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `a large push goes in several requests, a large pull in one`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let (server, ada, ben) = (try world.replica("server"), try world.replica("ada"), try world.replica("ben"))
        let body = String(repeating: "a long letter ", count: 60_000)
        for number in 1...15 { try ada.write(number, body + String(number)) }
        var phases: [SyncProgress.Phase] = []
        let push = try ada.sync(over: LoopbackTransport(to: server.store)) { phases.append($0.phase) }
        #expect(push.failure == nil && push.pushed == 15)
        #expect(push.requests == 3)
        #expect(phases.contains(.pushing))
        var progress: [SyncProgress] = []
        let pull = try ben.sync(over: LoopbackTransport(to: server.store)) { progress.append($0) }
        #expect(pull.failure == nil && pull.pulled == 15 && pull.requests == 1)
        #expect(progress.map(\.done) == progress.map(\.done).sorted())
        #expect(progress.last == progress.first { $0.done == 15 } && progress.last?.total == 15)
        try expectSame(ada, ben)
        #expect(try ada.origin().position == ben.origin().position)
    }

    @Test func `a client that asks for little at a time goes on until it has all`() throws {
        let world = TestWorld(.inMemory)
        let (server, ada) = (try world.replica("server"), try world.replica("ada"))
        for number in 1...9 { try server.write(number, "Letter \(number)") }
        let report = try ada.sync(with: server, options: SyncOptions(responseLimitBytes: 1))
        #expect(report.failure == nil && report.pulled == 9 && report.requests == 9)
        try expectSame(ada, server)
    }

    @Test(arguments: StoreKind.allCases)
    func `nobody downloads their own upload, and the cursor moves over it`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let (server, ada) = (try world.replica("server"), try world.replica("ada"))
        try server.write(1, "from the server")
        try ada.sync(with: server).expectDone()
        for number in 2...6 { try ada.write(number, String(repeating: "letter ", count: 500)) }
        let report = try ada.sync(with: server)
        #expect(report.pushed == 5 && report.bytesReceived < 500)
        #expect(try ada.origin().position == server.store.logState().end)
        #expect(try ada.origin().unsent == 0)
    }

    // MARK: Archives whose id is open

    @Test(arguments: StoreKind.allCases)
    func `an empty replica takes the remote's archive`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let (server, ada) = (try world.replica("server"), try world.replica("ada"))
        try server.write(1, "x")
        try ada.sync(with: server).expectDone()
        #expect(try ada.store.identity().archive == RevisionMaker.archive(1))
        #expect(try !ada.store.identity().isArchiveOpen)
    }

    @Test(arguments: StoreKind.allCases)
    func `where neither side has letters, both end up with the server's id`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let (server, ada) = (try world.replica("server"), try world.replica("ada"))
        let id = try server.store.identity().archive
        try ada.sync(with: server).expectDone()
        for replica in [server, ada] {
            #expect(try replica.store.identity().archive == id)
            #expect(try !replica.store.identity().isArchiveOpen)
        }
        #expect(try ada.sync(with: server).requests == 1)
    }

    @Test(arguments: StoreKind.allCases)
    func `of two that race for an empty server one wins, and the other keeps everything`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let server = try world.replica("server")
        let ada = try world.replica("ada")
        let stranger = TestReplica(
            "stranger", store: try world.replica("stranger").store,
            maker: RevisionMaker(archive: RevisionMaker.archive(2)))
        try ada.write(1, "by Ada")
        try stranger.write(1, "by a stranger")
        try ada.sync(with: server).expectDone()
        let log = try stranger.log()
        let report = try stranger.sync(with: server)
        #expect(
            report.failure == .archiveMismatch(here: RevisionMaker.archive(2), there: RevisionMaker.archive(1)))
        #expect(report.requests == 1)
        #expect(try stranger.log() == log)
        #expect(try stranger.origin().unsent == 1)
        #expect(try server.log() == ada.log())
    }

    @Test func `an id that is settled between the look and the commit is a mismatch as well`() throws {
        let world = TestWorld(.inMemory)
        let (server, ada) = (try world.replica("server"), try world.replica("ada"))
        try ada.write(1, "by Ada")
        let racing = DamagedStore(server.store)
        racing.set {
            $0.ingestionErrors = [.archiveMismatch(expected: RevisionMaker.archive(3), found: RevisionMaker.archive(1))]
        }
        let report = try ada.sync(over: LoopbackTransport(to: racing))
        #expect(
            report.failure == .archiveMismatch(here: RevisionMaker.archive(1), there: RevisionMaker.archive(3)))
    }

    // MARK: What a remote does not take

    @Test(arguments: StoreKind.allCases)
    func `a reader pulls, is told, and asks first the next time`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let (server, ada) = (try world.replica("server"), try world.replica("ada"))
        try server.write(1, "from the server")
        try ada.write(2, "kept here")
        let report = try ada.sync(with: server, mayPush: false)
        #expect(report.failure == nil && report.pulled == 1 && report.pushed == 0)
        #expect(report.notices == [.pushForbidden(role: "reader", unsent: 1)])
        #expect(report.isPartial && report.requests == 1)
        #expect(try server.log().count == 1)

        let transport = FaultyTransport(LoopbackTransport(to: server.store, role: "reader", mayPush: false)) { _, _ in
            .none
        }
        let again = try ada.sync(over: transport)
        #expect(again.notices == report.notices)
        let body = try #require(transport.requests.first?.body)
        #expect(body.count { $0 == UInt8(ascii: "\n") } == 1, "a reader's next request sends no letters")

        // The token was replaced by a writer's: asked first, then pushed.
        let writer = try ada.sync(with: server)
        #expect(writer.failure == nil && writer.pushed == 1 && writer.requests == 2 && writer.notices.isEmpty)
        #expect(try ada.sync(with: server).requests == 1)
        try expectSame(ada, server)
    }

    @Test(arguments: StoreKind.allCases)
    func `a refused revision and its descendants stay here, and everything else travels`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let (server, ada) = (try world.replica("server"), try world.replica("ada"))
        let root = try ada.write(1, "root")
        let refused = try ada.write(1, "refused")
        try ada.write(1, "child of the refused one")
        let other = try ada.write(2, "other")
        let transport = RefusingTransport(LoopbackTransport(to: server.store), refusing: [refused.id])
        let report = try ada.sync(over: transport)
        #expect(report.failure == nil)
        #expect(report.rejected.map(\.revision) == [refused.id])
        #expect(report.rejected.first?.code == "tooRude")
        #expect(report.notices.isEmpty, "what was refused is not counted in what is compared: \(report.notices)")
        #expect(report.isPartial)
        #expect(try server.ids() == [root.id, other.id])
        #expect(try ada.origin().unsent == 0 && ada.origin().refused == 1)

        let quiet = try ada.sync(over: transport)
        #expect(quiet.failure == nil && quiet.requests == 1 && quiet.notices.isEmpty && quiet.rejected.isEmpty)

        try ada.store.forgetRefusals(by: "origin")
        let late = try ada.sync(with: server)
        #expect(late.failure == nil && late.pushed == 2)
        try expectSame(ada, server)
    }

    @Test func `a revision that is refused for now is tried again in the next sync, not in this one`() throws {
        let world = TestWorld(.inMemory)
        let (server, ada) = (try world.replica("server"), try world.replica("ada"))
        let refused = try ada.write(1, "not now")
        try ada.write(2, "fine")
        let transport = RefusingTransport(
            LoopbackTransport(to: server.store), refusing: [refused.id], isRetryable: true)
        let report = try ada.sync(over: transport)
        #expect(report.failure == nil && report.pushed == 1)
        #expect(report.rejected.map(\.revision).contains(refused.id))
        #expect(report.requests <= 2)
        #expect(try ada.origin().refused == 0 && ada.origin().unsent == 1)
        #expect(try ada.sync(with: server).pushed == 1)
        try expectSame(ada, server)
    }

    // MARK: What a remote cannot give

    @Test(arguments: StoreKind.allCases)
    func `what is damaged there is named, its descendants wait, the rest comes`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let (server, ada) = (try world.replica("server"), try world.replica("ada"))
        let damaged = try server.write(1, "damaged")
        try server.write(1, "waits for it")
        let other = try server.write(2, "fine")
        let store = DamagedStore(server.store)
        store.set { $0.damaged = [damaged.id] }
        let report = try ada.sync(over: LoopbackTransport(to: store))
        #expect(report.failure == nil)
        #expect(report.notices.contains(.damagedThere(damaged.id)))
        #expect(report.isPartial)
        #expect(try ada.ids() == [other.id])
        #expect(try ada.store.statistics().waiting == 1)
        #expect(report.notices.contains(.difference(countHere: 2, countThere: 3)))
        #expect(try ada.sync(over: LoopbackTransport(to: store)).requests == 1, "a known difference costs nothing")
        // Somebody who holds it whole gives it back; what waited follows.
        try ada.take([damaged])
        try expectSame(ada, server)
        let healed = try ada.sync(with: server)
        #expect(healed.failure == nil && healed.notices.isEmpty)
    }

    @Test(arguments: StoreKind.allCases)
    func `whoever holds what is damaged there sends it back, and who waited for it gets it`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let (server, ada, ben) = (try world.replica("server"), try world.replica("ada"), try world.replica("ben"))
        let damaged = try ada.write(1, "damaged")
        try ada.write(1, "on top of it")
        try ada.sync(with: server).expectDone()
        let store = DamagedStore(server.store)
        store.set { $0.damaged = [damaged.id] }
        let transport = LoopbackTransport(to: store)
        #expect(try ben.sync(over: transport).notices.contains(.damagedThere(damaged.id)))
        #expect(try ben.sync(over: transport).requests == 1, "a known difference costs nothing")

        let report = try ada.sync(over: transport)
        #expect(report.failure == nil && report.requests == 2 && !report.isPartial)
        #expect(report.notices == [.sentBack(revisions: 1)])
        #expect(store.noticedDamage().isEmpty)
        let quiet = try ada.sync(over: transport)
        #expect(quiet.requests == 1 && quiet.notices.isEmpty)
        let last = try ben.sync(over: transport)
        #expect(last.failure == nil && last.notices.isEmpty, "what waited came: \(last.notices)")
        try expectSame(ada, ben)
    }

    @Test func `a reader sends nothing back, and a remote that heals nothing costs one push a sync`() throws {
        let world = TestWorld(.inMemory)
        let (server, ada) = (try world.replica("server"), try world.replica("ada"))
        let damaged = try ada.write(1, "damaged")
        for number in 2...6 { try ada.write(number, "fine") }
        try ada.sync(with: server).expectDone()
        let store = DamagedStore(server.store)
        store.set {
            $0.damaged = [damaged.id]
            $0.heals = false
        }
        let reading = try ada.sync(over: LoopbackTransport(to: store, role: "reader", mayPush: false))
        #expect(reading.failure == nil && reading.notices.isEmpty && reading.requests == 1)
        for _ in 0..<3 {
            let report = try ada.sync(over: LoopbackTransport(to: store))
            #expect(report.failure == nil && report.requests == 2 && report.notices == [.sentBack(revisions: 1)])
            #expect(try ada.origin().unsent == 0)
        }
    }

    @Test func `a remote that heals nothing is sent each revision once a sync, in as many pushes as they need`() throws
    {
        let world = TestWorld(.inMemory)
        let (server, ada) = (try world.replica("server"), try world.replica("ada"))
        let noise = SeededText(seed: 7)
        let large = try (1...6).map { try ada.write($0, noise.text(byteCount: 1_500_000)) }
        try ada.sync(with: server).expectDone()
        let store = DamagedStore(server.store)
        store.set {
            $0.damaged = Set(large.map(\.id))
            $0.heals = false
        }
        let report = try ada.sync(over: LoopbackTransport(to: store))
        #expect(report.failure == nil && report.notices == [.sentBack(revisions: 6)])
        #expect((3...6).contains(report.requests), "\(report.requests)")
        #expect(try ada.origin().unsent == 0)
    }

    @Test(arguments: StoreKind.allCases)
    func `bytes that are no revision go to quarantine and stop nothing`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let (server, ada) = (try world.replica("server"), try world.replica("ada"))
        let good = try server.write(1, "good")
        let bad = try server.write(2, "bad")
        let last = try server.write(3, "last")
        let transport = ForgingTransport(LoopbackTransport(to: server.store), content: bad.contentBytes ?? [])
        let report = try ada.sync(over: transport)
        #expect(report.failure == nil)
        #expect(report.notices.contains(.quarantined(bad.id, code: "contentHash")))
        #expect(try ada.ids() == [good.id, last.id])
        #expect(try ada.store.statistics().quarantined == 1)
        #expect(try ada.sync(over: transport).requests == 1, "a known difference costs nothing")
    }

    @Test func `bytes that were no revision in a page come by reconciliation`() throws {
        let world = TestWorld(.inMemory)
        let (server, ada) = (try world.replica("server"), try world.replica("ada"))
        let bad = try server.write(1, "bad")
        let forging = ForgingTransport(
            LoopbackTransport(to: server.store), content: bad.contentBytes ?? [], onlyPages: true)
        let report = try ada.sync(over: forging)
        #expect(report.failure == nil && report.notices == [.quarantined(bad.id, code: "contentHash")])
        try expectSame(ada, server)
    }

    // MARK: Blobs

    @Test(arguments: StoreKind.allCases)
    func `blobs follow their letters, each once`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let (server, ada, ben) = (try world.replica("server"), try world.replica("ada"), try world.replica("ben"))
        let scans = (0..<3).map { [UInt8](repeating: $0, count: 1_000) }
        for (number, scan) in scans.enumerated() { try ada.attach(scan, to: number) }
        let push = try ada.sync(with: server)
        #expect(push.failure == nil && push.blobsSent == 3)
        #expect(push.requests == 1 + 1 + 3)
        #expect(try ada.sync(with: server).requests == 1)

        let pull = try ben.sync(with: server)
        #expect(pull.failure == nil && pull.blobsReceived == 3 && pull.blobsMissing == 0)
        #expect(pull.requests == 1 + 1 + 3)
        for scan in scans { #expect(try ben.store.blob(BlobID(SHA256.digest(of: scan))) == scan) }
        #expect(try ben.sync(with: server).requests == 1)
    }

    @Test func `only the blobs of the policy are fetched`() throws {
        let world = TestWorld(.inMemory)
        let (server, ada) = (try world.replica("server"), try world.replica("ada"))
        try ada.attach([UInt8](repeating: 1, count: 100), to: 1)
        try ada.attach([UInt8](repeating: 2, count: 2_000), to: 2)
        try ada.attach([UInt8](repeating: 3, count: 3_000), to: 3, saying: 50)
        try ada.sync(with: server).expectDone()
        let policies: [(BlobPolicy, received: Int, missing: Int)] = [
            (.none, 0, 0), (.upTo(byteCount: 1_000), 1, 1), (.all, 3, 0),
        ]
        for (policy, received, missing) in policies {
            let ben = try world.replica("ben")
            let report = try ben.sync(with: server, options: SyncOptions(blobs: policy))
            #expect(report.failure == nil)
            #expect(report.blobsReceived == received, "\(policy)")
            #expect(report.blobsMissing == missing, "one that is larger than it says is not taken: \(policy)")
            if policy == .none { #expect(report.requests == 1) }
        }
    }

    @Test func `a blob that the remote lacks costs one question, and comes when it is there`() throws {
        let world = TestWorld(.inMemory)
        let (server, ada, ben) = (try world.replica("server"), try world.replica("ada"), try world.replica("ben"))
        let scan: [UInt8] = [1, 2, 3]
        try ada.attach(scan, to: 1)
        // The letter travels; the blob's upload is cut off.
        let cut = FaultyTransport(LoopbackTransport(to: server.store)) { number, _ in number == 0 ? .none : .lostRequest
        }
        #expect(try ada.sync(over: cut, options: SyncOptions(maximumFailures: 2)).failure?.code == "cut")
        let report = try ben.sync(with: server)
        #expect(report.failure == nil && report.blobsMissing == 1 && report.blobsReceived == 0 && report.requests == 2)
        #expect(try ada.sync(with: server).blobsSent == 1)
        #expect(try ben.sync(with: server).blobsReceived == 1)
    }

    @Test func `blobs that came from one remote are offered to the others`() throws {
        let world = TestWorld(.inMemory)
        let (server, other, ada, ben) = (
            try world.replica("server"), try world.replica("other"), try world.replica("ada"), try world.replica("ben")
        )
        try ada.attach([1, 2, 3], to: 1)
        try ada.sync(with: server).expectDone()
        // Ben takes the letter without its blob, passes the letter on, and fetches the blob later.
        try ben.sync(with: server, options: SyncOptions(blobs: .none)).expectDone()
        try ben.sync(over: LoopbackTransport(to: other.store), remote: "other").expectDone()
        #expect(try other.store.statistics().missingBlobs == 1)
        try ben.sync(with: server).expectDone()
        let report = try ben.sync(over: LoopbackTransport(to: other.store), remote: "other")
        #expect(report.blobsSent == 1)
        #expect(try ben.sync(over: LoopbackTransport(to: other.store), remote: "other").requests == 1)
    }

    @Test func `a blob that arrives changed is not taken`() throws {
        let world = TestWorld(.inMemory)
        let (server, ada, ben) = (try world.replica("server"), try world.replica("ada"), try world.replica("ben"))
        try ada.attach([1, 2, 3], to: 1)
        try ada.sync(with: server).expectDone()
        let flipping = FaultyTransport(LoopbackTransport(to: server.store)) { _, request in
            request.method == .get ? .flipped(byte: 1) : .none
        }
        let report = try ben.sync(over: flipping)
        #expect(report.blobsReceived == 0 && report.blobsMissing == 1)
        #expect(try ben.sync(with: server).blobsReceived == 1)
    }
}
