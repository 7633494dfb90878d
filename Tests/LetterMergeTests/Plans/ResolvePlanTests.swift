import LetterMerge
import LetterModel
import Testing

/// Settling conflicts.
struct ResolvePlanTests {
    let history = [
        revision(1, ["body": "One fine day.", "notes": ["n": ["text": "Old."]], "title": "x"]),
        revision(2, after: [1], ["body": "One dark day.", "title": "mine"]),
        revision(3, after: [1], ["body": "One cold day.", "notes": ["n": ["text": "New."]], "title": "theirs"]),
    ]
    let title = MemberPath(["title"])
    let body = MemberPath(["body"])
    let note = MemberPath(["notes", "n"])

    private func plan(_ more: HistoryRevision...) throws -> ResolvePlan {
        let all = history + more
        return try ResolvePlan(view: Merge.view(of: all), history: all)
    }

    private func written(_ plan: ResolvePlan) throws -> PlannedRevision {
        guard case .write(let planned) = plan.outcome() else { throw Unresolved() }
        return planned
    }

    private struct Unresolved: Error {}

    @Test func `what is not decided is listed`() throws {
        var plan = try plan()
        #expect(plan.unresolved.map(\.field) == [body, note, title])
        try plan.choose(.value("ours"), for: title)
        guard case .unresolved(let open) = plan.outcome() else {
            Issue.record("written too early")
            return
        }
        #expect(open.map(\.field) == [body, note])
    }

    @Test func `heads, values and what is shown can be taken, field by field`() throws {
        var plan = try plan()
        try plan.choose(.head(id(2)), for: title)
        try plan.choose(.value("One grey day."), for: body)
        try plan.choose(.provisional, for: note)
        let planned = try written(plan)
        #expect(planned.parents == [id(2), id(3)])
        #expect(
            planned.letter?.members == ["body": "One grey day.", "notes": ["n": ["text": "New."]], "title": "mine"])
    }

    @Test func `a removal can be taken`() throws {
        var plan = try plan()
        try plan.choose(.value(nil), for: title)
        try plan.choose(.head(id(2)), for: note)
        plan.takeProvisional()
        #expect(try written(plan).letter?.members == ["body": "One cold day."])
    }

    @Test func `one head can be taken for everything that is open`() throws {
        var plan = try plan()
        try plan.choose(.value("ours"), for: title)
        try plan.take(id(2))
        #expect(try written(plan).letter?.members == ["body": "One dark day.", "title": "ours"])
    }

    @Test func `a complete letter decides everything`() throws {
        var plan = try plan()
        plan.settle(with: Letter(members: ["title": "done"]))
        #expect(try written(plan).letter?.members == ["title": "done"])
    }

    @Test func `a resolve is written even if it changes nothing that is shown, and ends all conflicts`() throws {
        var plan = try plan()
        plan.takeProvisional()
        let planned = try written(plan)
        #expect(planned.letter == Merge.view(of: history).letter)
        let after = Merge.view(
            of: history + [HistoryRevision(id: id(9), parents: planned.parents, letter: planned.letter)])
        #expect(after.conflicts.isEmpty)
        #expect(after.letter == planned.letter)
    }

    @Test func `a letter deleted on one side is kept or deleted`() throws {
        var keep = try plan(tombstone(4, after: [1]))
        keep.takeProvisional()
        #expect(try written(keep).parents == [id(2), id(3), id(4)])
        #expect(try written(keep).letter?.title == "theirs")
        var delete = try plan(tombstone(4, after: [1]))
        try delete.choose(.delete)
        #expect(delete.unresolved.isEmpty)
        #expect(try written(delete).letter == nil)
        var taken = try plan(tombstone(4, after: [1]))
        try taken.take(id(4))
        #expect(try written(taken).letter == nil)
    }

    @Test func `what makes no sense is refused`() throws {
        var plan = try plan()
        #expect(throws: PlanRefusal.noConflict(MemberPath(["status"]))) {
            try plan.choose(.provisional, for: MemberPath(["status"]))
        }
        #expect(throws: PlanRefusal.unknownHead(id(1))) { try plan.choose(.head(id(1)), for: title) }
        #expect(throws: PlanRefusal.unknownHead(id(7))) { try plan.take(id(7)) }
        #expect(throws: PlanRefusal.noDeletion) { try plan.choose(.keep) }
        #expect(throws: PlanRefusal.deleted) {
            let deleted = [revision(1, ["title": "x"]), tombstone(2, after: [1])]
            _ = try ResolvePlan(view: Merge.view(of: deleted), history: deleted)
        }
    }

    @Test func `members deep inside are set where they belong`() throws {
        let attachments = [
            revision(1, ["attachments": [["blob": "b1", "role": "scan"], ["blob": "b2"]], "extra": ["k": 1]]),
            revision(
                2, after: [1],
                ["attachments": [["blob": "b1", "role": "original"], ["blob": "b2"]], "extra": ["k": 2]]),
            revision(
                3, after: [1], ["attachments": [["blob": "b1", "role": "other"], ["blob": "b2"]], "title": "x"]),
        ]
        var plan = try ResolvePlan(view: Merge.view(of: attachments), history: attachments)
        try plan.choose(.value("enclosure"), for: MemberPath(["attachments", "b1", "role"]))
        try plan.choose(.head(id(3)), for: MemberPath(["extra", "k"]))
        #expect(
            try written(plan).letter?.members
                == ["attachments": [["blob": "b1", "role": "enclosure"], ["blob": "b2"]], "title": "x"])
    }
}
