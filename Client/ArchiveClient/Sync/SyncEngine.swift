import Compression
import Hashing
package import LetterModel
package import ReplicaStore
package import SyncProtocol

/// Syncs a replica with one of its remotes: the driver around `SyncStateMachine`. Blocking; it runs on the caller's thread.
///
/// ```swift
/// let engine = SyncEngine(
///     store: store, remote: "origin", transport: transport, surroundings: surroundings)
/// let report = engine.run()
/// if let failure = report.failure { … }
/// ```
///
/// Transport, store, clock, randomness and waiting are all given to it. No transaction spans a request. Whenever it stops, the
/// replica is whole, and the next run goes on from there.
package final class SyncEngine {
    private let store: any ReplicaStore
    private let remote: String
    private let transport: any Transport
    private let options: SyncOptions
    private let surroundings: SyncSurroundings
    private let cancellation: Cancellation
    private let progress: (SyncProgress) -> Void
    private let caller: RemoteCaller
    private let ahead: PushAhead

    private var report: SyncReport
    /// The last exchange whose envelope came.
    private var exchange: SyncExchange?
    /// The last reconciliation that was begun.
    private var reconciliation: SyncReconciliation?
    /// Whether everything is being sent again.
    private var isResend = false
    /// Whether whole letters alone travel: something went wrong with thin ones in this sync.
    private var isWhole = false
    /// The dictionary that the remote holds as far as this sync knows.
    private var heldDictionary: Digest?
    /// Whether the last exchange took so little time that the next may bring more.
    private var isQuick = false
    private static let quickMilliseconds = 1_000
    /// What was sent back to a remote that holds it damaged.
    private var givenBack: Set<RevisionID> = []
    private var blobsOfferedThrough = 0
    /// The blobs that travel in one direction.
    private var tally = BlobTally(phase: .sendingBlobs, work: [])
    /// Whether a blob could not be sent: all are offered again with the next sync.
    private var isSendingIncomplete = false
    private let pace = BlobPace()
    /// Bytes of blobs that had moved before the action in hand.
    private var movedBytesBefore = 0
    /// Whether letters wait on one of the sides while blobs travel.
    private let lettersWait: () throws -> Bool
    /// Blobs that somebody asked for; nil for those that the policy wants.
    private var chosen: [BlobID]?

    /// An engine for one sync.
    ///
    /// - Parameters:
    ///   - store: The replica.
    ///   - remote: The name of one of its remotes.
    ///   - transport: To that remote.
    ///   - options: Which attachments to fetch, and how patient to be.
    ///   - surroundings: The clocks, the randomness and the pauses that it takes.
    ///   - cancellation: Set it from any thread to stop promptly.
    ///   - lettersWait: Asked while blobs travel; if so, letters are exchanged first, and the blobs go on afterwards.
    ///   - progress: Called on this thread, often; be quick.
    package init(
        store: any ReplicaStore, remote: String, transport: any Transport, options: SyncOptions = SyncOptions(),
        surroundings: SyncSurroundings, cancellation: Cancellation = Cancellation(),
        lettersWait: @escaping () throws -> Bool = { false },
        progress: @escaping (SyncProgress) -> Void = { _ in }
    ) {
        self.store = store
        self.remote = remote
        self.transport = transport
        self.options = options
        self.surroundings = surroundings
        self.cancellation = cancellation
        self.lettersWait = lettersWait
        self.progress = progress
        caller = RemoteCaller(transport: transport, cancellation: cancellation)
        ahead = PushAhead(store: store, remote: remote, isBeside: surroundings.worksBeside)
        report = SyncReport(remote: remote)
    }

    /// Syncs until both sides hold the same, or as much as can be done. Failures are in the report.
    package func run() -> SyncReport { run(from: nil) }

    /// Fetches these blobs and exchanges no letters. Failures are in the report.
    package func fetch(_ blobs: [BlobID]) -> SyncReport {
        chosen = blobs
        return run(from: .blobsOffered)
    }

    private func run(from first: SyncStateMachine.Event?) -> SyncReport {
        report = SyncReport(remote: remote)
        let start = surroundings.monotonicMilliseconds()
        let trafficBefore = transport.traffic
        do {
            try evidence.notePlace(surroundings.place, &report)
            try loop(from: first ?? .started(asksFirst: try asksFirst()))
            report.conflicts = try store.conflictCount()
            let held = try store.unconfirmedDeletions().held.count
            if held > 0 { report.note(.deletionsHeld(letters: held)) }
        } catch {
            report.failure = SyncEngine.syncError(error)
        }
        let traffic = transport.traffic - trafficBefore
        report.requests = traffic.requests
        report.bytesSent = traffic.bytesSent
        report.bytesReceived = traffic.bytesReceived
        report.seconds = Double(surroundings.monotonicMilliseconds() - start) / 1000
        return report
    }

    private func loop(from first: SyncStateMachine.Event) throws {
        var machine = SyncStateMachine(options: options)
        var event = first
        while true {
            let action = machine.handle(event)
            switch action {
            case .finish: return
            case .fail(let error):
                report.failure = error
                return
            default: break
            }
            guard !cancellation.isCancelled else { throw SyncError.cancelled }
            movedBytesBefore = pace.movedBytes
            do {
                event = try perform(action)
            } catch is LettersWait {
                event = .lettersWait
            } catch {
                event = failure(SyncEngine.syncError(error), of: action)
            }
        }
    }

    /// Thrown where a blob has to let letters go first.
    private struct LettersWait: Error {}

    /// What an action can have gained before it failed.
    private func failure(_ error: SyncError, of action: SyncStateMachine.Action) -> SyncStateMachine.Event {
        switch action {
        case .exchange:
            return .failed(error, gained: exchange?.hasGained ?? false, sentCount: exchange?.sentCount ?? 0)
        case .reconcile:
            return .failed(error, gained: reconciliation?.hasGained ?? false, sentCount: 0)
        default: return .failed(error, gained: pace.movedBytes > movedBytesBefore, sentCount: 0)
        }
    }

    private func perform(_ action: SyncStateMachine.Action) throws -> SyncStateMachine.Event {
        switch action {
        case .exchange(let pushBytes): return try exchange(pushBytes: pushBytes)
        case .wait(let milliseconds, let jitter):
            try wait(milliseconds + Int(surroundings.random() % UInt64(jitter + 1)))
            return .waited
        case .reconcile(let notice, let adoptsEnd): return try reconcile(because: notice, adoptsEnd: adoptsEnd)
        case .forgetProgress:
            isResend = true
            try store.forgetProgress(with: remote)
            return .progressForgotten
        case .refuseSoleRevision: return try refuseSoleRevision()
        case .compare(let isLast):
            guard let exchange, let end = exchange.end else { return .compared(.unknown) }
            let (comparison, notice) = try SyncComparison(store: store, remote: remote)
                .compare(with: end, at: exchange.position, damagedCount: exchange.damagedCount, isLast: isLast)
            if let notice { report.note(notice) }
            return .compared(comparison)
        case .offerBlobs:
            let (wanted, through) = try side.wanted()
            blobsOfferedThrough = through
            tally = BlobTally(phase: .sendingBlobs, work: wanted)
            return .blobsWanted(wanted)
        case .sendBlob(let work):
            try side.send(work, report: &report)
            return blobDone(work)
        case .recordBlobsOffered:
            if !isSendingIncomplete { try side.recordOffered(through: blobsOfferedThrough) }
            return .blobsOffered
        case .findBlobs:
            let (lacking, unavailable) = try side.lacking(chosen: chosen)
            report.blobsMissing = unavailable
            tally = BlobTally(phase: .fetchingBlobs, work: lacking)
            return .blobsLacking(lacking)
        case .fetchBlob(let work):
            try side.fetch(work, report: &report)
            if report.blobsReceived == 1 { try side.offerAgainToOthers() }
            return blobDone(work)
        case .skipBlob(let work, let error):
            report.note(.blobFailed(work.blob, code: error.code))
            if tally.phase == .sendingBlobs { isSendingIncomplete = true } else { report.blobsMissing += 1 }
            return blobDone(work)
        case .leaveBlobs(let count, let error):
            report.note(.blobsLeft(count: count, code: error.code))
            return .blobsLeft
        case .finish, .fail: preconditionFailure("the loop ends before these are performed")
        }
    }

    private func reconcile(because notice: SyncNotice?, adoptsEnd: Bool) throws -> SyncStateMachine.Event {
        guard let exchange, let end = exchange.end else { return .cannotReconcile }
        let position = try store.remote(named: remote).position
        if let notice { try evidence.note(notice, at: position, end, &report) }
        guard !adoptsEnd || end.position != nil else { return .cannotReconcile }
        let reconciliation = try SyncReconciliation(store: store, remote: remote, caller: caller, progress: progress)
        self.reconciliation = reconciliation
        do {
            try reconciliation.run(countThere: end.count, report: &report)
        } catch let error as SyncError where error.meansNoSuchRoute {
            return .cannotReconcile
        }
        if reconciliation.lostCount > 0 {
            if notice == nil, !evidence.isExplained(report) {
                try evidence.note(.lostRevisions, at: position, end, &report)
            }
            // Its blobs may be lost with them.
            try side.offerAgain()
        }
        if adoptsEnd, let adopted = end.position {
            try side.offerAgain()
            try store.advanceCursor(CursorAdvance(remote: remote, from: position, to: adopted))
        }
        return .reconciled
    }

    private func exchange(pushBytes: Int?) throws -> SyncStateMachine.Event {
        let takes = try takes()
        let exchange = try SyncExchange(
            store: store, remote: remote, caller: caller, report: report, isResend: isResend,
            thinness: isWhole ? .none : takes >= .thin ? .both : .pages,
            packing: isWhole || takes < .packed ? nil : packing(pushBytes ?? 0), givenBack: givenBack,
            surroundings: surroundings, ahead: ahead, progress: progress)
        self.exchange = exchange
        defer {
            givenBack = exchange.givenBack
            heldDictionary = exchange.packing?.held ?? heldDictionary
        }
        let before = try store.remote(named: remote).position
        let start = surroundings.monotonicMilliseconds()
        defer { isQuick = surroundings.monotonicMilliseconds() - start < SyncEngine.quickMilliseconds }
        let ended = Result {
            try exchange.run(pushBytes: pushBytes, limitBytes: options.responseLimitBytes, report: &report)
        }
        // Also if it broke off: a page that was stored has taken the new epoch, so that the next exchange sees nothing new.
        if let end = exchange.end, exchange.wasRestored { try evidence.note(.restored, at: before, end, &report) }
        do {
            try ended.get()
        } catch let error as SyncError
            where !isWhole && (error == .baseMissing || exchange.wasThin && error.meansRefusedBody)
        {
            // A base is damaged, or another server answers at this address than the one that said it takes them.
            isWhole = true
            if takes > .whole { try store.setSetting(thinKey, to: nil) }
            return try self.exchange(pushBytes: pushBytes)
        }
        if exchange.takes > takes, !isWhole { try store.setSetting(thinKey, to: "\(exchange.takes.rawValue)") }
        // A reader's next sync asks first, before it sends megabytes that are refused.
        let role = exchange.result.mayPush ? nil : exchange.role
        if try store.setting(roleKey) != role { try store.setSetting(roleKey, to: role) }
        return .exchanged(exchange.result)
    }

    /// Whether to ask before anything is sent: whoever was a reader, before it sends megabytes that are refused; and whoever has much that may
    /// travel as it is stored, for which the remote has to say that it takes it so.
    private func asksFirst() throws -> Bool {
        if try store.setting(roleKey) != nil { return true }
        guard try takes() < .packed, try store.remote(named: remote).unsent > 0, let dictionary = try store.dictionary()
        else { return false }
        let next = try store.unsent(
            to: remote, after: 0, maximumBytes: ProtocolLimits.packingBytes, packedBy: dictionary.digest)
        return next.hasMore
    }

    /// What may be left out of pushes, as far as the remote has said.
    private func takes() throws -> Thinness {
        try store.setting(thinKey).flatMap(Int.init).flatMap(Thinness.init) ?? .whole
    }

    /// How contents may travel as they are stored to a remote that takes them so. A connection that is cut loses what was on its way, so only
    /// where it is quick more goes at once.
    private func packing(_ pushBytes: Int) -> Packing {
        let isLarge = isQuick && pushBytes == ProtocolLimits.pushBytes
        return Packing(
            held: heldDictionary, maximumBytes: isLarge ? ProtocolLimits.packedPushBytes : pushBytes)
    }

    private var side: SyncBlobs {
        SyncBlobs(store: store, remote: remote, caller: caller, policy: options.blobs, pace: pace) {
            [self] done, total in
            progress(tally.progress(done, of: total))
            if try lettersWait() { throw LettersWait() }
        }
    }
    private var evidence: SyncEvidence { SyncEvidence(store: store, remote: remote, now: surroundings.now) }

    /// The role that the remote gave us last, if it was one that may not push.
    private var roleKey: String { "sync.\(remote).role" }

    /// What may be left out of pushes, as the remote said: a `Thinness`.
    private var thinKey: String { "sync.\(remote).thin" }

    private func refuseSoleRevision() throws -> SyncStateMachine.Event {
        let (code, text) = ("tooLarge", "the server, or a proxy before it, takes no request of this size")
        if let revision = try store.unsent(to: remote, maximumBytes: 1).revisions.first {
            let decision = PushAnswer.Decision.refused(code: code, text: text)
            try store.recordAnswers(from: remote, [PushAnswer(revision: revision.id, decision: decision)])
            report.rejected.append(
                RejectedRevision(revision: revision.id, letter: revision.header.letter, code: code, text: text))
        }
        return .soleRevisionRefused
    }

    private func blobDone(_ work: BlobWork) -> SyncStateMachine.Event {
        tally.finish(work)
        progress(tally.progress(0, of: 0))
        return .blobDone
    }

    /// Waits in short pieces, so that stopping is prompt.
    private func wait(_ milliseconds: Int) throws {
        progress(SyncProgress(phase: .waiting, done: 0, total: milliseconds))
        var left = milliseconds
        while left > 0 {
            guard !cancellation.isCancelled else { throw SyncError.cancelled }
            let piece = min(left, 100)
            surroundings.sleep(piece)
            left -= piece
        }
    }

    /// One kind of error for whatever went wrong below.
    static func syncError(_ error: any Error) -> SyncError {
        switch error {
        case let error as SyncError: error
        case TransportError.cancelled: .cancelled
        case let error as TransportError: .transport(error)
        case let error as StoreError: .store(error)
        case let error as BundleError: .bundle(error)
        default: .malformedResponse(detail: "\(error)")
        }
    }
}
