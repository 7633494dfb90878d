import Compression
import LetterModel
import Parallelism
import SQLiteBinding

/// A revision with what its ingestion needs and can be worked out before the transaction begins, on all cores.
struct PreparedRevision: Sendable {
    let revision: Revision
    /// The content as it is stored; nil for a tombstone.
    let compressedContent: [UInt8]?
    /// The letter's columns in `summary`, if this becomes its only head; nil for a tombstone.
    let summary: [SQLiteValue]?

    /// - Parameter letter: What the revision says, where that is at hand: it is read from the content otherwise.
    init(_ revision: Revision, letter: Letter? = nil) {
        self.revision = revision
        compressedContent = revision.contentBytes.map { Zstandard.compress($0, level: .letter) }
        summary = (letter ?? revision.letter).map { SummaryTable.values(of: .single(revision.id, $0)) }
    }

    /// Prepares many.
    static func all(_ revisions: [Revision]) -> [PreparedRevision] {
        revisions.concurrentMap { PreparedRevision($0) }
    }
}
