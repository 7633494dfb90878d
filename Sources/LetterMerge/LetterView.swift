public import LetterModel

/// The letter that people see: the merge of its heads. A pure function of the set of its revisions.
public struct LetterView: Hashable, Sendable {
    /// The merged letter, with the provisional value of each conflict. Of a letter that is deleted: what it said last.
    public let letter: Letter
    /// The revisions that no other one names as a parent, ascending; equal roots count once.
    public let heads: [RevisionID]
    /// The highest head that is no tombstone: what an edit of a letter with conflicts starts from. Nil if all heads are tombstones.
    public let leadingHead: RevisionID?
    /// What the heads disagree on, in the order of the letter's members; first of all delete against edit.
    public let conflicts: [Conflict]
    /// Whether every head is a tombstone.
    public let isDeleted: Bool

    /// A view of its parts.
    public init(
        letter: Letter, heads: [RevisionID], leadingHead: RevisionID?, conflicts: [Conflict], isDeleted: Bool
    ) {
        self.letter = letter
        self.heads = heads
        self.leadingHead = leadingHead
        self.conflicts = conflicts
        self.isDeleted = isDeleted
    }
}
