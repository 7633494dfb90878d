import LetterMerge
import LetterModel
import ReplicaStore
import ReplicaStoreConformance

/// Everything that a replica tells, of one moment: two replicas with equal portraits cannot be told apart by anybody.
///
/// The log comes re-hashed, so an equal portrait has every byte of every revision; lists, views, counts and cursors are
/// what was derived from it.
struct Portrait: Equatable {
    let identity: ReplicaIdentity
    let state: LogState
    let entries: [LogEntry]
    let letters: [LetterSummary]
    let deletedLetters: [LetterSummary]
    let views: [LetterView?]
    let statistics: ReplicaStatistics
    let remotes: [Remote]
    let refusals: [[Refusal]]
    let missingBlobs: [BlobReference]
    let settings: [String?]

    init(_ store: SQLiteReplicaStore) throws {
        identity = try store.identity()
        state = try store.logState()
        entries = try store.logEntries(after: 0, through: .max, maximumBytes: .max)
        letters = try store.letters(LetterQuery())
        var deleted = LetterQuery()
        deleted.onlyDeleted = true
        deletedLetters = try store.letters(deleted)
        // Views of all letters would be read from all revisions again: those of the letters that are edited most.
        views = try (0..<3).map { try store.view(of: RevisionMaker.letterID($0)) }
        statistics = try store.statistics()
        remotes = try store.remotes()
        refusals = try remotes.map { try store.refusals(by: $0.name) }
        missingBlobs = try store.missingBlobs(limit: 100)
        settings = try ["author", "blobs"].map { try store.setting($0) }
    }
}
