public import Compression
public import LetterModel
public import ReplicaStore
import ReplicaStoreConformance

extension CompressionDictionary {
    /// A content as it is stored with this dictionary.
    public func packed(_ content: [UInt8]) throws -> StoredContent {
        guard let frame = compress(content) else { throw TestFailure("nothing can be compressed with this dictionary") }
        return StoredContent(frame: frame, dictionary: self)
    }

    /// A revision as a log gives it that keeps its content so.
    public func packed(_ revision: Revision) throws -> OutgoingRevision {
        guard let content = revision.contentBytes else { return .whole(revision) }
        return revision.packed(as: try packed(content))
    }
}

extension Revision {
    /// The revision as it travels with this content, whatever that is.
    public func packed(as content: StoredContent) -> OutgoingRevision {
        .packed(PackedRevision(id: id, links: RevisionLinks(header), headerBytes: headerBytes, content: content))
    }
}

extension TestReplica {
    /// Takes revisions as if they were imported here, compressed with a dictionary.
    public func take(_ revisions: [Revision], with dictionary: CompressionDictionary) throws {
        var batch = RevisionBatch(dictionary: dictionary)
        for revision in revisions { batch.append(revision) }
        let report = try store.ingest(Ingestion(archive: maker.archive, batch: batch))
        guard report.acceptedCount == revisions.count else { throw TestFailure("not all were taken") }
    }
}
