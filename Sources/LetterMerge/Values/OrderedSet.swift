import LetterModel

/// An ordered set: a list in which each element stands once, such as the senders of a letter.
///
/// Several live lists become one. An element is in if the set rule keeps it. Two elements stand as the lists that hold both
/// agree; where two lists disagree, the one that stands as in the list that both have seen yields. What is still undecided,
/// or goes round in a circle, is a conflict of whole lists; so is a replacement by both of a common element with different
/// ones. Among elements that nothing orders the least canonical bytes come first.
enum OrderedSet {
    /// What several lists come to.
    enum Outcome {
        /// One list.
        case list([JSONValue])
        /// A conflict of whole lists.
        case conflict
    }

    /// The elements of a value; none where it is absent, nil where it is no list of distinct elements.
    static func elements(_ value: JSONValue?) -> [JSONValue]? {
        guard let value else { return [] }
        guard let elements = value.elements, Set(elements).count == elements.count else { return nil }
        return elements
    }
}

extension CellHistory {
    /// The list of several live writes.
    mutating func judgeList(_ live: [Int], _ ancestry: Ancestry) -> Judgement {
        guard live.allSatisfy({ OrderedSet.elements(writes[$0].value) != nil }) else { return .conflict }
        switch list(of: live, ancestry) {
        case .list(let elements): return Judgement(value: elements.isEmpty ? nil : .array(elements))
        case .conflict: return .conflict
        }
    }

    /// Joins lists, and first the earlier lists that this needs, without recursion.
    private mutating func list(of live: [Int], _ ancestry: Ancestry) -> OrderedSet.Outcome {
        var waiting = [live]
        while let next = waiting.last {
            if lists[next] == nil {
                let bases = listBases(of: next, ancestry)
                let missing = Set(bases.values).filter { needsJoin($0) && lists[$0] == nil }
                guard missing.isEmpty else {
                    waiting += missing.sorted { $0.lexicographicallyPrecedes($1) }
                    continue
                }
                lists[next] = joinLists(next, bases: bases, ancestry)
            }
            waiting.removeLast()
        }
        return lists[live] ?? .conflict
    }

    private func needsJoin(_ live: [Int]) -> Bool {
        guard let first = live.first else { return false }
        return live.contains { writes[$0].value != writes[first].value }
    }

    /// Two of the live writes, the smaller one first.
    private struct Pair: Hashable {
        let left: Int
        let right: Int
    }

    /// For any two different lists the live writes of what both have seen.
    private mutating func listBases(of live: [Int], _ ancestry: Ancestry) -> [Pair: [Int]] {
        var bases: [Pair: [Int]] = [:]
        for (index, left) in live.enumerated() {
            for right in live[(index + 1)...] where writes[left].value != writes[right].value {
                let common = seen(by: left, ancestry).intersection(seen(by: right, ancestry))
                bases[Pair(left: left, right: right)] = self.live(in: common, ancestry)
            }
        }
        return bases
    }

    /// The list that these writes come to; nil where they are in conflict.
    private func settledList(_ live: [Int]) -> [JSONValue]? {
        guard let first = live.first else { return [] }
        // A list that is none counts as empty here: it is superseded already.
        if !needsJoin(live) { return OrderedSet.elements(writes[first].value) ?? [] }
        if case .list(let elements) = lists[live] { return elements } else { return nil }
    }

    private func joinLists(_ live: [Int], bases: [Pair: [Int]], _ ancestry: Ancestry) -> OrderedSet.Outcome {
        // Equal earlier lists are numbered once: many pairs share one.
        var settled: [[Int]: [JSONValue: Int]] = [:]
        for base in Set(bases.values) {
            guard let list = settledList(base) else { return .conflict }
            settled[base] = OrderedSet.places(list)
        }
        let lists = live.map { OrderedSet.elements(writes[$0].value) ?? [] }
        let places = lists.map(OrderedSet.places)
        var basePlaces: [[[JSONValue: Int]?]] = Array(
            repeating: Array(repeating: nil, count: live.count), count: live.count)
        for left in live.indices {
            for right in live.indices where left < right {
                guard let base = bases[Pair(left: live[left], right: live[right])].flatMap({ settled[$0] }) else {
                    continue
                }
                if OrderedSet.replaceDifferently(base, places[left], places[right]) { return .conflict }
                basePlaces[left][right] = base
                basePlaces[right][left] = base
            }
        }
        let members = membersOfLists(live, ancestry)
        return OrderedSet.ordered(members, places: places, bases: basePlaces)
    }

    /// The elements that have a live addition, the least canonical bytes first.
    private func membersOfLists(_ live: [Int], _ ancestry: Ancestry) -> [JSONValue] {
        let elements = Set(live.flatMap { writes[$0].additions.keys })
        return elements.filter { !liveAdditions(of: $0, in: live, ancestry).isEmpty }.sortedByCanonicalBytes()
    }

    /// The additions of an element that are live, seen from these writes: held by all of them that have seen them.
    private func liveAdditions(of element: JSONValue, in live: [Int], _ ancestry: Ancestry) -> [Int] {
        let held = Set(live.flatMap { writes[$0].additions[element] ?? [] })
        return held.sorted().filter { addition in
            live.allSatisfy { list in
                if writes[list].additions[element]?.contains(addition) == true { return true }
                return !isAdditionSeen(addition, of: element, by: list, ancestry)
            }
        }
    }

