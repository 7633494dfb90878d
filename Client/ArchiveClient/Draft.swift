public import LetterModel

/// A letter that somebody has in hand: what it said when it was opened, and what they made of it.
///
/// Saving names the heads that were seen when the draft was opened. What arrives while it is open becomes a second head and is
/// merged or shown; it is never overwritten.
public struct Draft: Hashable, Sendable {
    /// The letter's id.
    public let id: LetterID
    /// The revisions that this draft is made from.
    public let parents: [RevisionID]
    /// What the letter said when the draft was opened: of a letter with conflicts, its leading head.
    public let original: Letter
    /// What it is to say.
    public var letter: Letter

    init(id: LetterID, parents: [RevisionID], original: Letter) {
        self.id = id
        self.parents = parents
        self.original = original
        letter = original
    }
}
