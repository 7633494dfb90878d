import Hashing
import LetterModel
import ReplicaStore
import SyncProtocol

/// The asking side of reconciliation: finds exactly what differs, marks what the remote lacks as unsent, and fetches what this
/// replica lacks by id.
///
/// It may be cut anywhere and begun again: what was fetched and marked stays, and nothing is there twice.
final class SyncReconciliation {
    private let store: any ReplicaStore
    private let remote: String
    private let caller: RemoteCaller
    private let progress: (SyncProgress) -> Void
    private let identity: ReplicaIdentity
    private var questionCount = 0

    /// Revisions that the remote had acknowledged and lacks.
    private(set) var lostCount = 0
    /// Revisions that came.
    private(set) var fetchedCount = 0
    /// Revisions that the remote holds and cannot give.
    private(set) var unobtainableCount = 0

    /// Whether something was stored or marked.
    var hasGained: Bool { lostCount > 0 || fetchedCount > 0 }

    init(
        store: any ReplicaStore, remote: String, caller: RemoteCaller, progress: @escaping (SyncProgress) -> Void
    ) throws {
        self.store = store
        self.remote = remote
        self.caller = caller
        self.progress = progress
        identity = try store.identity()
    }

    /// Runs it. `report` is up to date also if it throws.
    ///
    /// - Parameter countThere: How many revisions the remote said it holds.
    func run(countThere: Int, report: inout SyncReport) throws {
        let shared = try store.sharedSet(with: remote)
        let local = SharedIDs(store: store, shared: shared)
        var search = DifferenceSearch(idCount: max(shared.expected.count, countThere))
        do {
            while !search.isDone {
                let questions = try search.questions(local)
                try search.take(try ask(questions: questions).response, to: questions, local)
            }
        } catch is DifferenceSearch.Failure {
            throw SyncError.malformedResponse(detail: "it is no answer to what was asked")
        }
        let unknown = Set(try store.unknown(among: search.onlyThere))
        // What is there, though it was not known to be: sent in an exchange whose answer was lost, or by somebody else.
        let acknowledged = search.onlyThere.filter { !unknown.contains($0) }
        if !acknowledged.isEmpty {
            try store.recordAnswers(
                from: remote, acknowledged.map { PushAnswer(revision: $0, decision: .acknowledged) })
        }
        if !search.onlyHere.isEmpty {
            try store.recordLost(by: remote, search.onlyHere)
            // What waits here or is held back cannot be sent.
            let beside = Set(shared.beside)
            lostCount = search.onlyHere.count { !beside.contains($0) }
        }
        try fetch(unknown.sorted(), report: &report)
    }

    /// Asks for revisions that are damaged here: what comes heals them, since a duplicate's right bytes take the place of wrong ones.
    func fetchAgain(_ ids: [RevisionID], report: inout SyncReport) throws {
        try fetch(ids.sorted(), report: &report)
    }

    /// Asks for nothing: whether the remote answers, holds this archive and lets us in is all that comes of it.
    func knock() throws { _ = try ask() }

    private func ask(
        questions: [ReconciliationRequest.Question] = [], wanted: [RevisionID] = []
    ) throws -> (response: ReconciliationResponse, entries: [MessageDecoder.Event]) {
        questionCount += 1
        guard questionCount <= ProtocolLimits.reconciliationQuestions else {
            throw SyncError.malformedResponse(detail: "reconciliation has no end")
        }
        let archive = ArchiveDescription(
            id: identity.archive, isOpen: identity.isArchiveOpen, mergeRule: identity.mergeRule)
        let body = ReconciliationRequest(archive: archive, questions: questions, wanted: wanted).body
        var headers = [
            HeaderField("Content-Type", ReconciliationResponder.contentType), HeaderField("Accept-Encoding", "zstd"),
        ]
        if let encoding = body.encoding.headerValue { headers.append(HeaderField("Content-Encoding", encoding)) }
        let request = TransportRequest(
            .post, ReconciliationResponder.path, headers: headers, body: body.bytes)
        var decoder = MessageDecoder(encoding: .identity, allowance: .response)
        var response: ReconciliationResponse?
        var entries: [MessageDecoder.Event] = []
        var byteCount = 0
        do {
            try caller.send(request, expecting: ReconciliationResponder.contentType) { head in
                guard let encoding = ContentEncoding(headerValue: head.header("Content-Encoding")) else {
                    throw SyncError.malformedResponse(detail: "its encoding is not spoken here")
                }
                decoder = MessageDecoder(encoding: encoding, allowance: .response)
            } chunk: { bytes in
                try decoder.decode(bytes) { event in
                    if case .envelope(let members) = event {
                        response = try ReconciliationResponse(envelope: members)
                    } else {
                        entries.append(event)
                    }
                    if case .revision(let header, let content) = event {
                        byteCount += header.count + (content?.count ?? 0)
                    }
                    guard entries.count <= ProtocolLimits.wantedPerQuestion,
                        byteCount <= ProtocolLimits.unclosedPageBytes
                    else { throw MessageError.tooDense }
                }
            }
            try decoder.finish()
        } catch MessageError.truncated {
            throw SyncError.transport(.cut(host: "the remote", reason: "its answer ends too early"))
        } catch MessageError.version(let version) {
            throw SyncError.version(found: version)
        } catch let error as MessageError {
            throw SyncError.malformedResponse(detail: error.description)
        }
        guard let response, response.entryCount == entries.count else {
            throw SyncError.transport(.cut(host: "the remote", reason: "its answer ends too early"))
        }
        return (response, entries)
    }

    // MARK: Fetching

