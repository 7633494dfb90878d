public import LetterModel

/// Revisions to take into the log, and what has to happen in the same transaction.
public struct Ingestion: Sendable {
    /// What to do with a revision whose parents are not in the log.
    public enum MissingParents: Sendable {
        /// Do not keep it: the sender has the parents, and sends both again.
        case refuse
        /// Keep it beside the log until its parents come.
        case wait
    }

    /// The archive that the revisions belong to.
    public var archive: ArchiveID
    /// The revisions, parents before children, and bytes that are to be such.
    public var batch: RevisionBatch
    /// What to do with a revision whose parents are not in the log.
    public var missingParents: MissingParents
    /// The remote that they came from, which therefore has them; nil for local writes and for a server's clients.
    public var remote: String?
    /// Where we stand in that remote's log afterwards.
    public var advance: CursorAdvance?
    /// The guard against mass deletion counts letters whose first revision is in our log up to this sequence: the end of the log
    /// when the pull began, which may take many ingestions. Nil: the end of the log now, for what comes from elsewhere (from a remote, or
    /// with parents that may come later); for local writes and pushes to a server the guard is off then.
    public var guardedThrough: Int?

    /// The revisions, parents before children, without bytes that turned out to be none.
    public var revisions: [Revision] { batch.revisions }

    /// An ingestion of revisions that are all there.
    public init(
        archive: ArchiveID, revisions: [Revision], missingParents: MissingParents = .refuse, remote: String? = nil,
        advance: CursorAdvance? = nil, guardedThrough: Int? = nil
    ) {
        self.init(
            archive: archive, batch: RevisionBatch(revisions), missingParents: missingParents, remote: remote,
            advance: advance, guardedThrough: guardedThrough)
    }

    /// An ingestion of its parts.
    public init(
        archive: ArchiveID, batch: RevisionBatch, missingParents: MissingParents = .refuse, remote: String? = nil,
        advance: CursorAdvance? = nil, guardedThrough: Int? = nil
    ) {
        self.archive = archive
        self.batch = batch
        self.missingParents = missingParents
        self.remote = remote
        self.advance = advance
        self.guardedThrough = guardedThrough
    }

    /// Up to where letters count for the guard against mass deletion, with the log's end before the ingestion; nil: it is off.
    package func guardedThrough(end: Int) -> Int? {
        if let guardedThrough { return guardedThrough }
        guard remote == nil else { return end }
        switch missingParents {
        case .refuse: return nil
        case .wait: return end
        }
    }
}

/// What became of one revision.
public enum IngestionOutcome: Hashable, Sendable {
    /// It is in the log, at this sequence.
    case accepted(sequence: Int)
    /// It was in the log before.
    case duplicate
    /// It is kept beside the log until its parents come.
    case waiting
    /// It is kept beside the log until a person lets it in: one of too many deletions, or a descendant of one.
    case held
    /// It was not kept: these parents are not in the log.
    case missingParents([RevisionID])
    /// It was not kept: no archive can take it, or it is no revision.
    case rejected(RevisionError)
}

/// What became of an ingestion.
public struct IngestionReport: Hashable, Sendable {
    /// One outcome for each revision, in the order given, and for bytes that are none.
    public let outcomes: [IngestionOutcome]
    /// The log's state at the end of the transaction.
    public let state: LogState
    /// The sequence of the first revision that was accepted; nil if none was.
    public let firstSequence: Int?
    /// How many were accepted, those that had waited for a parent included. They are contiguous from `firstSequence`.
    public let acceptedCount: Int
    /// Letters whose view may have changed.
    public let letters: [LetterID]

    /// A report of its parts.
    public init(
        outcomes: [IngestionOutcome], state: LogState, firstSequence: Int?, acceptedCount: Int, letters: [LetterID]
    ) {
        self.outcomes = outcomes
        self.state = state
        self.firstSequence = firstSequence
        self.acceptedCount = acceptedCount
        self.letters = letters
    }
}

/// A step in a remote's log, taken only if nobody else took one since.
public struct CursorAdvance: Hashable, Sendable {
    /// The remote's name.
    public let remote: String
    /// Where we must still stand; nil for the start.
    public let from: LogPosition?
    /// Where we stand afterwards.
    public let to: LogPosition

    /// A step of a remote.
    public init(remote: String, from: LogPosition?, to: LogPosition) {
        self.remote = remote
        self.from = from
        self.to = to
    }
}

/// Bytes that are no revision this replica can take.
public struct QuarantinedBytes: Hashable, Sendable {
    /// The header's bytes as they came.
    public let headerBytes: [UInt8]
    /// The content's bytes as they came, if any did.
    public let contentBytes: [UInt8]?
    /// Why they were not taken: a `RevisionError.Code` raw value and its text.
    public let code: String
    /// Why, in a sentence.
    public let text: String
    /// Where they came from.
    public let remote: String?

    /// Bytes with the reason.
    public init(headerBytes: [UInt8], contentBytes: [UInt8]?, code: String, text: String, remote: String?) {
        self.headerBytes = headerBytes
        self.contentBytes = contentBytes
        self.code = code
        self.text = text
        self.remote = remote
    }
}
