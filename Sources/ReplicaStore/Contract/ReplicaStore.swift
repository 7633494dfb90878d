public import Compression
public import Hashing
public import LetterMerge
public import LetterModel

/// One replica: the truth (revisions in the order of their acceptance) and everything that is derived from it.
///
/// All calls are synchronous and may block on the disk: keep them off the cooperative pool. An implementation serialises
/// writers itself, so a value may be shared between threads. Each call is one transaction: it happens wholly or not at all,
/// and what it returned is on disk. No SQL type, connection or statement leaks out.
///
/// Every implementation passes the conformance suite in `Tests/ReplicaStoreConformance`.
public protocol ReplicaStore: AnyObject, Sendable {
    // MARK: Identity

    /// Which archive this replica holds, and what it calls itself.
    func identity() throws(StoreError) -> ReplicaIdentity

    /// Makes the archive's id final: the first successful exchange of a replica without revisions takes the other side's id.
    /// Nothing happens if it is final already and equal; `StoreError.archiveMismatch` if it is final and differs.
    func settleArchive(_ archive: ArchiveID) throws(StoreError)

    /// A setting of this replica, such as `author`; nil if it was never set.
    func setting(_ key: String) throws(StoreError) -> String?

    /// Sets or (nil) removes a setting of this replica.
    func setSetting(_ key: String, to value: String?) throws(StoreError)

    // MARK: The log

    /// The end of the log with the count and the fingerprint of what it holds, all of one moment.
    func logState() throws(StoreError) -> LogState

    /// The chain hash at a sequence: `Digest.zero` at 0, nil past the end.
    func chain(at sequence: Int) throws(StoreError) -> Digest?

    /// The identity, the end of the log and the chain hash at a sequence, all of one moment: what an exchange begins with.
    func standing(at sequence: Int) throws(StoreError) -> LogStanding

    /// Revisions in log order from the one after `sequence` up to `end` (inclusive): as many as fit into `maximumBytes` of header and content, at least one.
    /// A row that no longer has the hash that names it comes as `.damaged`.
    func logEntries(after sequence: Int, through end: Int, maximumBytes: Int) throws(StoreError) -> [LogEntry]

    /// The same on their way to another replica, with the chain hash at the last one. Of contents that were compressed with the dictionary of this
    /// hash no more is read than what is stored.
    func outgoingPage(
        after sequence: Int, through end: Int, maximumBytes: Int, packedBy dictionary: Digest?
    ) throws(StoreError) -> OutgoingPage

    /// Revisions of the log that were found damaged when it was given out and are not healed yet, ascending; a hundred at most. Whoever
    /// holds one may send it again. Kept in memory: it says what was noticed, not what there is.
    func noticedDamage() -> [RevisionID]

    // MARK: Ingestion

    /// Takes revisions into the log, in the order given, contiguously, in one transaction, parents before children.
    ///
    /// If the archive's id is still open it becomes `ingestion.archive` and final, provided that a revision was taken (into the log or to
    /// wait) or a cursor was advanced; if it is final and differs, `archiveMismatch` is thrown and nothing is taken.
    /// A duplicate whose stored bytes are damaged is healed.
    /// A single bad revision is an outcome and delays no other one.
    func ingest(_ ingestion: Ingestion) throws(StoreError) -> IngestionReport

    /// Keeps bytes beside the log that are no revision this replica can take, with the reason. Idempotent.
    func quarantine(_ bytes: QuarantinedBytes) throws(StoreError)

    // MARK: Dictionaries

    /// What new contents are best compressed with; nil for nothing. A dictionary is kept with the first revision that was compressed with it.
    func dictionary() throws(StoreError) -> CompressionDictionary?

    /// The dictionary of this hash; nil if it is not here.
    func dictionary(named digest: Digest) throws(StoreError) -> CompressionDictionary?

    // MARK: Letters

    /// Whether letters enter the list when they are taken in. Else they do when one is next asked for.
    var listsAtOnce: Bool { get }

    /// Does what large ingestions put off of the list, so that the next one who asks for it does not wait for that.
    func completeList() throws(StoreError)

    /// The letter that people see; nil if this replica has no revision of it.
    func view(of letter: LetterID) throws(StoreError) -> LetterView?

    /// The same for several letters at one moment, in the order asked for: an import asks for hundreds at a time.
    func views(of letters: [LetterID]) throws(StoreError) -> [LetterView?]

