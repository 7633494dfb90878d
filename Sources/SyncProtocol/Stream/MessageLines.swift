import Compression
import Hashing
public import LetterModel
public import ReplicaStore

/// The lines of a message, as they are written: each ends with a line feed, and no line holds one. Behind their frame may follow contents
/// as they are stored, in frames of their own.
public struct MessageLines: Sendable {
    /// The lines so far.
    public private(set) var bytes: [UInt8] = []
    /// The frames of contents, of which lines tell how long they are.
    private var contents: [UInt8] = []
    /// What the last of them was compressed with, as these lines say.
    private var dictionary: Digest?

    /// No lines.
    public init() {}

    /// The lines of revisions.
    public init(_ revisions: [Revision]) {
        append(revisions)
    }

    /// Adds revisions.
    mutating func append(_ revisions: [Revision]) {
        reserve(revisions.map { .whole($0) })
        for revision in revisions { append(revision) }
    }

    /// Makes room for revisions at once: bytes that grow are copied again and again.
    public mutating func reserve(_ revisions: [OutgoingRevision]) {
        var (more, moreContents) = (MessageLines.checkpointBytes, 0)
        for index in revisions.indices {
            switch revisions[index] {
            // Two line feeds, and `null` for a tombstone.
            case .whole(let revision): more += revision.byteCount + 6
            // Two line feeds, and how long the content is.
            case .packed(let revision):
                more += revision.headerBytes.count + 8
                moreContents += revision.content.frame.count
            }
        }
        bytes.reserveCapacity(bytes.count + more)
        contents.reserveCapacity(contents.count + moreContents)
    }

    /// What a checkpoint takes, or a little less.
    private static let checkpointBytes = 80

    /// Whether everything is said by the lines alone.
    var isPlain: Bool { contents.isEmpty }

    /// How many bytes there are, lines and contents.
    var byteCount: Int { bytes.count + contents.count }

    /// The lines in a Zstandard frame, and the contents that they tell of.
    public var frames: [UInt8] { frames(against: Bases()) }

    /// The same, where the receiver holds bases.
    func frames(against bases: Bases) -> [UInt8] {
        guard !isPlain else { return bases.compress(bytes) }
        // Beside contents that are compressed already stand headers. Most of these are ids, which no level makes smaller.
        var frames = bases.isEmpty ? Zstandard.compress(bytes, level: .letter) : bases.compress(bytes)
        frames.reserveCapacity(frames.count + contents.count)
        frames += contents
        return frames
    }

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

    /// Adds a revision, with its content as it is stored if that is how it comes.
    ///
    /// - Parameter dictionary: What such contents were compressed with; is held once it stands here. Nil if none comes so.
    public mutating func append(_ revision: OutgoingRevision, by dictionary: inout TravellingDictionary?) {
        switch revision {
        case .whole(let revision): append(revision)
        case .packed(let packed):
            guard let known = dictionary, packed.content.dictionary?.digest == known.dictionary.digest else {
                preconditionFailure("contents stay as they are stored by the dictionary that was asked for")
            }
            if self.dictionary != known.dictionary.digest {
                DictionaryLine(known.dictionary, isHeld: known.isHeld).members.write(to: &bytes)
                endLine()
                self.dictionary = known.dictionary.digest
                dictionary?.isHeld = true
            }
            bytes.append(contentsOf: packed.headerBytes)
            endLine()
            bytes.append(contentsOf: String(packed.content.frame.count).utf8)
            endLine()
            contents.append(contentsOf: packed.content.frame)
        }
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
