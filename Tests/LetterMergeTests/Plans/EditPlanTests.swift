import LetterMerge
import LetterModel
import Testing

/// What an editor starts from, and what comes of the edit.
struct EditPlanTests {
    private func plan(_ history: [HistoryRevision]) throws -> EditPlan {
        try EditPlan(view: Merge.view(of: history), history: history)
    }

    private func edited(_ plan: EditPlan, _ change: (inout Letter) -> Void) -> EditPlan.Outcome {
        var letter = plan.base
        change(&letter)
        return plan.outcome(of: letter)
    }

    let merged = [
        revision(1, ["status": "draft", "title": "x"]),
        revision(2, after: [1], ["status": "review", "title": "x"]),
        revision(3, after: [1], ["status": "draft", "title": "y"]),
    ]
    let conflicting = [
        revision(1, ["body": "One.", "status": "draft", "tags": ["a"], "title": "x"]),
        revision(2, after: [1], ["body": "One.", "status": "review", "tags": ["a", "b"], "title": "mine"]),
        revision(3, after: [1], ["body": "One.", "status": "draft", "tags": ["a"], "title": "theirs"]),
    ]

    @Test func `without conflicts an edit starts from the view and replaces all heads`() throws {
        let plan = try plan(merged)
        #expect(plan.base.members == ["status": "review", "title": "y"])
        #expect(plan.parents == [id(2), id(3)])
        guard case .write(let planned) = edited(plan, { $0.kind = .letter }) else {
            Issue.record("not written")
            return
        }
        #expect(planned.parents == [id(2), id(3)])
        #expect(planned.letter?.members == ["kind": "letter", "status": "review", "title": "y"])
        #expect(planned.remaining.isEmpty)
    }

    @Test func `an edit that changes nothing writes nothing`() throws {
        #expect(try edited(plan(merged)) { _ in } == .unchanged)
        #expect(try edited(plan(conflicting)) { _ in } == .unchanged)
    }

    @Test func `with a conflict an edit starts from the leading head and replaces only that`() throws {
        let plan = try plan(conflicting)
        #expect(plan.base == conflicting[2].letter)
        #expect(plan.parents == [id(3)])
        guard case .write(let planned) = edited(plan, { $0.body = "One. Two." }) else {
            Issue.record("not written")
            return
        }
        #expect(planned.parents == [id(3)])
        let after = Merge.view(
            of: conflicting + [HistoryRevision(id: id(4), parents: planned.parents, letter: planned.letter)])
        #expect(after.fields == ["title"])
        #expect(after["body"] == "One. Two.")
        #expect(after["status"] == "review")
    }

    @Test func `an edit of what is in conflict, or what only another head holds, is refused with the members' names`()
        throws
    {
        let plan = try plan(conflicting)
        let outcome = edited(plan) {
            $0.title = "mine"
            $0.status = .published
            $0.tags = ["a", "b"]
            $0.body = "Two."
        }
        let fields = ["status", "tags", "title"].map { MemberPath([$0]) }
        #expect(outcome == .refused(.undecided(fields)))
        #expect(
            PlanRefusal.undecided(fields).description
                == "the heads of the letter differ in status, tags, title; resolve first")
    }

    @Test func `a deleted letter is restored first`() throws {
        #expect(throws: PlanRefusal.deleted) { try plan([revision(1, ["title": "x"]), tombstone(2, after: [1])]) }
        #expect(PlanRefusal.deleted.description.contains("restore"))
    }

    @Test func `of too many heads the greatest are named, and the edit is repeated`() throws {
        let heads = (2...1_100).map { revision($0, after: [1], ["tags": ["t"]]) }
        var history = [revision(1, ["title": "x"])] + heads
        guard case .write(let planned) = edited(try plan(history), { $0.title = "y" }) else {
            Issue.record("not written")
            return
        }
        #expect(planned.parents == (77...1_100).map(id))
        #expect(planned.remaining == (2...76).map(id))
        history.append(HistoryRevision(id: id(2_000), parents: planned.parents, letter: planned.letter))
        // The others removed the title, and this revision has not seen all of them.
        #expect(Merge.view(of: history).fields == ["title"])
        let next = try #require(planned.following(id(2_000)))
        #expect(next.parents == (2...76).map(id) + [id(2_000)])
        #expect(next.following(id(2_001)) == nil)
        history.append(HistoryRevision(id: id(2_001), parents: next.parents, letter: next.letter))
        #expect(Merge.view(of: history).letter.members == ["tags": ["t"], "title": "y"])
    }
}
