import ArchiveClient
import Foundation
import Hashing
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SyncProtocol
import SyncTestSupport
import Testing

/// Random schedules of a server and several laptops: edits, syncs that break, backups that come back, folders that are
/// copied. While it lasts, nothing may be lost; when the faults end, all must converge.
///
/// A failure names its seed; `CHANCERY_SYNC_SEED` runs that one alone, `CHANCERY_SYNC_SEEDS` another number of them.
struct RandomScheduleTests {
    @Test func `whatever happens, nothing is lost, and all converge when the faults end`() throws {
        let environment = ProcessInfo.processInfo.environment
        if let seed = environment["CHANCERY_SYNC_SEED"].flatMap(UInt64.init) {
            try Schedule(seed: seed).run()
            return
        }
        let count = environment["CHANCERY_SYNC_SEEDS"].flatMap(UInt64.init) ?? 300
        for seed in 0..<count { try Schedule(seed: seed).run() }
    }

    @Test func `the same seed gives the same schedule and the same result`() throws {
        for seed in 1_000..<1_005 as Range<UInt64> {
            #expect(try Schedule(seed: seed).run() == Schedule(seed: seed).run())
        }
    }
}

/// One schedule, made of a seed.
private final class Schedule {
    private let seed: UInt64
    private var numbers: SeededNumbers
    private var server: TestReplica
    private var laptops: [TestReplica]
    private var backups: [TestReplica] = []
    private var written: Set<RevisionID> = []
    private var refused: Set<RevisionID> = []
    private var edits = 0
    private var trace: [String] = []

    init(seed: UInt64) {
        self.seed = seed
        numbers = SeededNumbers(seed: seed)
        let maker = RevisionMaker()
        func replica(_ name: String, _ number: Int) -> TestReplica {
            let store = InMemoryReplicaStore(
                archive: RevisionMaker.archive(number == 0 ? 1 : 50 + number), epoch: "000000000000000\(number)")
            return TestReplica(name, store: store, maker: maker)
        }
        server = replica("server", 0)
        laptops = [replica("ada", 1), replica("ben", 2)]
    }

    /// Runs it and gives what is left at the end.
    @discardableResult
    func run() throws -> [String] {
        for _ in 0..<Int.random(in: 5...30, using: &numbers) { try step() }
        try settle()
        return trace
    }

    private func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &numbers) }

    private func step() throws {
        let laptop = laptops[pick(laptops.count)]
        switch pick(12) {
        case 0..<4: try edit(laptop)
        case 4..<8: try sync(laptop, over: faulty())
        case 8:
            backups.append(try server.backup(through: pick(server.log().count + 1)))
        case 9:
            guard let backup = backups.last else { return }
            trace.append("restore")
            let epoch = pick(2) == 0 ? nil : "00000000000001\(10 + pick(90))"
            server = try backup.backup(through: .max, epoch: epoch)
        case 10:
            guard laptops.count < 4, try laptop.store.remotes().first?.position != nil else { return }
            trace.append("copy")
            laptops.append(try laptop.cloned(as: "copy \(laptops.count)"))
        default:
            // Somebody refuses what comes next, for good.
            refused.insert(try edit(laptop).id)
        }
    }

    @discardableResult
    private func edit(_ laptop: TestReplica) throws -> Revision {
        edits += 1
        let letter = pick(3)
        let heads = try laptop.store.history(of: RevisionMaker.letterID(letter)).map(\.revision)
        let parents: [Revision]? = pick(3) == 0 && !heads.isEmpty ? [heads[pick(heads.count)]] : nil
        let revision = try laptop.write(letter, "edit \(edits)", after: parents)
        written.insert(revision.id)
        trace.append("edit \(revision.id.hex.prefix(8))")
        return revision
    }

    private func faulty() -> any Transport {
        let base = RefusingTransport(LoopbackTransport(to: server.store), refusing: refused)
        return FaultyTransport(base) { [self] _, _ in
            switch pick(8) {
            case 0: .lostRequest
            case 1: .lostAnswer
            case 2: .doubled
            case 3: .cut(afterBytes: pick(3_000))
            case 4: .flipped(byte: pick(1_000))
            default: .none
            }
        }
    }

    private func sync(_ laptop: TestReplica, over transport: any Transport) throws {
        let before = try (laptop.ids(), server.ids())
        let limit = pick(3) == 0 ? 1_500 : nil
        let report = try laptop.sync(
            over: transport, options: SyncOptions(maximumFailures: 3, responseLimitBytes: limit))
        trace.append("sync \(laptop.name) \(report.pushed) \(report.pulled) \(report.failure?.code ?? "done")")
        let after = try (laptop.ids(), server.ids())
        #expect(before.0.isSubset(of: after.0) && before.1.isSubset(of: after.1), "seed \(seed): a log only grows")
        #expect(after.1.isDisjoint(with: refused), "seed \(seed): what is refused stays out")
        if let failure = report.failure {
            #expect(
                ["cut", "notAServer", "malformedResponse", "forked", "version"].contains(failure.code),
                "seed \(seed): \(failure)")
        }
        try checkCausality(laptop)
        try checkCausality(server)
    }

    /// A parent is stored before its child, and the chain is the one that the ids give.
    private func checkCausality(_ replica: TestReplica) throws {
        var seen: Set<RevisionID> = []
        var chain = Digest.zero
        for revision in try replica.store.allRevisions() {
            #expect(revision.header.parents.allSatisfy(seen.contains), "seed \(seed): a child before its parent")
            seen.insert(revision.id)
            chain = LogPosition.chain(chain, extendedBy: revision.id)
        }
        #expect(try replica.store.logState().end.chain == chain, "seed \(seed)")
    }

    /// The faults end: within a few rounds each laptop's sync is one quiet request, and all hold the same.
    private func settle() throws {
        var rounds = 0
        var isQuiet = false
        while !isQuiet && rounds < 6 {
            rounds += 1
            isQuiet = true
            for laptop in laptops {
                let transport = RefusingTransport(LoopbackTransport(to: server.store), refusing: refused)
                let report = try laptop.sync(over: transport)
                #expect(report.failure == nil, "seed \(seed): \(String(describing: report.failure))\n\(trace)")
                let isDone = report.requests == 1 && report.pushed == 0 && report.pulled == 0
                if !isDone { isQuiet = false }
                trace.append("settle \(laptop.name) \(report.pushed) \(report.pulled) \(report.notices.map(\.code))")
            }
        }
        #expect(isQuiet, "seed \(seed): not quiet after \(rounds) rounds\n\(trace)")
        let everywhere = try server.ids()
        let kept = try laptops.map { try $0.ids() }
        for (laptop, ids) in zip(laptops, kept) {
            #expect(everywhere.isSubset(of: ids), "seed \(seed): \(laptop.name) lacks something\n\(trace)")
            let own = ids.subtracting(everywhere)
            #expect(
                try own.subtracting(withDescendants(of: refused, in: laptop)).isEmpty,
                "seed \(seed): the server lacks something of \(laptop.name)\n\(trace)")
            #expect(try laptop.log().count == ids.count, "seed \(seed): nothing is there twice")
        }
        let all = kept.reduce(everywhere) { $0.union($1) }
        #expect(all == written, "seed \(seed): an edit was lost\n\(trace)")
    }

    private func withDescendants(of ids: Set<RevisionID>, in replica: TestReplica) throws -> Set<RevisionID> {
        var result = ids
        for revision in try replica.store.allRevisions() where !result.isDisjoint(with: revision.header.parents) {
            result.insert(revision.id)
        }
        return result
    }
}
