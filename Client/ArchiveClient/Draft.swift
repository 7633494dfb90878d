import LetterMerge
public import LetterModel

/// A letter that somebody has in hand: what it said when it was opened, and what they made of it.
///
/// Saving names the heads that were seen when the draft was opened. What arrives while it is open becomes a second head and is
/// merged or shown; it is never overwritten.
public struct Draft: Hashable, Sendable {
    /// The letter's id.
    public let id: LetterID
    /// What it is to say.
    public var letter: Letter
    /// What may come of it.
    let plan: EditPlan

    init(id: LetterID, plan: EditPlan) {
        self.id = id
        self.plan = plan
        letter = plan.base
    }

    /// What the letter said when the draft was opened: of a letter with conflicts, its leading head.
    public var original: Letter { plan.base }

    /// The revisions that the draft is made from.
    public var parents: [RevisionID] { plan.parents }
}
