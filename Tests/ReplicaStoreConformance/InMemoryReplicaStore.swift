public import Hashing
public import LetterMerge
public import LetterModel
public import ReplicaStore
import Synchronization

/// A replica that forgets everything when the process ends: the oracle that other implementations are compared with.
///
/// Everything is worked out anew at each call from the list of revisions, in the plainest way.
public final class InMemoryReplicaStore: ReplicaStore {
    private let state: Mutex<State>

    /// What is known of a remote.
    struct RemoteState {
        var address: String
        var position: LogPosition?
        var acknowledged: Set<RevisionID> = []
        var refusals: [RevisionID: (code: String, text: String)] = [:]
        var blobsOfferedThrough = 0
        /// What it has and is kept beside the log here.
        var beside: Set<RevisionID> = []
    }

    /// Everything that the replica holds.
    struct State {
        var identity: ReplicaIdentity
        var epoch: String
        var settings: [ByteKey: String] = [:]
        var log: [Revision] = []
        var places: [RevisionID: Int] = [:]
        var chain: [Digest] = [.zero]
        var fingerprint = Digest.zero
        var waiting: [(revision: Revision, remote: String?)] = []
        var held: [Revision] = []
        var letInDeletions: Set<LetterID> = []
        /// What was shown before the ingestion that goes on.
        var shownBefore = Shown()
        var quarantine: Set<Digest> = []
        var evidence: [RemoteEvidence] = []
        var remotes: [ByteKey: RemoteState] = [:]
        var blobs: [BlobID: [UInt8]] = [:]
        /// What has come of blobs that come in pieces.
        var partialBlobs: [BlobID: [UInt8]] = [:]
        var imports: [Digest: ImportRecord] = [:]
    }

    /// An empty replica.
    public init(archive: ArchiveID, name: String = "letters", label: String = "memory", epoch: String) {
        let identity = ReplicaIdentity(
            archive: archive, isArchiveOpen: true, name: name, label: label, mergeRule: Merge.rule)
        state = Mutex(State(identity: identity, epoch: epoch))
    }

    /// Runs a closure on a copy of the state, which counts if nothing is thrown: all or nothing.
    func change<Value: Sendable>(_ body: (inout State) throws(StoreError) -> Value) throws(StoreError) -> Value {
        try state.withLock { (state) throws(StoreError) -> Value in
            var copy = state
            let value = try body(&copy)
            state = copy
            return value
        }
    }

    // MARK: Identity

    /// Which archive this replica holds, and what it calls itself.
    public func identity() throws(StoreError) -> ReplicaIdentity { try change { $0.identity } }

    /// Makes the archive's id final.
    public func settleArchive(_ archive: ArchiveID) throws(StoreError) {
        try change { (state) throws(StoreError) in try state.settle(archive) }
    }

    /// A setting of this replica.
    public func setting(_ key: String) throws(StoreError) -> String? { try change { $0.settings[ByteKey(key)] } }

    /// Sets or (nil) removes a setting of this replica.
    public func setSetting(_ key: String, to value: String?) throws(StoreError) {
        try change { $0.settings[ByteKey(key)] = value }
    }

    // MARK: The log

    /// The end of the log with the count and the fingerprint of what it holds.
    public func logState() throws(StoreError) -> LogState { try change { $0.logState } }

    /// The chain hash at a sequence.
    public func chain(at sequence: Int) throws(StoreError) -> Digest? {
        try change { $0.chain.indices.contains(sequence) ? $0.chain[sequence] : nil }
    }

    /// The identity, the end of the log and the chain hash at a sequence.
    public func standing(at sequence: Int) throws(StoreError) -> LogStanding {
        try change { state in
            LogStanding(
                identity: state.identity, state: state.logState,
                chain: state.chain.indices.contains(sequence) ? state.chain[sequence] : nil)
        }
    }

    /// Revisions in log order.
    public func logEntries(
        after sequence: Int, through end: Int, maximumBytes: Int
    ) throws(StoreError) -> [LogEntry] {
        try change { state in
            var entries: [LogEntry] = []
            var byteCount = 0
            for place in state.log.indices where place + 1 > sequence && place + 1 <= end {
                byteCount += state.log[place].byteCount
                guard entries.isEmpty || byteCount <= maximumBytes else { break }
                entries.append(.intact(LoggedRevision(sequence: place + 1, revision: state.log[place])))
            }
            return entries
        }
    }

    /// The same as whole revisions: nothing is compressed here.
    public func outgoingPage(
        after sequence: Int, through end: Int, maximumBytes: Int, packedBy dictionary: Digest?
    ) throws(StoreError) -> OutgoingPage {
        let entries = try logEntries(after: sequence, through: end, maximumBytes: maximumBytes).map(OutgoingEntry.init)
        return OutgoingPage(
            entries, chain: try entries.last.flatMap { (entry) throws(StoreError) in try chain(at: entry.sequence) })
    }

    /// None: what is in memory is not damaged.
    public func noticedDamage() -> [RevisionID] { [] }

    // MARK: Ingestion

