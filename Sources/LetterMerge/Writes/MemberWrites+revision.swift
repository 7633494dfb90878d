import LetterModel

/// What a revision writes: where its content differs from the view of its parents, or that view has a conflict.
extension MemberWrites {
    /// A revision at work.
    private struct Revising {
        let node: Int
        /// What its content holds, by cells.
        let after: [Int: JSONValue]
        /// What the first parent's content holds that is no tombstone; nil if all parents are.
        let before: [Int: JSONValue]?
        /// The cells in which the parents hold different writes.
        let differing: Set<Int>
        /// The live writes: first those seen from the parents, in the end those seen from the revision.
        var state: State
        /// Whether the entries were there before.
        var entries: [Int: EntryBefore] = [:]
        var written: Set<Int> = []
        /// Entries in which something was written.
        var touched: Set<Int> = []
    }

    /// Whether an entry was there before a revision.
    private enum EntryBefore {
        case absent, present, undecided
    }

    /// Changes the state that a revision's parents lead to by what the revision writes.
    mutating func revise(_ join: inout Join, at node: Int) {
        let value = values[node]
        let parents = history.nodes[node].parents
        if parents.isEmpty {
            writeRoot(value, at: node, &join.state)
            return
        }
        let known = parents.first { !history.isTombstone($0) }
        if let known, join.differing.isEmpty, values[known] == value { return }
        let before = known.map { numbered(values[$0]) }
        var revising = Revising(
            node: node, after: numbered(value), before: before, differing: Set(join.differing), state: join.state)
        join.state = []
        while revising.state.count < cells.count { revising.state.append([]) }
        for cell in cells.indices where revising.after[cell] != nil || !revising.state[cell].isEmpty {
            if let entry = cells[cell].entry {
                revisePart(cell, of: entry, &revising)
            } else {
                revise(cell, &revising)
            }
        }
        // Whoever edits inside an entry wants it to be there.
        for entry in revising.touched.subtracting(revising.written).sorted() { write(entry, &revising) }
        join.state = revising.state
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

    /// A cell that lies in no entry.
    private mutating func revise(_ cell: Int, _ revising: inout Revising) {
        if cells[cell].rule.isEntry { revising.entries[cell] = entryBefore(cell, revising.state[cell]) }
        if cells[cell].rule == .presence {
            if revising.after[cell] == nil {
                revising.state[cell] = []
            } else if revising.state[cell].isEmpty {
                write(cell, &revising)
            }
            return
        }
        let old = view(cell, revising)
        if old.isConflict || old.value != revising.after[cell] { write(cell, &revising) }
    }

    /// A cell in an entry of a map or in an attachment.
    private mutating func revisePart(_ cell: Int, of entry: Int, _ revising: inout Revising) {
        let wasThere = revising.entries[entry] ?? .absent
        guard holdsEntry(revising.after[entry]) else {
            // The removal of an entry is a write of the entry alone: what lies in it is left as it is, so that all of it is
            // there if somebody else edits it meanwhile. But it is remembered.
            if wasThere != .absent {
                cells[cell].noteRemovalOfEntry(node: revising.node, id: history.nodes[revising.node].id)
            }
            return
        }
        switch wasThere {
        case .present:
            let old = view(cell, revising)
            if !old.isConflict && old.value == revising.after[cell] { return }
        case .absent where revising.after[cell] == nil:
            // It went when the entry did, unless whoever removed that did not know of it.
            let live = revising.state[cell]
            if let removals = cells[cell].removalsOfEntry(ending: live, seenBy: revising.node, ancestry) {
                revising.state[cell] = removals
                return
            }
        case .absent, .undecided:
            break  // Whoever decides that an entry is there writes everything in it.
        }
        revising.touched.insert(entry)
        write(cell, &revising)
    }

    private mutating func write(_ cell: Int, _ revising: inout Revising) {
        let before = revising.state[cell]
        let number = cells[cell].write(
            revising.after[cell], node: revising.node, id: history.nodes[revising.node].id)
        if cells[cell].rule == .list { cells[cell].noteAdditions(of: number, over: before, ancestry) }
        revising.state[cell] = [number]
        revising.written.insert(cell)
    }

    /// What a cell was before: where the parents hold the same writes, what any of them shows.
    private mutating func view(_ cell: Int, _ revising: Revising) -> Judgement {
        let entry = cells[cell].entry ?? cell
        if let before = revising.before, !revising.differing.contains(cell), !revising.differing.contains(entry) {
            return Judgement(value: before[cell])
        }
        return cells[cell].judge(revising.state[cell], ancestry)
    }

    private func entryBefore(_ cell: Int, _ live: [Int]) -> EntryBefore {
        let holding = live.filter { holdsEntry(cells[cell].writes[$0].value) }
        if holding.isEmpty { return .absent }
        return holding.count == live.count ? .present : .undecided
    }

    /// Whether a value of an entry's cell says that there is an entry with members.
    private func holdsEntry(_ value: JSONValue?) -> Bool {
        value == MergeClass.entryMarker || value == true
    }
}
