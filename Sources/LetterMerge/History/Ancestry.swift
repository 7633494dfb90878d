/// Answers whether one node is an ancestor of another one at once, for any number of nodes.
///
/// The graph is cut into chains (paths from parent to child). A node has seen a chain up to a place, so that one number for
/// each chain tells all its ancestors. Along a chain that meets no other one the numbers are shared: 5,000 edits in a row
/// cost one list.
struct Ancestry {
    /// The chain of each node.
    private var chains: [Int] = []
    /// The place of each node in its chain, from 0.
    private var places: [Int] = []
    /// For each node the number of nodes of each other chain that are its ancestors. Chains past the end: none.
    private var seen: [[Int32]] = []

    /// Cuts a graph whose parents come before their children.
    init(_ history: History) {
        let count = history.nodes.count
        chains.reserveCapacity(count)
        places.reserveCapacity(count)
        seen.reserveCapacity(count)
        var ends: [Int] = []  // the last node of each chain
        for node in history.nodes.indices {
            let parents = history.nodes[node].parents
            var clock = parents.first.map { seen[$0] } ?? []
            if let extended = parents.first(where: { ends[chains[$0]] == $0 }) {
                chains.append(chains[extended])
                places.append(places[extended] + 1)
                ends[chains[extended]] = node
            } else {
                chains.append(ends.count)
                places.append(0)
                ends.append(node)
            }
            for parent in parents {
                if parents.count > 1 { Ancestry.raise(&clock, to: seen[parent]) }
                if chains[parent] != chains[node] {
                    Ancestry.raise(&clock, chain: chains[parent], to: Int32(clamping: places[parent] + 1))
                }
            }
            seen.append(clock)
        }
    }

    private static func raise(_ clock: inout [Int32], to other: [Int32]) {
        for (chain, count) in other.enumerated() where count > 0 { raise(&clock, chain: chain, to: count) }
    }

    private static func raise(_ clock: inout [Int32], chain: Int, to count: Int32) {
        while clock.count <= chain { clock.append(0) }
        if clock[chain] < count { clock[chain] = count }
    }

    /// Whether `node` is `other` or an ancestor of it.
    func isSeen(_ node: Int, by other: Int) -> Bool {
        let chain = chains[node]
        if chain == chains[other] { return places[node] <= places[other] }
        return chain < seen[other].count && places[node] < Int(seen[other][chain])
    }

    /// The number of distinct ancestors of a node.
    func ancestorCount(of node: Int) -> Int {
        var count = places[node]
        for (chain, seen) in seen[node].enumerated() where chain != chains[node] { count += Int(seen) }
        return count
    }
}