    /// Takes revisions into the log.
    public func ingest(_ ingestion: Ingestion) throws(StoreError) -> IngestionReport {
        try change { (state) throws(StoreError) in try state.ingest(ingestion) }
    }

    /// Keeps bytes beside the log that are no revision this replica can take, with the reason.
    public func quarantine(_ bytes: QuarantinedBytes) throws(StoreError) {
        try change { state in
            let content = bytes.contentBytes.map { [1] + $0 } ?? [0]
            state.quarantine.insert(SHA256.digest(of: SHA256.digest(of: bytes.headerBytes).bytes + content))
        }
    }

    // MARK: Letters

    /// The letter that people see.
    public func view(of letter: LetterID) throws(StoreError) -> LetterView? { try change { $0.view(of: letter) } }

    /// All revisions of a letter in log order.
    public func history(of letter: LetterID) throws(StoreError) -> [LoggedRevision] {
        try change { $0.history(of: letter) }
    }

    /// One revision.
    public func revision(_ id: RevisionID) throws(StoreError) -> LoggedRevision? {
        try change { state in
            state.places[id].map { LoggedRevision(sequence: $0, revision: state.log[$0 - 1]) }
        }
    }

    /// Letters whose id begins so.
    public func letters(withPrefix prefix: String, limit: Int) throws(StoreError) -> [LetterID] {
        try change { state in
            let fitting = state.letterIDs.filter { $0.text.utf8.starts(with: prefix.utf8) }
            return Array(fitting.sorted().prefix(max(0, limit)))
        }
    }

    /// Letters by the query.
    public func letters(_ query: LetterQuery) throws(StoreError) -> [LetterSummary] { try change { $0.letters(query) } }

    /// Full-text search.
    public func search(_ query: SearchQuery, limit: Int, offset: Int) throws(StoreError) -> SearchResult {
        try change { $0.search(query, limit: limit, offset: offset) }
    }

    /// Counts of everything that `status` tells.
    public func statistics() throws(StoreError) -> ReplicaStatistics {
        try change { state in
            let views = state.letterIDs.compactMap { state.view(of: $0) }
            return ReplicaStatistics(
                letters: views.count { !$0.isDeleted }, deletedLetters: views.count { $0.isDeleted },
                revisions: state.log.count, conflicts: views.count { !$0.conflicts.isEmpty },
                quarantined: state.quarantine.count, waiting: state.waiting.count,
                missingBlobs: state.missingBlobs.count)
        }
    }

    // MARK: Remotes

    /// All remotes by name.
    public func remotes() throws(StoreError) -> [Remote] {
        try change { state in
            state.remotes.sorted { $0.key < $1.key }.map { name, remote in
                let unsent = state.unsentPlaces(remote)
                return Remote(
                    name: name.text, address: remote.address, position: remote.position, unsent: unsent.count,
                    refused: remote.refusals.count, pushedThrough: (unsent.first ?? state.log.count + 1) - 1,
                    blobsOfferedThrough: remote.blobsOfferedThrough)
            }
        }
    }

    /// Adds a remote.
    public func addRemote(_ name: String, address: String) throws(StoreError) {
        try change { (state) throws(StoreError) in
            guard state.remotes[ByteKey(name)] == nil else { throw .remoteExists(name) }
            state.remotes[ByteKey(name)] = RemoteState(address: address)
        }
    }

    /// Removes a remote.
    public func removeRemote(_ name: String) throws(StoreError) {
        try change { (state) throws(StoreError) in
            guard state.remotes.removeValue(forKey: ByteKey(name)) != nil else { throw .unknownRemote(name) }
        }
    }

    /// Revisions that the remote has not acknowledged.
    public func unsent(
        to remote: String, after passed: Int, maximumBytes: Int, packedBy dictionary: Digest?
    ) throws(StoreError) -> UnsentBatch {
        try change { (state) throws(StoreError) in
            let places = Array(state.unsentPlaces(try state.remote(remote)).dropFirst(passed))
            var entries: [OutgoingRevision] = []
            var byteCount = 0
            for place in places {
                byteCount += state.log[place - 1].byteCount
                guard entries.isEmpty || byteCount <= maximumBytes else { break }
                entries.append(.whole(state.log[place - 1]))
            }
            return UnsentBatch(entries, entryCount: entries.count, hasMore: entries.count < places.count)
        }
    }

    /// Records what a remote said of revisions that were sent to it.
    public func recordAnswers(
        from remote: String, _ answers: [PushAnswer], advance: CursorAdvance?
    ) throws(StoreError) {
        if let advance { try advanceCursor(advance) }
        try changeRemote(remote) { remote, state in
            for answer in answers where answer.decision == .acknowledged && state.isBeside(answer.revision) {
                remote.beside.insert(answer.revision)
            }
            for answer in answers where state.places[answer.revision] != nil {
                switch answer.decision {
                case .acknowledged:
                    remote.acknowledged.insert(answer.revision)
                    remote.refusals[answer.revision] = nil
                case .refused(let code, let text):
                    remote.acknowledged.remove(answer.revision)
                    remote.refusals[answer.revision] = (code, text)
                }
            }
        }
    }

