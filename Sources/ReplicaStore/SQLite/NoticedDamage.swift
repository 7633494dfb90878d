import LetterModel
import Synchronization

/// Revisions that were found damaged while the log was given out, until they are healed: kept in memory alone, since whoever reads them
/// after a restart finds them again.
final class NoticedDamage: Sendable {
    /// How many are kept: the others follow when these are healed.
    private static let maximumCount = 100

    private let noticed = Mutex<Set<RevisionID>>([])

    /// What is kept, ascending.
    var ids: [RevisionID] { noticed.withLock { $0.sorted() } }

    /// Notes what is damaged, and forgets what was found whole.
    func note(_ entries: [LogEntry]) {
        noticed.withLock { noticed in
            for entry in entries {
                switch entry {
                case .intact(let logged): if !noticed.isEmpty { noticed.remove(logged.revision.id) }
                case .damaged(_, let id): if noticed.count < NoticedDamage.maximumCount { noticed.insert(id) }
                }
            }
        }
    }

    /// Forgets revisions whose right bytes came.
    func forget(_ ids: some Sequence<RevisionID>) {
        noticed.withLock { noticed in
            if !noticed.isEmpty { noticed.subtract(ids) }
        }
    }
}
