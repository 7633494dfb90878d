public import Compression
public import Hashing
public import LetterMerge
public import LetterModel
public import ReplicaStore
import Synchronization

/// A replica some of whose rows are damaged, or whose next ingestions fail. Everything else is another replica's.
public final class DamagedStore: ReplicaStore {
    private let base: any ReplicaStore
    private let faults = Mutex(Faults())

    /// What is wrong.
    public struct Faults: Sendable {
        /// Revisions whose bytes no longer have the hash that names them.
        public var damaged: Set<RevisionID> = []
        /// Whether the right bytes of a damaged revision take the place of the wrong ones, as they should.
        public var heals = true
        /// What the next reads of the log throw; nil for nothing.
        public var readErrors: [StoreError?] = []
        /// What the next ingestions throw.
        public var ingestionErrors: [StoreError] = []
        /// Revisions that this replica does not want, whoever brings them.
        public var refused: Set<RevisionID> = []
        /// Revisions whose parents are never found, whoever brings them.
        public var orphans: Set<RevisionID> = []
        /// Revisions of which it is never noted what remotes said.
        public var forgottenAnswers: Set<RevisionID> = []
        /// Whether dictionaries are not found.
        public var forgetsDictionaries = false
        /// What looking for one throws; nil for nothing.
        public var dictionaryError: StoreError?
        /// Where somebody else moves the cursor to before the next one is recorded with answers.
        public var movedCursor: LogPosition?
    }

    /// A replica over another one.
    public init(_ base: any ReplicaStore) {
        self.base = base
    }

    /// Changes what is wrong.
    public func set(_ change: (inout Faults) -> Void) { faults.withLock { change(&$0) } }

    /// Entries, the damaged ones as such.
    public func logEntries(
        after sequence: Int, through end: Int, maximumBytes: Int
    ) throws(StoreError) -> [LogEntry] {
        let (damaged, error) = nextRead()
        if let error { throw error }
        return try base.logEntries(after: sequence, through: end, maximumBytes: maximumBytes).map { entry in
            guard case .intact(let logged) = entry, damaged.contains(logged.revision.id) else { return entry }
            return .damaged(sequence: logged.sequence, id: logged.revision.id)
        }
    }

    /// The same on their way to another replica.
    public func outgoingPage(
        after sequence: Int, through end: Int, maximumBytes: Int, packedBy dictionary: Digest?
    ) throws(StoreError) -> OutgoingPage {
        let (damaged, error) = nextRead()
        if let error { throw error }
        let page = try base.outgoingPage(
            after: sequence, through: end, maximumBytes: maximumBytes, packedBy: dictionary)
        let entries = page.entries.map { entry in
            guard damaged.contains(entry.id) else { return entry }
            return OutgoingEntry(sequence: entry.sequence, id: entry.id, revision: nil)
        }
        return OutgoingPage(entries, chain: page.chain)
    }

    /// What is damaged, and what the next read of the log throws.
    private func nextRead() -> (damaged: Set<RevisionID>, error: StoreError?) {
        faults.withLock { ($0.damaged, $0.readErrors.isEmpty ? nil : $0.readErrors.removeFirst()) }
    }

    /// What new contents are best compressed with, unless no dictionary is found.
    public func dictionary() throws(StoreError) -> CompressionDictionary? {
        try findsDictionaries() ? try base.dictionary() : nil
    }
    /// The dictionary of this hash, unless none is found.
    public func dictionary(named digest: Digest) throws(StoreError) -> CompressionDictionary? {
        try findsDictionaries() ? try base.dictionary(named: digest) : nil
    }

    private func findsDictionaries() throws(StoreError) -> Bool {
        let (isForgetful, error) = faults.withLock { ($0.forgetsDictionaries, $0.dictionaryError) }
        if let error { throw error }
        return !isForgetful
    }

    /// Those that are damaged.
    public func noticedDamage() -> [RevisionID] { faults.withLock { $0.damaged.sorted() } }

    /// Takes revisions, unless it is to fail.
    public func ingest(_ ingestion: Ingestion) throws(StoreError) -> IngestionReport {
        let (error, refused, orphans) = faults.withLock {
            ($0.ingestionErrors.isEmpty ? nil : $0.ingestionErrors.removeFirst(), $0.refused, $0.orphans)
        }
        if let error { throw error }
        let revisions = ingestion.revisions
        faults.withLock { if $0.heals { $0.damaged.subtract(revisions.map(\.id)) } }
        let unwanted = refused.union(orphans)
        guard revisions.contains(where: { unwanted.contains($0.id) }) else {
            return try base.ingest(ingestion)
        }
        precondition(revisions.count == ingestion.batch.ids.count, "a store that refuses some gets revisions only")
        var wanted = ingestion
        wanted.batch = RevisionBatch(revisions.filter { !unwanted.contains($0.id) })
        let report = try base.ingest(wanted)
        var outcomes = report.outcomes.makeIterator()
        return IngestionReport(
            outcomes: revisions.map { revision in
                let refusal = IngestionOutcome.rejected(RevisionError(.tooLarge, "not here"))
                if orphans.contains(revision.id) { return .missingParents(revision.header.parents) }
                return refused.contains(revision.id) ? refusal : outcomes.next() ?? refusal
            }, state: report.state, firstSequence: report.firstSequence, acceptedCount: report.acceptedCount,
            letters: report.letters)
    }

