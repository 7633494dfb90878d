import Hashing
public import LetterModel
public import ReplicaStore

/// The first line of a bundle: what is in it, and from where to where in its creator's log it goes.
public struct BundleEnvelope: Hashable, Sendable {
    /// The archive.
    public var archive: ArchiveDescription
    /// What people call the archive.
    public var name: String
    /// What the creator calls itself.
    public var replica: String
    /// Where in the creator's log it begins; nil for the start. With the whole chain, so that whoever reads it can follow.
    public var since: LogPosition?
    /// Where in the creator's log it ends: the last checkpoint.
    public var end: Cursor
    /// How many log entries are in it.
    public var revisions: Int
    /// How many blobs are in it.
    public var blobs: Int

    /// An envelope of its parts.
    public init(
        archive: ArchiveDescription, name: String, replica: String, since: LogPosition?, end: Cursor, revisions: Int,
        blobs: Int
    ) {
        self.archive = archive
        self.name = name
        self.replica = replica
        self.since = since
        self.end = end
        self.revisions = revisions
        self.blobs = blobs
    }

    /// Reads it. Members that this version does not know are left alone.
    public init(envelope: JSONObject) throws(MessageError) {
        guard let version = envelope["v"]?.integer else { throw .envelope(member: "v") }
        guard version == ProtocolLimits.version else { throw .version(version) }
        guard let bundle = envelope["bundle"]?.members else { throw .envelope(member: "bundle") }
        guard let name = bundle["name"]?.text else { throw .envelope(member: "bundle.name") }
        guard let replica = envelope["replica"]?.text else { throw .envelope(member: "replica") }
        guard let end = bundle["end"]?.text.flatMap(Cursor.init) else { throw .envelope(member: "bundle.end") }
        guard let revisions = bundle["revisions"]?.integer, revisions >= 0 else {
            throw .envelope(member: "bundle.revisions")
        }
        guard let blobs = bundle["blobs"]?.integer, blobs >= 0 else { throw .envelope(member: "bundle.blobs") }
        var since: LogPosition?
        if let value = bundle["since"] {
            guard let cursor = value.text.flatMap(Cursor.init) else { throw .envelope(member: "bundle.since") }
            guard let chain = bundle["chain"]?.text.flatMap(Digest.init(hex:)), cursor.fits(chain) else {
                throw .envelope(member: "bundle.chain")
            }
            since = LogPosition(epoch: cursor.epoch, sequence: cursor.sequence, chain: chain)
        }
        guard end.sequence - (since?.sequence ?? 0) == revisions else { throw .envelope(member: "bundle.revisions") }
        self.init(
            archive: try ArchiveDescription(envelope["archive"]), name: name, replica: replica, since: since, end: end,
            revisions: revisions, blobs: blobs)
    }

    /// The members of the line.
    public var envelope: JSONObject {
        var bundle: JSONObject = [
            "blobs": .integer(blobs), "end": .string(end.text), "name": .string(name), "revisions": .integer(revisions),
        ]
        if let since {
            bundle["since"] = .string(Cursor(since).text)
            bundle["chain"] = .string(since.chain.hex)
        }
        return [
            "archive": archive.json, "bundle": .object(bundle), "replica": .string(replica),
            "v": .integer(ProtocolLimits.version),
        ]
    }
}
