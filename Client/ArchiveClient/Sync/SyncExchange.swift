import Canaries
import Hashing
import LetterModel
import Parallelism
import ReplicaStore
import SyncProtocol

/// The asking side of one exchange: sends a push, records what became of it, and stores what comes page by page.
///
/// What was acknowledged is recorded as soon as the envelope is here, or with the cursor where no page follows; a page and its cursor are stored
/// in one transaction. So whatever breaks, what was gained up to there stays.
final class SyncExchange {
    private let store: any ReplicaStore
    private let remote: String
    private let caller: RemoteCaller
    private let progress: (SyncProgress) -> Void
    private let isResend: Bool
    private let thinness: SyncThinness
    private let surroundings: SyncSurroundings
    private let ahead: PushAhead
    private var report: SyncReport

    private var sent: [SentRevision] = []
    private var stored: LogPosition?
    private var archive: ArchiveID
    private var response: ExchangeResponse?
    /// What the remote said of what was sent, as long as that is not recorded.
    private var answers: [PushAnswer] = []
    private var follower: LogFollower?
    private var ownAccepted: [RevisionID] = []
    /// Revisions that the remote has now, or does not want.
    private var decided: [RevisionID] = []
    /// Revisions that were sent back in this sync already: once is enough, whatever the remote says of them.
    private(set) var givenBack: Set<RevisionID>
    /// Revisions that the remote holds damaged.
    private var damagedThere: [RevisionID] = []
    private var openPage = PulledPages()
    /// Closed pages that are going to be stored together, and where they lead to.
    private var gathered: (pages: PulledPages, position: LogPosition)?
    /// When those before them began to be stored; at first, when the exchange began.
    private var lastStoring: Int
    private let storing: WorkBeside<StoredPages, StoreError>
    /// The pages that are being stored, and where they lead to.
    private var beingStored: (pages: PulledPages, position: LogPosition)?
    private var pulledEntries = 0
    private(set) var result = SyncStateMachine.Exchange()
    /// Whether the remote lives another life than when we were last there, and has all that we had seen.
    private(set) var wasRestored = false

    /// How many revisions were sent.
    var sentCount: Int { sent.count }
    /// Whether something was acknowledged or stored.
    var hasGained: Bool { result.decidedCount > 0 || result.advanced }
    /// The end of the log that the response stated; nil before the envelope.
    var end: ExchangeResponse.LogEnd? { response?.end }
    /// How many damaged revisions the remote told of at the beginning.
    var damagedCount: Int { response?.damaged.count ?? 0 }
    /// Where we stand in the remote's log after it.
    var position: LogPosition? { follower?.position }
    /// What may be left out of pushes to the remote, as far as it said.
    var takes: Thinness { response?.takes ?? .whole }
    /// Whether what was sent relied on what the remote holds.
    private(set) var wasThin = false
    /// How contents may travel as they are stored, as far as this sync knows; nil if they may not.
    private(set) var packing: Packing?
    /// What the token may do there.
    var role: String { response?.role ?? "" }

    /// A transaction takes some time whatever comes in it, so pages that come quickly are stored together, up to so many bytes. One that comes
    /// so long after the last storing is stored at once: a slow connection that is cut loses nothing that was whole.
    private static let gatheredBytes = 5 * 1024 * 1024
    /// While those before them are being stored, more are taken in, up to so many bytes: the end of a transaction is one thread's work, or the
    /// disk's, and what came meanwhile is checked beside it.
    private static let mostGatheredBytes = 16 * 1024 * 1024
    private static let gatheringMilliseconds = 500

    init(
        store: any ReplicaStore, remote: String, caller: RemoteCaller, report: SyncReport, isResend: Bool,
        thinness: SyncThinness, packing: Packing?, givenBack: Set<RevisionID>,
        surroundings: SyncSurroundings, ahead: PushAhead, progress: @escaping (SyncProgress) -> Void
    ) throws {
        self.store = store
        self.remote = remote
        self.caller = caller
        self.report = report
        self.isResend = isResend
        self.thinness = thinness
        self.packing = packing
        self.givenBack = givenBack
        self.progress = progress
        self.surroundings = surroundings
        self.ahead = ahead
        storing = WorkBeside(surroundings.worksBeside ? .ownThread : .here)
        lastStoring = surroundings.monotonicMilliseconds()
        archive = try store.identity().archive
    }

