import Hashing
import LetterMerge
import LetterModel
public import ReplicaStore

extension InMemoryReplicaStore.State {
    // MARK: The guard against mass deletion

    /// What the guard goes by during one ingestion: the letters that are shown before it, and how many there were when a person
    /// last confirmed.
    struct Shown {
        var letters: Set<LetterID> = []
        var count = 0
    }

    var shown: Shown {
        let letters = Set(letterIDs.filter { view(of: $0)?.isDeleted == false })
        return Shown(letters: letters, count: letters.union(letInDeletions).count)
    }

    /// The letter's tombstones count: it is shown, and was here before the pull.
    private func counts(_ letter: LetterID, through: Int) -> Bool {
        guard let first = log.firstIndex(where: { $0.header.letter == letter }) else { return false }
        return first < through && shownBefore.letters.contains(letter)
    }

    /// Whether an ingestion holds back what counts, from its first revision on.
    func isHolding(_ revisions: [Revision], through: Int?) -> Bool {
        guard let through else { return false }
        guard held.isEmpty else { return true }
        var letters = letInDeletions
        for revision in revisions
        where revision.header.content == nil && counts(revision.header.letter, through: through) {
            letters.insert(revision.header.letter)
        }
        return DeletionGuard.isExcessive(deleted: letters.count, of: shownBefore.count)
    }

    func mustHold(_ revision: Revision, through: Int, isHolding: Bool) -> Bool {
        if revision.header.parents.contains(where: { parent in held.contains { $0.id == parent } }) { return true }
        let letter = revision.header.letter
        guard revision.header.content == nil, counts(letter, through: through) else { return false }
        if isHolding { return true }
        guard !letInDeletions.contains(letter) else { return false }
        return DeletionGuard.isExcessive(deleted: letInDeletions.count + 1, of: shownBefore.count)
    }

    mutating func noteDeletion(_ revision: Revision, through: Int) {
        guard revision.header.content == nil, counts(revision.header.letter, through: through) else { return }
        letInDeletions.insert(revision.header.letter)
    }

    mutating func hold(_ revision: Revision, from remote: String?) {
        if !held.contains(where: { $0.id == revision.id }) { held.append(revision) }
        noteBeside(revision.id, at: remote)
    }

    // MARK: Beside the log

    mutating func noteBeside(_ id: RevisionID, at remote: String?) {
        if let remote { remotes[ByteKey(remote)]?.beside.insert(id) }
    }

    func isBeside(_ id: RevisionID) -> Bool {
        held.contains { $0.id == id } || waiting.contains { $0.revision.id == id }
    }
}

extension InMemoryReplicaStore {
    // MARK: Deletions that nobody confirmed

    /// The deletions that came from others and that no person here has confirmed.
    public func unconfirmedDeletions() throws(StoreError) -> UnconfirmedDeletions {
        try change { state in
            let letters = state.held.filter { $0.header.content == nil }.map(\.header.letter)
            return UnconfirmedDeletions(
                held: Set(letters).sorted(), heldRevisions: state.held.count, letIn: state.letInDeletions.sorted())
        }
    }

    /// Takes what is held back into the log.
    public func releaseHeldDeletions() throws(StoreError) -> IngestionReport {
        try change { state in
            let before = state.log.count
            let held = state.held
            state.held = []
            for revision in held {
                if revision.header.content == nil { state.letInDeletions.insert(revision.header.letter) }
                state.append(revision, from: nil)
            }
            state.promote(state.identity.archive, guardedThrough: before, isReleasing: true)
            return state.report([], since: before)
        }
    }

    /// Forgets the letters whose deletions were let in.
    public func confirmDeletions() throws(StoreError) {
        try change { $0.letInDeletions = [] }
    }
}
