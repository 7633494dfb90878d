import Compression
import Hashing
import LetterModel
import Parallelism
import SQLiteBinding

/// What the ingestion of a revision needs, worked out before the transaction begins, on all cores. The content is kept as it is stored:
/// many of these wait for one transaction. An object, since it goes through many hands, and has a dozen parts to count the users of.
final class PreparedRevision: Sendable {
    let id: RevisionID
    let header: RevisionHeader
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

    /// What is read of a letter.
    static let lettersMembers = MemberNames(SummaryTable.lettersMembers + ["attachments"])

    /// - Parameters:
    ///   - stored: The content as it came, if it may be stored so.
    ///   - seenFrame: The SHA-256 of its frame, taken before the revision's content was read from it.
    ///   - letter: What the revision says, or `lettersMembers` of it, where that is at hand: it is read from the content otherwise.
    ///   - dictionary: What the content is compressed with otherwise; nil for nothing.
    ///   - level: How hard to look for what the dictionary has.
    ///   - isListed: Whether it enters the list as it comes.
    init(
        _ revision: Revision, stored: StoredContent? = nil, seenFrame: Digest? = nil, letter: Letter? = nil,
        dictionary: CompressionDictionary? = nil, level: Zstandard.Level = .page, isListed: Bool = true
    ) {
        id = revision.id
        header = revision.header
        storedHeader = HeaderShorthand.of(revision.headerBytes)
        wasSeen = seenFrame != nil
        let content = revision.contentBytes.map { stored ?? StoredContent($0, with: dictionary, level: level) }
        self.content = content
        fixity = revision.header.content.flatMap { content?.fixity(of: $0, frameDigest: seenFrame) }
        guard isListed else {
            summary = nil
            blobs = BlobTables.references(in: revision)
            return
        }
        let letter = letter ?? revision.letter
        summary = letter.map { SummaryTable.values(of: .single(revision.id, $0)) }
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
