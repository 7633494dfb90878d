package import LetterModel

/// What must be shown, from ancestry alone: for every atom the values of the last writes along every branch.
///
/// Histories have at most 64 revisions; a set of them is a number.
package struct Oracle {
    package private(set) var table = SlotTable()
    private var ancestors: [UInt64] = []
    private var contents: [[Int: Int]?] = []
    private var isRoot: [Bool] = []
    /// Which revisions write each atom.
    private var writers: [UInt64] = []
    /// Removals of whole entries that took an atom out, because a revision put the entry back without it.
    private var removals: [Int: [(removal: Int, because: Int)]] = [:]
    /// Which revisions may have settled a hunk inside of each entry: their parents' texts in it differ. The oracle knows words and no
    /// hunks; what is settled is written, and then the entry is too.
    private var settlers: [Int: UInt64] = [:]

    package init() {}

    /// Adds a revision whose parents were added before.
    package mutating func add(parents: [Int], letter: Letter?) {
        var seen: UInt64 = 0
        for parent in parents { seen |= ancestors[parent] | 1 << UInt64(parent) }
        let number = contents.count
        var content: [Int: Int]?
        if let letter { content = table.atoms(of: letter).mapValues { $0.max() ?? -1 } }
        ancestors.append(seen)
        contents.append(content)
        isRoot.append(parents.isEmpty)
        while writers.count < table.names.count { writers.append(0) }
        if let content {
            noteWrites(of: number, content)
            noteSettling(by: number, of: parents, content)
        }
    }

    private mutating func noteSettling(by number: Int, of parents: [Int], _ content: [Int: Int]) {
        // What a tombstone's author saw is what was there before.
        let seen = parents.flatMap { contents[$0] == nil ? bits(ancestors[$0]).filter { contents[$0] != nil } : [$0] }
        guard let first = seen.first, seen.count > 1 else { return }
        for slot in table.entries.indices where table.kinds[slot] == .word {
            let entry = table.entries[slot]
            guard entry >= 0, content[entry] != nil else { continue }
            let before = contents[first]?[slot]
            if seen.contains(where: { contents[$0]?[slot] != before }) {
                settlers[entry, default: 0] |= 1 << UInt64(number)
            }
        }
    }

    /// Whether one of these revisions may have settled a hunk inside of an entry.
    package func mayBeSettled(_ entry: Int, in revisions: UInt64) -> Bool { (settlers[entry] ?? 0) & revisions != 0 }

    private mutating func noteWrites(of number: Int, _ content: [Int: Int]) {
        let bit = 1 << UInt64(number) as UInt64
        var before: [Set<Int>] = []
        for slot in writers.indices { before.append(settled(slot, live(slot, in: ancestors[number]))) }
        for slot in writers.indices {
            let entry = table.entries[slot]
            let value = content[slot] ?? -1
            if entry >= 0 {
                // What lies in an entry that is not there is no longer a member of the letter.
                guard content[entry] != nil else { continue }
                // Who decides that an entry is there writes everything in it.
                if before[entry].count == 1, before[entry] != [-1] {
                    if before[slot] == [value] || (before[slot].isEmpty && value == -1) { continue }
                } else if value == -1, before[slot].isEmpty {
                    continue
                } else if value == -1, before[entry].subtracting([-1]).isEmpty {
                    // It went when the entry did, unless whoever removed that did not know of it.
                    let removers = liveWriters(entry, in: ancestors[number])
                    let known = removers.reduce(0) { $0 | ancestors[$1] | 1 << UInt64($1) }
                    let isGone = liveWriters(slot, in: ancestors[number]).allSatisfy {
                        known & together($0, slot) != 0
                    }
                    if isGone {
                        removals[slot, default: []] += removers.map { ($0, number) }
                        continue
                    }
                }
                writers[slot] |= bit
                writers[entry] |= bit
            } else if before[slot] != [value], !(before[slot].isEmpty && value == -1) {
                writers[slot] |= bit
            }
        }
    }

    /// The values of the live writes among revisions; -1 is a removal.
    private func live(_ slot: Int, in revisions: UInt64) -> Set<Int> {
        Set(liveWriters(slot, in: revisions).map { contents[$0]?[slot] ?? -1 })
    }

    private func liveWriters(_ slot: Int, in revisions: UInt64) -> [Int] {
        guard slot < writers.count else { return [] }
        var made = writers[slot] & revisions
        for (removal, because) in removals[slot] ?? [] where revisions & 1 << UInt64(because) != 0 {
            made |= 1 << UInt64(removal)
        }
        return bits(made).filter { writer in
            let same = together(writer, slot)
            return !bits(made).contains { $0 != writer && ancestors[$0] & same != 0 }
        }
    }

    /// The revisions that made a write together: roots that hold the same value.
    private func together(_ writer: Int, _ slot: Int) -> UInt64 {
        var same = 1 << UInt64(writer) as UInt64
        guard isRoot[writer] else { return same }
        let value = contents[writer]?[slot]
        for other in bits(writers[slot]) where isRoot[other] && contents[other]?[slot] == value {
            same |= 1 << UInt64(other)
        }
        return same
    }

    /// What live values come to where a rule decides between them.
    private func settled(_ slot: Int, _ values: Set<Int>) -> Set<Int> {
        guard values.count > 1 else { return values }
        switch table.kinds[slot] {
        case .exact, .word: return values
        case .element, .listElement: return values.subtracting([-1])
        case .least:
            let names = values.subtracting([-1]).sorted { text($0) < text($1) }
            return [names[0]]
        case .strictest:
            return [values.sorted { strictness($0) < strictness($1) }[values.count - 1]]
        case .newest:
            return values.filter { value in
                !values.contains { source($0) == source(value) && version($0) > version(value) }
            }
        }
    }

    private func text(_ value: Int) -> String { table.values[value].text ?? "" }

    /// Absent, public, restricted, closed; with an end before without one.
    private func strictness(_ value: Int) -> Int {
        guard value >= 0, let access = table.values[value].members, let level = access["level"]?.text else { return 0 }
        let rank = ["public", "restricted", "closed"].firstIndex(of: level) ?? 3
        return 2 + 2 * rank + (access["until"] == nil ? 1 : 0)
    }

    private func source(_ value: Int) -> String? {
        value < 0 ? nil : table.values[value].members?["sha256"]?.text
    }

    private func version(_ value: Int) -> Int {
        value < 0 ? 0 : table.values[value].members?["importerVersion"]?.integer ?? 0
    }

    private func bits(_ set: UInt64) -> [Int] {
        var result: [Int] = []
        var rest = set
        while rest != 0 {
            result.append(rest.trailingZeroBitCount)
            rest &= rest - 1
        }
        return result
    }

    /// What a set of revisions must show, atom by atom. Atoms that are not there are left out; so are those in entries that
    /// are not there.
    package func expected(_ revisions: UInt64) -> [Int: Set<Int>] {
        var result: [Int: Set<Int>] = [:]
        for slot in writers.indices {
            let values = settled(slot, live(slot, in: revisions))
            if !values.isEmpty, values != [-1] { result[slot] = values }
        }
        for slot in result.keys where table.entries[slot] >= 0 && result[table.entries[slot]] == nil {
            result[slot] = nil
        }
        return result
    }

    package mutating func withTable<Result>(_ body: (inout SlotTable) -> Result) -> Result {
        let result = body(&table)
        while writers.count < table.names.count { writers.append(0) }
        return result
    }
}
