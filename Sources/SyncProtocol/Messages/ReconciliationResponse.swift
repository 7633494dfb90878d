public import LetterModel
public import ReplicaStore

/// The first line of an answer of reconciliation: what the other side holds of the ranges that differ. The revisions that were wanted follow.
///
/// `{"answered":2,"left":0,"ranges":[{"ids":["…"],"prefix":"a3"},{"parts":[{"count":9,"fingerprint":"…"},…],"prefix":"b"}],"revisions":1,"v":1}`
public struct ReconciliationResponse: Hashable, Sendable {
    /// What there is in a range.
    public enum Holding: Hashable, Sendable {
        /// All its ids, ascending.
        case ids([RevisionID])
        /// Its sixteen parts, ascending: too many ids to list.
        case parts([ReconciliationRequest.Claim])
    }

    /// A range that differs, or about which no claim was made.
    public struct Range: Hashable, Sendable {
        /// The range.
        public var range: IDRange
        /// What there is in it.
        public var holding: Holding

        /// A range of its parts.
        public init(_ range: IDRange, _ holding: Holding) {
            self.range = range
            self.holding = holding
        }
    }

    /// How many of the questions this answers, from the first on; the rest are to be asked again.
    public var answeredCount: Int
    /// Those of them that differ, in the order asked.
    public var ranges: [Range]
    /// How many entries follow: revisions, or ids of damaged ones.
    public var entryCount: Int
    /// How many of the wanted revisions are there and did not fit: to be asked for again.
    public var leftCount: Int

    /// A response of its parts.
    public init(answeredCount: Int, ranges: [Range], entryCount: Int, leftCount: Int) {
        self.answeredCount = answeredCount
        self.ranges = ranges
        self.entryCount = entryCount
        self.leftCount = leftCount
    }

    /// Reads the first line. Members that this version does not know are left alone.
    public init(envelope: JSONObject) throws(MessageError) {
        guard let version = envelope["v"]?.integer else { throw .envelope(member: "v") }
        guard version == ProtocolLimits.version else { throw .version(version) }
        func number(_ member: String) throws(MessageError) -> Int {
            guard let number = envelope[member]?.integer, number >= 0 else { throw .envelope(member: member) }
            return number
        }
        var ranges: [Range] = []
        let limit = ProtocolLimits.rangesPerQuestion
        for element in try ReconciliationRequest.elements(envelope["ranges"], "ranges", limit) {
            ranges.append(try Range(element))
        }
        self.init(
            answeredCount: try number("answered"), ranges: ranges, entryCount: try number("revisions"),
            leftCount: try number("left"))
    }

    /// The members of the first line.
    public var envelope: JSONObject {
        [
            "answered": .integer(answeredCount), "left": .integer(leftCount),
            "ranges": .array(ranges.map(\.json)), "revisions": .integer(entryCount),
            "v": .integer(ProtocolLimits.version),
        ]
    }
}

extension ReconciliationResponse.Range {
    init(_ json: JSONValue) throws(MessageError) {
        let broken = MessageError.envelope(member: "ranges")
        guard let members = json.members, let range = members["prefix"]?.text.flatMap(IDRange.init) else {
            throw broken
        }
        if let parts = members["parts"]?.elements {
            guard parts.count == IDRange.fanOut, range.digitCount < IDRange.maximumDigits else { throw broken }
            var claims: [ReconciliationRequest.Claim] = []
            for part in parts {
                guard let members = part.members else { throw broken }
                claims.append(try ReconciliationRequest.Claim(members, member: "ranges"))
            }
            self.init(range, .parts(claims))
        } else {
            guard let elements = members["ids"]?.elements, elements.count <= ProtocolLimits.listedIDs else {
                throw broken
            }
            let ids = elements.compactMap(\.text).compactMap(RevisionID.init(hex:))
            guard ids.count == elements.count, ids.allSatisfy(range.contains),
                zip(ids, ids.dropFirst()).allSatisfy({ $0 < $1 })
            else { throw broken }
            self.init(range, .ids(ids))
        }
    }

    var json: JSONValue {
        switch holding {
        case .ids(let ids): ["ids": .array(ids.map { .string($0.hex) }), "prefix": .string(range.text)]
        case .parts(let parts):
            ["parts": .array(parts.map { .object($0.members) }), "prefix": .string(range.text)]
        }
    }
}
