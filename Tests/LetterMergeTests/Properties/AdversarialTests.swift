import LetterMerge
import LetterModel
import MergeOracle
import Testing

/// Histories and texts that somebody made to cost time, memory or the process. Each of them ends, with the right view.
struct AdversarialTests {
    @Test func `five thousand edits in a row, beside an old head`() {
        var history = [revision(1, ["body": "Start.", "tags": ["a"], "title": "x"])]
        for number in 2...5_000 {
            history.append(
                revision(
                    number, after: [number - 1], ["body": .string("Edit \(number)."), "tags": ["a"], "title": "x"]))
        }
        #expect(Merge.view(of: history)["body"] == "Edit 5000.")
        let view = Merge.view(
            of: history + [revision(6_000, after: [1], ["body": "Start.", "tags": ["b"], "title": "y"])])
        #expect(view["body"] == "Edit 5000.")
        #expect(view["title"] == "y")
        #expect(view.conflicts.isEmpty)
    }

    @Test func `four hundred heads`() {
        let heads = (2...401).map { number in
            revision(
                number, after: [1],
                [
                    "body": .string("One \(number).\n\nTwo.\n\nThree."), "senders": ["A", .string("S\(number)")],
                    "tags": [.string("t\(number)")], "title": .string("\(number)"),
                ])
        }
        let view = Merge.view(
            of: [revision(1, ["body": "One.\n\nTwo.\n\nThree.", "senders": ["A"], "title": "x"])] + heads)
        #expect(view.heads.count == 400)
        #expect(view.fields == ["body", "title"])
        #expect(view.values("title").count == 400)
        #expect(view.hunks("body").map(\.values.count) == [400])
        #expect(view.letter.tags.count == 400)
        #expect(view["senders"]?.elements?.count == 401)
    }

    @Test func `a ladder of four hundred criss-crosses`() {
        var history = [revision(1, ["body": "A 0.\n\nB 0.", "senders": ["A"], "tags": ["a"], "title": "x"])]
        var heads = [1, 1]
        for step in 1...400 {
            let text = ["A \(step).\n\nB \(step - 1).", "A \(step - 1).\n\nB \(step)."]
            for side in 0..<2 {
                history.append(
                    revision(
                        2 * step + side, after: Array(Set(heads)).sorted(),
                        [
                            "body": .string(text[side]), "senders": [.string("S\(step) \(side)")],
                            "tags": [.string("t\(side) \(step)")], "title": "x",
                        ]))
            }
            heads = [2 * step, 2 * step + 1]
        }
        let view = Merge.view(of: history)
        #expect(view.heads == heads.map(id))
        #expect(view["body"] == "A 400.\n\nB 400.")
        #expect(view.letter.tags == ["t0 400", "t1 400"])
        #expect(view.fields == ["senders"])
    }

    @Test func `two complete rewrites of a body of two megabytes, in one paragraph or in many`() {
        for separator in [" ", "\n\n"] {
            func text(_ word: String) -> String {
                (0..<190_000).map { "\(word)\($0 % 9_973)" }.joined(separator: separator)
            }
            let sides = ["old", "left", "right"].map(text)
            let view = LetterView(
                revision(1, ["body": .string(sides[0])]), revision(2, after: [1], ["body": .string(sides[1])]),
                revision(3, after: [1], ["body": .string(sides[2])]))
            #expect(view.hunks("body") == [Conflict.Hunk(base: sides[0], values: [sides[1], sides[2]])])
            #expect(view["body"] == .string(sides[2]))
        }
    }

    @Test func `a thousand signatories, sorted by one side and extended by the other`() {
        let names = (0..<1_000).map { JSONValue.string("N\($0)") }
        let view = LetterView(
            revision(1, ["senders": .array(names)]), revision(2, after: [1], ["senders": .array(names.reversed())]),
            revision(3, after: [1], ["senders": .array(names + ["Last"])]))
        #expect(view["senders"]?.elements?.count == 1_001)
        #expect(view.conflicts.isEmpty)
    }

    @Test func `ten thousand tags on both sides of a ladder`() {
        let many = (0..<10_000).map { "t\($0)" }
        func letter(_ tags: [String]) -> JSONObject { Letter.tagged(tags) }
        var history = [revision(1, letter(many))]
        var heads = [1]
        for step in 1...10 {
            for side in 0..<2 {
                history.append(revision(2 * step + side, after: heads, letter(many + ["s\(step) \(side)"])))
            }
            heads = [2 * step, 2 * step + 1]
        }
        #expect(Merge.view(of: history).letter.tags.count == 10_002)
    }

    /// Any member may hold anything; what a head holds is never lost without a trace.
    @Test func `random shapes in every member`() async {
        let faults = await inParallel(0..<3_000) { seed in
            var random = SplitMix(seed: seed)
            var history: [HistoryRevision] = []
            for number in 0..<(2 + random.below(5)) {
                let parents = number == 0 ? [] : Array(Set((0..<2).map { _ in random.below(number) })).sorted()
                var letter = Letter()
                for member in LetterEditor.members where random.oneIn(2) {
                    letter.members[member] = Self.anything(&random, depth: 0)
                }
                history.append(HistoryRevision(id: id(number), parents: parents.map(id), letter: letter))
            }
            let view = Merge.mergedView(of: history)
            if Merge.mergedView(of: history.reversed()) != view { return "seed \(seed): the order of arrival matters" }
            let root = HistoryRevision(id: id(100), parents: [], letter: history[0].letter)
            let alone = Merge.mergedView(of: [root, HistoryRevision(id: id(101), parents: [id(100)], letter: Letter())])
            return alone.letter.members.isEmpty ? nil : "seed \(seed): an empty letter is not empty"
        }
        #expect(faults.isEmpty, "\(faults.prefix(3))")
    }

    private static func anything(_ random: inout SplitMix, depth: Int) -> JSONValue {
        switch random.below(depth > 2 ? 4 : 7) {
        case 0: return .null
        case 1: return .bool(random.oneIn(2))
        case 2: return .integer(random.below(3))
        case 3: return .string(random.pick(["", "a", "a\n\nb", "b1", "\n\n", "\r\n\r\n", "é", "e\u{301}"]))
        case 4: return .array((0..<random.below(4)).map { _ in anything(&random, depth: depth + 1) })
        default:
            var members = JSONObject()
            for _ in 0..<random.below(4) {
                let key = random.pick(["", "n1", "text", "body", "blob", "name", "level", "sha256", "a.b\\c"])
                members[key] = anything(&random, depth: depth + 1)
            }
            return .object(members)
        }
    }
}

extension Letter {
    fileprivate static func tagged(_ tags: [String]) -> JSONObject {
        var letter = Letter()
        letter.tags = tags
        return letter.members
    }
}