    /// All revisions of a letter in log order.
    func history(of letter: LetterID) throws(StoreError) -> [LoggedRevision]

    /// One revision; nil if it is not in the log. Throws `damaged` if its bytes no longer fit its name.
    func revision(_ id: RevisionID) throws(StoreError) -> LoggedRevision?

    /// Letters whose id begins so (lower-case hex digits and hyphens), ascending, at most `limit`.
    func letters(withPrefix prefix: String, limit: Int) throws(StoreError) -> [LetterID]

    /// Letters by the query, as rows of a list. Each is read for it; of a damaged one the row says so.
    func letters(_ query: LetterQuery) throws(StoreError) -> [LetterSummary]

    /// The ids of the same letters, in the same order: quicker, as no letter is read.
    func letterIDs(_ query: LetterQuery) throws(StoreError) -> [LetterID]

    /// Every tag that a letter has which is not deleted, each once, sorted by bytes.
    func tags() throws(StoreError) -> [String]

    /// Letters that fit a query, in its order; none for a query without conditions.
    func search(_ query: SearchQuery, limit: Int, offset: Int) throws(StoreError) -> SearchResult

    /// Counts of everything that `status` tells.
    func statistics() throws(StoreError) -> ReplicaStatistics

    /// How many letters have conflicts: what every sync tells, so it must cost the same in a large archive as in a small one.
    func conflictCount() throws(StoreError) -> Int

    // MARK: Remotes

    /// All remotes by name.
    func remotes() throws(StoreError) -> [Remote]

    /// Adds a remote; `StoreError.remoteExists` if the name is taken.
    func addRemote(_ name: String, address: String) throws(StoreError)

    /// Removes a remote with its cursor and marks; `unknownRemote` if there is none. Revisions stay.
    func removeRemote(_ name: String) throws(StoreError)

    /// Revisions in log order that the remote has not acknowledged, without those that it refused and their descendants:
    /// as many as fit into `maximumBytes`, at least one if there is any.
    ///
    /// - Parameters:
    ///   - remote: The name of the remote.
    ///   - passed: So many of the first entries are passed over: `UnsentBatch.entryCount` of the batches before this one.
    ///   - maximumBytes: Of header and content.
    ///   - dictionary: Contents that were compressed with the dictionary of this hash stay as they are stored; nil for none.
    func unsent(
        to remote: String, after passed: Int, maximumBytes: Int, packedBy dictionary: Digest?
    ) throws(StoreError) -> UnsentBatch

    /// Records what a remote said of revisions that were sent to it, or that it was found to have.
    ///
    /// - Parameters:
    ///   - remote: The name of the remote.
    ///   - answers: What it said; of revisions that are not in the log it is passed over.
    ///   - advance: Where we stand in its log then, in the same transaction, as `advanceCursor` does it; nil to leave that as it is.
    func recordAnswers(from remote: String, _ answers: [PushAnswer], advance: CursorAdvance?) throws(StoreError)

    /// The revisions that a remote refused, with its reasons.
    func refusals(by remote: String) throws(StoreError) -> [Refusal]

    /// Lets refused revisions be sent again.
    func forgetRefusals(by remote: String) throws(StoreError)

    /// Moves where we stand in a remote's log without taking revisions: after our own upload, or at the end of a reconciliation.
    /// `StoreError.cursorMoved` if the stored position is no longer `advance.from`.
    func advanceCursor(_ advance: CursorAdvance) throws(StoreError)

    /// Forgets the position in a remote's log and what it acknowledged: it came back from an old copy, so everything is sent and pulled from the start.
    func forgetProgress(with remote: String) throws(StoreError)

    /// Records that all blobs which log entries up to `sequence` refer to were offered to the remote.
    func recordBlobsOffered(to remote: String, through sequence: Int) throws(StoreError)

    // MARK: Reconciliation

    /// Count and fingerprint of the log's ids in each of these ranges, which ascend and do not overlap.
    func summaries(of ranges: [IDRange]) throws(StoreError) -> [RangeSummary]

    /// The log's ids in each of these ranges, ascending.
    func revisionIDs(in ranges: [IDRange]) throws(StoreError) -> [[RevisionID]]

    /// Those of these revisions that are in the log, each once, in log order, so parents before children: as many as fit into
    /// `maximumBytes`, at least one if there is any. A row that no longer has the hash that names it comes as `.damaged`.
    func logEntries(of ids: [RevisionID], maximumBytes: Int) throws(StoreError) -> [LogEntry]

