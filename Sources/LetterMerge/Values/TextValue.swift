import Hashing
import LetterModel

/// A text: several live writes are merged by paragraph and word against what they have seen in common.
///
/// Two are merged three-way against their base: what this same rule makes of the writes that both have seen. Of more than two
/// always those are joined that have seen the most writes in common. See `ThreeWayMerge`.
enum TextValue {
    /// How many earlier writes of one text are looked at in a merge of two, to find what was set back on purpose.
    static let earlierWritesLimit = 256
    /// How many bytes these may have together.
    static let earlierBytesLimit = 8 * 1024 * 1024
}

extension CellHistory {
    /// The text of several live writes. If one of them is no text, they are a conflict of whole values.
    mutating func judgeText(_ live: [Int], _ ancestry: Ancestry) -> Judgement {
        guard live.allSatisfy({ writes[$0].value == nil || writes[$0].value?.text != nil }) else { return .conflict }
        let text = text(of: live, ancestry)
        if text.hasHunks { return .conflict }
        return Judgement(value: MergedText.text(ended: text.rendered { $0.base }).map(JSONValue.string))
    }

    /// The merged text of live writes, with hunks where they disagree. What it is made of is merged first, without recursion.
    mutating func text(of live: [Int], _ ancestry: Ancestry) -> MergedText {
        if let only = single(live) { return only }
        var plans: [[Int]: [Join]] = [:]
        var waiting = [live]
        while let next = waiting.last {
            if texts[next] == nil {
                let joins = plans[next] ?? plan(next, ancestry)
                plans[next] = joins
                let missing = joins.map(\.base).filter { single($0) == nil && texts[$0] == nil }
                guard missing.isEmpty else {
                    waiting += missing
                    continue
                }
                texts[next] = perform(joins, of: next)
                plans[next] = nil
            }
            waiting.removeLast()
        }
        return texts[live] ?? MergedText()
    }

    /// The text where there is nothing to merge: none or one write, or several equal ones.
    private func single(_ live: [Int]) -> MergedText? {
        guard let first = live.first else { return MergedText() }
        return live.dropFirst().allSatisfy { string($0).hasSameBytes(as: string(first)) } ? plain(first) : nil
    }

    /// What one write says; a value that is no text counts as an empty one.
    private func string(_ number: Int) -> String { writes[number].value?.text ?? "" }

    private func plain(_ number: Int) -> MergedText { MergedText(ended: string(number)) }

    // MARK: Which texts are joined, in which order, against what

    /// Two texts to be joined. Texts are numbered: first the distinct ones of the live writes, then the results in turn.
    private struct Join {
        let left: Int
        let right: Int
        /// The live ones of the writes that both have seen.
        let base: [Int]
        let earlierLeft: [Int]
        let earlierRight: [Int]
    }

    /// A text that waits to be joined.
    private struct Pending {
        let number: Int
        /// The least of its writes by name.
        let name: Digest
        /// What its authors had seen of this text.
        var seen: BitSet
    }

    /// The live writes by equal texts, the least name first in each group and among groups.
    private mutating func groups(_ live: [Int]) -> [[Int]] {
        var groups: [[Int]] = []
        var places: [ByteKey: Int] = [:]
        for number in sortedByName(live) {
            let text = ByteKey(string(number))
            if let place = places[text] {
                groups[place].append(number)
            } else {
                places[text] = groups.count
                groups.append([number])
            }
        }
        return groups
    }

    private mutating func sortedByName(_ numbers: [Int]) -> [Int] {
        var named: [(name: Digest, number: Int)] = []
        for number in numbers { named.append((name(of: number), number)) }
        return named.sorted { $0.name < $1.name }.map(\.number)
    }

