public import LetterModel

/// Another replica that this one syncs with.
public struct Remote: Hashable, Sendable {
    /// What people call it here.
    public let name: String
    /// A URL, a folder's path or a bundle file's path.
    public let address: String
    /// Where we stand in its log: all of it up to here is in ours. Nil before the first page.
    public let position: LogPosition?
    /// How many revisions it has not acknowledged, without those that it refused and their descendants.
    public let unsent: Int
    /// How many revisions it refused.
    public let refused: Int
    /// All entries of our log up to this one are in the remote's log, or refused by it, or descend from a refused one.
    public let pushedThrough: Int
    /// The blobs that our log refers to up to this sequence were offered to it.
    public let blobsOfferedThrough: Int

    /// A remote of its parts.
    public init(
        name: String, address: String, position: LogPosition?, unsent: Int, refused: Int, pushedThrough: Int,
        blobsOfferedThrough: Int
    ) {
        self.name = name
        self.address = address
        self.position = position
        self.unsent = unsent
        self.refused = refused
        self.pushedThrough = pushedThrough
        self.blobsOfferedThrough = blobsOfferedThrough
    }
}

/// Revisions that a remote has not acknowledged.
public struct UnsentBatch: Hashable, Sendable {
    /// The revisions in log order, parents before children.
    public let entries: [OutgoingRevision]
    /// How many entries of the log it stands for: its revisions, and those that are damaged here and do not leave.
    public let entryCount: Int
    /// Whether more of them follow.
    public let hasMore: Bool

    /// Those that come as their bytes: all of them where nothing else was asked for.
    public var revisions: [Revision] {
        entries.compactMap { if case .whole(let revision) = $0 { revision } else { nil } }
    }

    /// The bytes of its revisions, headers and contents.
    public var byteCount: Int { entries.reduce(0) { $0 + $1.byteCount } }

    /// The same batch with all contents as their bytes.
    public var unpacked: UnsentBatch {
        UnsentBatch(entries.compactMap(\.unpacked), entryCount: entryCount, hasMore: hasMore)
    }

    /// A batch of its parts.
    public init(_ entries: [OutgoingRevision], entryCount: Int, hasMore: Bool) {
        self.entries = entries
        self.entryCount = entryCount
        self.hasMore = hasMore
    }
}

extension ReplicaStore {
    /// The first revisions that the remote has not acknowledged, or those that follow, as their bytes.
    public func unsent(
        to remote: String, after passed: Int = 0, maximumBytes: Int
    ) throws(StoreError) -> UnsentBatch {
        try unsent(to: remote, after: passed, maximumBytes: maximumBytes, packedBy: nil)
    }
}

/// What a remote said of one revision.
public struct PushAnswer: Hashable, Sendable {
    /// How the remote decided.
    public enum Decision: Hashable, Sendable {
        /// The remote has it.
        case acknowledged
        /// The remote does not want it; neither it nor its descendants are sent again until the refusal is forgotten.
        case refused(code: String, text: String)
    }

    /// The revision.
    public let revision: RevisionID
    /// How the remote decided.
    public let decision: Decision

    /// An answer for a revision.
    public init(revision: RevisionID, decision: Decision) {
        self.revision = revision
        self.decision = decision
    }
}

/// A revision that a remote does not want.
public struct Refusal: Hashable, Sendable {
    /// The revision.
    public let revision: RevisionID
    /// Its letter.
    public let letter: LetterID
    /// The remote's code.
    public let code: String
    /// The remote's reason in a sentence.
    public let text: String

    /// A refusal of its parts.
    public init(revision: RevisionID, letter: LetterID, code: String, text: String) {
        self.revision = revision
        self.letter = letter
        self.code = code
        self.text = text
    }
}
