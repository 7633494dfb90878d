public import Hashing
public import LetterModel

/// A place in a replica's log: epoch, sequence and the chain hash there.
///
/// `chain(n) = SHA-256(chain(n − 1) ‖ id of revision n)`, `chain(0)` is 32 zero bytes.
public struct LogPosition: Hashable, Sendable {
    /// Which life of the log: 16 lower-case hex digits, made anew when a replica is restored from a backup.
    public let epoch: String
    /// How many revisions come up to here.
    public let sequence: Int
    /// The chain hash at that sequence.
    public let chain: Digest

    /// A position of its parts.
    public init(epoch: String, sequence: Int, chain: Digest) {
        self.epoch = epoch
        self.sequence = sequence
        self.chain = chain
    }

    /// The chain one revision further.
    public static func chain(_ chain: Digest, extendedBy id: RevisionID) -> Digest {
        var hash = SHA256()
        hash.update(chain)
        hash.update(id.digest)
        return hash.finish()
    }
}

/// The end of a log, and what it holds up to there.
public struct LogState: Hashable, Sendable {
    /// The position of the last revision; sequence 0 if there is none.
    public let end: LogPosition
    /// The number of revisions.
    public let count: Int
    /// The sum of the revision ids modulo 2^256. It finds accidents; against malice there is the chain.
    public let fingerprint: Digest

    /// A state of its parts.
    public init(end: LogPosition, count: Int, fingerprint: Digest) {
        self.end = end
        self.count = count
        self.fingerprint = fingerprint
    }
}

/// Where a replica stands when an exchange with it begins.
public struct LogStanding: Hashable, Sendable {
    /// Which archive it holds.
    public let identity: ReplicaIdentity
    /// The end of its log.
    public let state: LogState
    /// The chain hash at the sequence that was asked for: `Digest.zero` at 0, nil past the end.
    public let chain: Digest?

    /// A standing of its parts.
    public init(identity: ReplicaIdentity, state: LogState, chain: Digest?) {
        self.identity = identity
        self.state = state
        self.chain = chain
    }
}

/// A revision with its place in the log. Two are equal if both are, however they are stored.
public struct LoggedRevision: Hashable, Sendable {
    /// Its place, from 1.
    public let sequence: Int
    /// The revision.
    public let revision: Revision
    /// Its content as it is stored; nil for a tombstone, or where contents are not compressed.
    public let stored: StoredContent?

    /// A revision at its place.
    public init(sequence: Int, revision: Revision, stored: StoredContent? = nil) {
        self.sequence = sequence
        self.revision = revision
        self.stored = stored
    }

    /// Whether it is the same revision at the same place.
    public static func == (one: LoggedRevision, other: LoggedRevision) -> Bool {
        one.sequence == other.sequence && one.revision == other.revision
    }

    /// Hashes revision and place.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(sequence)
        hasher.combine(revision)
    }
}

/// What stands at a place of the log.
public enum LogEntry: Hashable, Sendable {
    /// A revision whose bytes were re-hashed just now.
    case intact(LoggedRevision)
    /// A revision whose bytes no longer have the hash that names it. It never leaves this replica.
    case damaged(sequence: Int, id: RevisionID)
}