    /// Those of these revisions that are neither in the log nor kept beside it, in the order given.
    func unknown(among ids: [RevisionID]) throws(StoreError) -> [RevisionID]

    /// What this replica and a remote have in common, as far as this side can tell.
    func sharedSet(with remote: String) throws(StoreError) -> SharedSet

    /// Records that a remote lacks revisions that it was thought to have: they are sent again. Refused ones stay refused.
    func recordLost(by remote: String, _ revisions: [RevisionID]) throws(StoreError)

    /// Keeps what was seen of a remote. The oldest go past `RemoteEvidence.maximumCount`.
    func recordEvidence(_ evidence: RemoteEvidence) throws(StoreError)

    /// What was seen of all remotes, also of removed ones, in the order in which it was recorded.
    func evidence() throws(StoreError) -> [RemoteEvidence]

    // MARK: Deletions that nobody confirmed

    /// The deletions that came from others and that no person here has confirmed.
    func unconfirmedDeletions() throws(StoreError) -> UnconfirmedDeletions

    /// Takes what is held back into the log. Its letters count as let in until they are confirmed.
    func releaseHeldDeletions() throws(StoreError) -> IngestionReport

    /// Forgets the letters whose deletions were let in: a person has seen to them. What is held back stays so.
    func confirmDeletions() throws(StoreError)

    // MARK: Blobs

    /// Stores the bytes of an attachment under their SHA-256; durable when it returns.
    func storeBlob(_ bytes: [UInt8]) throws(StoreError) -> BlobID

    /// The bytes of a blob, re-hashed; nil if it is not here, `damaged` if they no longer fit the name.
    func blob(_ id: BlobID) throws(StoreError) -> [UInt8]?

    /// A part of a blob, piece by piece: the whole is re-hashed first. Nil if it is not here; of a range that ends past its end, what there is.
    func blobPieces(_ id: BlobID, in range: Range<Int>) throws(StoreError) -> (any BlobPieces)?

    /// Begins a blob whose bytes come piece by piece from this machine.
    func blobWriter() throws(StoreError) -> any BlobWriter

    /// Whether the bytes of a blob are here.
    func hasBlob(_ id: BlobID) throws(StoreError) -> Bool

    /// How many bytes a blob has that is here; nil if it is not. Not hashed.
    func blobByteCount(_ id: BlobID) throws(StoreError) -> Int?

    /// Takes the next piece of a blob that comes from elsewhere. Several may bring one blob at once: what one of them brought, the others need not.
    /// What came stays, also when the process ends, until the blob is complete, turns out to be wrong, or does not fit on the disk.
    ///
    /// - Parameters:
    ///   - bytes: The piece; empty only to complete a blob all of whose bytes are here.
    ///   - id: The blob.
    ///   - offset: Where in the blob the piece begins. It has to be the number of bytes that are here.
    ///   - byteCount: How many bytes the whole blob has, as its sender says: at least up to the end of this piece.
    /// - Throws: `busy` if another process takes a piece of it at this moment.
    func takeBlobPiece(
        _ bytes: [UInt8], of id: BlobID, at offset: Int, byteCount: Int
    ) throws(StoreError) -> BlobPieceOutcome

    /// How many bytes have come of a blob that comes in pieces and is not complete; 0 if none.
    func partialBlobByteCount(_ id: BlobID) throws(StoreError) -> Int

    /// The blobs that revisions in this range of the log refer to, each once, in log order.
    func blobReferences(after sequence: Int, through end: Int) throws(StoreError) -> [BlobReference]

    /// The reference to a blob from any revision in the log; nil if none refers to it.
    func blobReference(_ id: BlobID) throws(StoreError) -> BlobReference?

    /// Every blob with every letter that refers to it or did so in an earlier revision: each pair once, in log order.
    func allBlobReferences() throws(StoreError) -> [BlobReference]

    /// Blobs that revisions refer to and whose bytes are not here, at most `limit`.
    func missingBlobs(limit: Int) throws(StoreError) -> [BlobReference]

    /// Blobs that are here and that no revision here refers to, neither in the log nor beside it, and that nobody stored again since a time:
    /// what was stored a moment before may be about to be referred to. None while something beside the log may refer to them.
    func unreferencedBlobs(before time: Timestamp) throws(StoreError) -> [BlobID]

