public import LetterModel

/// What an editor starts from, captured when the letter is read, and what comes of the edit.
///
/// Without conflicts an edit starts from the view and replaces all heads. With conflicts it starts from the leading head's
/// content and replaces only that: a conflict is never settled as a side effect. What arrives while an editor is open becomes
/// another head, not a victim.
public struct EditPlan: Hashable, Sendable {
    /// The letter to edit.
    public let base: Letter
    /// The revisions that the edit replaces, ascending.
    public let parents: [RevisionID]

    private let view: LetterView

    /// What may come of an edit.
    public enum Outcome: Hashable, Sendable {
        /// Nothing was changed, so nothing is written.
        case unchanged
        /// This is to be written.
        case write(PlannedRevision)
        /// The edit touches what must be resolved first.
        case refused(PlanRefusal)
    }

    /// A plan for a letter as it is shown now.
    ///
    /// - Parameters:
    ///   - view: what is shown.
    ///   - history: revisions of the letter, among them the heads.
    /// - Throws: `deleted` if every head is a tombstone.
    public init(view: LetterView, history: [HistoryRevision]) throws(PlanRefusal) {
        guard let leading = view.leadingHead else { throw .deleted }
        self.view = view
        if view.conflicts.isEmpty {
            base = view.letter
            parents = PlannedRevision(replacing: view.heads, with: nil).parents
        } else {
            guard let content = history.first(where: { $0.id == leading })?.letter else {
                throw .missingContent(leading)
            }
            base = content
            parents = [leading]
        }
    }

    /// What comes of the letter as the editor left it.
    public func outcome(of edited: Letter) -> Outcome {
        if edited == base { return .unchanged }
        guard view.conflicts.isEmpty else {
            let undecided = undecided(in: edited)
            if !undecided.isEmpty { return .refused(.undecided(undecided)) }
            return .write(PlannedRevision(replacing: parents, with: edited))
        }
        return .write(PlannedRevision(replacing: view.heads, with: edited))
    }

    /// The members that the edit touches although they are in conflict, or the view holds something else there.
    private func undecided(in edited: Letter) -> [MemberPath] {
        let before = LetterCells(base)
        let after = LetterCells(edited)
        let shown = LetterCells(view.letter)
        let fields = view.conflicts.compactMap(\.field)
        var found: Set<MemberPath> = []
        for cell in before.changed(to: after) {
            let path = cell.key.path(in: cell.member.text)
            let isInConflict = fields.contains { $0.contains(path) || path.contains($0) }
            if isInConflict || before.values[cell] != shown.values[cell] { found.insert(path) }
        }
        return found.sorted { $0.precedes($1) }
    }
}

/// A letter by cells: what is written and merged by itself.
private struct LetterCells {
    /// Where a cell lies.
    struct Place: Hashable {
        let member: ByteKey
        let key: CellKey
    }

    private(set) var values: [Place: JSONValue] = [:]

    init(_ letter: Letter) {
        for member in letter.members.members {
            for cell in MergeClass.of(member.key).cells(of: member.value) {
                values[Place(member: ByteKey(member.key), key: cell.key)] = cell.value
            }
        }
    }

    /// The cells in which two letters differ.
    func changed(to other: LetterCells) -> [Place] {
        Set(values.keys).union(other.values.keys).filter { values[$0] != other.values[$0] }
    }
}
