public import LetterModel

/// How the conflicts that a resolve settled are opened again: two generations of revisions on top of it.
///
/// History only grows, so the resolve stays in it. The first revision goes back to what the sides parted from; on top of it each side's version is
/// written again, beside the others. The conflicts that come of it are those that were settled: the same fields, bases, values and hunks.
public struct ReopenPlan: Hashable, Sendable {
    /// What the letter said before the sides parted, in what they disagreed on.
    public let base: Letter
    /// What each side made of it; nil is a deletion. At least two.
    public let sides: [Letter?]
    /// For each side the heads whose version it is.
    public let heads: [[RevisionID]]

    /// A plan to take back a resolve; nil if there was no conflict between the revisions that it replaced.
    ///
    /// - Parameters:
    ///   - resolve: the revision that settled them.
    ///   - history: all revisions of the letter.
    public init?(undoing resolve: RevisionID, in history: [HistoryRevision]) {
        guard let parents = history.first(where: { $0.id == resolve })?.parents, parents.count > 1 else { return nil }
        let before = history.ancestors(of: parents)
        let view = Merge.view(of: before)
        guard !view.conflicts.isEmpty else { return nil }
        var sides: [Letter?] = []
        var heads: [[RevisionID]] = []
        for head in view.heads {
            let side = Self.side(head, view, before)
            if let known = sides.firstIndex(of: side) {
                heads[known].append(head)
            } else {
                sides.append(side)
                heads.append([head])
            }
        }
        var base = view.letter
        for conflict in view.conflicts {
            if let field = conflict.field {
                base[field] = conflict.base
            } else {
                // What was edited must be an edit of the base again: else the deletion would hide it.
                let edited = view.heads.filter { head in before.contains { $0.id == head && $0.letter != nil } }
                let parted = edited.flatMap { head in before.first { $0.id == head }?.parents ?? [] }
                base = Merge.view(of: before.ancestors(of: parted)).letter
            }
        }
        guard sides.count > 1 else { return nil }
        self.base = base
        self.sides = sides
        self.heads = heads
    }

    /// The revisions that said first what a revision says: of a side that was written again when a resolve was taken back, those of the side
    /// before that; else the revision itself.
    ///
    /// - Parameters:
    ///   - revision: a revision of the letter.
    ///   - history: all revisions of the letter.
    public static func originals(of revision: RevisionID, in history: [HistoryRevision]) -> [RevisionID] {
        func parent(of node: HistoryRevision) -> HistoryRevision? {
            guard node.parents.count == 1 else { return nil }
            return history.first { $0.id == node.parents[0] }
        }
        guard let own = history.first(where: { $0.id == revision }), let base = parent(of: own), base.letter != nil,
            let resolve = parent(of: base), let plan = ReopenPlan(undoing: resolve.id, in: history),
            base.letter == plan.base, let side = plan.sides.firstIndex(of: own.letter)
        else { return [revision] }
        return plan.heads[side].flatMap { originals(of: $0, in: history) }
    }

    /// The letter as one head would have it, with what is in no conflict merged; nil if it is a deletion.
    private static func side(_ head: RevisionID, _ view: LetterView, _ history: [HistoryRevision]) -> Letter? {
        guard let own = history.first(where: { $0.id == head })?.letter else { return nil }
        var letter = Merge.view(of: history, favouring: head).letter
        // A removal is never what is shown for the time being.
        for conflict in view.conflicts where conflict.values.contains(where: { $0.value == nil }) {
            if let field = conflict.field, own[field] == nil { letter[field] = nil }
        }
        return letter
    }
}