    /// Roots that hold an element made one addition of it together, whatever else their lists hold.
    private func isAdditionSeen(_ addition: Int, of element: JSONValue, by list: Int, _ ancestry: Ancestry) -> Bool {
        guard writes[addition].id == nil else { return isSeen(addition, by: writes[list].nodes[0], ancestry) }
        let nodes = writes[list].nodes
        return writes.indices.contains { other in
            writes[other].id == nil && writes[other].additions[element] != nil
                && nodes.contains { isSeen(other, by: $0, ancestry) }
        }
    }

    /// Notes which additions of its elements a new list holds: those of the live lists before it, else its own.
    mutating func noteAdditions(of number: Int, over before: [Int], _ ancestry: Ancestry) {
        guard let elements = OrderedSet.elements(writes[number].value) else { return }
        var additions: [JSONValue: [Int]] = [:]
        for element in elements {
            let earlier = liveAdditions(of: element, in: before, ancestry)
            additions[element] = earlier.isEmpty ? [addition(of: element, by: number)] : earlier
        }
        setAdditions(additions, of: number)
    }

    /// The number of an addition: of a root that of the first root with the element.
    private func addition(of element: JSONValue, by number: Int) -> Int {
        guard writes[number].id == nil else { return number }
        return writes.firstIndex { $0.id == nil && $0.additions[element] != nil } ?? number
    }
}

extension OrderedSet {
    /// Where each element stands.
    fileprivate static func places(_ list: [JSONValue]) -> [JSONValue: Int] {
        var places: [JSONValue: Int] = [:]
        for (index, element) in list.enumerated() where places[element] == nil { places[element] = index }
        return places
    }

    /// Whether both lists drop an element of the base that the other drops too, both add some, and not the same ones.
    fileprivate static func replaceDifferently(
        _ base: [JSONValue: Int], _ left: [JSONValue: Int], _ right: [JSONValue: Int]
    ) -> Bool {
        guard base.keys.contains(where: { left[$0] == nil && right[$0] == nil }) else { return false }
        let addedLeft = Set(left.keys.filter { base[$0] == nil })
        let addedRight = Set(right.keys.filter { base[$0] == nil })
        return !addedLeft.isEmpty && !addedRight.isEmpty && addedLeft != addedRight
    }

    /// Puts elements in the order that the lists give them.
    ///
    /// - Parameters:
    ///   - members: the elements, the least canonical bytes first.
    ///   - places: for each list where its elements stand.
    ///   - bases: for any two lists where the elements of the list stand that both have seen.
    fileprivate static func ordered(
        _ members: [JSONValue], places: [[JSONValue: Int]], bases: [[[JSONValue: Int]?]]
    ) -> Outcome {
        let stands = places.map { places in members.map { places[$0] } }
        var followers = [[Int]](repeating: [], count: members.count)
        var missing = [Int](repeating: 0, count: members.count)
        for x in members.indices {
            for y in members.indices where x < y {
                switch vote(x, y, stands: stands, members: members, bases: bases) {
                case .free: continue
                case .undecided: return .conflict
                case .decided(let isFirst):
                    followers[isFirst ? x : y].append(isFirst ? y : x)
                    missing[isFirst ? y : x] += 1
                }
            }
        }
        var order: [JSONValue] = []
        var isPlaced = [Bool](repeating: false, count: members.count)
        while order.count < members.count {
            guard let next = members.indices.first(where: { !isPlaced[$0] && missing[$0] == 0 }) else {
                return .conflict
            }
            isPlaced[next] = true
            order.append(members[next])
            for follower in followers[next] { missing[follower] -= 1 }
        }
        return .list(order)
    }

    /// How two elements stand.
    private enum Vote {
        /// No list holds both.
        case free
        /// Whether the first one stands first.
        case decided(Bool)
        /// The lists disagree.
        case undecided
    }

    private static func vote(
        _ x: Int, _ y: Int, stands: [[Int?]], members: [JSONValue], bases: [[[JSONValue: Int]?]]
    ) -> Vote {
        var common: Bool?
        var isUnanimous = true
        for list in stands {
            guard let a = list[x], let b = list[y] else { continue }
            if let common, common != (a < b) { isUnanimous = false }
            common = common ?? (a < b)
        }
        guard let common else { return .free }
        if isUnanimous { return .decided(common) }
        let votes = stands.indices.compactMap { list -> (list: Int, isFirst: Bool)? in
            guard let a = stands[list][x], let b = stands[list][y] else { return nil }
            return (list, a < b)
        }
        // A vote for the order that both have seen yields to one for another order.
        let kept = votes.filter { vote in
            !votes.contains { other in
                guard other.isFirst != vote.isFirst, let base = bases[vote.list][other.list],
                    let a = base[members[x]], let b = base[members[y]]
                else { return false }
                return (a < b) == vote.isFirst
            }
        }
        guard let first = kept.first, kept.allSatisfy({ $0.isFirst == first.isFirst }) else { return .undecided }
        return .decided(first.isFirst)
    }
}
