import ArchiveClient
import Hashing
import LetterModel
import ReplicaStore
import SyncProtocol
import Testing

struct SyncStateMachineTests {
    typealias Machine = SyncStateMachine
    static let push = ProtocolLimits.pushBytes
    static let cut = SyncError.transport(.cut(host: "test", reason: "test"))

    static func exchange(_ change: (inout Machine.Exchange) -> Void = { _ in }) -> Machine.Event {
        var exchange = Machine.Exchange()
        change(&exchange)
        return .exchanged(exchange)
    }

    static func failed(_ error: SyncError, gained: Bool = false, sentCount: Int = 0) -> Machine.Event {
        .failed(error, gained: gained, sentCount: sentCount)
    }

    static func started(_ options: SyncOptions = SyncOptions()) -> Machine {
        var machine = Machine(options: options)
        #expect(machine.handle(.started(asksFirst: false)) == .exchange(pushBytes: push))
        return machine
    }

    @Test func `a sync with nothing to do is one exchange and then looks at this replica only`() {
        var machine = Self.started()
        #expect(machine.handle(Self.exchange()) == .compare(isLast: false))
        #expect(machine.handle(.compared(.equal)) == .offerBlobs)
        #expect(machine.handle(.blobsWanted([])) == .recordBlobsOffered)
        #expect(machine.handle(.blobsOffered) == .findBlobs)
        #expect(machine.handle(.blobsLacking([])) == .finish)
    }

    @Test func `batches follow until nothing is unsent`() {
        var machine = Self.started()
        for _ in 0..<3 {
            let more = Self.exchange {
                $0.hasUnsent = true; $0.decidedCount = 10
            }
            #expect(machine.handle(more) == .exchange(pushBytes: Self.push))
        }
        #expect(machine.handle(Self.exchange { $0.decidedCount = 1 }) == .compare(isLast: false))
    }

    @Test func `revisions about which nothing is decided are left for the next sync`() {
        var machine = Self.started()
        #expect(machine.handle(Self.exchange { $0.hasUnsent = true }) == .compare(isLast: false))
    }

    @Test func `a response that ends early is followed by the next exchange as long as it brings something`() {
        var machine = Self.started()
        let early = Self.exchange {
            $0.isAtEnd = false; $0.advanced = true
        }
        for _ in 0..<20 { #expect(machine.handle(early) == .exchange(pushBytes: Self.push)) }
        guard case .wait = machine.handle(Self.exchange { $0.isAtEnd = false }) else {
            return #expect(Bool(false), "an empty response that ends early is a failure")
        }
    }

    @Test func `whoever may not push pulls, and offers no blobs`() {
        var machine = Self.started()
        #expect(
            machine.handle(
                Self.exchange {
                    $0.mayPush = false; $0.hasUnsent = true
                }) == .compare(isLast: false))
        #expect(machine.handle(.compared(.equal)) == .findBlobs)
    }

    @Test func `whoever was a reader asks first, and pushes once it may`() {
        var machine = Machine(options: SyncOptions())
        #expect(machine.handle(.started(asksFirst: true)) == .exchange(pushBytes: nil))
        #expect(machine.handle(Self.exchange { $0.hasUnsent = true }) == .exchange(pushBytes: Self.push))
    }

    // MARK: Cursors that do not fit

    static func reconcile(_ notice: SyncNotice?, adoptsEnd: Bool = false) -> Machine.Action {
        .reconcile(because: notice, adoptsEnd: adoptsEnd)
    }

    @Test(
        arguments: [
            (ExchangeResponse.CursorVerdict.rewound, false, SyncNotice.rewound), (.rewound, true, .wiped),
            (.forked, false, .forked), (.forked, true, .forked),
        ])
    func `a cursor that does not fit is told, both sides are reconciled, and exchanges go on from the stated end`(
        _ verdict: ExchangeResponse.CursorVerdict, _ wasEmpty: Bool, _ notice: SyncNotice
    ) {
        var machine = Self.started()
        let event = Self.exchange {
            $0.cursor = verdict; $0.wasEmptyThere = wasEmpty
        }
        #expect(machine.handle(event) == Self.reconcile(notice, adoptsEnd: true))
        #expect(machine.handle(.reconciled) == .exchange(pushBytes: Self.push))
        #expect(machine.handle(Self.exchange()) == .compare(isLast: false))
    }

    @Test func `a remote that cannot reconcile gets and gives everything again`() {
        var machine = Self.started()
        let rewound = Self.exchange { $0.cursor = .rewound }
        #expect(machine.handle(rewound) == Self.reconcile(.rewound, adoptsEnd: true))
        #expect(machine.handle(.cannotReconcile) == .forgetProgress)
        #expect(machine.handle(.progressForgotten) == .exchange(pushBytes: Self.push))
        _ = machine.handle(Self.exchange())
        #expect(machine.handle(.compared(.different(isKnown: false))) == .forgetProgress, "it is not asked again")
        #expect(machine.handle(.progressForgotten) == .exchange(pushBytes: Self.push))
        #expect(machine.handle(Self.exchange()) == .compare(isLast: true))
        #expect(machine.handle(.compared(.different(isKnown: false))) == .offerBlobs)
    }