    /// Runs it. `report` is up to date also if it throws.
    func run(pushBytes: Int?, limitBytes: Int?, report: inout SyncReport) throws {
        defer { report = self.report }
        let identity = try store.identity()
        let before = try store.remote(named: remote)
        stored = before.position
        // The dictionary is not read from the disk where nothing is to be sent.
        if before.unsent == 0 { packing = nil }
        // Where everything is sent again, nobody knows what the remote holds.
        let isThin = thinness == .both && !isResend
        var push = try pushBytes.map { try readPush($0, isThin: isThin) }
        if !sent.isEmpty { progress(SyncProgress(phase: .pushing, done: 0, total: sent.count)) }
        var request = ExchangeRequest(
            replica: identity.label,
            archive: ArchiveDescription(
                id: identity.archive, isOpen: identity.isArchiveOpen, mergeRule: identity.mergeRule),
            cursor: stored.map { Cursor($0).text }, limitBytes: limitBytes)
        request.thinness = thinness == .none ? .whole : .packed
        let body = push?.body(of: request) ?? request.body(pushing: [])
        wasThin = push?.bases?.isEmpty == false || push?.isPacked == true
        let packed = push?.packing
        // It is in the body now.
        push = nil
        do {
            try exchange(body)
            // Whatever was sent is there, and what it was compressed with.
            packing = packed ?? packing
        } catch is LogFollower.Misfit {
            result.isMisfit = true
        } catch MessageError.tooDense {
            // A page of very repetitive letters: what fits our allowance is stored, the next exchange brings the rest.
            result.isAtEnd = false
        }
        let unsent = try store.remote(named: remote).unsent
        // Fewer, by those that were decided, unless somebody writes meanwhile.
        if let pushBytes, !decided.isEmpty, unsent > before.unsent - decided.count { try checkRecorded(pushBytes) }
        result.hasUnsent = unsent > 0
        try giveBack()
    }

    /// Reads what is sent now, unless it was made ready, and begins to read what is sent next.
    private func readPush(_ maximumBytes: Int, isThin: Bool) throws -> PushAhead.Push {
        let push = try ahead.next() ?? read(maximumBytes, isThin: isThin)
        sent = push.sent
        ahead.begin(
            after: push.batch, maximumBytes: maximumBytes, isThin: isThin, packing: nextPacking(after: push))
        return push
    }

    /// How contents may travel once a push was taken. One that was made ready before the remote said what it takes knows nothing of it.
    private func nextPacking(after push: PushAhead.Push) -> Packing? {
        guard var next = push.packing ?? packing else { return nil }
        next.maximumBytes = packing?.maximumBytes ?? next.maximumBytes
        return next
    }

    /// Reads what is sent now. Only what travels as it is stored is made ready here: the rest goes together with the envelope.
    private func read(_ maximumBytes: Int, isThin: Bool) throws -> PushAhead.Push {
        var push = try PushAhead.Push(
            from: store, to: remote, maximumBytes: maximumBytes, isThin: isThin, packing: packing)
        if push.isPacked { push.makeFrames() }
        return push
    }

    /// Marks as unsent what the remote holds damaged and this replica holds whole: its right bytes heal it there. Not what was just
    /// sent, or sent back before: a remote that says so all the same is not believed in the same sync.
    private func giveBack() throws {
        let damaged = Set(damagedThere + (response?.damaged ?? []))
        guard !damaged.isEmpty else { return }
        let own = givenBack.union(sent.map(\.id))
        var held: [RevisionID] = []
        for id in damaged.subtracting(own).sorted() {
            if result.mayPush, try isIntactHere(id) {
                held.append(id)
            } else if damagedThere.contains(id) {
                report.note(.damagedThere(id))
            }
        }
        guard !held.isEmpty else { return }
        try store.recordLost(by: remote, held)
        report.note(.sentBack(revisions: held.count))
        givenBack.formUnion(held)
        result.givesBack = true
        result.hasUnsent = true
    }