    /// Entries, the damaged ones as such.
    public func logEntries(of ids: [RevisionID], maximumBytes: Int) throws(StoreError) -> [LogEntry] {
        let damaged = faults.withLock { $0.damaged }
        return try base.logEntries(of: ids, maximumBytes: maximumBytes).map { entry in
            guard case .intact(let logged) = entry, damaged.contains(logged.revision.id) else { return entry }
            return .damaged(sequence: logged.sequence, id: logged.revision.id)
        }
    }

    /// As the replica below.
    public func summaries(of ranges: [IDRange]) throws(StoreError) -> [RangeSummary] { try base.summaries(of: ranges) }
    /// As the replica below.
    public func revisionIDs(in ranges: [IDRange]) throws(StoreError) -> [[RevisionID]] {
        try base.revisionIDs(in: ranges)
    }
    /// As the replica below.
    public func unknown(among ids: [RevisionID]) throws(StoreError) -> [RevisionID] { try base.unknown(among: ids) }
    /// As the replica below.
    public func sharedSet(with remote: String) throws(StoreError) -> SharedSet { try base.sharedSet(with: remote) }
    /// As the replica below.
    public func recordLost(by remote: String, _ revisions: [RevisionID]) throws(StoreError) {
        try base.recordLost(by: remote, revisions)
    }
    /// As the replica below.
    public func recordEvidence(_ evidence: RemoteEvidence) throws(StoreError) { try base.recordEvidence(evidence) }
    /// As the replica below.
    public func evidence() throws(StoreError) -> [RemoteEvidence] { try base.evidence() }
    /// As the replica below.
    public func unconfirmedDeletions() throws(StoreError) -> UnconfirmedDeletions { try base.unconfirmedDeletions() }
    /// As the replica below.
    public func releaseHeldDeletions() throws(StoreError) -> IngestionReport { try base.releaseHeldDeletions() }
    /// As the replica below.
    public func confirmDeletions() throws(StoreError) { try base.confirmDeletions() }
    /// As the replica below.
    public func identity() throws(StoreError) -> ReplicaIdentity { try base.identity() }
    /// As the replica below.
    public func settleArchive(_ archive: ArchiveID) throws(StoreError) { try base.settleArchive(archive) }
    /// As the replica below.
    public func setting(_ key: String) throws(StoreError) -> String? { try base.setting(key) }
    /// As the replica below.
    public func setSetting(_ key: String, to value: String?) throws(StoreError) { try base.setSetting(key, to: value) }
    /// As the replica below.
    public func logState() throws(StoreError) -> LogState { try base.logState() }
    /// As the replica below.
    public func chain(at sequence: Int) throws(StoreError) -> Digest? { try base.chain(at: sequence) }
    /// As the replica below.
    public func standing(at sequence: Int) throws(StoreError) -> LogStanding { try base.standing(at: sequence) }
    /// As the replica below.
    public func quarantine(_ bytes: QuarantinedBytes) throws(StoreError) { try base.quarantine(bytes) }
    /// As the replica below.
    public func view(of letter: LetterID) throws(StoreError) -> LetterView? { try base.view(of: letter) }
    /// As the replica below.
    public func history(of letter: LetterID) throws(StoreError) -> [LoggedRevision] { try base.history(of: letter) }
    /// As the replica below.
    public func revision(_ id: RevisionID) throws(StoreError) -> LoggedRevision? { try base.revision(id) }
    /// As the replica below.
    public func letters(withPrefix prefix: String, limit: Int) throws(StoreError) -> [LetterID] {
        try base.letters(withPrefix: prefix, limit: limit)
    }
    /// As the replica below.
    public func letters(_ query: LetterQuery) throws(StoreError) -> [LetterSummary] { try base.letters(query) }
    /// As the replica below.
    public func search(_ query: SearchQuery, limit: Int, offset: Int) throws(StoreError) -> SearchResult {
        try base.search(query, limit: limit, offset: offset)
    }
    /// As the replica below.
    public func statistics() throws(StoreError) -> ReplicaStatistics { try base.statistics() }
    /// As the replica below.
    public func remotes() throws(StoreError) -> [Remote] { try base.remotes() }
    /// As the replica below.
    public func addRemote(_ name: String, address: String) throws(StoreError) {
        try base.addRemote(name, address: address)
    }
    /// As the replica below.
    public func removeRemote(_ name: String) throws(StoreError) { try base.removeRemote(name) }
    /// As the replica below.
    public func unsent(
        to remote: String, after passed: Int, maximumBytes: Int, packedBy dictionary: Digest?
    ) throws(StoreError) -> UnsentBatch {
        try base.unsent(to: remote, after: passed, maximumBytes: maximumBytes, packedBy: dictionary)
    }
    /// As the replica below.
    public func recordAnswers(
        from remote: String, _ answers: [PushAnswer], advance: CursorAdvance?
    ) throws(StoreError) {
        let (forgotten, moved) = faults.withLock {
            ($0.forgottenAnswers, advance == nil ? nil : $0.movedCursor.take())
        }
        if let moved, let advance {
            try base.advanceCursor(CursorAdvance(remote: remote, from: advance.from, to: moved))
        }
        try base.recordAnswers(
            from: remote, answers.filter { !forgotten.contains($0.revision) }, advance: advance)
    }
    /// As the replica below.
    public func refusals(by remote: String) throws(StoreError) -> [Refusal] { try base.refusals(by: remote) }
    /// As the replica below.
    public func forgetRefusals(by remote: String) throws(StoreError) { try base.forgetRefusals(by: remote) }
    /// As the replica below.
    public func advanceCursor(_ advance: CursorAdvance) throws(StoreError) { try base.advanceCursor(advance) }
    /// As the replica below.
    public func forgetProgress(with remote: String) throws(StoreError) { try base.forgetProgress(with: remote) }
    /// As the replica below.
    public func recordBlobsOffered(to remote: String, through sequence: Int) throws(StoreError) {
        try base.recordBlobsOffered(to: remote, through: sequence)
    }
    /// As the replica below.
    public func storeBlob(_ bytes: [UInt8]) throws(StoreError) -> BlobID { try base.storeBlob(bytes) }
    /// As the replica below.
    public func blob(_ id: BlobID) throws(StoreError) -> [UInt8]? { try base.blob(id) }
    /// As the replica below.
    public func blobPieces(_ id: BlobID, in range: Range<Int>) throws(StoreError) -> (any BlobPieces)? {
        try base.blobPieces(id, in: range)
    }
    /// As the replica below.
    public func blobWriter() throws(StoreError) -> any BlobWriter { try base.blobWriter() }
    /// As the replica below.
    public func takeBlobPiece(
        _ bytes: [UInt8], of id: BlobID, at offset: Int, byteCount: Int
    ) throws(StoreError) -> BlobPieceOutcome {
        try base.takeBlobPiece(bytes, of: id, at: offset, byteCount: byteCount)
    }
    /// As the replica below.
    public func partialBlobByteCount(_ id: BlobID) throws(StoreError) -> Int { try base.partialBlobByteCount(id) }
    /// As the replica below.
    public func blobByteCount(_ id: BlobID) throws(StoreError) -> Int? { try base.blobByteCount(id) }
    /// As the replica below.
    public func allBlobReferences() throws(StoreError) -> [BlobReference] { try base.allBlobReferences() }
    /// As the replica below.
    public func unreferencedBlobs(before time: Timestamp) throws(StoreError) -> [BlobID] {
        try base.unreferencedBlobs(before: time)
    }
    /// As the replica below.
    public func removeBlob(_ id: BlobID, ifUntouchedSince time: Timestamp) throws(StoreError) -> Bool {
        try base.removeBlob(id, ifUntouchedSince: time)
    }
    /// As the replica below.
    public func removePartialBlobs(untouchedSince time: Timestamp) throws(StoreError) -> Int {
        try base.removePartialBlobs(untouchedSince: time)
    }
    /// As the replica below.
    public func hasBlob(_ id: BlobID) throws(StoreError) -> Bool { try base.hasBlob(id) }
    /// As the replica below.
    public func blobReferences(after sequence: Int, through end: Int) throws(StoreError) -> [BlobReference] {
        try base.blobReferences(after: sequence, through: end)
    }
    /// As the replica below.
    public func blobReference(_ id: BlobID) throws(StoreError) -> BlobReference? { try base.blobReference(id) }
    /// As the replica below.
    public func missingBlobs(limit: Int) throws(StoreError) -> [BlobReference] { try base.missingBlobs(limit: limit) }
    /// As the replica below.
    public func importRecords() throws(StoreError) -> [ImportRecord] { try base.importRecords() }

