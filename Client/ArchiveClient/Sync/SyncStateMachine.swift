import ReplicaStore
package import SyncProtocol

/// Decides what a sync does next: event in, action out. A pure value: it does no I/O, reads no clock and draws no numbers.
///
/// The order of things: exchanges until all is pushed and pulled; a comparison of both sides, and reconciliation where they
/// differ, after which exchanges go on; blobs out; blobs in. Blobs that fail make no failure of a sync that has brought the letters.
/// A sync with nothing to do is one exchange. Each action is answered with exactly one event; failures are repeated within limits.
package struct SyncStateMachine {
    /// Something that happened.
    package enum Event: Equatable {
        /// The sync begins. `asksFirst`: the first exchange pushes nothing, because what the remote says of itself decides what is pushed, or how.
        case started(asksFirst: Bool)
        /// A response came and ended cleanly.
        case exchanged(Exchange)
        /// An action failed. `gained`: something was acknowledged or stored before it did. `sentCount`: revisions in the request.
        case failed(SyncError, gained: Bool, sentCount: Int)
        /// A wait is over.
        case waited
        /// Both sides were reconciled: what they lack is here, or marked to be sent.
        case reconciled
        /// The remote does not know how to reconcile.
        case cannotReconcile
        /// What was known of the remote is forgotten.
        case progressForgotten
        /// The one revision of the last push is marked as refused.
        case soleRevisionRefused
        /// Both sides were compared.
        case compared(Comparison)
        /// These blobs are lacking there and are here.
        case blobsWanted([BlobWork])
        /// These blobs are lacking here and are there.
        case blobsLacking([BlobWork])
        /// The blob in question is done, one way or the other.
        case blobDone
        /// It is noted that all blobs up to here were offered.
        case blobsOffered
        /// Letters are waiting on one of the sides while a blob travels; what moved of it is kept.
        case lettersWait
        /// It is noted that the blobs which are left have to wait for another sync.
        case blobsLeft
    }

    /// What to do next.
    package enum Action: Equatable {
        /// Exchange with the remote, pushing up to so many bytes; nil: push nothing.
        case exchange(pushBytes: Int?)
        /// Wait at least so long, and a random part of the jitter.
        case wait(milliseconds: Int, jitterMilliseconds: Int)
        /// Find out what each side lacks, fetch what is lacking here, and mark what is lacking there. `adoptsEnd`: the cursor did not
        /// fit, so the end that was stated before becomes the new one.
        case reconcile(because: SyncNotice?, adoptsEnd: Bool)
        /// The remote cannot reconcile: forget the cursor and what was acknowledged; everything is sent and pulled again.
        case forgetProgress
        /// The remote takes no request with this one revision: mark it as refused.
        case refuseSoleRevision
        /// Compare both sides; `isLast`: nothing more will be done about a difference, so remember it.
        case compare(isLast: Bool)
        /// Find out which blobs the remote lacks.
        case offerBlobs
        /// Send a blob.
        case sendBlob(BlobWork)
        /// Note that all blobs were offered.
        case recordBlobsOffered
        /// Find out which blobs are lacking here and are there.
        case findBlobs
        /// Fetch a blob.
        case fetchBlob(BlobWork)
        /// Note that this blob fails for this reason, and go on without it.
        case skipBlob(BlobWork, SyncError)
        /// Note that so many blobs have to wait for another sync, for this reason.
        case leaveBlobs(count: Int, SyncError)
        /// Done.
        case finish
        /// Give up.
        case fail(SyncError)
    }

    /// What an exchange that ended cleanly brought.
    package struct Exchange: Equatable {
        /// What the remote says of the cursor.
        package var cursor = ExchangeResponse.CursorVerdict.ok
        /// Whether the remote held nothing before this exchange.
        package var wasEmptyThere = false
        /// Whether the remote lets us push.
        package var mayPush = true
        /// Revisions that the remote decided about: accepted, had, refused.
        package var decidedCount = 0
        /// Whether something is left that could be pushed.
        package var hasUnsent = false
        /// Whether the remote lacks parents that it had acknowledged.
        package var lacksAcknowledged = false
        /// Whether the remote holds something damaged that this replica is going to send again.
        package var givesBack = false
        /// Whether a page did not fit and was dropped.
        package var isMisfit = false
        /// Whether we have all that the response stated as the log's end.
        package var isAtEnd = true
        /// Whether the cursor moved.
        package var advanced = false

        package init() {}
    }

    /// How both sides compare.
    package enum Comparison: Equatable {
        /// They hold the same.
        case equal
        /// They do not. `isKnown`: it is the difference that reconciliation did not settle before.
        case different(isKnown: Bool)
        /// It cannot be told now: something moved meanwhile.
        case unknown
    }

    /// How many times a remote may turn out to be another one than it was, in one sync.
    private static let maximumResets = 3
    /// The first wait; each further one doubles.
    private static let firstWaitMilliseconds = 500
    /// No wait of our own is longer.
    private static let longestWaitMilliseconds = 30_000

    private let options: SyncOptions
    /// What is being done, and done again after a wait.
    private var current = Action.exchange(pushBytes: nil)
    /// Whether revisions are pushed.
    private var isPushing = true
    private var pushBytes = ProtocolLimits.pushBytes
    /// Whether the remote was there in this sync, if only to break off: only then is it worth waiting for.
    private var hasAnswered = false
    /// Failures in a row, nothing gained in between.
    private var failures = 0
    /// Pages in a row that did not fit.
    private var misfits = 0
    /// How many times the remote turned out to be another one than it was.
    private var resets = 0
    /// Whether the remote knows how to reconcile, as far as is known.
    private var canReconcile = true
    private var wasReconciledForDifference = false
    private var wasReconciledForParents = false
    private var blobs: [BlobWork] = []

    package init(options: SyncOptions) {
        self.options = options
    }

    /// What to do after an event.
    package mutating func handle(_ event: Event) -> Action {
        switch event {
        case .started(let asksFirst):
            isPushing = !asksFirst
            return exchange()
        case .exchanged(let exchange): return next(after: exchange)
        case .failed(let error, let gained, let sentCount): return next(after: error, gained: gained, sentCount)
        case .waited: return current
        case .reconciled:
            failures = 0
            misfits = 0
            return exchange()
        case .cannotReconcile:
            canReconcile = false
            return begin(.forgetProgress)
        case .progressForgotten, .soleRevisionRefused: return exchange()
        case .compared(let comparison): return next(after: comparison)
        case .blobsWanted(let wanted):
            blobs = wanted.reversed()
            return nextBlob()
        case .blobsLacking(let lacking):
            blobs = lacking.reversed()
            return nextBlob()
        case .blobDone:
            failures = 0
            return nextBlob()
        case .blobsOffered: return begin(.findBlobs)
        case .lettersWait:
            // Letters never wait for blobs.
            blobs = []
            return exchange()
        case .blobsLeft: return begin(.finish)
        }
    }

    // MARK: Exchanges

    private mutating func exchange() -> Action {
        begin(.exchange(pushBytes: isPushing ? pushBytes : nil))
    }

    private mutating func begin(_ action: Action) -> Action {
        current = action
        return action
    }

    private mutating func next(after result: Exchange) -> Action {
        hasAnswered = true
        if result.advanced || result.decidedCount > 0 { failures = 0 }
        let becameWriter = result.mayPush && !isPushing
        isPushing = result.mayPush

        if result.isMisfit { return afterMisfit() }
        misfits = 0
        switch result.cursor {
        case .ok: break
        case .rewound: return reset(because: result.wasEmptyThere ? .wiped : .rewound)
        case .forked: return reset(because: .forked)
        }
        if result.lacksAcknowledged && !wasReconciledForParents {
            wasReconciledForParents = true
            return reconcile(because: .lostRevisions, adoptsEnd: false)
        }
        let hasMore = result.decidedCount > 0 || becameWriter || result.givesBack
        if result.hasUnsent && isPushing && hasMore { return exchange() }
        guard result.isAtEnd else {
            if result.advanced { return exchange() }
            return next(after: .malformedResponse(detail: "it ends before the stated end"), gained: false, 0)
        }
        return begin(.compare(isLast: wasReconciledForDifference))
    }

    /// A page is dropped and asked for once more; then both sides are reconciled; then it is the remote's fault.
    private mutating func afterMisfit() -> Action {
        misfits += 1
        return misfits == 1 ? exchange() : reset(because: .forked)
    }

    /// The cursor does not fit: the remote is another one than it was.
    private mutating func reset(because notice: SyncNotice) -> Action {
        resets += 1
        guard resets <= SyncStateMachine.maximumResets else { return .fail(.forked) }
        misfits = 0
        return reconcile(because: notice, adoptsEnd: true)
    }

    private mutating func reconcile(because notice: SyncNotice?, adoptsEnd: Bool) -> Action {
        // A remote that cannot is asked all the same where something is to be told: the answer costs nothing new.
        guard canReconcile || notice != nil else { return begin(.forgetProgress) }
        return begin(.reconcile(because: notice, adoptsEnd: adoptsEnd))
    }

    private mutating func next(after comparison: Comparison) -> Action {
        if comparison == .different(isKnown: false) && !wasReconciledForDifference {
            wasReconciledForDifference = true
            return reconcile(because: nil, adoptsEnd: false)
        }
        return begin(isPushing ? .offerBlobs : .findBlobs)
    }

    // MARK: Blobs

    private mutating func nextBlob() -> Action {
        switch current {
        case .offerBlobs, .sendBlob:
            guard let blob = blobs.popLast() else { return begin(.recordBlobsOffered) }
            return begin(.sendBlob(blob))
        default:
            guard let blob = blobs.popLast() else { return begin(.finish) }
            return begin(.fetchBlob(blob))
        }
    }

    // MARK: Failures

    private mutating func next(after error: SyncError, gained: Bool, _ sentCount: Int) -> Action {
        if gained { failures = 0 }
        if error == .tooLarge, case .exchange(_?) = current { return smaller(sentCount) }
        if case .transport(.unreachable) = error {
            guard hasAnswered else { return .fail(error) }
        } else {
            hasAnswered = true
        }
        failures += 1
        // A reconciliation that failed begins with an exchange: its end may be old by then.
        if case .reconcile(let notice, let adoptsEnd) = current {
            if adoptsEnd { resets -= 1 }
            if notice == nil { wasReconciledForDifference = false }
            if notice == .lostRevisions { wasReconciledForParents = false }
            current = .exchange(pushBytes: isPushing ? pushBytes : nil)
        }
        guard error.isRetryable, failures < options.maximumFailures else { return giveUp(after: error) }
        let doubled = SyncStateMachine.firstWaitMilliseconds << min(failures - 1, 10)
        let backoff = min(doubled, SyncStateMachine.longestWaitMilliseconds)
        if case .busy(let seconds?) = error {
            guard seconds <= options.maximumRetryAfterSeconds else { return giveUp(after: error) }
            return .wait(milliseconds: max(seconds * 1000, backoff / 2), jitterMilliseconds: backoff / 2)
        }
        return .wait(milliseconds: backoff / 2, jitterMilliseconds: backoff / 2)
    }

    /// The letters are where they belong when blobs travel: what goes wrong then is told, and is no failure of the sync.
    private mutating func giveUp(after error: SyncError) -> Action {
        switch current {
        case .sendBlob(let work), .fetchBlob(let work):
            failures = 0
            switch error {
            case .cancelled: return .fail(error)
            case .remoteFailed, .malformedResponse, .tooLarge, .notFound, .store(.diskFull), .store(.damaged):
                return .skipBlob(work, error)
            default: return .leaveBlobs(count: blobs.count + 1, error)
            }
        default: return .fail(error)
        }
    }

    /// The remote takes no request of this size: send less, down to one revision, which is then refused.
    private mutating func smaller(_ sentCount: Int) -> Action {
        if sentCount == 1 { return begin(.refuseSoleRevision) }
        guard sentCount > 1, pushBytes > ProtocolLimits.smallestPushBytes else { return .fail(.tooLarge) }
        pushBytes = max(pushBytes / 4, ProtocolLimits.smallestPushBytes)
        return exchange()
    }
}
