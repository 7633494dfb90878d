import Hashing
public import LetterModel

/// A revision as it came: nothing of it is checked. An object, since it goes through many hands, and of its dictionary, which all of a message have,
/// the users would be counted by all threads at once.
public final class ReceivedRevision: Sendable {
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

    /// The content as it came, if it is no larger than it would be made here.
    var storable: StoredContent? {
        guard case .stored(let stored) = content, stored.frame.count <= stored.byteCount + StoredContent.excessBytes
        else {
            return nil
        }
        return stored
    }

    /// Checks it.
    func checked() throws(RefusedRevision) -> Revision {
        let content = contentBytes
        do throws(RevisionError) {
            return try Revision(headerBytes: headerBytes, contentBytes: content, id: id)
        } catch {
            throw RefusedRevision(id: id, headerBytes: headerBytes, contentBytes: content, error: error)
        }
    }

    /// Checks it without making bytes of what its content is compressed to.
    ///
    /// - Parameter names: What is needed of its letter.
    /// - Returns: What its header names, and these members of its letter, nil for a tombstone. Nil if it is no revision; `checked` says why.
    func looked(for names: MemberNames) -> (links: RevisionLinks, letter: Letter?)? {
        func look(_ content: Span<UInt8>?) -> (links: RevisionLinks, letter: Letter?)? {
            do {
                return try Revision.check(headerBytes: headerBytes, content: content, reading: names)
            } catch {
                return nil
            }
        }
        switch content {
        case .none: return look(nil)
        case .bytes(let bytes): return look(bytes.span)
        case .stored(let stored):
            do {
                return try stored.withBytes { look($0) }
            } catch {
                return nil
            }
        }
    }

    /// The bytes of the content, not hashed; those of the frame where that cannot be read: what no header names.
    var contentBytes: [UInt8]? {
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

/// Bytes that are no revision, or none that can be taken.
public struct RefusedRevision: Error, Hashable, Sendable {
    /// The SHA-256 of the header's bytes.
    public let id: RevisionID
    /// The header's bytes.
    public let headerBytes: [UInt8]
    /// The content's bytes; nil if none came.
    public let contentBytes: [UInt8]?
    /// Why.
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
