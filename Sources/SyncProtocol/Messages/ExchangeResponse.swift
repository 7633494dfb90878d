public import Hashing
public import LetterModel
public import ReplicaStore

/// The first line of a sync response: what became of the push, and what the pages that follow lead up to.
public struct ExchangeResponse: Hashable, Sendable {
    /// Whether the log continues what the cursor has seen.
    public enum CursorVerdict: String, Sendable {
        /// It does, and the pages begin after the cursor.
        case ok
        /// The log ends before the cursor, or lives another life: it came back from an old copy. No pages follow.
        case rewound
        /// The log is another one than the cursor was taken from. No pages follow.
        case forked
    }

    /// Whether revisions may be pushed.
    public enum PushVerdict: String, Sendable {
        /// What was sent was looked at; `accepted` and `exceptions` say what became of it.
        case taken
        /// The token may not write. Nothing of what was sent was looked at.
        case forbidden
    }

    /// The revisions that were accepted: all that were sent, each once, in the order sent, without the exceptions.
    public struct Accepted: Hashable, Sendable {
        /// The sequence of the first; the others follow it without a gap, and the pages leave them all out. Nil if none was
        /// accepted, or if the pages do not leave them out.
        public var first: Int?
        /// How many were accepted.
        public var count: Int

        /// A run of its parts.
        public init(first: Int?, count: Int) {
            self.first = first
            self.count = count
        }
    }

    /// The end of the log at which this response stops, fixed when the push was committed.
    public struct LogEnd: Hashable, Sendable {
        /// The end.
        public var cursor: Cursor
        /// How many revisions the log holds there.
        public var count: Int
        /// The sum of their ids modulo 2^256.
        public var fingerprint: Digest
        /// The whole chain hash there, of which the cursor has the beginning; nil where the request's cursor is this end, whose
        /// chain hash the client knows, and from an older server.
        public var chain: Digest?

        /// An end of its parts.
        public init(cursor: Cursor, count: Int, fingerprint: Digest, chain: Digest? = nil) {
            self.cursor = cursor
            self.count = count
            self.fingerprint = fingerprint
            self.chain = chain
        }

        /// The end as a position that can be followed further; nil if the whole chain hash is not known.
        public var position: LogPosition? {
            chain.map { LogPosition(epoch: cursor.epoch, sequence: cursor.sequence, chain: $0) }
        }
    }

    /// What the token may do: `reader`, `writer`, `admin`.
    public var role: String
    /// The archive as the remote knows it after this exchange.
    public var archive: ArchiveDescription
    /// Whether the log continues what the cursor has seen.
    public var cursor: CursorVerdict
    /// Whether revisions may be pushed.
    public var push: PushVerdict
    /// What was accepted.
    public var accepted: Accepted
    /// What was not simply accepted.
    public var exceptions: [PushException]
    /// Revisions of the log whose bytes the remote knows to be damaged there, in the hope that we hold them; a few of them at most.
    public var damaged: [RevisionID] = []
    /// What may be left out of a push, because the log holds it.
    public var takes = Thinness.whole
    /// How many log entries lie between the cursor and the end, without those just accepted: for progress bars.
    public var totalRevisions: Int
    /// Where the log ends, for this response.
    public var end: LogEnd

    /// A response of its parts.
    public init(
        role: String, archive: ArchiveDescription, cursor: CursorVerdict, push: PushVerdict, accepted: Accepted,
        exceptions: [PushException], totalRevisions: Int, end: LogEnd
    ) {
        self.role = role
        self.archive = archive
        self.cursor = cursor
        self.push = push
        self.accepted = accepted
        self.exceptions = exceptions
        self.totalRevisions = totalRevisions
        self.end = end
    }

    /// Reads the envelope of a response. Members that this version does not know are left alone.
    public init(envelope: JSONObject) throws(MessageError) {
        guard let version = envelope["v"]?.integer else { throw .envelope(member: "v") }
        guard version == ProtocolLimits.version else { throw .version(version) }
        guard let role = envelope["role"]?.text else { throw .envelope(member: "role") }
        guard let cursor = envelope["cursor"]?.text.flatMap(CursorVerdict.init) else {
            throw .envelope(member: "cursor")
        }
        guard let push = envelope["push"]?.text.flatMap(PushVerdict.init) else { throw .envelope(member: "push") }
        var exceptions: [PushException] = []
        for element in envelope["exceptions"]?.elements ?? [] { exceptions.append(try PushException(element)) }
        self.init(
            role: role, archive: try ArchiveDescription(envelope["archive"]), cursor: cursor, push: push,
            accepted: try Accepted(envelope["accepted"]), exceptions: exceptions,
            totalRevisions: max(0, envelope["totals"]?.members?["revisions"]?.integer ?? 0),
            end: try LogEnd(envelope["end"]))
        takes = Thinness(envelope["thin"])
        let named = (envelope["damaged"]?.elements ?? []).prefix(ProtocolLimits.damagedNamed)
        damaged = named.compactMap { $0.text.flatMap(RevisionID.init(hex:)) }
    }

    /// The members of the envelope.
    public var envelope: JSONObject {
        var members: JSONObject = [
            "accepted": accepted.json, "archive": archive.json, "cursor": .string(cursor.rawValue), "end": end.json,
            "push": .string(push.rawValue), "role": .string(role), "v": .integer(ProtocolLimits.version),
        ]
        if totalRevisions > 0 { members["totals"] = ["revisions": .integer(totalRevisions)] }
        if !exceptions.isEmpty { members["exceptions"] = .array(exceptions.map(\.json)) }
        members["thin"] = takes.json
        if !damaged.isEmpty {
            members["damaged"] = .array(damaged.prefix(ProtocolLimits.damagedNamed).map { .string($0.hex) })
        }
        return members
    }
}

extension ExchangeResponse.Accepted {
    init(_ json: JSONValue?) throws(MessageError) {
        guard let members = json?.members, let count = members["count"]?.integer, count >= 0 else {
            throw .envelope(member: "accepted")
        }
        let first = members["first"]
        guard first == nil || (first?.integer).map({ $0 > 0 }) == true else {
            throw .envelope(member: "accepted.first")
        }
        self.init(first: first?.integer, count: count)
    }

    var json: JSONValue {
        var members: JSONObject = ["count": .integer(count)]
        members["first"] = first.map(JSONValue.integer)
        return .object(members)
    }
}

extension ExchangeResponse.LogEnd {
    init(_ json: JSONValue?) throws(MessageError) {
        guard let members = json?.members else { throw .envelope(member: "end") }
        guard let cursor = members["cursor"]?.text.flatMap(Cursor.init) else { throw .envelope(member: "end.cursor") }
        guard let count = members["count"]?.integer, count >= 0 else { throw .envelope(member: "end.count") }
        guard let fingerprint = members["fingerprint"]?.text.flatMap(Digest.init(hex:)) else {
            throw .envelope(member: "end.fingerprint")
        }
        let chain = members["chain"]
        let digest = chain?.text.flatMap(Digest.init(hex:))
        guard chain == nil || digest.map(cursor.fits) == true else { throw .envelope(member: "end.chain") }
        self.init(cursor: cursor, count: count, fingerprint: fingerprint, chain: digest)
    }

    var json: JSONValue {
        var members: JSONObject = [
            "cursor": .string(cursor.text), "count": .integer(count), "fingerprint": .string(fingerprint.hex),
        ]
        members["chain"] = chain.map { .string($0.hex) }
        return .object(members)
    }
}