    /// Always the two that have seen the most common writes; of these the pair whose smaller, then larger name is least.
    private mutating func plan(_ live: [Int], _ ancestry: Ancestry) -> [Join] {
        var pending: [Pending] = []
        for (index, group) in groups(live).enumerated() {
            var seen = BitSet()
            for number in group { seen = seen.union(self.seen(by: number, ancestry)) }
            pending.append(Pending(number: index, name: name(of: group[0]), seen: seen))
        }
        var joins: [Join] = []
        var next = pending.count
        var pairs = ClosestPairs(pending.map(\.seen))
        while pending.count > 1 {
            let (first, second) = pairs.closest()
            let (left, right) = (pending[first], pending[second])
            let common = left.seen.intersection(right.seen)
            joins.append(
                Join(
                    left: left.number, right: right.number, base: self.live(in: common, ancestry),
                    earlierLeft: left.seen.subtracting(common).numbers,
                    earlierRight: right.seen.subtracting(common).numbers))
            // The result takes the place of the one with the smaller name, so that all stay sorted by name.
            pending[first] = Pending(number: next, name: left.name, seen: left.seen.union(right.seen))
            pending.remove(at: second)
            pairs.merge(first, second, pending[first].seen)
            next += 1
        }
        return joins
    }

    // MARK: Joining them

    private mutating func perform(_ joins: [Join], of live: [Int]) -> MergedText {
        let groups = groups(live)
        var joined: [(text: MergedText, writes: [Int])] = groups.map { (plain($0[0]), $0) }
        var rank: [Int: Int] = [:]
        for (place, number) in sortedByName(live).enumerated() { rank[number] = place }
        for join in joins {
            let (left, right) = (joined[join.left], joined[join.right])
            let base = single(join.base) ?? texts[join.base] ?? MergedText()
            let isTooLong = isTooLong(join.earlierLeft + join.earlierRight)
            let text = ThreeWayMerge.merge(
                base: base,
                TextSide(text: left.text, writes: left.writes, earlier: earlier(isTooLong ? [] : join.earlierLeft)),
                TextSide(text: right.text, writes: right.writes, earlier: earlier(isTooLong ? [] : join.earlierRight)),
                isHistoryTooLong: isTooLong
            ) { (rank[$0] ?? 0) < (rank[$1] ?? 0) }
            joined.append((text, left.writes + right.writes))
        }
        return joined[joined.count - 1].text
    }

    private func isTooLong(_ earlier: [Int]) -> Bool {
        if earlier.count > TextValue.earlierWritesLimit { return true }
        return earlier.reduce(0) { $0 + string($1).utf8.count } > TextValue.earlierBytesLimit
    }

    /// Earlier texts, each once.
    private func earlier(_ numbers: [Int]) -> [MergedText] {
        var known: Set<ByteKey> = []
        return numbers.filter { known.insert(ByteKey(string($0))).inserted }.map(plain)
    }
}

/// Finds again and again which two of several sets have the most in common, while such pairs are replaced by their union.
private struct ClosestPairs {
    private var sets: [BitSet]
    /// For each set the later one that it has the most in common with (the first of several), and how much; -1 for none.
    private var best: [(partner: Int, count: Int)] = []

    init(_ sets: [BitSet]) {
        self.sets = sets
        best = sets.indices.map { ClosestPairs.best(for: $0, in: sets) }
    }

    private static func best(for index: Int, in sets: [BitSet]) -> (partner: Int, count: Int) {
        var best = (partner: -1, count: -1)
        for other in (index + 1)..<max(index + 1, sets.count) {
            let count = sets[index].countInCommon(with: sets[other])
            if count > best.count { best = (other, count) }
        }
        return best
    }

    /// The pair with the most in common; of several that with the first, then the second set coming first.
    func closest() -> (Int, Int) {
        var first = 0
        for index in best.indices where best[index].count > best[first].count { first = index }
        return (first, best[first].partner)
    }

    /// Replaces a pair by one set in the first one's place.
    mutating func merge(_ first: Int, _ second: Int, _ union: BitSet) {
        sets[first] = union
        sets.remove(at: second)
        best.remove(at: second)
        for index in sets.indices {
            let partner = best[index].partner
            if index == first || partner == first || partner == second {
                best[index] = ClosestPairs.best(for: index, in: sets)
            } else {
                if partner > second { best[index].partner -= 1 }
                guard index < first else { continue }
                let count = sets[index].countInCommon(with: sets[first])
                if count > best[index].count || (count == best[index].count && first < best[index].partner) {
                    best[index] = (first, count)
                }
            }
        }
    }
}