    /// Takes the bytes of a blob away. The caller knows that nobody needs them here.
    ///
    /// - Returns: False if somebody stored them again since that time, or they are not here: nothing is changed then.
    func removeBlob(_ id: BlobID, ifUntouchedSince time: Timestamp) throws(StoreError) -> Bool

    /// Takes away what came of blobs that come in pieces and of which nothing has come since a time.
    ///
    /// - Returns: How many there were.
    func removePartialBlobs(untouchedSince time: Timestamp) throws(StoreError) -> Int

    // MARK: Imports

    /// What an import of a source made here before; nil if its bytes are new to this replica.
    func importRecord(sourceSHA256: Digest) throws(StoreError) -> ImportRecord?

    /// All imports that this replica keeps a note of, the latest first.
    func importRecords() throws(StoreError) -> [ImportRecord]

    /// What was recorded in each month, in order, by the times that revisions carry; a letter that an import of this replica made counts in the
    /// month of the import. What has no time at all comes last.
    func growth() throws(StoreError) -> [Growth]

    /// Notes who imported what, when. Never travels.
    func recordImport(_ record: ImportRecord) throws(StoreError)

    // MARK: Care

    /// Re-hashes everything and compares every projection with what the truth gives.
    func verify(progress: (_ done: Int, _ total: Int) -> Void) throws(StoreError) -> VerificationReport

    /// A look that takes no longer for a large archive: rows that carry digests, the noted end of the log, and its newest entries.
    func verifyQuickly() throws(StoreError) -> VerificationReport

    /// Re-hashes the next stretch of the log with its letters and blobs, from where the last sample ended; behind the end it begins anew.
    /// So samples that are taken from time to time cover everything.
    ///
    /// - Parameter count: How many log entries.
    func verifySample(count: Int) throws(StoreError) -> VerificationSample

    /// Puts right the columns of the log that follow from its headers: ids, chain, letters, parents, contents. What no header says stays as it
    /// is; nothing is invented, and no revision goes.
    func mendLog() throws(StoreError)

    /// Makes all projections anew from the truth.
    func reindex() throws(StoreError)

    /// Copies the database beside itself before a repair, and gives the copy's path; nil if there is no file.
    func keepCopy() throws(StoreError) -> String?

    /// Keeps the bytes of log entries that are damaged, as they are, in quarantine: nobody could give better ones. The entries stay in the log, and
    /// are healed when somebody sends them after all.
    func quarantineDamaged(_ ids: [RevisionID]) throws(StoreError)
}

extension ReplicaStore {
    /// None: right for every store that compresses nothing.
    public func dictionary() throws(StoreError) -> CompressionDictionary? { nil }

    /// None: right for every store that compresses nothing.
    public func dictionary(named digest: Digest) throws(StoreError) -> CompressionDictionary? { nil }

    /// Letter by letter: right for every store, and enough for those that no disk is behind.
    public func views(of letters: [LetterID]) throws(StoreError) -> [LetterView?] {
        var views: [LetterView?] = []
        for letter in letters { views.append(try view(of: letter)) }
        return views
    }

    /// What most stores do.
    public var listsAtOnce: Bool { true }

    /// From the rows of these letters: right for every store.
    public func letterIDs(_ query: LetterQuery) throws(StoreError) -> [LetterID] { try letters(query).map(\.id) }

    /// From the rows of all letters: right for every store.
    public func tags() throws(StoreError) -> [String] {
        Set(try letters(LetterQuery()).flatMap(\.tags).map(ByteKey.init)).sorted().map(\.text)
    }

    /// Nothing: right for every store that puts off nothing.
    public func completeList() throws(StoreError) {}

    /// From all counts: right for every store.
    public func conflictCount() throws(StoreError) -> Int {
        try statistics().conflicts
    }
}

extension ReplicaStore {
    /// Records what a remote said, and leaves where we stand in its log as it is.
    public func recordAnswers(from remote: String, _ answers: [PushAnswer]) throws(StoreError) {
        try recordAnswers(from: remote, answers, advance: nil)
    }

    /// Letters that fit what somebody typed.
    ///
    /// - Throws: `SearchQueryError`, `StoreError`.
    public func search(_ text: String, limit: Int, offset: Int) throws -> SearchResult {
        try search(try SearchQuery(text), limit: limit, offset: offset)
    }
}
