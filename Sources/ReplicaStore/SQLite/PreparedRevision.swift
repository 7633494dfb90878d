import Compression
import LetterModel
import Parallelism
import SQLiteBinding

/// What the ingestion of a revision needs, worked out before the transaction begins, on all cores. The content is kept as it is stored:
/// many of these wait for one transaction.
struct PreparedRevision: Sendable {
    let id: RevisionID
    let header: RevisionHeader
    let headerBytes: [UInt8]
    /// The content as it is stored; nil for a tombstone.
    let compressedContent: [UInt8]?
    /// The letter's columns in `summary`, if this becomes its only head; nil for a tombstone.
    let summary: [SQLiteValue]?
    /// The blobs that it refers to.
    let blobs: [BlobTables.Reference]

    /// - Parameter letter: What the revision says, where that is at hand: it is read from the content otherwise.
    init(_ revision: Revision, letter: Letter? = nil) {
        id = revision.id
        header = revision.header
        headerBytes = revision.headerBytes
        compressedContent = revision.contentBytes.map { Zstandard.compress($0, level: .letter) }
        let letter = letter ?? revision.letter
        summary = letter.map { SummaryTable.values(of: .single(revision.id, $0)) }
        blobs = letter.map(BlobTables.references(in:)) ?? []
    }

    /// The revision that this was made of.
    var revision: Revision {
        do {
            let content = try compressedContent.map {
                try Zstandard.decompress($0, limitBytes: Limits.contentBytes)
            }
            return try Revision(headerBytes: headerBytes, contentBytes: content)
        } catch {
            preconditionFailure("it was made of a revision: \(error)")
        }
    }

    /// Prepares many.
    static func all(_ revisions: [Revision]) -> [PreparedRevision] {
        revisions.concurrentMap { PreparedRevision($0) }
    }
}
