import ArchiveClient
import Hashing
import LetterModel
import ReplicaStore
import SyncProtocol
import SyncTestSupport

extension Simulation {
    /// A laptop syncs with a machine while the network does what it does.
    func sync(_ laptop: Machine, with remote: Machine, _ event: Event) throws {
        guard !laptop.isOffline else { return tell("\(laptop.name) is offline") }
        var weather = NetworkWeather(
            faultRate: schedule.networkFaultRate, numbers: SeededNumbers(seed: event.seed &* 7))
        // A replica without letters takes the first answer's word for which archive it is: only TLS protects that.
        weather.hasFlips = try !laptop.looking { try laptop.replica().identity().isArchiveOpen }
        let limit = event.seed % 3 == 0 ? 1_500 : nil
        let options = SyncOptions(maximumFailures: 3, responseLimitBytes: limit)
        let report = try sync(laptop, with: remote, weather, options, seed: event.seed)
        count("syncs")
        examine(report, weather, laptop, remote)
    }

    /// Runs the engine. A machine whose disk fails meanwhile starts again while the engine waits.
    func sync(
        _ laptop: Machine, with remote: Machine, _ weather: NetworkWeather, _ options: SyncOptions, seed: UInt64
    ) throws -> SyncReport {
        var weather = weather
        try addRemote(remote, to: laptop)
        let base = MachineTransport(to: remote, mayPush: remote.isServer ? laptop.mayPush : true)
        let transport = FaultyTransport(base) { _, _ in weather.next() }
        var numbers = SeededNumbers(seed: seed)
        let surroundings = SyncSurroundings(
            now: { laptop.time() }, place: laptop.place, monotonicMilliseconds: { laptop.clockMilliseconds },
            random: { numbers.next() },
            sleep: { [self] milliseconds in
                laptop.clockMilliseconds += milliseconds
                guard remote.hasFailed else { return }
                do {
                    try recover(remote)
                } catch {
                    fault("\(remote.name) cannot start again: \(error)")
                }
            })
        // What the folder itself notes: a sync that was killed may have noted it or not.
        let notedPlace = try laptop.looking { try laptop.replica().setting("sync.place") }
        let expectation = Expectation(of: laptop, noted: notedPlace, with: remote)
        let shown = try laptop.looking { try laptop.replica().letters(LetterQuery()).map(\.id) }
        let engine = SyncEngine(
            store: try laptop.replica(), remote: Simulation.remoteName(remote), transport: transport, options: options,
            surroundings: surroundings)
        let report = engine.run()
        count("requests", report.requests)
        if seed % 4 == 0, delayed.count < 4, let request = transport.requests.last {
            delayed.append(DelayedRequest(request: request, remote: remote.number, mayPush: laptop.mayPush))
        }
        let notices = report.notices.map { $0.code }.joined(separator: ",")
        let amounts = "\(report.pushed) out, \(report.pulled) in, \(report.requests) requests"
        let end = report.failure?.code ?? "done"
        tell("\(laptop.name) syncs with \(remote.name): \(amounts), \(end) \(notices)")
        for case .quarantined(let id, _) in report.notices { laptop.quarantined.insert(id) }
        try checkGuard(of: laptop, with: remote, report, shownBefore: shown)
        try checkEpoch(of: laptop, with: remote, report)
        if let text = expectation.unmet(by: report) { fault(text) }
        if report.failure == nil {
            laptop.links[remote.number, default: Machine.Link()].trustedRollbacks = remote.rollbacks
        }
        let resets: [SyncNotice] = [.rewound, .forked, .wiped, .lostRevisions]
        if report.notices.contains(where: resets.contains) {
            // Everything is compared anew, and the cursor begins anew with it.
            laptop.links[remote.number]?.position = nil
        }
        return report
    }

    /// No pull hides more than ten letters that are more than a fifth of all. What was cut goes on as the same pull: letters that came
    /// with its first part were not there when it began.
    private func checkGuard(
        of laptop: Machine, with remote: Machine, _ report: SyncReport, shownBefore: [LetterID]
    ) throws {
        guard !laptop.hasFailed else { return }
        let beginning = laptop.links[remote.number]?.shownAtBeginning ?? shownBefore
        laptop.links[remote.number, default: Machine.Link()].shownAtBeginning =
            report.failure == nil ? nil : beginning
        guard shownBefore.count > 10 else { return }
        let shown = Set(try laptop.looking { try laptop.replica().letters(LetterQuery()).map(\.id) })
        let hidden = Set(shownBefore).intersection(beginning).subtracting(shown)
        if hidden.count > 10 && hidden.count * 5 > beginning.count {
            fault("\(laptop.name) hid \(hidden.count) letters of \(beginning.count) unasked")
        }
    }

