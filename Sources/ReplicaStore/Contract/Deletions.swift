public import LetterModel

/// When the guard against mass deletion holds tombstones back.
///
/// What is counted are letters that this replica showed before the pull began and that tombstones of others came for since a person
/// last confirmed deletions, whatever remote and whichever of several pulls they came by.
public enum DeletionGuard {
    /// Up to so many letters nothing is held back.
    public static let toleratedLetters = 10
    /// Up to this part of the letters nothing is held back: a fifth.
    public static let toleratedPart = 5

    /// Whether so many deleted letters of so many are too many to let them in without asking.
    public static func isExcessive(deleted: Int, of shown: Int) -> Bool {
        deleted > toleratedLetters && deleted * toleratedPart > shown
    }
}

/// Deletions that came from others and that no person here has confirmed.
public struct UnconfirmedDeletions: Hashable, Sendable {
    /// Letters whose tombstones are held back beside the log; ascending.
    public let held: [LetterID]
    /// How many revisions are held back: those tombstones, and what descends from them.
    public let heldRevisions: Int
    /// Letters whose tombstones were let in, because they were few; ascending.
    public let letIn: [LetterID]

    /// Deletions of their parts; none by default.
    public init(held: [LetterID] = [], heldRevisions: Int = 0, letIn: [LetterID] = []) {
        self.held = held
        self.heldRevisions = heldRevisions
        self.letIn = letIn
    }
}