    private func isIntactHere(_ id: RevisionID) throws -> Bool {
        do {
            return try store.revision(id) != nil
        } catch StoreError.damaged {
            return false
        }
    }

    /// What was decided must not be unsent still: where the marks or an index are damaged, the same revisions would be sent without end.
    private func checkRecorded(_ pushBytes: Int) throws {
        let unsent = try store.unsent(to: remote, maximumBytes: pushBytes).revisions
        guard Set(decided).isDisjoint(with: unsent.map(\.id)) else {
            throw StoreError.damaged(object: "what is noted of \(remote)")
        }
    }

    private func exchange(_ body: EncodedBody) throws {
        var headers = [
            HeaderField("Content-Type", ExchangeAnswer.contentType), HeaderField("Accept-Encoding", "zstd"),
        ]
        if let encoding = body.encoding.headerValue { headers.append(HeaderField("Content-Encoding", encoding)) }
        let request = TransportRequest(.post, "sync", headers: headers, body: body.bytes)
        var decoder = MessageDecoder(encoding: .identity, allowance: .response)
        do {
            try caller.send(request, expecting: ExchangeAnswer.contentType) { head in
                guard let encoding = ContentEncoding(headerValue: head.header("Content-Encoding")) else {
                    throw SyncError.malformedResponse(detail: "its encoding is not spoken here")
                }
                decoder = MessageDecoder(
                    encoding: encoding, allowance: .response, basesIn: store, dictionariesIn: store)
            } chunk: { bytes in
                try decoder.decode(bytes) { event in try take(event) }
            }
            try decoder.finish()
            guard decoder.isAtPageEnd else { throw MessageError.truncated }
        } catch {
            // Whatever broke: what was answered is recorded, and the pages that were whole before are stored.
            try record()
            try finishPages()
            guard let error = error as? MessageError, error != .tooDense else { throw error }
            throw unreadable(error)
        }
        do {
            try finishPages()
            try conclude()
        } catch {
            // Where the end does not fit, or somebody else has moved on, what was answered stays true.
            try record()
            throw error
        }
    }

    /// What bytes that are no message mean: before the envelope that this is no server of ours, after it an accident.
    private func unreadable(_ error: MessageError) -> SyncError {
        if case .version(let version) = error { return .version(found: version) }
        if error == .baseMissing { return .baseMissing }
        if error == .truncated {
            return .transport(.cut(host: "the remote", reason: "its answer ends too early"))
        }
        guard response != nil else { return .notAServer(detail: error.description) }
        return .malformedResponse(detail: error.description)
    }

    private func take(_ event: MessageDecoder.Event) throws {
        switch event {
        case .envelope(let members): try take(try ExchangeResponse(envelope: members))
        case .revision(let header, let content):
            try take(ReceivedRevision(headerBytes: header, content: content.map { .bytes($0) } ?? .none))
        case .packed(let header, let content):
            try take(ReceivedRevision(headerBytes: header, content: .stored(content)))
        case .damaged(let id):
            follower?.take(id)
            try openPage.grow(by: 0)
            // As many as one question may want: of a disk that is worse, reconciliation tells.
            if damagedThere.count < ProtocolLimits.wantedPerQuestion { damagedThere.append(id) }
        case .checkpoint(let cursor): try closePage(at: cursor)
        case .blob: throw SyncError.malformedResponse(detail: "it is no answer to what was asked")
        }
    }

    // MARK: The envelope

