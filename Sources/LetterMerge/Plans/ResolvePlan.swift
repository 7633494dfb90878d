public import LetterModel

/// Decisions on the conflicts of a letter, until there is one for each of them.
///
/// A resolve replaces all heads of the view and is always written, even if it changes nothing that is shown. It is an ordinary
/// revision: it can be looked at and undone.
public struct ResolvePlan: Hashable, Sendable {
    /// What to take for a field.
    public enum Choice: Hashable, Sendable {
        /// What this head holds there; of a text the whole of it.
        case head(RevisionID)
        /// This value; of a text the complete text. Nil removes the member.
        case value(JSONValue?)
        /// What is shown now.
        case provisional
    }

    /// What to do with a letter that was deleted on one side and edited on the other.
    public enum Deletion: Hashable, Sendable {
        /// The letter stays.
        case keep
        /// The letter is deleted.
        case delete
    }

    /// What comes of the decisions.
    public enum Outcome: Hashable, Sendable {
        /// This is to be written.
        case write(PlannedRevision)
        /// These conflicts are not decided yet.
        case unresolved([Conflict])
    }

    private let view: LetterView
    private var contents: [RevisionID: Letter] = [:]
    private var choices: [MemberPath: Choice] = [:]
    private var deletion: Deletion?
    private var edited: Letter?

    /// A plan without decisions.
    ///
    /// - Parameters:
    ///   - view: what is shown, with the conflicts.
    ///   - history: revisions of the letter, among them the heads.
    /// - Throws: `deleted` if every head is a tombstone.
    public init(view: LetterView, history: [HistoryRevision]) throws(PlanRefusal) {
        guard !view.isDeleted else { throw .deleted }
        self.view = view
        let heads = Set(view.heads)
        for revision in history where heads.contains(revision.id) { contents[revision.id] = revision.letter }
    }

    // MARK: Deciding

    /// Decides a field.
    ///
    /// - Throws: `noConflict`, `unknownHead`.
    public mutating func choose(_ choice: Choice, for field: MemberPath) throws(PlanRefusal) {
        guard view.conflicts.contains(where: { $0.field == field }) else { throw .noConflict(field) }
        if case .head(let head) = choice, contents[head] == nil { throw .unknownHead(head) }
        choices[field] = choice
    }

    /// Decides whether the letter stays.
    ///
    /// - Throws: `noDeletion`.
    public mutating func choose(_ deletion: Deletion) throws(PlanRefusal) {
        guard view.conflicts.contains(where: { $0.kind == .deletedAndEdited }) else { throw .noDeletion }
        self.deletion = deletion
    }

    /// Takes what one head holds for every conflict that is not decided yet; a tombstone deletes the letter.
    ///
    /// - Throws: `unknownHead`.
    public mutating func take(_ head: RevisionID) throws(PlanRefusal) {
        guard view.heads.contains(head) else { throw .unknownHead(head) }
        for conflict in unresolved {
            if let field = conflict.field {
                if contents[head] != nil { choices[field] = .head(head) }
            } else {
                deletion = contents[head] == nil ? .delete : .keep
            }
        }
    }

    /// Takes what is shown now for every conflict that is not decided yet; the letter stays.
    public mutating func takeProvisional() {
        for conflict in unresolved {
            if let field = conflict.field { choices[field] = .provisional } else { deletion = .keep }
        }
    }

    /// Takes a complete letter, as somebody left it who saw all conflicts: that decides every field, and the letter stays.
    public mutating func settle(with letter: Letter) {
        edited = letter
        deletion = nil
    }

    // MARK: The outcome

    /// The conflicts that are not decided yet. What lies inside an entry that was decided as a whole is decided with it, and a
    /// letter that is deleted leaves nothing to decide.
    public var unresolved: [Conflict] {
        if edited != nil || deletion == .delete { return [] }
        return view.conflicts.filter { conflict in
            guard let field = conflict.field else { return deletion == nil }
            return choices[field] == nil && !isDecidedAbove(field)
        }
    }

    private func isDecidedAbove(_ field: MemberPath) -> Bool {
        choices.contains { other, choice in
            other != field && other.contains(field) && choice != .provisional
        }
    }

    /// The revision to write, once every conflict is decided.
    public func outcome() -> Outcome {
        let open = unresolved
        guard open.isEmpty else { return .unresolved(open) }
        if deletion == .delete { return .write(PlannedRevision(replacing: view.heads, with: nil)) }
        return .write(PlannedRevision(replacing: view.heads, with: edited ?? decided))
    }

    /// The view with every choice put in, outer ones first.
    private var decided: Letter {
        var letter = view.letter
        for (field, choice) in choices.sorted(by: { $0.key.precedes($1.key) }) {
            if isDecidedAbove(field), letter[MemberPath(Array(field.components.dropLast()))] == nil { continue }
            switch choice {
            case .head(let head): letter[field] = contents[head]?[field]
            case .value(let value): letter[field] = value
            case .provisional: break
            }
        }
        return letter
    }
}
