import LetterMerge
public import LetterModel
public import ReplicaStore

// The guard against mass deletion, and what was seen of remotes.

extension Archive {
    /// Deletions that came from others and that nobody here confirmed: too many at once are held back until a person decides.
    public func unconfirmedDeletions() throws -> UnconfirmedDeletions { try store.unconfirmedDeletions() }

    /// Lets in the deletions that are held back. The guard counts anew from here.
    ///
    /// - Returns: the letters whose deletions were held back.
    @discardableResult
    public func acceptDeletions() throws -> [LetterID] {
        let held = try store.unconfirmedDeletions().held
        _ = try store.releaseHeldDeletions()
        try store.confirmDeletions()
        return held
    }

    /// Undoes all deletions of others that nobody confirmed, those that were let in before they became too many too: each letter
    /// that they hide says again what it said last, by a new revision. The next sync tells the others.
    ///
    /// Cut short, it goes on when it is called again.
    ///
    /// - Returns: the letters that were restored.
    /// - Throws: `ArchiveError.noAuthor`; then nothing was changed.
    @discardableResult
    public func rejectDeletions(author: Author? = nil) throws -> [LetterID] {
        if author == nil { guard try self.author() != nil else { throw ArchiveError.noAuthor } }
        _ = try store.releaseHeldDeletions()
        var restored: [LetterID] = []
        for letter in try store.unconfirmedDeletions().letIn where try view(of: letter).isDeleted {
            try restore(letter, author: author, message: "others' deletions were rejected")
            restored.append(letter)
        }
        try store.confirmDeletions()
        return restored
    }

    /// What was seen of remotes that came back old, were wiped or rewrote their history, oldest first.
    public func evidence() throws -> [RemoteEvidence] { try store.evidence() }
}
