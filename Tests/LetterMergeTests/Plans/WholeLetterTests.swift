import LetterMerge
import LetterModel
import Testing

/// Deleting and restoring: the whole letter, on top of everything that is shown.
struct WholeLetterTests {
    let two = [
        revision(1, ["title": "x"]), revision(2, after: [1], ["title": "y"]), revision(3, after: [1], ["title": "z"]),
    ]

    @Test func `a tombstone replaces all heads`() throws {
        let planned = try PlannedRevision.deleting(Merge.view(of: two))
        #expect(planned.parents == [id(2), id(3)])
        #expect(planned.letter == nil)
        let deleted = Merge.view(of: two + [tombstone(4, after: [2, 3])])
        #expect(deleted.isDeleted)
        #expect(throws: PlanRefusal.alreadyDeleted) { try PlannedRevision.deleting(deleted) }
    }

    @Test func `a restore brings back what the letter said last, or any version`() throws {
        let deleted = Merge.view(of: [two[0], two[1], tombstone(4, after: [2])])
        let last = try #require(try PlannedRevision.restoring(nil, in: deleted))
        #expect(last.letter?.title == "y")
        #expect(last.parents == [id(4)])
        #expect(try PlannedRevision.restoring(two[0].letter, in: deleted)?.letter?.title == "x")
        let shown = Merge.view(
            of: Array(two.prefix(2)) + [HistoryRevision(id: id(5), parents: [id(2)], letter: two[0].letter)])
        #expect(shown["title"] == "x")
    }

    @Test func `a restore of what is shown writes nothing, and one of nothing is refused`() throws {
        let view = Merge.view(of: [two[0], two[1]])
        #expect(try PlannedRevision.restoring(two[1].letter, in: view) == nil)
        #expect(throws: PlanRefusal.notDeleted) { try PlannedRevision.restoring(nil, in: view) }
    }

    @Test func `a path is read and set through objects and attachments`() {
        var letter = Letter(members: ["registry": ["number": "1"]])
        letter[MemberPath(["registry", "number"])] = nil
        #expect(letter.members["registry"] == nil)
        letter[MemberPath(["attachments", "b1", "role"])] = "scan"
        #expect(letter.members["attachments"] == [["blob": "b1", "role": "scan"]])
        #expect(letter[MemberPath(["attachments", "b1", "role"])] == "scan")
        letter[MemberPath(["attachments", "b1"])] = nil
        #expect(letter.members.isEmpty)
    }
}
