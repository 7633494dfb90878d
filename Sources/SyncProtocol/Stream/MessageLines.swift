import Compression
public import LetterModel
import ReplicaStore

/// The lines of a message, as they are written: each ends with a line feed, and no line holds one.
public struct MessageLines: Sendable {
    /// The lines so far.
    public private(set) var bytes: [UInt8] = []

    /// No lines.
    public init() {}

    /// The lines of revisions.
    public init(_ revisions: [Revision]) {
        append(revisions)
    }

    /// Adds revisions.
    mutating func append(_ revisions: [Revision]) {
        reserve(revisions)
        for revision in revisions { append(revision) }
    }

    /// Makes room for the lines of revisions at once: bytes that grow are copied again and again.
    mutating func reserve(_ revisions: [Revision]) {
        // Of each two line feeds, and `null` for a tombstone.
        let more = revisions.reduce(MessageLines.checkpointBytes) { $0 + $1.byteCount + 6 }
        bytes.reserveCapacity(bytes.count + more)
    }

    /// What a checkpoint takes, or a little less.
    private static let checkpointBytes = 80

    /// The lines in a Zstandard frame.
    public var frame: [UInt8] { Zstandard.compress(bytes) }

    /// Adds an envelope.
    public mutating func append(envelope: JSONObject) {
        envelope.write(to: &bytes)
        endLine()
    }

    /// Adds a revision: the header's bytes, then the content's, or `null` for a tombstone. Both verbatim.
    public mutating func append(_ revision: Revision) {
        bytes.append(contentsOf: revision.headerBytes)
        endLine()
        if let content = revision.contentBytes {
            bytes.append(contentsOf: content)
        } else {
            bytes.append(contentsOf: "null".utf8)
        }
        endLine()
    }

    /// Adds that a revision stands here which the sender cannot give intact.
    public mutating func append(damaged id: RevisionID) {
        (["damaged": .string(id.hex)] as JSONObject).write(to: &bytes)
        endLine()
    }

    /// Adds a piece of a blob.
    public mutating func append(_ piece: BlobPiece) {
        piece.members.write(to: &bytes)
        endLine()
    }

    /// Closes a page.
    public mutating func append(checkpoint cursor: Cursor) {
        (["checkpoint": .string(cursor.text)] as JSONObject).write(to: &bytes)
        endLine()
    }

    private mutating func endLine() {
        bytes.append(UInt8(ascii: "\n"))
    }
}
