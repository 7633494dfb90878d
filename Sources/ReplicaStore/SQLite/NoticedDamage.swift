import LetterModel
import Synchronization

/// Revisions that were found damaged while the log was given out, until they are healed: kept in memory alone, since whoever reads them
/// after a restart finds them again.
final class NoticedDamage: Sendable {
    /// How many are kept: the others follow when these are healed.
    private static let maximumCount = 100

    private let noticed = Mutex<Set<RevisionID>>([])
    /// Whether there are any: nearly never, and every exchange asks.
    private let isAny = Atomic<Bool>(false)

    /// What is kept, ascending.
    var ids: [RevisionID] { isAny.load(ordering: .acquiring) ? noticed.withLock { $0.sorted() } : [] }

    /// Notes what is damaged, and forgets what was found whole.
    func note(damaged: [RevisionID], whole: [RevisionID]) {
        change(adding: damaged, removing: whole)
    }

    /// Forgets revisions whose right bytes came.
    func forget(_ ids: some Sequence<RevisionID>) {
        guard isAny.load(ordering: .acquiring) else { return }
        change(adding: [], removing: Array(ids))
    }

    private func change(adding damaged: [RevisionID], removing whole: [RevisionID]) {
        guard !damaged.isEmpty || isAny.load(ordering: .acquiring) else { return }
        noticed.withLock { noticed in
            noticed.subtract(whole)
            noticed.formUnion(damaged.prefix(NoticedDamage.maximumCount - noticed.count))
            isAny.store(!noticed.isEmpty, ordering: .releasing)
        }
    }
}