    private func take(_ response: ExchangeResponse) throws {
        self.response = response
        try agree(on: response.archive)
        result.mayPush = response.push == .taken
        result.wasEmptyThere = response.end.count == response.accepted.count
        result.cursor = response.cursor
        let unsent = result.mayPush ? 0 : try store.remote(named: remote).unsent
        if unsent > 0 { report.note(.pushForbidden(role: response.role, unsent: unsent)) }
        if result.mayPush { try recordAnswers(response) }
        guard response.cursor == .ok else { return }
        let epoch = response.end.cursor.epoch
        if let stored, !stored.epoch.hasSameBytes(as: epoch) {
            wasRestored = true
            // A log that has come back says nothing of blobs. Noted before a page takes the new epoch.
            try SyncBlobs(store: store, remote: remote, caller: caller, policy: .none).offerAgain()
        }
        follower = LogFollower(after: stored, epoch: epoch)
    }

    private func agree(on theirs: ArchiveDescription) throws {
        let ours = try store.identity()
        if ours.isArchiveOpen {
            try store.settleArchive(theirs.id)
            archive = theirs.id
        } else if ours.archive != theirs.id && !theirs.isOpen {
            throw SyncError.archiveMismatch(here: ours.archive, there: theirs.id)
        }
    }

    private func recordAnswers(_ response: ExchangeResponse) throws {
        var exceptions: [RevisionID: PushException.Result] = [:]
        for exception in response.exceptions { exceptions[exception.id] = exception.result }
        var answers: [PushAnswer] = []
        var duplicates = 0
        for revision in sent {
            switch exceptions[revision.id] {
            case nil:
                ownAccepted.append(revision.id)
                answers.append(PushAnswer(revision: revision.id, decision: .acknowledged))
            case .duplicate:
                duplicates += 1
                answers.append(PushAnswer(revision: revision.id, decision: .acknowledged))
            case .missingParent(let parents):
                if try isAcknowledged(anyOf: parents) { result.lacksAcknowledged = true }
            case .rejected(let code, let text, let isRetryable):
                note(rejected: revision, code: code, text: text)
                let decision = PushAnswer.Decision.refused(code: code, text: text)
                if !isRetryable { answers.append(PushAnswer(revision: revision.id, decision: decision)) }
            }
        }
        guard ownAccepted.count == response.accepted.count else {
            throw SyncError.malformedResponse(detail: "it accepts another number of revisions than were sent")
        }
        if answers.contains(where: { $0.decision != .acknowledged }) { ahead.drop() } else { ahead.settle() }
        self.answers = answers
        if response.totalRevisions > 0 { try record() }
        result.decidedCount = answers.count
        decided = answers.map(\.revision)
        report.pushed += ownAccepted.count + (isResend ? 0 : duplicates)
        if !sent.isEmpty { progress(SyncProgress(phase: .pushing, done: sent.count, total: sent.count)) }
    }

    /// Records what was answered, and where we stand then.
    private func record(advance: CursorAdvance? = nil) throws {
        guard !answers.isEmpty || advance != nil else { return }
        try store.recordAnswers(from: remote, answers, advance: advance)
        answers = []
        if let advance { stored = advance.to }
    }

    /// Whether one of these parents is intact here, not in this push, and was not refused: the remote had it, then.
    private func isAcknowledged(anyOf parents: [RevisionID]) throws -> Bool {
        let undecided = Set(sent.map(\.id)).union(try store.refusals(by: remote).map(\.revision))
        return try parents.contains { parent in try !undecided.contains(parent) && isIntactHere(parent) }
    }

    private func note(rejected revision: SentRevision, code: String, text: String) {
        report.rejected.append(
            RejectedRevision(revision: revision.id, letter: revision.letter, code: code, text: text))
    }

    // MARK: Pages

    private func take(_ revision: ReceivedRevision) throws {
        guard follower != nil else {
            throw SyncError.malformedResponse(detail: "pages follow a cursor that does not fit")
        }
        follower?.take(revision.id)
        #if CANARIES
            if Canary.cursorMovedOnCutPage.isOn, let reached = follower?.openPosition {
                try store.advanceCursor(CursorAdvance(remote: remote, from: stored, to: reached))
                stored = reached
            }
        #endif
        try openPage.grow(by: revision.byteCount)
        // Nor where nothing comes.
        if openPage.batch.isEmpty { openPage.batch.dictionary = try store.dictionary() }
        openPage.batch.append(revision)
    }

