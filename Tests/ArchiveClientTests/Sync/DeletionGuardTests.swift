import ArchiveClient
import LetterMerge
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SyncProtocol
import SyncTestSupport
import Testing

/// The guard against mass deletion, through syncs.
struct DeletionGuardTests {
    /// A server and two laptops that hold the same letters.
    static func family(
        _ world: TestWorld, letters: Int
    ) throws -> (server: TestReplica, ada: TestReplica, ben: TestReplica) {
        let (server, ada, ben) = (try world.replica("server"), try world.replica("ada"), try world.replica("ben"))
        for number in 1...letters { try ada.write(number, "Letter \(number)") }
        try ada.sync(with: server).expectDone()
        try ben.sync(with: server).expectDone()
        return (server, ada, ben)
    }

    private static func delete(_ letters: ClosedRange<Int>, by replica: TestReplica) throws {
        for letter in letters { try replica.write(letter, nil) }
    }

    private static func shown(_ replica: TestReplica) throws -> Int { try replica.store.statistics().letters }

    @Test(arguments: StoreKind.allCases)
    func `too many deletions are held, each sync says so, and quiet syncs stay one request`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let (server, ada, ben) = try Self.family(world, letters: 30)
        try Self.delete(1...12, by: ben)
        try ben.sync(with: server).expectDone()
        #expect(try Self.shown(ben) == 18, "one's own deletions are never held")
        for _ in 0..<2 {
            let report = try ada.sync(with: server)
            #expect(report.failure == nil && report.isPartial)
            #expect(report.notices == [.deletionsHeld(letters: 12)])
            #expect(report.requests == 1, "what is held counts as known")
            #expect(try Self.shown(ada) == 30)
        }
        try ada.write(30, "an edit meanwhile")
        #expect(try ada.sync(with: server).pushed == 1)
    }

    @Test(arguments: StoreKind.allCases)
    func `accepted, they come in, and nothing travels for it`(_ kind: StoreKind) async throws {
        let world = TestWorld(kind)
        let (server, ada, ben) = try Self.family(world, letters: 30)
        try Self.delete(1...12, by: ben)
        try ben.sync(with: server).expectDone()
        _ = try ada.sync(with: server)
        let letters = try await Archive(store: ada.store).acceptDeletions()
        #expect(letters == (1...12).map(RevisionMaker.letterID))
        #expect(try Self.shown(ada) == 18)
        let quiet = try ada.sync(with: server)
        #expect(quiet.requests == 1 && quiet.pushed == 0 && quiet.notices.isEmpty)
        try expectSame(ada, server)
        // Counting begins anew: ten more are few again.
        try Self.delete(13...15, by: ben)
        try ben.sync(with: server).expectDone()
        try ada.sync(with: server).expectDone()
        #expect(try Self.shown(ada) == 15)
    }

    @Test(arguments: StoreKind.allCases)
    func `rejected, all letters are there again, those that were let in before too, for everybody`(
        _ kind: StoreKind
    ) async throws {
        let world = TestWorld(kind)
        let (server, ada, ben) = try Self.family(world, letters: 30)
        try Self.delete(1...8, by: ben)
        try ben.sync(with: server).expectDone()
        try ada.sync(with: server).expectDone()
        #expect(try Self.shown(ada) == 22)
        try Self.delete(9...20, by: ben)
        try ben.sync(with: server).expectDone()
        #expect(try ada.sync(with: server).notices == [.deletionsHeld(letters: 12)])
        let author = Author("Ada")
        let restored = try await Archive(store: ada.store).rejectDeletions(author: author)
        #expect(restored.count == 20)
        #expect(try Self.shown(ada) == 30)
        #expect(try ada.store.view(of: RevisionMaker.letterID(3))?.letter.body == "Letter 3")
        #expect(try ada.store.view(of: RevisionMaker.letterID(12))?.letter.body == "Letter 12")
        let report = try ada.sync(with: server)
        #expect(report.failure == nil && report.pushed == 20 && report.notices.isEmpty)
        try ben.sync(with: server).expectDone()
        #expect(try Self.shown(ben) == 30)
        try expectSame(ada, ben)
        try expectSame(ada, server)
    }

    @Test(arguments: StoreKind.allCases)
    func `many small pulls, from two remotes, add up`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let (server, ada, _) = try Self.family(world, letters: 40)
        let second = try server.backup(through: .max)
        _ = try ada.sync(over: LoopbackTransport(to: second.store), remote: "second")
        for letter in 1...20 {
            let (there, name) = letter.isMultiple(of: 2) ? (server, "origin") : (second, "second")
            try there.write(letter, nil)
            let report = try ada.sync(over: LoopbackTransport(to: there.store), remote: name)
            #expect(report.failure == nil)
            #expect(report.notices.isEmpty == (letter <= 10), "\(letter): \(report.notices)")
        }
        #expect(try Self.shown(ada) == 30)
    }

    @Test(arguments: StoreKind.allCases)
    func `it holds for reconciliation too`(_ kind: StoreKind) throws {
        let world = TestWorld(kind)
        let (server, ada, _) = try Self.family(world, letters: 30)
        // A server from an old copy, on which somebody deleted a lot since.
        let old = try server.backup(through: 25)
        try Self.delete(1...20, by: old)
        let report = try ada.sync(with: old)
        #expect(report.failure == nil && report.notices == [.forked, .deletionsHeld(letters: 20)])
        #expect(report.pushed == 5)
        #expect(try Self.shown(ada) == 30)
        #expect(try ada.sync(with: old).requests == 1)
    }

    @Test(arguments: StoreKind.allCases)
    func `edits on top of what is held are held with it, whoever brings them`(_ kind: StoreKind) async throws {
        let world = TestWorld(kind)
        let (server, ada, ben) = try Self.family(world, letters: 30)
        try Self.delete(1...12, by: ben)
        try ben.write(1, "emptied")
        try ben.sync(with: server).expectDone()
        _ = try ada.sync(with: server)
        try ben.write(2, "on top, later")
        try ben.write(2, "and on top of that")
        try ben.sync(with: server).expectDone()
        let report = try ada.sync(with: server)
        // What is held is no base here: the page came once more, whole.
        #expect(report.failure == nil && report.requests == 2)
        #expect(try ada.store.unconfirmedDeletions().heldRevisions == 15)
        #expect(try ada.store.view(of: RevisionMaker.letterID(1))?.letter.body == "Letter 1")
        #expect(try ada.store.view(of: RevisionMaker.letterID(2))?.letter.body == "Letter 2")
        try await Archive(store: ada.store).acceptDeletions()
        try expectSame(ada, server)
        #expect(try Self.shown(ada) == 20)
    }

    @Test(arguments: StoreKind.allCases, [nil, 2_000] as [Int?])
    func `a first clone of an archive with many deleted letters asks nothing, also if it is cut`(
        _ kind: StoreKind, _ limit: Int?
    ) throws {
        let world = TestWorld(kind)
        let (server, _, ben) = try Self.family(world, letters: 30)
        try Self.delete(1...25, by: ben)
        try ben.sync(with: server).expectDone()
        let carl = try world.replica("carl")
        for cut in stride(from: 1_500, to: 9_000, by: 1_500) {
            let faulty = FaultyTransport(LoopbackTransport(to: server.store)) { _, _ in .cut(afterBytes: cut) }
            _ = try carl.sync(over: faulty, options: SyncOptions(maximumFailures: 1, responseLimitBytes: limit))
        }
        let report = try carl.sync(with: server, options: SyncOptions(responseLimitBytes: limit))
        #expect(report.failure == nil && report.notices.isEmpty)
        #expect(try Self.shown(carl) == 5)
        #expect(try carl.store.unconfirmedDeletions() == UnconfirmedDeletions())
    }
}
