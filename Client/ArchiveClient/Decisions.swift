public import LetterMerge
public import LetterModel

/// What somebody decides about the conflicts of a letter. Every conflict needs a decision.
public struct Decisions: Sendable {
    /// What decides the conflicts that are not decided one by one.
    public enum Rest: Hashable, Sendable {
        /// Nothing: they must all be named.
        case undecided
        /// What this head says.
        case head(RevisionID)
        /// What is shown now.
        case provisional
    }

    /// What becomes of a letter that one side deleted and another one edited.
    public enum Deletion: Hashable, Sendable {
        /// It stays.
        case keep
        /// It goes.
        case delete
    }

    /// What to take by field: what a head holds, or what is shown now.
    public var choices: [(field: MemberPath, choice: ResolvePlan.Choice)] = []
    /// Values by field; nil removes the member.
    public var values: [(field: MemberPath, value: JSONValue?)] = []
    /// What decides the others.
    public var rest: Rest = .undecided
    /// For a letter that one side deleted: nil is undecided.
    public var deletion: Deletion?
    /// The whole letter as it is to be: decides everything.
    public var whole: Letter?

    /// Nothing decided yet.
    public init() {}
}