    @Test func `a remote whose log is another one each time is given up`() {
        var machine = Self.started()
        let rewound = Self.exchange { $0.cursor = .rewound }
        for _ in 0..<3 {
            #expect(machine.handle(rewound) == Self.reconcile(.rewound, adoptsEnd: true))
            #expect(machine.handle(.reconciled) == .exchange(pushBytes: Self.push))
        }
        #expect(machine.handle(rewound) == .fail(.forked))
    }

    @Test func `a reconciliation that is cut begins again with an exchange, and does not count`() {
        var machine = Self.started(SyncOptions(maximumFailures: 10))
        let rewound = Self.exchange { $0.cursor = .rewound }
        for _ in 0..<8 {
            #expect(machine.handle(rewound) == Self.reconcile(.rewound, adoptsEnd: true))
            guard case .wait = machine.handle(Self.failed(Self.cut)) else { return #expect(Bool(false), "it gave up") }
            #expect(machine.handle(.waited) == .exchange(pushBytes: Self.push))
        }
        #expect(machine.handle(rewound) == Self.reconcile(.rewound, adoptsEnd: true))
        #expect(machine.handle(.reconciled) == .exchange(pushBytes: Self.push))
        _ = machine.handle(Self.exchange())
        #expect(machine.handle(.compared(.different(isKnown: false))) == Self.reconcile(nil))
        guard case .wait = machine.handle(Self.failed(Self.cut)) else { return #expect(Bool(false), "it gave up") }
        _ = machine.handle(.waited)
        _ = machine.handle(Self.exchange())
        #expect(machine.handle(.compared(.different(isKnown: false))) == Self.reconcile(nil))
    }

    @Test func `a page that does not fit is asked for again, then both sides are reconciled, then it is a fork`() {
        var machine = Self.started()
        let misfit = Self.exchange { $0.isMisfit = true }
        for _ in 0..<3 {
            #expect(machine.handle(misfit) == .exchange(pushBytes: Self.push))
            #expect(machine.handle(misfit) == Self.reconcile(.forked, adoptsEnd: true))
            #expect(machine.handle(.reconciled) == .exchange(pushBytes: Self.push))
        }
        #expect(machine.handle(misfit) == .exchange(pushBytes: Self.push))
        #expect(machine.handle(misfit) == .fail(.forked))
    }

    @Test func `one page that does not fit is forgotten when the next fits`() {
        var machine = Self.started()
        #expect(machine.handle(Self.exchange { $0.isMisfit = true }) == .exchange(pushBytes: Self.push))
        #expect(
            machine.handle(
                Self.exchange {
                    $0.advanced = true; $0.isAtEnd = false
                }) == .exchange(pushBytes: Self.push))
        #expect(machine.handle(Self.exchange { $0.isMisfit = true }) == .exchange(pushBytes: Self.push))
    }

    @Test func `acknowledged revisions that are lacking there are sent again, once`() {
        var machine = Self.started()
        let lacking = Self.exchange {
            $0.lacksAcknowledged = true; $0.hasUnsent = true
        }
        #expect(machine.handle(lacking) == Self.reconcile(.lostRevisions))
        #expect(machine.handle(.reconciled) == .exchange(pushBytes: Self.push))
        #expect(machine.handle(lacking) == .compare(isLast: false))
    }

    @Test func `a difference is reconciled once, then it is told`() {
        var machine = Self.started()
        _ = machine.handle(Self.exchange())
        #expect(machine.handle(.compared(.different(isKnown: false))) == Self.reconcile(nil))
        #expect(machine.handle(.reconciled) == .exchange(pushBytes: Self.push))
        #expect(machine.handle(Self.exchange()) == .compare(isLast: true))
        #expect(machine.handle(.compared(.different(isKnown: false))) == .offerBlobs)
    }

    @Test func `a difference that is known costs nothing`() {
        var machine = Self.started()
        _ = machine.handle(Self.exchange())
        #expect(machine.handle(.compared(.different(isKnown: true))) == .offerBlobs)
    }

    // MARK: Failures

    @Test func `waits double, with jitter, and end`() {
        var machine = Self.started(SyncOptions(maximumFailures: 4))
        for half in [250, 500, 1000] {
            let wait = Machine.Action.wait(milliseconds: half, jitterMilliseconds: half)
            #expect(machine.handle(Self.failed(Self.cut)) == wait)
            #expect(machine.handle(.waited) == .exchange(pushBytes: Self.push))
        }
        #expect(machine.handle(Self.failed(Self.cut)) == .fail(Self.cut))
    }

    @Test func `no wait is longer than thirty seconds`() {
        var machine = Self.started(SyncOptions(maximumFailures: 100))
        for _ in 0..<98 {
            guard case .wait(let least, let jitter) = machine.handle(Self.failed(Self.cut)) else {
                return #expect(Bool(false), "it gave up early")
            }
            #expect(least + jitter <= 30_000)
            _ = machine.handle(.waited)
        }
    }

    @Test func `what was gained starts the count of failures anew`() {
        var machine = Self.started(SyncOptions(maximumFailures: 2))
        for _ in 0..<20 {
            #expect(
                machine.handle(Self.failed(Self.cut, gained: true)) == .wait(milliseconds: 250, jitterMilliseconds: 250)
            )
            _ = machine.handle(.waited)
        }
        _ = machine.handle(Self.failed(Self.cut))
        #expect(machine.handle(Self.failed(Self.cut)) == .fail(Self.cut))
    }