    /// The revisions that a remote refused.
    public func refusals(by remote: String) throws(StoreError) -> [Refusal] {
        try change { (state) throws(StoreError) in
            let refusals = try state.remote(remote).refusals
            return state.log.compactMap { revision in
                refusals[revision.id].map {
                    Refusal(revision: revision.id, letter: revision.header.letter, code: $0.code, text: $0.text)
                }
            }
        }
    }

    /// Lets refused revisions be sent again.
    public func forgetRefusals(by remote: String) throws(StoreError) {
        try changeRemote(remote) { remote, _ in remote.refusals = [:] }
    }

    /// Moves where we stand in a remote's log.
    public func advanceCursor(_ advance: CursorAdvance) throws(StoreError) {
        try change { (state) throws(StoreError) in try state.advance(advance) }
    }

    /// Forgets the position in a remote's log and what it acknowledged.
    public func forgetProgress(with remote: String) throws(StoreError) {
        try changeRemote(remote) { remote, _ in remote = RemoteState(address: remote.address) }
    }

    /// Records that all blobs up to `sequence` were offered to the remote.
    public func recordBlobsOffered(to remote: String, through sequence: Int) throws(StoreError) {
        try changeRemote(remote) { remote, _ in
            remote.blobsOfferedThrough = max(remote.blobsOfferedThrough, sequence)
        }
    }

    func changeRemote(_ name: String, _ body: (inout RemoteState, State) -> Void) throws(StoreError) {
        try change { (state) throws(StoreError) in
            var remote = try state.remote(name)
            body(&remote, state)
            state.remotes[ByteKey(name)] = remote
        }
    }

    // MARK: Imports

    /// What an import of a source made here before.
    public func importRecord(sourceSHA256: Digest) throws(StoreError) -> ImportRecord? {
        try change { $0.imports[sourceSHA256] }
    }

    /// All imports, the latest first.
    public func importRecords() throws(StoreError) -> [ImportRecord] {
        try change { state in
            state.imports.values.sorted {
                $0.time == $1.time ? $0.sourceSHA256 < $1.sourceSHA256 : $0.time > $1.time
            }
        }
    }

    /// What was recorded in each month.
    public func growth() throws(StoreError) -> [Growth] {
        try change { state in
            var known: Set<LetterID> = []
            return Growth.byMonth(
                state.log.map { revision in
                    let id = revision.header.letter
                    let note = state.imports.values.filter { $0.letters.contains(id) }.map(\.time).min()
                    return (revision.header.time ?? note, known.insert(id).inserted)
                })
        }
    }

    /// Notes who imported what, when.
    public func recordImport(_ record: ImportRecord) throws(StoreError) {
        try change { $0.imports[record.sourceSHA256] = record }
    }

    // MARK: Care

    /// Re-hashes every revision and blob; nothing else can go wrong in memory.
    public func verify(progress: (_ done: Int, _ total: Int) -> Void) throws(StoreError) -> VerificationReport {
        let state = try change { $0 }
        progress(0, state.log.count + state.blobs.count)
        var problems: [VerificationReport.Problem] = []
        for revision in state.log where SHA256.digest(of: revision.headerBytes) != revision.id.digest {
            problems.append(
                VerificationReport.Problem(
                    kind: "revision", letter: revision.header.letter, object: revision.id.hex, text: "wrong hash"))
        }
        for (id, bytes) in state.blobs where SHA256.digest(of: bytes) != id.digest {
            problems.append(
                VerificationReport.Problem(kind: "blob", letter: nil, object: id.hex, text: "wrong hash"))
        }
        progress(state.log.count + state.blobs.count, state.log.count + state.blobs.count)
        return VerificationReport(revisions: state.log.count, blobs: state.blobs.count, problems: problems)
    }

    /// Nothing in memory is damaged.
    public func mendLog() throws(StoreError) {}

    /// Nothing is derived, so nothing is made anew.
    public func reindex() throws(StoreError) {}

    /// Nothing in memory is damaged.
    public func verifyQuickly() throws(StoreError) -> VerificationReport { try verify { _, _ in } }

    /// The whole log: it is small.
    public func verifySample(count: Int) throws(StoreError) -> VerificationSample {
        let total = try logState().count
        return VerificationSample(report: try verify { _, _ in }, entries: 1..<total + 1, total: total)
    }

    /// There is no file.
    public func keepCopy() throws(StoreError) -> String? { nil }

    /// Nothing in memory is damaged.
    public func quarantineDamaged(_ ids: [RevisionID]) throws(StoreError) {}
}

extension OutgoingEntry {
    /// An entry as its bytes.
    fileprivate init(_ entry: LogEntry) {
        switch entry {
        case .intact(let logged):
            self.init(sequence: logged.sequence, id: logged.revision.id, revision: .whole(logged.revision))
        case .damaged(let sequence, let id): self.init(sequence: sequence, id: id, revision: nil)
        }
    }
}
