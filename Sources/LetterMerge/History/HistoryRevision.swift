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

extension [HistoryRevision] {
    /// These revisions and all that they descend from, in no order.
    func ancestors(of heads: [RevisionID]) -> [HistoryRevision] {
        let nodes = Dictionary(map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var pending = heads
        var seen = Set(heads)
        var found: [HistoryRevision] = []
        while let id = pending.popLast() {
            guard let revision = nodes[id] else { continue }
            found.append(revision)
            for parent in revision.parents where seen.insert(parent).inserted { pending.append(parent) }
        }
        return found
    }
}
