import Hashing
import LetterMerge
import LetterModel
import Testing

/// Taking back a resolve.
struct ReopenPlanTests {
    /// What is asked of a person in a conflict, without the heads, which are new ones.
    private struct Question: Hashable {
        let field: MemberPath?
        let kind: Conflict.Kind
        let base: JSONValue?
        let values: Set<JSONValue?>
        let hunks: [Conflict.Hunk]

        init(_ conflict: Conflict) {
            field = conflict.field
            kind = conflict.kind
            base = conflict.base
            values = Set(conflict.values.map(\.value))
            hunks = conflict.hunks.map { Conflict.Hunk(base: $0.base, values: $0.values) }
        }
    }

    /// The history with a resolve taken back, in the revisions from `number` on.
    private func reopened(_ history: [HistoryRevision], undoing resolve: Int, from number: Int = 100) throws
        -> LetterView
    {
        let plan = try #require(ReopenPlan(undoing: id(resolve), in: history))
        var history = history + [HistoryRevision(id: id(number), parents: [id(resolve)], letter: plan.base)]
        for (index, side) in plan.sides.enumerated() {
            history.append(HistoryRevision(id: id(number + 1 + index), parents: [id(number)], letter: side))
        }
        return Merge.view(of: history)
    }

    private let scalar = [
        revision(1, ["body": "One.\n\nTwo.", "title": "x"]),
        revision(2, after: [1], ["body": "One!\n\nTwo.", "title": "mine"]),
        revision(3, after: [1], ["body": "One.\n\nTwo?", "title": "theirs"]),
    ]
    private let removal = [
        revision(1, ["place": ["name": "Baku"], "title": "x"]),
        revision(2, after: [1], ["title": "x"]),
        revision(3, after: [1], ["place": ["name": "Jeddah"], "title": "x"]),
    ]
    private let words = [
        revision(1, ["body": "One fine day.\n\nIt rained."]),
        revision(2, after: [1], ["body": "One dark day.\n\nIt rained."]),
        revision(3, after: [1], ["body": "One cold day.\n\nIt rained a lot."]),
    ]
    private let entries = [
        revision(1, ["notes": ["n": ["text": "Old."]], "title": "x"]),
        revision(2, after: [1], ["notes": ["n": ["text": "Mine."]], "title": "x"]),
        revision(3, after: [1], ["notes": ["m": ["text": "More."], "n": ["text": "Theirs."]], "title": "x"]),
    ]
    private let roots = [revision(2, ["title": "mine"]), revision(3, ["title": "theirs"])]
    private let three = [
        revision(1, ["title": "x"]), revision(2, after: [1], ["title": "a"]), revision(3, after: [1], ["title": "b"]),
        revision(4, after: [1], ["title": "c"]),
    ]

    @Test(arguments: ["scalar", "removal", "words", "entries", "roots", "three"], ["provisional", "first", "other"])
    func `the conflicts are those that were settled, whatever was decided`(name: String, decision: String) throws {
        let histories = [
            "scalar": scalar, "removal": removal, "words": words, "entries": entries, "roots": roots, "three": three,
        ]
        let history = try #require(histories[name])
        let before = Merge.view(of: history)
        #expect(!before.conflicts.isEmpty)
        var plan = try ResolvePlan(view: before, history: history)
        switch decision {
        case "provisional": plan.takeProvisional()
        case "first": try plan.take(id(2))
        default: plan.settle(with: Letter(members: ["body": "Something else.", "title": "else"]))
        }
        guard case .write(let planned) = plan.outcome() else {
            Issue.record("not decided")
            return
        }
        let resolve = HistoryRevision(id: id(50), parents: planned.parents, letter: planned.letter)
        let after = try reopened(history + [resolve], undoing: 50)
        #expect(after.conflicts.map(Question.init) == before.conflicts.map(Question.init))
        // What is in no conflict is again what it was.
        var (shown, earlier) = (after.letter, before.letter)
        for field in before.conflicts.compactMap(\.field) {
            shown[field] = nil
            earlier[field] = nil
        }
        #expect(shown == earlier)
    }

    @Test func `what is written again goes back to who wrote it first, however often`() throws {
        // Two heads say the same title; the third another one.
        var history = [
            revision(1, ["title": "x"]), revision(2, after: [1], ["title": "a"]),
            revision(3, after: [1], ["title": "b"]), revision(4, after: [1], ["title": "a"]),
        ]
        for number in [50, 60] {
            let heads = Merge.view(of: history).heads
            history.append(HistoryRevision(id: id(number), parents: heads, letter: Letter(members: ["title": "c"])))
            let plan = try #require(ReopenPlan(undoing: id(number), in: history))
            #expect(plan.heads.flatMap(\.self).sorted() == heads)
            history.append(HistoryRevision(id: id(number + 1), parents: [id(number)], letter: plan.base))
            for (index, side) in plan.sides.enumerated() {
                let again = id(number + 2 + index)
                history.append(HistoryRevision(id: again, parents: [id(number + 1)], letter: side))
                let expected = side?.title == "a" ? [id(2), id(4)] : [id(3)]
                #expect(ReopenPlan.originals(of: again, in: history).sorted() == expected)
            }
            #expect(ReopenPlan.originals(of: id(number + 1), in: history) == [id(number + 1)])
        }
        // An edit of such a side is somebody's own.
        history.append(revision(70, after: [62], ["title": "mine"]))
        #expect(ReopenPlan.originals(of: id(70), in: history) == [id(70)])
        #expect(ReopenPlan.originals(of: id(2), in: history) == [id(2)])
    }

    @Test(arguments: [true, false])
    func `a letter that one side deleted is asked about again`(isKept: Bool) throws {
        let history = [
            revision(1, ["title": "x"]), tombstone(2, after: [1]), revision(3, after: [1], ["title": "still wanted"]),
        ]
        let before = Merge.view(of: history)
        #expect(before.conflicts.map(\.kind) == [.deletedAndEdited])
        let resolve =
            isKept ? revision(50, after: [2, 3], ["title": "still wanted"]) : tombstone(50, after: [2, 3])
        let after = try reopened(history + [resolve], undoing: 50)
        #expect(after.conflicts.map(\.kind) == [.deletedAndEdited])
        #expect(after.letter == before.letter)
    }

    @Test func `a revision that settled nothing has nothing to open again`() {
        let merged = [
            revision(1, ["title": "x"]), revision(2, after: [1], ["summary": "a", "title": "x"]),
            revision(3, after: [1], ["tags": ["b"], "title": "x"]),
            revision(4, after: [2, 3], ["summary": "a", "tags": ["b"], "title": "y"]),
        ]
        #expect(ReopenPlan(undoing: id(4), in: merged) == nil)
        #expect(ReopenPlan(undoing: id(2), in: merged) == nil)
        #expect(ReopenPlan(undoing: id(9), in: merged) == nil)
    }
}
