import Canaries
import LetterModel

/// Everything that was ever written to one member of a letter, and which writes are live at the heads.
///
/// One pass over the history, parents first: the state of a revision is the join of its parents' states, changed by what the
/// revision writes.
struct MemberWrites {
    /// The live writes of each cell, ascending. Cells past the end have none.
    typealias State = [[Int]]

    /// The member's name.
    let member: String
    /// How it merges.
    let mergeClass: MergeClass
    /// The revisions.
    let history: History
    /// Who descends from whom.
    let ancestry: Ancestry
    /// What each node's content holds; nil where it is absent, and for tombstones.
    let values: [JSONValue?]
    /// All cells that any revision has, in the order of their first write.
    var cells: [CellHistory] = []
    /// The live writes of each cell, seen from all heads, tombstones too.
    private(set) var live: State = []

    private var cellNumbers: [CellKey: Int] = [:]
    /// The cells inside each entry.
    private var parts: [Int: [Int]] = [:]

    init(member: String, values: [JSONValue?], history: History, ancestry: Ancestry) {
        self.member = member
        mergeClass = MergeClass.of(member)
        self.history = history
        self.ancestry = ancestry
        self.values = values
        walk()
    }

    /// The number of a cell; nil if nobody ever wrote it.
    func number(of key: CellKey) -> Int? { cellNumbers[key] }

    mutating func number(for cell: CellValue) -> Int {
        if let known = cellNumbers[cell.key] { return known }
        let number = cells.count
        let entry = cell.key.entry.flatMap { cellNumbers[.key($0)] }
        cells.append(CellHistory(path: cell.key.path(in: member), key: cell.key, rule: cell.rule, entry: entry))
        cellNumbers[cell.key] = number
        if let entry { parts[entry, default: []].append(number) }
        return number
    }

    /// What the cells of a content hold, by their numbers.
    mutating func numbered(_ value: JSONValue?) -> [Int: JSONValue] {
        var result: [Int: JSONValue] = [:]
        for cell in mergeClass.cells(of: value) { result[number(for: cell)] = cell.value }
        return result
    }

    // MARK: The walk

    private mutating func walk() {
        var states: [State] = Array(repeating: [], count: history.nodes.count)
        var children = history.childCounts
        for node in history.nodes.indices {
            let parents = history.nodes[node].parents
            var join = join(parents, states)
            // A state that no other child needs is given up first, so that it is changed in place.
            for parent in parents {
                children[parent] -= 1
                if children[parent] == 0 { states[parent] = [] }
            }
            if !history.isTombstone(node) { revise(&join, at: node) }
            states[node] = join.state
        }
        live = join(history.heads, states).state
    }

    /// The live writes seen from several nodes, and the cells in which these differ.
    struct Join {
        var state: State
        var differing: [Int]
    }

    /// Keeps what all hold, and what some hold and the others have never seen.
    private mutating func join(_ nodes: [Int], _ states: [State]) -> Join {
        guard let first = nodes.first else { return Join(state: [], differing: []) }
        var result = Join(state: states[first], differing: [])
        guard nodes.count > 1 else { return result }
        let count = nodes.map { states[$0].count }.max() ?? 0
        while result.state.count < count { result.state.append([]) }
        for cell in 0..<count {
            func held(_ node: Int) -> [Int] { cell < states[node].count ? states[node][cell] : [] }
            let one = result.state[cell]
            if nodes.allSatisfy({ held($0) == one }) { continue }
            result.differing.append(cell)
            var kept: [Int] = []
            for write in Set(nodes.flatMap(held)).sorted() {
                let isKept = nodes.allSatisfy { node in
                    held(node).contains(write) || !cells[cell].isEnded(write, for: node, ancestry)
                }
                #if CANARIES
                    if Canary.unionResurrects.isOn, cells[cell].rule == .presence { kept.append(write); continue }
                #endif
                if isKept { kept.append(write) }
            }
            result.state[cell] = kept
        }
        return result
    }

    /// The cells inside an entry.
    func parts(of entry: Int) -> [Int] { parts[entry] ?? [] }
}
