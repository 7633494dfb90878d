import LetterMerge
import LetterModel
import Testing

/// Members with one value, known and unknown ones.
struct ScalarTests {
    let root = revision(1, ["status": "draft", "title": "A letter"])

    @Test func `what one side changed and the other never saw is kept`() {
        let view = LetterView(
            root, revision(2, after: [1], ["status": "review", "title": "A letter"]),
            revision(3, after: [1], ["status": "draft", "title": "The letter"]))
        #expect(view.letter.members == ["status": "review", "title": "The letter"])
        #expect(view.conflicts.isEmpty)
        #expect(view.heads == [id(2), id(3)])
    }

    @Test func `two different values are a conflict with what was there before`() {
        let view = LetterView(
            root, revision(2, after: [1], ["status": "draft", "title": "Mine"]),
            revision(3, after: [1], ["status": "draft", "title": "Theirs"]))
        #expect(
            view.conflicts == [
                Conflict(
                    field: MemberPath(["title"]), kind: .value, base: "A letter",
                    values: [.init(head: id(2), value: "Mine"), .init(head: id(3), value: "Theirs")])
            ])
        // Both heads have one ancestor, so the greater id leads.
        #expect(view.leadingHead == id(3))
        #expect(view["title"] == "Theirs")
    }

    @Test func `the head with more ancestors leads, whatever the ids are`() {
        let view = LetterView(
            root, revision(9, after: [1], ["title": "One step"]), revision(2, after: [1], ["title": "Half"]),
            revision(3, after: [2], ["title": "Two steps"]))
        #expect(view.leadingHead == id(3))
        #expect(view["title"] == "Two steps")
    }

    @Test func `equal values on both sides are no conflict`() {
        let view = LetterView(
            root, revision(2, after: [1], ["status": "draft", "title": "Same"]),
            revision(3, after: [1], ["status": "draft", "title": "Same"]))
        #expect(view["title"] == "Same")
        #expect(view.conflicts.isEmpty)
    }

    @Test func `a removal beside an edit is a conflict that shows the edit`() {
        let view = LetterView(
            root, revision(2, after: [1], ["status": "draft", "title": "Mine"]),
            revision(3, after: [1], ["status": "draft"]))
        #expect(view["title"] == "Mine")
        #expect(view.values("title") == [nil, "Mine"])
        #expect(view.conflicts[0].values[0].head == id(3))
    }

    @Test func `a value set back to what it was is a write`() {
        let view = LetterView(
            root, revision(2, after: [1], ["status": "draft", "title": "Other"]),
            revision(3, after: [2], ["status": "draft", "title": "A letter"]),
            revision(4, after: [1], ["status": "draft", "title": "Theirs"]))
        #expect(view.values("title") == ["A letter", "Theirs"])
    }

    @Test func `composed and decomposed letters are different values`() {
        let view = LetterView(
            root, revision(2, after: [1], ["status": "draft", "title": "caf\u{E9}"]),
            revision(3, after: [1], ["status": "draft", "title": "cafe\u{301}"]))
        #expect(view.conflicts.count == 1)
        #expect(view.conflicts[0].values.count == 2)
    }

    @Test func `a resolve ends the conflict, and two different resolves are a conflict again`() {
        let sides = [
            root, revision(2, after: [1], ["title": "Mine"]), revision(3, after: [1], ["title": "Theirs"]),
        ]
        let mine = revision(4, after: [2, 3], ["title": "Mine"])
        let theirs = revision(5, after: [2, 3], ["title": "Theirs"])
        #expect(Merge.view(of: sides + [mine]).conflicts.isEmpty)
        let both = Merge.view(of: sides + [mine, theirs])
        #expect(both.values("title") == ["Mine", "Theirs"])
    }

    @Test func `an unknown member merges as a scalar, whatever it is`() {
        let view = LetterView(
            revision(1, ["x-new": ["a": 1]]), revision(2, after: [1], ["x-new": ["a": 2, "b": [.null, true]]]),
            revision(3, after: [1], ["title": "x", "x-new": ["a": 1]]))
        #expect(view["x-new"] == ["a": 2, "b": [.null, true]])
        #expect(view.conflicts.isEmpty)
    }

    @Test func `each member of registry and extra is a scalar`() {
        let view = LetterView(
            revision(1, ["extra": ["k": 1, "l": 1], "registry": ["direction": "in", "number": "1"]]),
            revision(2, after: [1], ["extra": ["k": 2, "l": 1], "registry": ["direction": "in", "number": "2"]]),
            revision(3, after: [1], ["extra": ["k": 3, "l": 2], "registry": ["direction": "out", "number": "1"]]))
        #expect(view["registry"] == ["direction": "out", "number": "2"])
        #expect(view["extra"] == ["k": 3, "l": 2])
        #expect(view.fields == ["extra.k"])
        #expect(view.conflicts[0].kind == .map)
    }
}
