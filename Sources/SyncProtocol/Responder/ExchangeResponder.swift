import Compression
import Hashing
import LetterModel
public import ReplicaStore

/// The answering side of one exchange, as plain code over a store: no HTTP, no threads.
///
/// ```swift
/// let responder = ExchangeResponder(store: store, encoding: .zstandard)
/// try responder.receive(chunk)                      // as often as chunks come
/// let answer = try responder.finish(role: "writer", mayPush: true)
/// while let chunk = try answer.nextChunk() { … }
/// ```
///
/// Takes one request and is then done. Not `Sendable`: one thread at a time. Calls throw `Problem` for what the sender did
/// wrong (it becomes the response), and `StoreError` for what failed here (`Problem(error)` is what a sender may know of it).
public final class ExchangeResponder {
    private let store: any ReplicaStore
    private let encoding: ContentEncoding
    private let worksBeside: Bool
    private var decoder: MessageDecoder
    /// What came of a body that is compressed against revisions here, or of which too little came to say.
    private var undecoded: [UInt8] = []
    private var isBegun = false
    private var request: ExchangeRequest?
    /// What the request pushes; nil for nothing.
    private var pushed: RevisionBatch?
    private var pushedIDs: Set<RevisionID> = []
    private var revisionBytes = 0

    /// Bytes that came and are held until ``finish(role:mayPush:acceptsZstandard:)``, with the line that is still open: what a server
    /// bounds over all its requests.
    public var heldBytes: Int { revisionBytes + decoder.openBytes + undecoded.count }

    /// A responder for one request.
    ///
    /// - Parameters:
    ///   - store: The replica that answers.
    ///   - encoding: How the request's body is encoded.
    ///   - worksBeside: Whether a page is made by another thread while the one before it travels; not where everything has to happen in one
    ///     order.
    public init(store: any ReplicaStore, encoding: ContentEncoding, worksBeside: Bool = false) {
        self.store = store
        self.encoding = encoding
        self.worksBeside = worksBeside
        decoder = MessageDecoder(encoding: encoding, allowance: .request, dictionariesIn: store)
    }

    /// Takes the next bytes of the request's body: decompresses, parses and hashes, but asks the store for nothing but dictionaries. So it
    /// only keeps what is compressed against revisions that are here.
    ///
    /// - Throws: `Problem`.
    public func receive(_ chunk: [UInt8]) throws {
        do {
            try receiveNext(chunk)
        } catch let error as StoreError {
            throw Problem(error)
        }
    }

    private func receiveNext(_ chunk: [UInt8]) throws {
        guard encoding == .zstandard, !isBegun else { return try decode(chunk) }
        undecoded += chunk
        guard !ZstandardDecoder.mayBeginWithNote(undecoded) else { return }
        isBegun = true
        try decode(undecoded)
        undecoded = []
    }

    private func decode(_ chunk: [UInt8]) throws {
        do {
            try decoder.decode(chunk) { event in try take(event) }
        } catch let error as MessageError {
            throw Problem(error)
        }
    }

    /// Commits the push in one transaction, fixes the log end, and gives the response. Waits for the store.
    ///
    /// - Parameters:
    ///   - role: What the token may do, in a word for people.
    ///   - mayPush: Whether it may write. If not, the push is refused as a whole and the pull answered all the same.
    ///   - acceptsZstandard: Whether the request's `Accept-Encoding` names zstd.
    /// - Throws: `Problem`, `StoreError`.
    public func finish(role: String, mayPush: Bool, acceptsZstandard: Bool = true) throws -> ExchangeAnswer {
        if !undecoded.isEmpty {
            decoder = MessageDecoder(encoding: encoding, allowance: .request, basesIn: store, dictionariesIn: store)
            try decode(undecoded)
            undecoded = []
        }
        do {
            try decoder.finish()
        } catch {
            throw Problem(error)
        }
        guard let request else { throw Problem(.truncated) }
        do {
            return try answer(request, role: role, mayPush: mayPush, acceptsZstandard: acceptsZstandard)
        } catch StoreError.archiveMismatch(let expected, let found) {
            // Somebody else settled the open archive between our look and our commit.
            throw Problem.mismatch(here: expected, there: found)
        }
    }

    private func take(_ event: MessageDecoder.Event) throws {
        switch event {
        case .envelope(let members): request = try ExchangeRequest(envelope: members)
        case .revision(let header, let content):
            try take(ReceivedRevision(headerBytes: header, content: content.map { .bytes($0) } ?? .none))
        case .packed(let header, let content):
            try take(ReceivedRevision(headerBytes: header, content: .stored(content)))
        case .damaged, .checkpoint, .blob: throw MessageError.line(number: 0, expected: "part of a request")
        }
    }

    /// Each revision once.
    private func take(_ revision: ReceivedRevision) throws(StoreError) {
        revisionBytes += revision.byteCount
        guard pushedIDs.insert(revision.id).inserted else { return }
        if pushed == nil { pushed = RevisionBatch(dictionary: try store.dictionary(), isListed: store.listsAtOnce) }
        pushed?.append(revision)
    }

