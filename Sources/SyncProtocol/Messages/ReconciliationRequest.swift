public import Hashing
public import LetterModel
public import ReplicaStore

/// A question of reconciliation, one line: which of these ranges of ids differ, and please send these revisions.
///
/// `{"archive":{…},"ranges":[{"count":391,"fingerprint":"…","prefix":"a3"},…],"v":1,"want":["…",…]}`
public struct ReconciliationRequest: Hashable, Sendable {
    /// What the sender holds of a range.
    public struct Claim: Hashable, Sendable {
        /// How many ids.
        public var count: Int
        /// Their sum, as it travels.
        public var fingerprint: RangeFingerprint

        /// A claim of its parts.
        public init(count: Int, fingerprint: RangeFingerprint) {
            self.count = count
            self.fingerprint = fingerprint
        }

        /// What a summary claims.
        public init(_ summary: RangeSummary) {
            self.init(count: summary.count, fingerprint: RangeFingerprint(summary.fingerprint))
        }
    }

    /// A range that is asked about.
    public struct Question: Hashable, Sendable {
        /// The range.
        public var range: IDRange
        /// What the sender holds of it; nil if it is known to differ, and what the other holds is wanted in any case.
        public var claim: Claim?

        /// A question of its parts.
        public init(_ range: IDRange, claim: Claim?) {
            self.range = range
            self.claim = claim
        }
    }

    /// The archive as the sender knows it.
    public var archive: ArchiveDescription
    /// The ranges that are asked about; they ascend and do not overlap.
    public var questions: [Question]
    /// The revisions that the sender wants.
    public var wanted: [RevisionID]

    /// A request of its parts.
    public init(archive: ArchiveDescription, questions: [Question] = [], wanted: [RevisionID] = []) {
        self.archive = archive
        self.questions = questions
        self.wanted = wanted
    }

    /// Reads a request. Members that this version does not know are left alone.
    public init(envelope: JSONObject) throws(MessageError) {
        guard let version = envelope["v"]?.integer else { throw .envelope(member: "v") }
        guard version == ProtocolLimits.version else { throw .version(version) }
        var questions: [Question] = []
        let ranges = try ReconciliationRequest.elements(envelope["ranges"], "ranges", ProtocolLimits.rangesPerQuestion)
        questions.reserveCapacity(ranges.count)
        for element in ranges {
            guard let members = element.members, let range = members["prefix"]?.text.flatMap(IDRange.init) else {
                throw .envelope(member: "ranges")
            }
            let claim = members["count"] == nil ? nil : try Claim(members, member: "ranges")
            questions.append(Question(range, claim: claim))
        }
        guard IDRange.areAscending(questions.map(\.range)) else { throw .envelope(member: "ranges") }
        let wanted = try ReconciliationRequest.elements(envelope["want"], "want", ProtocolLimits.wantedPerQuestion)
        let ids = wanted.compactMap(\.text).compactMap(RevisionID.init(hex:))
        guard ids.count == wanted.count else { throw .envelope(member: "want") }
        self.init(archive: try ArchiveDescription(envelope["archive"]), questions: questions, wanted: ids)
    }

    /// An array that may be absent.
    static func elements(
        _ value: JSONValue?, _ member: String, _ limit: Int
    ) throws(MessageError) -> [JSONValue] {
        guard let value else { return [] }
        guard let elements = value.elements, elements.count <= limit else { throw .envelope(member: member) }
        return elements
    }

    /// The members of the line.
    public var envelope: JSONObject {
        var members: JSONObject = ["archive": archive.json, "v": .integer(ProtocolLimits.version)]
        if !questions.isEmpty {
            members["ranges"] = .array(
                questions.map { question in
                    var members = question.claim?.members ?? [:]
                    members["prefix"] = .string(question.range.text)
                    return .object(members)
                })
        }
        if !wanted.isEmpty { members["want"] = .array(wanted.map { .string($0.hex) }) }
        return members
    }

    /// The body, and how it is encoded.
    public var body: EncodedBody {
        var lines = MessageLines()
        lines.append(envelope: envelope)
        return EncodedBody(compressing: lines.bytes)
    }
}

extension ReconciliationRequest.Claim {
    init(_ members: JSONObject, member: String) throws(MessageError) {
        guard let count = members["count"]?.integer, count >= 0,
            let fingerprint = members["fingerprint"]?.text.flatMap(RangeFingerprint.init)
        else { throw .envelope(member: member) }
        self.init(count: count, fingerprint: fingerprint)
    }

    var members: JSONObject { ["count": .integer(count), "fingerprint": .string(fingerprint.text)] }
}

/// The sum of the ids of a range as it travels: modulo 2^128, 32 lower-case hex digits. Half the bytes, and still nobody
/// meets two sets with one sum by chance; the fingerprint of the whole log is compared in full.
public struct RangeFingerprint: Hashable, Sendable {
    /// 32 lower-case hex digits.
    public let text: String

    /// The end of a full sum.
    public init(_ sum: Digest) {
        text = String(sum.hex.suffix(32))
    }

    /// A fingerprint from its spelling; nil unless it is 32 lower-case hex digits.
    public init?(_ text: String) {
        guard text.utf8.count == 32, Hex.decode(text.utf8) != nil else { return nil }
        self.text = text
    }

    /// Whether both have the same digits.
    public static func == (left: RangeFingerprint, right: RangeFingerprint) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }
}