    /// No sync, not even one that breaks off, goes over to another life of the remote's log without a word.
    private func checkEpoch(of laptop: Machine, with remote: Machine, _ report: SyncReport) throws {
        guard !laptop.hasFailed, let before = laptop.links[remote.number]?.position?.epoch else { return }
        let name = Simulation.remoteName(remote)
        let remotes = try laptop.looking { try laptop.replica().remotes() }
        guard let after = remotes.first(where: { $0.name == name })?.position?.epoch, after != before else { return }
        let words: [SyncNotice] = [.restored, .rewound, .forked, .wiped]
        if !words.contains(where: report.notices.contains) {
            fault("\(laptop.name) took a new epoch of \(remote.name) without a word")
        }
    }

    /// What a report says must fit what happened to it.
    private func examine(_ report: SyncReport, _ weather: NetworkWeather, _ laptop: Machine, _ remote: Machine) {
        if report.requests > 60 { fault("\(laptop.name) needed \(report.requests) requests for one sync") }
        guard let failure = report.failure else { return }
        var allowed: Set<String> = []
        if weather.faultRate > 0 {
            allowed = [
                "cut", "unreachable", "timeout", "notAServer", "malformedResponse", "forked", "version", "remoteFailed",
                "archiveMismatch",
            ]
        }
        if remote.hasFailed || remote.stop != nil { allowed.formUnion(["remoteFailed", "cut", "busy", "unreachable"]) }
        if laptop.hasFailed { allowed.insert("replica") }
        if !allowed.contains(failure.code) {
            fault("\(laptop.name) could not sync with \(remote.name) for no reason: \(failure)")
        }
        if case .store(.inputOutput) = failure { expectRefusal(of: laptop) }
    }

    /// Once the disk failed, a replica answers nothing more until it is opened again.
    private func expectRefusal(of machine: Machine) {
        do {
            _ = try machine.replica().logState()
            fault("\(machine.name) goes on after its disk failed")
        } catch StoreError.inputOutput {
            // As it must be.
        } catch {
            fault("\(machine.name) refuses with \(error)")
        }
    }

    /// A request that was kept on the way arrives again. Nobody waits for the answer.
    func deliverLate(_ event: Event) {
        guard !delayed.isEmpty else { return }
        let late = delayed.remove(at: Int(event.seed % UInt64(delayed.count)))
        let remote = machine(late.remote)
        do {
            try MachineTransport(to: remote, mayPush: late.mayPush).send(
                late.request, cancellation: Cancellation(), head: { _ in }, chunk: { _ in })
        } catch {
            guard remote.hasFailed else { return fault("a late request breaks \(remote.name): \(error)") }
        }
        tell("a late request arrives at \(remote.name)")
    }
}

/// What a sync must report, as far as it can be told before it.
struct Expectation {
    private let isRewritten: Bool
    private let isEpochNew: Bool
    private let isCopied: Bool
    private let name: String

    /// What a sync of a laptop with a remote must report.
    init(of laptop: Machine, noted notedPlace: String?, with remote: Machine) {
        isCopied = notedPlace != nil && notedPlace != laptop.place
        name = "\(laptop.name) was not told that \(remote.name)"
        guard let position = laptop.links[remote.number]?.position else {
            isRewritten = false
            isEpochNew = false
            return
        }
        let log = remote.log
        isRewritten = position.sequence > log.ids.count || log.chain[position.sequence] != position.chain
        isEpochNew = position.epoch != remote.epoch
    }

    /// What the report should say and does not; nil if all is said. A sync that failed may say it the next time.
    func unmet(by report: SyncReport) -> String? {
        guard report.failure == nil else { return nil }
        let isToldRewritten = [.rewound, .forked, .wiped].contains(where: report.notices.contains)
        if isCopied && !report.notices.contains(.copied) { return "\(name) is synced from a copied folder" }
        if isRewritten && !isToldRewritten { return "\(name) has another history" }
        if isEpochNew && !isToldRewritten && !report.notices.contains(.restored) { return "\(name) was restored" }
        return nil
    }
}
