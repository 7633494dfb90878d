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

    private mutating func number(for cell: CellValue) -> Int {
        if let known = cellNumbers[cell.key] { return known }
        let number = cells.count
        let entry = cell.key.entry.flatMap { cellNumbers[.key($0)] }
        cells.append(CellHistory(path: cell.key.path(in: member), key: cell.key, rule: cell.rule, entry: entry))
        cellNumbers[cell.key] = number
        if let entry { parts[entry, default: []].append(number) }
        return number
    }

    /// What the cells of a content hold, by their numbers.
    private mutating func numbered(_ value: JSONValue?) -> [Int: JSONValue] {
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
            if !history.isTombstone(node) { write(at: node, parents: parents, &join) }
            states[node] = join.state
        }
        live = join(history.heads, states).state
    }

    /// The live writes seen from several nodes, and the cells in which these differ.
    private struct Join {
        var state: State
        var differing: [Int]
    }

    /// Keeps what all hold, and what some hold and the others have never seen.
    private func join(_ nodes: [Int], _ states: [State]) -> Join {
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
                    held(node).contains(write) || !cells[cell].isSeen(write, by: node, ancestry)
                }
                if isKept { kept.append(write) }
            }
            result.state[cell] = kept
        }
        return result
    }

    // MARK: What a revision writes

    private mutating func write(at node: Int, parents: [Int], _ join: inout Join) {
        let value = values[node]
        if parents.isEmpty {
            writeRoot(value, at: node, &join.state)
            return
        }
        let known = parents.first { !history.isTombstone($0) }
        if let known, join.differing.isEmpty {
            if values[known] == value { return }
        }
        let before = known.map { numbered(values[$0]) }
        let after = numbered(value)
        while join.state.count < cells.count { join.state.append([]) }
        let differing = Set(join.differing)

        /// What the cell was before: where the parents hold the same writes, what any of them shows.
        func view(_ cell: Int, _ this: inout MemberWrites) -> Judgement {
            let entry = this.cells[cell].entry ?? cell
            if let before, !differing.contains(cell), !differing.contains(entry) {
                return Judgement(value: before[cell])
            }
            return this.cells[cell].judge(join.state[cell], this.ancestry)
        }

        var wasShown: Set<Int> = []  // entries that were there before
        var written: Set<Int> = []
        var touched: Set<Int> = []
        func write(_ cell: Int, _ this: inout MemberWrites) {
            written.insert(cell)
            this.write(after[cell], to: cell, at: node, &join.state)
        }
        for cell in cells.indices where after[cell] != nil || !join.state[cell].isEmpty {
            if let entry = cells[cell].entry {
                guard holdsEntry(after[entry]) else {
                    // The removal of an entry is a write of the entry alone: what lies in it is left as it is, so that all
                    // of it is there if somebody else edits it meanwhile. But it is remembered.
                    if wasShown.contains(entry) || written.contains(entry) {
                        _ = cells[cell].write(nil, node: node, id: history.nodes[node].id)
                    }
                    continue
                }
                // Whoever decides that an entry is there writes everything in it.
                if wasShown.contains(entry) {
                    let old = view(cell, &self)
                    if !old.isConflict && old.value == after[cell] { continue }
                }
                touched.insert(entry)
                write(cell, &self)
                continue
            }
            let live = join.state[cell]
            if cells[cell].rule.isEntry, !live.isEmpty,
                live.allSatisfy({ holdsEntry(cells[cell].writes[$0].value) })
            {
                wasShown.insert(cell)
            }
            if cells[cell].rule == .presence {
                if after[cell] == nil {
                    join.state[cell] = []
                } else if join.state[cell].isEmpty {
                    write(cell, &self)
                }
                continue
            }
            let old = view(cell, &self)
            if old.isConflict || old.value != after[cell] { write(cell, &self) }
        }
        // Whoever edits inside an entry wants it to be there.
        for entry in touched.subtracting(written).sorted() { write(entry, &self) }
    }

    /// Whether a value of an entry's cell says that there is an entry with members.
    private func holdsEntry(_ value: JSONValue?) -> Bool {
        value == MergeClass.entryMarker || value == true
    }

    private mutating func write(_ value: JSONValue?, to cell: Int, at node: Int, _ state: inout State) {
        let before = state[cell]
        let number = cells[cell].write(value, node: node, id: history.nodes[node].id)
        if cells[cell].rule == .list { cells[cell].noteAdditions(of: number, over: before, ancestry) }
        state[cell] = [number]
    }

    /// A root writes every member that it has.
    private mutating func writeRoot(_ value: JSONValue?, at node: Int, _ state: inout State) {
        for cell in mergeClass.cells(of: value) {
            let number = number(for: cell)
            while state.count <= number { state.append([]) }
            let write = cells[number].writeRoot(cell.value, node: node)
            if cell.rule == .list { cells[number].noteAdditions(of: write, over: [], ancestry) }
            state[number] = [write]
        }
    }

    /// The cells inside an entry.
    func parts(of entry: Int) -> [Int] { parts[entry] ?? [] }
}