    @Test func `a remote that was never reached is not waited for`() {
        let unreachable = SyncError.transport(.unreachable(host: "test", reason: "test"))
        var machine = Self.started()
        #expect(machine.handle(Self.failed(unreachable)) == .fail(unreachable))
        var later = Self.started()
        _ = later.handle(
            Self.exchange {
                $0.isAtEnd = false; $0.advanced = true
            })
        guard case .wait = later.handle(Self.failed(unreachable)) else {
            return #expect(Bool(false), "a server that restarts is waited for")
        }
    }

    @Test func `Retry-After is obeyed, within limits`() {
        var machine = Self.started()
        let busy = SyncError.busy(retryAfterSeconds: 7)
        #expect(machine.handle(Self.failed(busy)) == .wait(milliseconds: 7_000, jitterMilliseconds: 250))
        #expect(machine.handle(.waited) == .exchange(pushBytes: Self.push))
        let tomorrow = SyncError.busy(retryAfterSeconds: 86_400)
        #expect(machine.handle(Self.failed(tomorrow)) == .fail(tomorrow))
    }

    @Test(
        arguments: [
            .unauthorized, .forbidden, .notFound, .archiveMismatch(here: RevisionMakerArchive.one, there: nil),
            .version(found: 2), .redirected(location: nil), .notAServer(detail: "x"), .forked, .store(.diskFull),
            .cancelled,
            .transport(.tls(host: "h", reason: "r")), .transport(.notHTTP(host: "h")),
            .transport(.unusable(reason: "r")),
            .remoteFailed(status: 400, code: nil),
        ] as [SyncError])
    func `what will not go well in a moment is not tried again`(_ error: SyncError) {
        var machine = Self.started()
        #expect(machine.handle(Self.failed(error)) == .fail(error))
    }

    @Test func `a request that is too large is made smaller, down to one revision, which is refused`() {
        var machine = Self.started()
        var bytes = Self.push
        while bytes > ProtocolLimits.smallestPushBytes {
            bytes = max(bytes / 4, ProtocolLimits.smallestPushBytes)
            #expect(machine.handle(Self.failed(.tooLarge, sentCount: 100)) == .exchange(pushBytes: bytes))
        }
        #expect(machine.handle(Self.failed(.tooLarge, sentCount: 1)) == .refuseSoleRevision)
        #expect(machine.handle(.soleRevisionRefused) == .exchange(pushBytes: bytes))
        #expect(machine.handle(Self.failed(.tooLarge, sentCount: 50)) == .fail(.tooLarge))
    }

    // MARK: Blobs

    @Test func `blobs go out and come in one by one, and a failure repeats only its own`() {
        let work = (0..<3).map { BlobWork(blob: BlobID(SHA256.digest(of: [$0])), limitBytes: 10) }
        var machine = Self.started()
        _ = machine.handle(Self.exchange())
        _ = machine.handle(.compared(.equal))
        #expect(machine.handle(.blobsWanted(Array(work[..<2]))) == .sendBlob(work[0]))
        #expect(machine.handle(.blobDone) == .sendBlob(work[1]))
        guard case .wait = machine.handle(Self.failed(Self.cut)) else { return #expect(Bool(false), "it gave up") }
        #expect(machine.handle(.waited) == .sendBlob(work[1]))
        #expect(machine.handle(.blobDone) == .recordBlobsOffered)
        #expect(machine.handle(.blobsOffered) == .findBlobs)
        #expect(machine.handle(.blobsLacking([work[2]])) == .fetchBlob(work[2]))
        #expect(machine.handle(.blobDone) == .finish)
    }
}

/// An archive's id for arguments of tests.
private enum RevisionMakerArchive {
    static let one = ArchiveID.make(time: Timestamp(milliseconds: 1), random: [UInt8](repeating: 1, count: 10))
}
