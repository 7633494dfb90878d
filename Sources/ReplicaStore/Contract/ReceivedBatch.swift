public import Compression
import Dispatch
import Hashing
public import LetterModel
import Parallelism

/// A revision as it came: nothing of it is checked.
public struct ReceivedRevision: Sendable {
    /// The SHA-256 of the header's bytes, whatever these are.
    public let id: RevisionID
    /// The header's bytes.
    public let headerBytes: [UInt8]
    /// The content.
    public let content: Content

    /// How a content comes.
    public enum Content: Sendable {
        /// There is none: a tombstone.
        case none
        /// As its bytes.
        case bytes([UInt8])
        /// As it may be stored.
        case stored(StoredContent)
    }

    /// A revision of its two byte strings.
    public init(headerBytes: [UInt8], content: Content) {
        id = RevisionID(SHA256.digest(of: headerBytes))
        self.headerBytes = headerBytes
        self.content = content
    }

    /// The bytes of header and content, by what the content says of itself.
    public var byteCount: Int {
        switch content {
        case .none: headerBytes.count
        case .bytes(let bytes): headerBytes.count + bytes.count
        case .stored(let stored): headerBytes.count + stored.byteCount
        }
    }

    /// The bytes of the content, not hashed; those of the frame where that cannot be read: what no header names.
    fileprivate var contentBytes: [UInt8]? {
        switch content {
        case .none: return nil
        case .bytes(let bytes): return bytes
        case .stored(let stored):
            do {
                return try stored.bytes()
            } catch {
                return stored.frame
            }
        }
    }
}

/// Bytes that are no revision.
public struct RefusedRevision: Error, Hashable, Sendable {
    /// The SHA-256 of the header's bytes.
    public let id: RevisionID
    /// The header's bytes.
    public let headerBytes: [UInt8]
    /// The content's bytes; nil if none came.
    public let contentBytes: [UInt8]?
    /// Why they are none, or none that can be taken.
    public let error: RevisionError

    init(id: RevisionID, headerBytes: [UInt8], contentBytes: [UInt8]?, error: RevisionError) {
        self.id = id
        self.headerBytes = headerBytes
        self.contentBytes = contentBytes
        self.error = error
    }

    /// A revision that cannot be taken.
    public init(_ revision: Revision, _ error: RevisionError) {
        self.init(
            id: revision.id, headerBytes: revision.headerBytes, contentBytes: revision.contentBytes, error: error)
    }
}

/// Revisions that come, in their order. They are checked, and worked out for a store, on all cores while more of them come.
public struct ReceivedBatch: Sendable {
    private var parts: [BegunWork<[Result<PreparedRevision, RefusedRevision>], Never>] = []
    private var rest: [ReceivedRevision] = []
    /// What the next contents are compressed with that do not come as they are stored; nil for nothing.
    public var dictionary: CompressionDictionary?
    private let isListed: Bool

    /// An empty batch.
    ///
    /// - Parameters:
    ///   - dictionary: what contents are compressed with that do not come as they are stored; nil for nothing.
    ///   - isListed: whether the store that takes them in puts letters into its list then (``ReplicaStore/listsAtOnce``).
    public init(dictionary: CompressionDictionary? = nil, isListed: Bool = true) {
        self.dictionary = dictionary
        self.isListed = isListed
    }

    /// Whether nothing has come.
    public var isEmpty: Bool { parts.isEmpty && rest.isEmpty }

    /// Adds a revision.
    public mutating func append(_ revision: ReceivedRevision) {
        rest.append(revision)
        if rest.count == RevisionBatch.partCount { beginPart() }
    }

    /// Adds what follows.
    public mutating func append(_ next: ReceivedBatch) {
        beginPart()
        parts += next.parts
        rest = next.rest
        dictionary = next.dictionary ?? dictionary
    }

    private mutating func beginPart() {
        guard !rest.isEmpty else { return }
        let check = check(.page)
        parts.append(BegunWork(on: .global()) { [rest] in rest.map(check) })
        rest = []
    }

    private func check(
        _ level: Zstandard.Level
    ) -> @Sendable (ReceivedRevision) -> Result<PreparedRevision, RefusedRevision> {
        { [dictionary, isListed] received in
            let storable = received.storable
            let seenFrame = storable.map { SHA256.digest(of: $0.frame) }
            let content = received.contentBytes
            do throws(RevisionError) {
                let (revision, letter) =
                    isListed
                    ? try Revision.withLetter(
                        headerBytes: received.headerBytes, contentBytes: content, id: received.id)
                    : (try Revision(headerBytes: received.headerBytes, contentBytes: content, id: received.id), nil)
                return .success(
                    PreparedRevision(
                        revision, stored: storable, seenFrame: seenFrame, letter: letter, dictionary: dictionary,
                        level: level, isListed: isListed))
            } catch {
                return .failure(
                    RefusedRevision(
                        id: received.id, headerBytes: received.headerBytes, contentBytes: content, error: error))
            }
        }
    }

    /// Waits until all are checked.
    ///
    /// - Returns: Those that are revisions, and those that are none, each in their order.
    public func checked() -> (batch: RevisionBatch, refused: [RefusedRevision]) {
        // Those that come last are checked here while others work on those before them.
        let last = rest.concurrentMap(check(parts.isEmpty ? .letter : .page))
        var prepared: [PreparedRevision] = []
        var refused: [RefusedRevision] = []
        prepared.reserveCapacity(parts.count * RevisionBatch.partCount + last.count)
        for results in parts.map({ $0.wait() }) + [last] {
            for result in results {
                switch result {
                case .success(let revision): prepared.append(revision)
                case .failure(let bytes): refused.append(bytes)
                }
            }
        }
        return (RevisionBatch(prepared), refused)
    }
}

extension ReceivedRevision {
    /// The content as it came, if it is no larger than it would be made here.
    fileprivate var storable: StoredContent? {
        guard case .stored(let stored) = content, stored.frame.count <= stored.byteCount + StoredContent.excessBytes
        else {
            return nil
        }
        return stored
    }
}