    private func answer(
        _ request: ExchangeRequest, role: String, mayPush: Bool, acceptsZstandard: Bool
    ) throws -> ExchangeAnswer {
        let cursor = request.cursor.flatMap { Cursor($0) }
        let before = try store.standing(at: cursor?.sequence ?? 0)
        let archive = try agreedArchive(with: request.archive, ours: before.identity, mayPush: mayPush)
        let (verdict, position) = place(of: request.cursor, cursor, in: before)

        let push = try mayPush ? commit(to: archive) : nil
        // Once the archive's id is final, nothing of what is told of the identity changes any more.
        let identity = before.identity.isArchiveOpen ? try store.identity() : before.identity
        let state = push?.state ?? before.state
        let last = push?.accepted.first.map { $0 - 1 } ?? state.end.sequence
        // Most syncs find nothing new. Whoever names the end as its cursor knows the chain hash there.
        let isUpToDate = request.cursor != nil && position?.sequence == state.end.sequence
        var response = ExchangeResponse(
            role: role,
            archive: ArchiveDescription(
                id: identity.archive, isOpen: identity.isArchiveOpen, mergeRule: identity.mergeRule),
            cursor: verdict, push: mayPush ? .taken : .forbidden,
            accepted: push?.accepted ?? ExchangeResponse.Accepted(first: nil, count: 0),
            exceptions: push?.exceptions ?? [],
            totalRevisions: position.map { last - $0.sequence } ?? 0,
            end: ExchangeResponse.LogEnd(
                cursor: Cursor(state.end), count: state.count, fingerprint: state.fingerprint,
                chain: isUpToDate ? nil : state.end.chain))
        response.damaged = store.noticedDamage()
        // Only where it may matter for what comes next: most syncs find nothing to do.
        if pushed != nil || response.totalRevisions > 0 || request.cursor == nil { response.takes = request.thinness }
        let pages = try position.map { (position) throws(StoreError) in
            try LogPages(
                store: store, after: position, through: last, limitBytes: request.limitBytes ?? .max,
                thinness: acceptsZstandard ? request.thinness : .whole)
        }
        return try ExchangeAnswer(response, pages: pages, acceptsZstandard: acceptsZstandard, worksBeside: worksBeside)
    }

    /// The id that pushed revisions go to; makes it final where this exchange does that.
    private func agreedArchive(
        with theirs: ArchiveDescription, ours: ReplicaIdentity, mayPush: Bool
    ) throws -> ArchiveID {
        switch (ours.isArchiveOpen, theirs.isOpen) {
        case (false, false):
            guard ours.archive == theirs.id else { throw Problem.mismatch(here: ours.archive, there: theirs.id) }
            return ours.archive
        case (false, true):
            return ours.archive
        case (true, true):
            // Neither side has revisions: the id that is given out here stays.
            try store.settleArchive(ours.archive)
            return ours.archive
        case (true, false):
            // A replica that may not write does not decide what this archive is.
            if mayPush && pushed == nil { try store.settleArchive(theirs.id) }
            return theirs.id
        }
    }

    /// Whether the log continues what the cursor has seen, and from where on; no position if it does not.
    ///
    /// - Parameters:
    ///   - text: The cursor as it came; nil if none did.
    ///   - cursor: The same as a value; nil if it is no cursor.
    ///   - standing: Of the log, at the cursor.
    private func place(
        of text: String?, _ cursor: Cursor?, in standing: LogStanding
    ) -> (verdict: ExchangeResponse.CursorVerdict, position: LogPosition?) {
        let end = standing.state.end
        guard text != nil else { return (.ok, LogPosition(epoch: end.epoch, sequence: 0, chain: .zero)) }
        guard let cursor else { return (.forked, nil) }
        guard cursor.sequence <= end.sequence, let chain = standing.chain else { return (.rewound, nil) }
        guard cursor.fits(chain) else { return (cursor.epoch == end.epoch ? .forked : .rewound, nil) }
        return (.ok, LogPosition(epoch: end.epoch, sequence: cursor.sequence, chain: chain))
    }

    private func commit(
        to archive: ArchiveID
    ) throws -> (accepted: ExchangeResponse.Accepted, exceptions: [PushException], state: LogState)? {
        guard let batch = pushed else { return nil }
        let report = try store.ingest(Ingestion(archive: archive, batch: batch, missingParents: .refuse))
        var exceptions: [PushException] = []
        var acceptedCount = 0
        for ((index, id), outcome) in zip(batch.ids.enumerated(), report.outcomes) {
            switch outcome {
            case .accepted: acceptedCount += 1
            case .duplicate: exceptions.append(PushException(id: id, result: .duplicate))
            case .missingParents(let parents):
                exceptions.append(PushException(id: id, result: .missingParent(parents)))
            case .waiting, .held:
                let parents = try batch.revision(at: index).header.parents
                exceptions.append(PushException(id: id, result: .missingParent(parents)))
            case .rejected(let error): exceptions.append(PushException(id: id, refusedFor: error))
            }
        }
        // Where revisions that had waited here for a parent came in between, the sender does not know them: the pages
        // leave nothing out.
        let isOwnRun = acceptedCount > 0 && report.acceptedCount == acceptedCount
        let accepted = ExchangeResponse.Accepted(first: isOwnRun ? report.firstSequence : nil, count: acceptedCount)
        return (accepted, exceptions, report.state)
    }
}

extension PushException {
    /// No time makes these bytes good: whoever sent them does not send them again.
    fileprivate init(id: RevisionID, refusedFor error: RevisionError) {
        self.init(
            id: id, result: .rejected(code: error.code.rawValue, text: error.description, isRetryable: false))
    }
}
