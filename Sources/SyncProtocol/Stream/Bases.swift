import Compression
import Hashing
import LetterModel
public import ReplicaStore

/// Revisions that both ends hold. A frame that is compressed against them is *thin*: an edit costs little more than what it changes.
///
/// Before a thin frame stands a note with the ids; both ends put the bases' lines together, in that order, as they travel in a message.
public struct Bases: Sendable {
    private var ids: [RevisionID] = []
    private var lines = MessageLines()

    /// None: the frame is like any other.
    public init() {}

    /// What these revisions were made from: the parents of those that have a content, as far as they are whole here, not among the revisions
    /// themselves, and the other end has them.
    ///
    /// - Parameter last: The end of the part of this log that the other end has.
    public init(
        of revisions: [OutgoingRevision], in store: any ReplicaStore, through last: Int = .max
    ) throws(StoreError) {
        let edits = revisions.lazy.map(\.links).filter { $0.content != nil }
        let parents = Set(edits.flatMap(\.parents)).subtracting(revisions.map(\.id))
        guard !parents.isEmpty else { return }
        let named = Array(parents.sorted().prefix(ProtocolLimits.basesPerFrame))
        for entry in try store.logEntries(of: named, maximumBytes: ProtocolLimits.baseBytes) {
            if case .intact(let logged) = entry, logged.sequence <= last { append(logged.revision) }
        }
    }

    /// Those that a note names.
    ///
    /// - Throws: `MessageError.baseMissing` if one of them is not whole here.
    init(named note: [UInt8], in store: any ReplicaStore) throws {
        let size = Digest.byteCount
        let named = stride(from: 0, to: note.count, by: size).compactMap { start in
            Digest(bytes: Array(note[start..<min(start + size, note.count)])).map(RevisionID.init)
        }
        guard named.count * size == note.count, named.count <= ProtocolLimits.basesPerFrame else {
            throw MessageError.compression(.corrupt)
        }
        var held: [RevisionID: Revision] = [:]
        for entry in try store.logEntries(of: named, maximumBytes: ProtocolLimits.baseBytes) {
            if case .intact(let logged) = entry { held[logged.revision.id] = logged.revision }
        }
        for id in named {
            // Each once: so they stay within what they may be together.
            guard let revision = held.removeValue(forKey: id) else { throw MessageError.baseMissing }
            append(revision)
        }
    }

    private mutating func append(_ revision: Revision) {
        ids.append(revision.id)
        lines.append(revision)
    }

    /// Whether there are none.
    public var isEmpty: Bool { ids.isEmpty }

    /// What they are together, as lines.
    public var byteCount: Int { bytes.count }

    /// What a thin frame is compressed against.
    var bytes: [UInt8] { lines.bytes }

    /// A frame with these lines, behind the note if there are bases.
    func compress(_ plain: [UInt8]) -> [UInt8] {
        guard !ids.isEmpty else { return Zstandard.compress(plain) }
        return ZstandardDecoder.encodedNote(ids.flatMap { Array($0.digest.bytes) })
            + Zstandard.compress(plain, against: bytes)
    }
}
