import LetterMerge
import LetterModel
import MergeOracle
import Testing

/// Every history of a few revisions: all ways in which they can follow each other, with all contents of a small alphabet.
///
/// Revisions replace any set of earlier ones of which none descends from another. That covers whatever three replicas can do
/// that edit, sync, resolve, delete and restore in any order, and more.
struct ExhaustiveTests {
    /// What revisions of a history may hold in one member; a tombstone is always added.
    struct Alphabet: Sendable, CustomTestStringConvertible {
        let member: String
        let values: [JSONValue?]
        var testDescription: String { member }
    }

    static let alphabets: [Alphabet] = [
        Alphabet(member: "title", values: [nil, "0", "1"]),
        Alphabet(member: "tags", values: [nil, ["a"], ["b"], ["a", "b"]]),
        Alphabet(
            member: "senders",
            values: [nil, ["A"], ["B"], ["A", "B"], ["B", "A"], ["A", "C"], ["C", "A", "B"]]),
        Alphabet(
            member: "body",
            values: [nil, "1a1", "1a2", "1a1\n\n2a1", "1a2\n\n2a1", "1a1\n\n2a2", "2a1\n\n3a1"]),
        Alphabet(member: "summary", values: [nil, "1a1 1b1", "1a2 1b1", "1a1 1b2", "1b1"]),
        Alphabet(
            member: "notes",
            values: [
                nil, ["n1": ["text": "1a1"]], ["n1": ["text": "1a2"]], ["n1": ["author": "A", "text": "1a1"]],
                ["n1": ["author": "B"]],
            ]),
        Alphabet(
            member: "attachments",
            values: [
                nil, [["blob": "b1", "name": "one"]], [["blob": "b1", "name": "two"]],
                [["blob": "b1", "name": "one", "role": "scan"]], [["blob": "b1"], ["blob": "b2"]],
            ]),
        Alphabet(
            member: "access",
            values: [nil, ["level": "public"], ["level": "closed"], ["level": "closed", "until": "2030"]]),
        Alphabet(
            member: "source",
            values: [
                nil, ["importerVersion": 1, "sha256": "s1"], ["importerVersion": 2, "sha256": "s1"],
                ["importerVersion": 1, "sha256": "s2"],
            ]),
        Alphabet(
            member: "registry", values: [nil, ["number": "0"], ["number": "1"], ["handler": "0", "number": "0"]]),
    ]

    #if DEBUG
        static let largest = 3
    #else
        static let largest = 4
    #endif

    @Test(arguments: alphabets) func `every short history keeps every promise`(alphabet: Alphabet) async {
        let shapes = (1...Self.largest).flatMap(Shape.all)
        let choices = alphabet.values.count + 1
        var starts: [Int] = [0]
        for shape in shapes { starts.append(starts[starts.count - 1] + power(choices, shape.parents.count)) }
        let firstOfShape = starts
        let faults = await inParallel(0..<UInt64(firstOfShape[shapes.count])) { number in
            var place = shapes.count - 1
            while firstOfShape[place] > Int(number) { place -= 1 }
            return fault(in: shapes[place], contents: Int(number) - firstOfShape[place], alphabet)
        }
        for fault in faults.prefix(5) { Issue.record(Comment(rawValue: fault)) }
        #expect(faults.isEmpty, "\(faults.count) of \(firstOfShape[shapes.count]) histories broke a promise")
    }

    private func power(_ base: Int, _ exponent: Int) -> Int {
        (0..<exponent).reduce(1) { product, _ in product * base }
    }

    /// The first thing that is wrong with the history whose contents are the digits of a number.
    private func fault(in shape: Shape, contents: Int, _ alphabet: Alphabet) -> String? {
        var oracle = Oracle()
        var revisions: [HistoryRevision] = []
        var rest = contents
        for parents in shape.parents {
            let choice = rest % (alphabet.values.count + 1)
            rest /= alphabet.values.count + 1
            var letter: Letter?
            if choice < alphabet.values.count {
                letter = Letter(members: ["title": "same"])
                letter?.members[alphabet.member] = alphabet.values[choice]
            }
            // Later revisions have greater ids in one half of the shapes, smaller ones in the other.
            let number = revisions.count
            let name = id(shape.isReversed ? 9 - number : number)
            revisions.append(HistoryRevision(id: name, parents: parents.map { revisions[$0].id }, letter: letter))
            oracle.add(parents: parents, letter: letter)
        }
        let view = Merge.mergedView(of: revisions)
        var faults = oracle.faults(in: view, of: 1 << UInt64(revisions.count) - 1)
        if Merge.view(of: revisions.reversed()) != view { faults.append("the order of arrival changes the view") }
        for number in revisions.indices {
            guard let letter = revisions[number].letter else { continue }
            let own = shape.closure(of: number).map { revisions[$0] }
            let view = Merge.mergedView(of: own)
            if view.letter != letter || !view.conflicts.isEmpty { faults.append("\(number) is not shown as written") }
        }
        guard let first = faults.first else { return nil }
        let told = revisions.enumerated().map { number, revision in
            "\(number) after \(shape.parents[number]): \(revision.letter.map { $0.json.canonicalText } ?? "deleted")"
        }
        return ([first] + told).joined(separator: "\n")
    }
}

/// How the revisions of a history follow each other.
struct Shape: Sendable {
    /// For each revision those that it replaces.
    var parents: [[Int]] = []
    /// Whether later revisions have smaller ids.
    var isReversed = false
    private var ancestors: [Set<Int>] = []

    /// All shapes of so many revisions.
    static func all(of count: Int) -> [Shape] {
        var shapes = [Shape()]
        for number in 0..<count {
            shapes = shapes.flatMap { shape in shape.antichains(below: number).map { shape.adding($0) } }
        }
        return shapes.enumerated().map { index, shape in
            var shape = shape
            shape.isReversed = index % 2 == 1
            return shape
        }
    }

    /// A revision with its ancestors.
    func closure(of number: Int) -> [Int] { ancestors[number].sorted() + [number] }

    private func adding(_ own: [Int]) -> Shape {
        var shape = self
        shape.parents.append(own)
        shape.ancestors.append(own.reduce(into: []) { $0.formUnion(ancestors[$1].union([$1])) })
        return shape
    }

    /// All sets of revisions of which none descends from another.
    private func antichains(below count: Int) -> [[Int]] {
        (0..<(1 << count)).map { set in (0..<count).filter { set & 1 << $0 != 0 } }.filter { set in
            set.allSatisfy { ancestors[$0].isDisjoint(with: set) }
        }
    }
}
