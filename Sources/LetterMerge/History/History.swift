import LetterModel

/// A letter's revisions as a graph without duplicates, in which equal roots are one node and parents come before their children.
///
/// Nothing depends on the order in which the revisions were given.
struct History {
    /// A revision, or several roots with equal content.
    struct Node {
        /// Its id; of equal roots the greatest.
        let id: RevisionID
        /// The nodes that it replaces, each once. Empty for a root.
        let parents: [Int]
        /// The content; nil for a tombstone.
        let letter: Letter?
    }

    /// All nodes, parents before children.
    let nodes: [Node]
    /// How many nodes name each node as a parent.
    let childCounts: [Int]
    /// The nodes that no other one names as a parent, ascending by id.
    let heads: [Int]

    /// A graph of revisions in any order. A parent that is not among them is passed over, so that a damaged replica can
    /// still show what it has.
    init(_ revisions: [HistoryRevision]) {
        let known = History.mergingTwins(History.unique(revisions))
        let order = History.topologicalOrder(parents: known.parents)
        var place = [Int](repeating: -1, count: known.revisions.count)
        for (position, index) in order.enumerated() { place[index] = position }
        var nodes: [Node] = []
        var childCounts = [Int](repeating: 0, count: order.count)
        nodes.reserveCapacity(order.count)
        for index in order {
            let revision = known.revisions[index]
            let parents = known.parents[index].map { place[$0] }.sorted()
            for parent in parents { childCounts[parent] += 1 }
            nodes.append(Node(id: revision.id, parents: parents, letter: revision.letter))
        }
        self.nodes = nodes
        self.childCounts = childCounts
        heads = nodes.indices.filter { childCounts[$0] == 0 }.sorted { nodes[$0].id < nodes[$1].id }
    }

    /// Each revision once, ascending by id.
    private static func unique(_ revisions: [HistoryRevision]) -> [HistoryRevision] {
        var result: [HistoryRevision] = []
        result.reserveCapacity(revisions.count)
        for revision in revisions.sorted(by: { $0.id < $1.id }) where result.last?.id != revision.id {
            result.append(revision)
        }
        return result
    }

    /// Replaces equal roots by the one with the greatest id, everywhere.
    private static func mergingTwins(
        _ revisions: [HistoryRevision]
    ) -> (revisions: [HistoryRevision], parents: [[Int]]) {
        let roots = revisions.filter { $0.parents.isEmpty }
        var twins: [RevisionID: RevisionID] = [:]
        if roots.count > 1 {
            var greatest: [Letter?: RevisionID] = [:]
            for root in roots { greatest[root.letter] = root.id }
            for root in roots where greatest[root.letter] != root.id { twins[root.id] = greatest[root.letter] }
        }
        let kept = revisions.filter { twins[$0.id] == nil }
        var index: [RevisionID: Int] = [:]
        for (position, revision) in kept.enumerated() { index[revision.id] = position }
        let parents = kept.map { revision in
            let own = revision.parents.compactMap { index[twins[$0] ?? $0] }.sorted()
            return own.indices.filter { $0 == 0 || own[$0] != own[$0 - 1] }.map { own[$0] }
        }
        return (kept, parents)
    }

    /// Parents before children; those of equal depth in the order given.
    private static func topologicalOrder(parents: [[Int]]) -> [Int] {
        var children = [[Int]](repeating: [], count: parents.count)
        var missing = parents.map(\.count)
        for (index, own) in parents.enumerated() {
            for parent in own { children[parent].append(index) }
        }
        var order: [Int] = []
        var level = parents.indices.filter { missing[$0] == 0 }
        while !level.isEmpty {
            order += level
            var next: [Int] = []
            for index in level {
                for child in children[index] {
                    missing[child] -= 1
                    if missing[child] == 0 { next.append(child) }
                }
            }
            level = next.sorted()
        }
        return order
    }
}

extension History {
    /// Whether this node is a tombstone.
    func isTombstone(_ node: Int) -> Bool { nodes[node].letter == nil }

    /// The heads, highest first: by the number of their distinct ancestors, then by id. Those that are tombstones come last.
    func rankedHeads(_ ancestry: Ancestry) -> [Int] {
        let counts = heads.map { ancestry.ancestorCount(of: $0) }
        return heads.indices.sorted { left, right in
            let (a, b) = (heads[left], heads[right])
            if isTombstone(a) != isTombstone(b) { return isTombstone(b) }
            return counts[left] != counts[right] ? counts[left] > counts[right] : left > right
        }.map { heads[$0] }
    }
}
