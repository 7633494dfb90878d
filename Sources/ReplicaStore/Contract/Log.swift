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

/// A revision with its place in the log.
public struct LoggedRevision: Hashable, Sendable {
    /// Its place, from 1.
    public let sequence: Int
    /// The revision.
    public let revision: Revision

    /// A revision at its place.
    public init(sequence: Int, revision: Revision) {
        self.sequence = sequence
        self.revision = revision
    }
}

/// What stands at a place of the log.
public enum LogEntry: Hashable, Sendable {
    /// A revision whose bytes were re-hashed just now.
    case intact(LoggedRevision)
    /// A revision whose bytes no longer have the hash that names it. It never leaves this replica.
    case damaged(sequence: Int, id: RevisionID)
}

/// A revision on its way to another replica.
public enum OutgoingRevision: Hashable, Sendable {
    /// As its bytes, re-hashed just now.
    indirect case whole(Revision)
    /// With its content as it is stored.
    case packed(PackedRevision)

    /// Its id.
    public var id: RevisionID {
        switch self {
        case .whole(let revision): revision.id
        case .packed(let revision): revision.id
        }
    }

    /// What its header names.
    public var links: RevisionLinks {
        switch self {
        case .whole(let revision): RevisionLinks(revision.header)
        case .packed(let revision): revision.links
        }
    }

    /// The bytes of header and content, as pages count them.
    public var byteCount: Int {
        switch self {
        case .whole(let revision): revision.byteCount
        case .packed(let revision): revision.headerBytes.count + revision.content.byteCount
        }
    }

    /// The same with its content as its bytes; nil if that turns out to be another one than its header names.
    public var unpacked: OutgoingRevision? { whole.map { .whole($0) } }

    /// The revision as its bytes; nil if its content turns out to be another one than its header names.
    public var whole: Revision? {
        switch self {
        case .whole(let revision): return revision
        case .packed(let revision):
            do {
                return try Revision(headerBytes: revision.headerBytes, contentBytes: try revision.content.bytes())
            } catch {
                return nil
            }
        }
    }
}

/// A revision whose content stays as it is stored. Its header was re-hashed just now; its content is what was stored when it was seen to have
/// the hash that the header names. An object, since it goes through many hands, and has a dozen parts to count the users of.
public final class PackedRevision: Hashable, Sendable {
    /// Its id: the SHA-256 of the header's bytes.
    public let id: RevisionID
    /// What the header names.
    public let links: RevisionLinks
    /// The header's bytes.
    public let headerBytes: [UInt8]
    /// The content.
    public let content: StoredContent

    /// A revision of its parts.
    package init(id: RevisionID, links: RevisionLinks, headerBytes: [UInt8], content: StoredContent) {
        self.id = id
        self.links = links
        self.headerBytes = headerBytes
        self.content = content
    }

    /// Whether both are the same bytes.
    public static func == (one: PackedRevision, other: PackedRevision) -> Bool {
        one.headerBytes == other.headerBytes && one.content == other.content
    }

    /// Hashes its id.
    public func hash(into hasher: inout Hasher) { hasher.combine(id) }
}

/// A stretch of the log on its way to another replica, all of one moment.
public struct OutgoingPage: Hashable, Sendable {
    /// What stands there, in log order.
    public let entries: [OutgoingEntry]
    /// The chain hash that is noted at the last one; nil where nothing stands.
    public let chain: Digest?

    /// A page of its parts.
    public init(_ entries: [OutgoingEntry], chain: Digest?) {
        self.entries = entries
        self.chain = chain
    }
}

/// What stands at a place of the log, on its way to another replica.
public struct OutgoingEntry: Hashable, Sendable {
    /// The place.
    public let sequence: Int
    /// The id of the revision.
    public let id: RevisionID
    /// The revision; nil if its bytes no longer have the hash that names it. It never leaves this replica, then.
    public let revision: OutgoingRevision?

    /// An entry of its parts.
    public init(sequence: Int, id: RevisionID, revision: OutgoingRevision?) {
        self.sequence = sequence
        self.id = id
        self.revision = revision
    }
}
