import Compression
import Hashing
import LetterModel
import Parallelism
import SQLiteBinding

/// What the ingestion of a revision needs, worked out before the transaction begins, on all cores. The content is kept as it is stored:
/// many of these wait for one transaction. An object, since it goes through many hands, and has a dozen parts to count the users of.
final class PreparedRevision: Sendable {
    let id: RevisionID
    /// What the header names.
    let links: RevisionLinks
    /// The header as it stands in a row.
    let storedHeader: [UInt8]
    /// The content as it is stored; nil for a tombstone.
    let content: StoredContent?
    /// What a row keeps beside the content; nil for a tombstone.
    let fixity: Int?
    /// Whether the content's frame was hashed before it was seen to hold what the header names.
    let wasSeen: Bool
    /// The letter's columns in `summary`, if this becomes its only head; nil for a tombstone, or where it enters no list now.
    let summary: [SQLiteValue]?
    /// The blobs that it refers to.
    let blobs: [BlobTables.Reference]

    /// What is read of a letter, where it enters the list and where it does not.
    private static let listedMembers = MemberNames(SummaryTable.lettersMembers + ["attachments"])
    private static let unlistedMembers = MemberNames(["attachments"])

    /// - Parameters:
    ///   - letter: What the revision says, where that is at hand: it is read from the content otherwise.
    ///   - dictionary: What the content is compressed with; nil for nothing.
    ///   - level: How hard to look for what the dictionary has.
    ///   - isListed: Whether it enters the list as it comes.
    convenience init(
        _ revision: Revision, letter: Letter? = nil, dictionary: CompressionDictionary? = nil,
        level: Zstandard.Level = .page, isListed: Bool = true
    ) {
        self.init(
            revision.id, RevisionLinks(revision.header), revision.headerBytes,
            content: revision.contentBytes.map { StoredContent($0, with: dictionary, level: level) }, seenFrame: nil,
            letter: letter ?? revision.letter, isListed: isListed)
    }

    /// Checks what came. Its content is kept as it came, if that may be stored, and compressed as above otherwise.
    ///
    /// - Throws: If it is no revision.
    convenience init(
        _ received: ReceivedRevision, dictionary: CompressionDictionary?, level: Zstandard.Level, isListed: Bool
    ) throws(RefusedRevision) {
        let storable = received.storable
        // Hashed before its content is read from it.
        let seenFrame = storable.map { SHA256.digest(of: $0.frame) }
        guard let (links, letter) = received.looked(for: isListed ? Self.listedMembers : Self.unlistedMembers) else {
            let revision = try received.checked()
            self.init(revision, dictionary: dictionary, level: level, isListed: isListed)
            return
        }
        let content =
            storable ?? received.contentBytes.map { StoredContent($0, with: dictionary, level: level) }
        self.init(
            received.id, links, received.headerBytes, content: content, seenFrame: seenFrame, letter: letter,
            isListed: isListed)
    }

    /// - Parameters:
    ///   - seenFrame: The SHA-256 of the content's frame, if the content was read from that.
    ///   - letter: What of the letter is needed; nil for a tombstone.
    private init(
        _ id: RevisionID, _ links: RevisionLinks, _ headerBytes: [UInt8], content: StoredContent?, seenFrame: Digest?,
        letter: Letter?, isListed: Bool
    ) {
        self.id = id
        self.links = links
        storedHeader = HeaderShorthand.of(headerBytes)
        self.content = content
        wasSeen = seenFrame != nil
        fixity = links.content.flatMap { content?.fixity(of: $0, frameDigest: seenFrame) }
        summary = isListed ? letter.map { SummaryTable.values(of: .single(id, $0)) } : nil
        blobs = letter.map(BlobTables.references(in:)) ?? []
    }

    /// The revision that this was made of.
    var revision: Revision {
        do {
            return try Revision(
                headerBytes: HeaderShorthand.expand(storedHeader), contentBytes: try content?.bytes())
        } catch {
            preconditionFailure("it was made of a revision: \(error)")
        }
    }

    /// Prepares many.
    static func all(_ revisions: [Revision], _ dictionary: CompressionDictionary?) -> [PreparedRevision] {
        revisions.concurrentMap { PreparedRevision($0, dictionary: dictionary) }
    }
}