    private func closePage(at cursor: Cursor) throws {
        guard var follower else { throw SyncError.malformedResponse(detail: "pages follow a cursor that does not fit") }
        try follower.close(at: cursor)
        self.follower = follower
        var pages = gathered.take()?.pages ?? PulledPages()
        pages.append(openPage)
        openPage = PulledPages()
        gathered = (pages, follower.position)
        let enough = storing.isRunning ? SyncExchange.mostGatheredBytes : SyncExchange.gatheredBytes
        let isDue =
            pages.byteCount >= enough
            || surroundings.monotonicMilliseconds() - lastStoring >= SyncExchange.gatheringMilliseconds
        if isDue || !surroundings.worksBeside { try storeGathered() }
    }

    /// Begins to store what was gathered, once what came before it is stored.
    private func storeGathered() throws {
        try finishStoring()
        guard let next = gathered.take() else { return }
        lastStoring = surroundings.monotonicMilliseconds()
        let lastOfPages = response.map { $0.accepted.first.map { $0 - 1 } ?? $0.end.cursor.sequence }
        let guardedThrough = try baseline.begin(isWhole: next.position.sequence == lastOfPages)
        let advance = CursorAdvance(remote: remote, from: stored, to: next.position)
        storing.begin { [store, remote, archive] () throws(StoreError) in
            let batch = next.pages.batch
            let report = try store.ingest(
                Ingestion(
                    archive: archive, batch: batch, missingParents: .wait, remote: remote, advance: advance,
                    guardedThrough: guardedThrough))
            return StoredPages(batch: batch, report: report)
        }
        beingStored = next
    }

    /// Waits until all closed pages are stored.
    private func finishPages() throws {
        try storeGathered()
        try finishStoring()
    }

    /// Waits until the pages that are being stored are, and takes down what became of them.
    private func finishStoring() throws {
        guard let closed = beingStored.take(), let pages = try storing.finish() else { return }
        stored = closed.position
        result.advanced = true
        for refused in pages.refused {
            try store.quarantine(
                QuarantinedBytes(refused.headerBytes, refused.contentBytes, refused.error, remote: remote))
            report.note(.quarantined(refused.id, code: refused.error.code.rawValue))
        }
        report.pulled += pages.report.acceptedCount
        pulledEntries += closed.pages.entries
        let total = max(response?.totalRevisions ?? 0, pulledEntries)
        progress(SyncProgress(phase: .pulling, done: pulledEntries, total: total))
    }

    /// After the last page: our own revisions follow, and then the end that was stated.
    private func conclude() throws {
        guard let response else { throw SyncError.notAServer(detail: "its answer is empty") }
        guard var follower else { return try record() }
        if let first = response.accepted.first {
            let isContinued = follower.take(own: ownAccepted, from: first)
            guard isContinued || follower.position.sequence + 1 < first else { throw LogFollower.Misfit() }
        }
        let end = response.end.cursor
        result.isAtEnd = follower.position.sequence == end.sequence
        guard follower.position.sequence <= end.sequence, !result.isAtEnd || Cursor(follower.position) == end else {
            throw LogFollower.Misfit()
        }
        // Only a step further is a gain: a new epoch alone is none.
        if (stored?.sequence ?? 0) < follower.position.sequence { result.advanced = true }
        try record(
            advance: stored == follower.position
                ? nil : CursorAdvance(remote: remote, from: stored, to: follower.position))
        self.follower = follower
        if result.isAtEnd { try baseline.end() }
    }

    private var baseline: PullBaseline { PullBaseline(store: store, remote: remote) }
}

/// What may be compressed against revisions that the other end holds.
enum SyncThinness {
    /// Nothing: the last try went wrong.
    case none
    /// What the remote sends.
    case pages
    /// Pages, and pushes.
    case both
}

extension ReplicaStore {
    /// A remote by its name.
    func remote(named name: String) throws(StoreError) -> Remote {
        guard let remote = try remotes().first(where: { $0.name.hasSameBytes(as: name) }) else {
            throw .unknownRemote(name)
        }
        return remote
    }
}
