public import Hashing
public import LetterModel

/// What was once seen of a remote's log and what the remote said instead: kept for whoever has to find out what happened.
public struct RemoteEvidence: Hashable, Sendable {
    /// The remote's name when it was seen.
    public let remote: String
    /// When, by this machine's clock.
    public let time: Timestamp
    /// What was noticed: a word such as `rewound`, `forked`, `restored`, `wiped`, `lostRevisions`, `copied`.
    public let kind: String
    /// Where this replica stood in the remote's log, with the whole chain hash; nil if it had no position.
    public let position: LogPosition?
    /// The end of the log that the remote stated then: the text of its cursor.
    public let statedCursor: String?
    /// How many revisions the remote said it held.
    public let statedCount: Int?
    /// The fingerprint that it stated.
    public let statedFingerprint: Digest?

    /// How many are kept for each remote; the oldest go first.
    public static let maximumCount = 1_000

    /// Evidence of its parts.
    public init(
        remote: String, time: Timestamp, kind: String, position: LogPosition?, statedCursor: String? = nil,
        statedCount: Int? = nil, statedFingerprint: Digest? = nil
    ) {
        self.remote = remote
        self.time = time
        self.kind = kind
        self.position = position
        self.statedCursor = statedCursor
        self.statedCount = statedCount
        self.statedFingerprint = statedFingerprint
    }
}
