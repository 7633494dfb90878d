import LetterMerge
import LetterModel
import MergeOracle
import Testing

/// Places of a text that are decided one by one.
struct TakingTests {
    private func text(_ paragraphs: [[String]]) -> String {
        paragraphs.filter { !$0.isEmpty }.map { $0.joined(separator: " ") }.joined(separator: "\n\n")
    }

    private func body(_ text: String) -> JSONObject { text.utf8.isEmpty ? [:] : ["body": .string(text)] }

    /// The number of what a head says in each place.
    private func choices(_ conflict: Conflict, _ head: Int) throws -> [Int: Conflict.Taking] {
        var choices: [Int: Conflict.Taking] = [:]
        for (place, hunk) in conflict.hunks.enumerated() {
            choices[place] = .value(try #require(hunk.heads.firstIndex { $0.contains(id(head)) }))
        }
        return choices
    }

    /// Both sides change the same paragraphs, and wholly, so that nothing is merged without asking.
    @Test func `taking one side everywhere gives its text, and what was there before the old one`() throws {
        var random = SplitMix(seed: 11)
        var withSeveral = 0
        for round in 0..<400 {
            func words(_ mark: String) -> [String] {
                (0...random.below(4)).map { "\(mark)\($0)-\(random.below(1000))" }
            }
            let base = (0..<(1 + random.below(6))).map { "p\($0)" }.map(words)
            var (ours, theirs) = (base, base)
            for paragraph in base.indices where random.oneIn(2) {
                let change = random.below(3)
                ours[paragraph] = change == 0 ? [] : words("ours")
                theirs[paragraph] = change == 1 ? [] : words("theirs")
            }
            guard ours != theirs else { continue }
            let view = LetterView(
                revision(1, body(text(base))), revision(2, after: [1], body(text(ours))),
                revision(3, after: [1], body(text(theirs))))
            let conflict = try #require(view.conflicts.first, "round \(round)")
            guard !conflict.hunks.isEmpty else { continue }
            if conflict.hunks.count > 1 { withSeveral += 1 }
            let shown = view["body"]?.text
            #expect(conflict.text(shown, taking: [:]) == shown, "round \(round)")
            for (head, side) in [(2, ours), (3, theirs)] {
                #expect(
                    conflict.text(shown, taking: try choices(conflict, head)) ?? "" == text(side), "round \(round)")
            }
            let before = Dictionary(uniqueKeysWithValues: conflict.hunks.indices.map { ($0, Conflict.Taking.before) })
            #expect(conflict.text(shown, taking: before) ?? "" == text(base), "round \(round)")
        }
        #expect(withSeveral > 50)
    }

    @Test func `each place is decided by itself, and the rest of the text stays merged`() throws {
        func text(_ good: String, _ third: String, _ warm: String) -> String {
            "I wish you \(good) health and much happiness in the year that begins today.\n\nThe second paragraph says nothing new."
                + "\n\n\(third)\n\nA fourth.\n\nWith \(warm)regards."
        }
        let view = LetterView(
            revision(1, body(text("strong", "A third.", ""))),
            revision(2, after: [1], body(text("good", "A third, and more.", "warm "))),
            revision(3, after: [1], body(text("robust", "A third.", "kind "))))
        let conflict = try #require(view.conflicts.first)
        #expect(conflict.hunks.count == 2)
        func taking(_ choices: [Int: Conflict.Taking]) -> String? {
            conflict.text(view["body"]?.text, taking: choices)
        }
        let robust = try #require(conflict.hunks[0].values.firstIndex(of: "robust"))
        #expect(taking([0: .value(robust), 1: .before]) == text("robust", "A third, and more.", ""))
        #expect(taking([0: .text("perfect")])?.hasPrefix("I wish you perfect health and much") == true)
    }

    @Test func `a paragraph that is written, or taken away, leaves the others as paragraphs`() throws {
        let view = LetterView(
            revision(1, body("One.\n\nTwo.\n\nThree.")), revision(2, after: [1], body("One.\n\nThree.")),
            revision(3, after: [1], body("One.\n\nAnother thing.\n\nThree.")))
        let conflict = try #require(view.conflicts.first)
        #expect(conflict.hunks.count == 1)
        let shown = view["body"]?.text
        #expect(conflict.text(shown, taking: [0: .text("Both.")]) == "One.\n\nBoth.\n\nThree.")
        #expect(conflict.text(shown, taking: [0: .text("")]) == "One.\n\nThree.")
        #expect(conflict.text(shown, taking: [0: .before]) == "One.\n\nTwo.\n\nThree.")
        #expect(conflict.text(nil, taking: [0: .text("")]) == nil)
        #expect(conflict.text(shown, taking: [0: .value(9)]) == "One.\n\nThree.")
    }
}
