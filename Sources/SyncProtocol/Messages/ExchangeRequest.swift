public import LetterModel

/// The first line of a sync request: who asks, about which archive, from where on.
public struct ExchangeRequest: Hashable, Sendable {
    /// What the replica that asks calls itself. For logs; nothing is decided by it.
    public var replica: String
    /// The archive as the replica that asks knows it.
    public var archive: ArchiveDescription
    /// The text of the cursor up to which the replica has the other's log; nil for none of it.
    public var cursor: String?
    /// After about so many decoded bytes of revisions the response may end at a checkpoint; nil for no such bound.
    public var limitBytes: Int?
    /// What may be left out of pages: what the cursor says that is held.
    public var thinness = Thinness.whole

    /// A request of its parts.
    public init(replica: String, archive: ArchiveDescription, cursor: String? = nil, limitBytes: Int? = nil) {
        self.replica = replica
        self.archive = archive
        self.cursor = cursor
        self.limitBytes = limitBytes
    }

    /// Reads the envelope of a request. Members that this version does not know are left alone.
    public init(envelope: JSONObject) throws(MessageError) {
        guard let version = envelope["v"]?.integer else { throw .envelope(member: "v") }
        guard version == ProtocolLimits.version else { throw .version(version) }
        guard let replica = envelope["replica"]?.text, replica.utf8.count <= Limits.labelBytes else {
            throw .envelope(member: "replica")
        }
        let archive = try ArchiveDescription(envelope["archive"])
        let cursor = envelope["cursor"]
        guard cursor == nil || cursor?.text != nil else { throw .envelope(member: "cursor") }
        let limit = envelope["limit"]
        guard limit == nil || (limit?.integer).map({ $0 > 0 }) == true else { throw .envelope(member: "limit") }
        self.init(replica: replica, archive: archive, cursor: cursor?.text, limitBytes: limit?.integer)
        thinness = Thinness(envelope["thin"])
    }

    /// The members of the envelope.
    public var envelope: JSONObject {
        var members: JSONObject = [
            "archive": archive.json, "replica": .string(replica), "v": .integer(ProtocolLimits.version),
        ]
        members["cursor"] = cursor.map(JSONValue.string)
        members["limit"] = limitBytes.map(JSONValue.integer)
        members["thin"] = thinness.json
        return members
    }

    /// The body of a request that pushes these revisions, and how it is encoded.
    ///
    /// - Parameter bases: What the remote holds already of that which it says.
    public func body(pushing revisions: [Revision], against bases: Bases = Bases()) -> EncodedBody {
        var lines = MessageLines()
        lines.append(envelope: envelope)
        lines.append(revisions)
        return EncodedBody(compressing: lines.bytes, against: bases)
    }

    /// The body of a request that pushes revisions whose frames are made already.
    public func body(before frames: [UInt8]) -> EncodedBody {
        var lines = MessageLines()
        lines.append(envelope: envelope)
        return EncodedBody(frames: lines.frames + frames)
    }
}
