public import LetterModel

/// One revision as the merge sees it: its name, what it replaces, and the letter that its author left.
public struct HistoryRevision: Hashable, Sendable {
    /// The revision's id.
    public let id: RevisionID
    /// The revisions that it replaces.
    public let parents: [RevisionID]
    /// The content; nil for a tombstone.
    public let letter: Letter?

    /// A revision with its content.
    public init(id: RevisionID, parents: [RevisionID], letter: Letter?) {
        self.id = id
        self.parents = parents
        self.letter = letter
    }

    /// The revision as it was stored.
    public init(_ revision: Revision) {
        self.init(id: revision.id, parents: revision.header.parents, letter: revision.letter)
    }
}
