public import LetterModel

/// A revision that may be written: what it replaces and what it says. Who writes it, when and why is the caller's to add.
public struct PlannedRevision: Hashable, Sendable {
    /// The revisions that it replaces, ascending, at most `Limits.parents`.
    public let parents: [RevisionID]
    /// The content; nil for a tombstone.
    public let letter: Letter?
    /// Heads that must be replaced too, but are more than one revision can name: once this revision is written, `following` is
    /// written after it, until there are none.
    public let remaining: [RevisionID]

    /// A revision that replaces these heads; of too many the greatest ids.
    init(replacing heads: [RevisionID], with letter: Letter?) {
        let sorted = heads.sorted()
        parents = Array(sorted.suffix(Limits.parents))
        remaining = Array(sorted.dropLast(Limits.parents))
        self.letter = letter
    }

    /// The revision that says the same again on top of this one, written as `id`, and of the heads that remained; nil if none
    /// did. What arrived meanwhile is no part of it.
    public func following(_ id: RevisionID) -> PlannedRevision? {
        remaining.isEmpty ? nil : PlannedRevision(replacing: remaining + [id], with: letter)
    }

    /// The tombstone that deletes a letter.
    ///
    /// - Throws: `alreadyDeleted` if every head is a tombstone.
    public static func deleting(_ view: LetterView) throws(PlanRefusal) -> PlannedRevision {
        guard !view.isDeleted else { throw .alreadyDeleted }
        return PlannedRevision(replacing: view.heads, with: nil)
    }

    /// The revision that replaces the whole letter by an earlier version of it.
    ///
    /// - Parameters:
    ///   - earlier: the version to bring back; nil for what a deleted letter said last.
    ///   - view: what is shown now.
    /// - Returns: nil if the letter says this already.
    /// - Throws: `notDeleted` if no version is named and the letter is there.
    public static func restoring(
        _ earlier: Letter?, in view: LetterView
    ) throws(PlanRefusal) -> PlannedRevision? {
        guard let letter = earlier ?? (view.isDeleted ? view.letter : nil) else { throw .notDeleted }
        if !view.isDeleted, view.conflicts.isEmpty, view.letter == letter { return nil }
        return PlannedRevision(replacing: view.heads, with: letter)
    }
}

/// Why a revision was not planned. Nothing was changed.
public enum PlanRefusal: Error, Hashable, Sendable {
    /// The letter is deleted: it can be restored, but not edited or resolved.
    case deleted
    /// The letter is deleted already.
    case alreadyDeleted
    /// There is nothing to bring back.
    case notDeleted
    /// The edit touches members that are in conflict, or that only another head holds.
    case undecided([MemberPath])
    /// The field is in no conflict.
    case noConflict(MemberPath)
    /// The letter is not deleted on one side and edited on the other.
    case noDeletion
    /// The revision is no head of the view.
    case unknownHead(RevisionID)
    /// The leading head's content is not among the revisions that were given.
    case missingContent(RevisionID)
}

extension PlanRefusal: CustomStringConvertible {
    /// What is in the way, and what to do next.
    public var description: String {
        switch self {
        case .deleted: "the letter is deleted; bring it back with restore first"
        case .alreadyDeleted: "the letter is deleted already"
        case .notDeleted: "the letter is not deleted; name the revision to go back to"
        case .undecided(let fields):
            "the heads of the letter differ in \(fields.map(\.description).joined(separator: ", ")); resolve first"
        case .noConflict(let field): "there is no conflict in \(field)"
        case .noDeletion: "the letter is not deleted on one side and edited on the other"
        case .unknownHead(let id): "\(id) is no head of the letter"
        case .missingContent(let id): "the content of \(id) is missing"
        }
    }
}