    /// As the replica below.
    public func growth() throws(StoreError) -> [Growth] { try base.growth() }

    /// As the replica below.
    public func importRecord(sourceSHA256: Digest) throws(StoreError) -> ImportRecord? {
        try base.importRecord(sourceSHA256: sourceSHA256)
    }
    /// As the replica below.
    public func recordImport(_ record: ImportRecord) throws(StoreError) { try base.recordImport(record) }
    /// As the replica below.
    public func verify(progress: (_ done: Int, _ total: Int) -> Void) throws(StoreError) -> VerificationReport {
        try base.verify(progress: progress)
    }

    /// As the replica below.
    public func mendLog() throws(StoreError) { try base.mendLog() }

    /// As the replica below.
    public func reindex() throws(StoreError) { try base.reindex() }

    /// As the base does.
    public func verifyQuickly() throws(StoreError) -> VerificationReport { try base.verifyQuickly() }

    /// As the base does.
    public func verifySample(count: Int) throws(StoreError) -> VerificationSample {
        try base.verifySample(count: count)
    }

    /// As the base does.
    public func keepCopy() throws(StoreError) -> String? { try base.keepCopy() }

    /// As the base does.
    public func quarantineDamaged(_ ids: [RevisionID]) throws(StoreError) { try base.quarantineDamaged(ids) }
}
