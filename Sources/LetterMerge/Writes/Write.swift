import Hashing
import LetterModel

/// One write of a cell: what a revision made of it. Roots that gave it the same value made one write together.
struct Write {
    /// The nodes that made it: one, or several roots.
    var nodes: [Int]
    /// The revision that made it; nil for a write of roots, which is identified by member and value.
    let id: RevisionID?
    /// What it wrote; nil is a removal.
    let value: JSONValue?
    /// Whether the whole entry was removed: then the write is live only if somebody puts the entry back without this part.
    var isRemovalOfEntry = false
    /// For lists: the live additions of each of its elements, as numbers of writes of this cell.
    var additions: [JSONValue: [Int]] = [:]
}

/// A cell with everything that was ever written to it. Writes are numbered in an order in which ancestors come first.
struct CellHistory {
    /// Where the cell lies.
    let path: MemberPath
    /// Its name in the member.
    let key: CellKey
    /// How its live writes become a value.
    let rule: CellRule
    /// The entry that it lies in, as the number of that cell.
    let entry: Int?
    /// The writes, ancestors first.
    private(set) var writes: [Write] = []

    private var rootWrites: [JSONValue: Int] = [:]
    private var seenWrites: [Int: BitSet] = [:]
    private var names: [Int: Digest] = [:]
    /// Texts that were joined, by their live writes.
    var texts = Memo<MergedText>()
    /// Lists that were joined, by their live writes.
    var lists = Memo<OrderedSet.Outcome>()

    init(path: MemberPath, key: CellKey, rule: CellRule, entry: Int?) {
        self.path = path
        self.key = key
        self.rule = rule
        self.entry = entry
    }

    /// Adds the write of a revision with parents.
    mutating func write(_ value: JSONValue?, node: Int, id: RevisionID) -> Int {
        writes.append(Write(nodes: [node], id: id, value: value))
        return writes.count - 1
    }

    /// Remembers that the entry which the cell lies in was removed.
    mutating func noteRemovalOfEntry(node: Int, id: RevisionID) {
        writes.append(Write(nodes: [node], id: id, value: nil, isRemovalOfEntry: true))
    }

    /// The last removals of the entry that a node knows of, if they ended all of these writes.
    mutating func removalsOfEntry(ending live: [Int], seenBy node: Int, _ ancestry: Ancestry) -> [Int]? {
        var removals = BitSet()
        for number in writes.indices where writes[number].isRemovalOfEntry && isSeen(number, by: node, ancestry) {
            removals.insert(number)
        }
        let last = self.live(in: removals, ancestry)
        var ended = BitSet()
        for number in last {
            ended.insert(number)
            ended = ended.union(seen(by: number, ancestry))
        }
        return live.allSatisfy { ended.contains($0) } ? last : nil
    }

    /// Adds the write of a root, or the root to the write of another one with the same value.
    mutating func writeRoot(_ value: JSONValue, node: Int) -> Int {
        if let number = rootWrites[value] {
            writes[number].nodes.append(node)
            return number
        }
        writes.append(Write(nodes: [node], id: nil, value: value))
        rootWrites[value] = writes.count - 1
        return writes.count - 1
    }

    /// Notes which additions of its elements a list holds.
    mutating func setAdditions(_ additions: [JSONValue: [Int]], of number: Int) {
        writes[number].additions = additions
    }

    /// Whether a node made a write or descends from one that did.
    func isSeen(_ number: Int, by node: Int, _ ancestry: Ancestry) -> Bool {
        writes[number].nodes.contains { ancestry.isSeen($0, by: node) }
    }

    /// Whether a node that does not hold a write has ended it. One that knows of it has, unless it is the removal of an entry, which
    /// may lie there unnoticed: that one is ended by a later write.
    mutating func isEnded(_ number: Int, for node: Int, _ ancestry: Ancestry) -> Bool {
        guard writes[number].isRemovalOfEntry else { return isSeen(number, by: node, ancestry) }
        for other in writes.indices.dropFirst(number + 1) where isSeen(other, by: node, ancestry) {
            if seen(by: other, ancestry).contains(number) { return true }
        }
        return false
    }

    /// The writes of this cell that the author of a write had seen. A root has seen none.
    mutating func seen(by number: Int, _ ancestry: Ancestry) -> BitSet {
        if let known = seenWrites[number] { return known }
        var seen = BitSet()
        if writes[number].id != nil {
            let node = writes[number].nodes[0]
            for other in writes.indices where other != number && isSeen(other, by: node, ancestry) {
                seen.insert(other)
            }
        }
        seenWrites[number] = seen
        return seen
    }

    /// The writes that all of these have seen.
    mutating func seenInCommon(by numbers: [Int], _ ancestry: Ancestry) -> BitSet {
        var common: BitSet?
        for number in numbers {
            let seen = seen(by: number, ancestry)
            common = common?.intersection(seen) ?? seen
        }
        return common ?? BitSet()
    }

    /// Those of a set of writes that no other one of them has seen, ascending.
    mutating func live(in set: BitSet, _ ancestry: Ancestry) -> [Int] {
        var live: [Int] = []
        var superseded = BitSet()
        for number in set.numbers.reversed() where !superseded.contains(number) {
            live.append(number)
            superseded = superseded.union(seen(by: number, ancestry))
        }
        return live.reversed()
    }

    /// What orders writes on every machine: the revision's id, for roots the hash of member and value.
    mutating func name(of number: Int) -> Digest {
        if let id = writes[number].id { return id.digest }
        if let known = names[number] { return known }
        let named: JSONValue = [
            .array(path.components.map(JSONValue.string)), writes[number].value ?? .null,
        ]
        let name = SHA256.digest(of: named.canonicalBytes)
        names[number] = name
        return name
    }
}

/// Results by the live writes that they are made of, computed without recursion.
struct Memo<Result> {
    private var results: [[Int]: Result] = [:]

    subscript(live: [Int]) -> Result? {
        get { results[live] }
        set { results[live] = newValue }
    }
}