    private func fetch(_ ids: [RevisionID], report: inout SyncReport) throws {
        guard !ids.isEmpty else { return }
        let baseline = PullBaseline(store: store, remote: remote)
        let guardedThrough = try baseline.begin(isWhole: ids.count <= ProtocolLimits.wantedPerQuestion)
        var pending = ids
        while !pending.isEmpty {
            let wanted = Array(pending.prefix(ProtocolLimits.wantedPerQuestion))
            let (response, entries) = try ask(wanted: wanted)
            let came = try take(entries, wanted: Set(wanted), guardedThrough: guardedThrough, report: &report)
            guard response.leftCount == 0 || !came.isEmpty else {
                throw SyncError.malformedResponse(detail: "it keeps back what it says it has")
            }
            let rest = response.leftCount == 0 ? [] : wanted.filter { !came.contains($0) }
            if response.leftCount == 0 { unobtainableCount += wanted.count - came.count }
            pending = rest + pending.dropFirst(wanted.count)
            progress(SyncProgress(phase: .pulling, done: ids.count - pending.count, total: ids.count))
        }
        try baseline.end()
    }

    /// Stores what came. Gives the ids that were answered, one way or the other.
    private func take(
        _ entries: [MessageDecoder.Event], wanted: Set<RevisionID>, guardedThrough: Int, report: inout SyncReport
    ) throws -> Set<RevisionID> {
        var came: Set<RevisionID> = []
        var revisions: [Revision] = []
        var bad: [QuarantinedBytes] = []
        for entry in entries {
            switch entry {
            case .revision(let header, let content):
                let id = RevisionID(ofHeader: header)
                guard wanted.contains(id) else {
                    throw SyncError.malformedResponse(detail: "it gives what was not asked for")
                }
                came.insert(id)
                do {
                    revisions.append(try Revision(headerBytes: header, contentBytes: content))
                } catch {
                    bad.append(QuarantinedBytes(header, content, error, remote: remote))
                }
            case .damaged(let id):
                guard wanted.contains(id) else {
                    throw SyncError.malformedResponse(detail: "it gives what was not asked for")
                }
                came.insert(id)
                unobtainableCount += 1
                report.note(.damagedThere(id))
            case .envelope, .packed, .checkpoint, .blob:
                throw SyncError.malformedResponse(detail: "it is no answer to what was asked")
            }
        }
        let ingested = try store.ingest(
            Ingestion(
                archive: identity.archive, revisions: revisions, missingParents: .wait, remote: remote,
                guardedThrough: guardedThrough))
        for (revision, outcome) in zip(revisions, ingested.outcomes) {
            guard case .rejected(let error) = outcome else { continue }
            bad.append(QuarantinedBytes(revision.headerBytes, revision.contentBytes, error, remote: remote))
        }
        for bytes in bad {
            try store.quarantine(bytes)
            report.note(.quarantined(RevisionID(ofHeader: bytes.headerBytes), code: bytes.code))
        }
        report.pulled += ingested.acceptedCount
        fetchedCount += ingested.acceptedCount
        return came
    }
}

/// The ids that this replica takes a remote to hold: its log without what is lacking there, with what is kept beside it.
private struct SharedIDs: DifferenceSearch.LocalSet {
    let store: any ReplicaStore
    let shared: SharedSet

    func summaries(of ranges: [IDRange]) throws -> [RangeSummary] {
        var summaries = try store.summaries(of: ranges)
        let bounds = ranges.map { (lowest: $0.lowest, highest: $0.highest) }
        each(shared.lacking, in: bounds) { summaries[$0].remove($1) }
        each(shared.beside, in: bounds) { summaries[$0].add($1) }
        return summaries
    }

    func revisionIDs(in ranges: [IDRange]) throws -> [[RevisionID]] {
        var ids = try store.revisionIDs(in: ranges)
        let bounds = ranges.map { (lowest: $0.lowest, highest: $0.highest) }
        let lacking = Set(shared.lacking)
        if !lacking.isEmpty { ids = ids.map { $0.filter { !lacking.contains($0) } } }
        each(shared.beside, in: bounds) { ids[$0].append($1) }
        return ids
    }

    /// Gives those of some ascending ids that are in ascending ranges, with the index of the range.
    private func each(
        _ ids: [RevisionID], in bounds: [(lowest: Digest, highest: Digest)],
        _ body: (_ index: Int, _ id: RevisionID) -> Void
    ) {
        var index = 0
        for id in ids {
            while index < bounds.count, bounds[index].highest < id.digest { index += 1 }
            guard index < bounds.count else { return }
            if bounds[index].lowest <= id.digest { body(index, id) }
        }
    }
}

/// Where the log ended when the pull began that is going on with a remote: letters before it count for the guard against mass
/// deletion. A pull of several pages, or one that is cut and goes on later, keeps the place where it began.
struct PullBaseline {
    let store: any ReplicaStore
    let remote: String

    private var key: String { "sync.\(remote).pullBegan" }

    /// Where the pull began; it begins now if none goes on. `isWhole`: nothing follows, so nothing need be remembered.
    func begin(isWhole: Bool) throws(StoreError) -> Int {
        if let began = try store.setting(key).flatMap({ DecimalDigits.value(of: $0.utf8) }) { return began }
        let end = try store.logState().end.sequence
        if !isWhole { try store.setSetting(key, to: String(end)) }
        return end
    }

    /// The pull is complete.
    func end() throws(StoreError) {
        if try store.setting(key) != nil { try store.setSetting(key, to: nil) }
    }
}

extension QuarantinedBytes {
    /// Bytes from a remote that are no revision.
    init(_ header: [UInt8], _ content: [UInt8]?, _ error: RevisionError, remote: String) {
        self.init(
            headerBytes: header, contentBytes: content, code: error.code.rawValue, text: error.description,
            remote: remote)
    }
}
