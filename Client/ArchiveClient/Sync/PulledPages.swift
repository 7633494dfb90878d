import LetterModel
import ReplicaStore
import SyncProtocol

/// What a remote has sent of its log: one page that is still coming, or several that are whole.
struct PulledPages {
    var batch = RevisionBatch()
    private(set) var entries = 0
    private(set) var byteCount = 0

    /// Counts an entry with so many bytes, and what one costs here whatever its size.
    mutating func grow(by bytes: Int) throws(SyncError) {
        entries += 1
        byteCount += bytes + 128
        guard byteCount <= ProtocolLimits.unclosedPageBytes else {
            throw SyncError.malformedResponse(detail: "a page has no end")
        }
    }

    /// Adds the page that follows.
    mutating func append(_ next: PulledPages) {
        batch.append(next.batch)
        entries += next.entries
        byteCount += next.byteCount
    }
}

/// What became of pages.
struct StoredPages: Sendable {
    let batch: RevisionBatch
    let report: IngestionReport

    /// What was no revision, and the revisions that no archive can take.
    var refused: [RefusedRevision] {
        var refused: [RefusedRevision] = []
        for (index, outcome) in report.outcomes.enumerated() {
            guard case .rejected(let error) = outcome else { continue }
            do throws(RefusedRevision) {
                refused.append(RefusedRevision(try batch.revision(at: index), error))
            } catch {
                refused.append(error)
            }
        }
        return refused
    }
}
