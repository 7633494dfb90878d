import LetterMerge
import LetterModel
import Testing

/// Which revisions are heads, which one leads, and what becomes of deleted letters.
struct HistoryTests {
    @Test func `one revision is shown exactly as it is`() {
        let odd: JSONObject = ["access": "x", "body": "", "notes": [], "senders": [1, 1], "tags": ["b", "a"]]
        let view = LetterView(revision(1, odd))
        #expect(
            view
                == LetterView(
                    letter: Letter(members: odd), heads: [id(1)], leadingHead: id(1), conflicts: [], isDeleted: false))
        #expect(LetterView(revision(1, ["title": "x"]), revision(2, after: [1], odd)).letter.members == odd)
    }

    @Test func `equal roots are one revision`() {
        let view = LetterView(revision(1, ["title": "x"]), revision(2, ["title": "x"]))
        #expect(view.heads == [id(2)])
        #expect(view.conflicts.isEmpty)
        let edited = LetterView(
            revision(1, ["title": "x"]), revision(2, ["title": "x"]), revision(3, after: [1], ["title": "y"]))
        #expect(edited.heads == [id(3)])
        #expect(edited["title"] == "y")
    }

    @Test func `a deleted copy of an import takes the other one with it, an edited one does not`() {
        let twins = [revision(1, ["title": "x"]), revision(2, ["title": "x"])]
        #expect(Merge.view(of: twins + [tombstone(3, after: [1])]).isDeleted)
        let edited = Merge.view(of: twins + [tombstone(3, after: [1]), revision(4, after: [2], ["title": "y"])])
        #expect(!edited.isDeleted)
        #expect(edited["title"] == "y")
    }

    @Test func `a letter is hidden only if every head is a tombstone, and still says what it said last`() {
        let view = LetterView(
            revision(1, ["title": "x"]), revision(2, after: [1], ["title": "y"]), tombstone(3, after: [2]),
            tombstone(4, after: [1]))
        #expect(view.isDeleted)
        #expect(view.leadingHead == nil)
        #expect(view.heads == [id(3), id(4)])
        #expect(view["title"] == "y")
        #expect(view.conflicts.isEmpty)
    }

    @Test func `delete against edit is one conflict, and the edit is shown`() {
        let view = LetterView(
            revision(1, ["title": "x"]), revision(2, after: [1], ["title": "y"]), tombstone(3, after: [1]))
        #expect(view["title"] == "y")
        #expect(view.conflicts == [Conflict(field: nil, kind: .deletedAndEdited, heads: [id(2), id(3)])])
        #expect(
            view.conflicts[0].json.canonicalText
                == #"{"field":null,"heads":["\#(id(2).hex)","\#(id(3).hex)"],"kind":"deletedAndEdited"}"#)
    }

    @Test func `the conflict has the documented JSON`() {
        let view = LetterView(
            revision(1, ["title": "x"]), revision(2, after: [1], ["kind": "letter"]),
            revision(3, after: [1], ["title": "z"]))
        #expect(
            view.conflicts.map(\.json.canonicalText) == [
                #"{"base":"x","field":"title","kind":"value","values":[{"head":"\#(id(2).hex)"},{"head":"\#(id(3).hex)","value":"z"}]}"#
            ])
    }

    @Test func `what a tombstone had seen stays superseded`() {
        // 2 replaced the title; 3 deleted the letter on top of it; 4 never saw either.
        let view = LetterView(
            revision(1, ["status": "draft", "title": "x"]), revision(2, after: [1], ["status": "draft", "title": "y"]),
            tombstone(3, after: [2]), revision(4, after: [1], ["status": "review", "title": "x"]))
        #expect(view["title"] == "y")
        #expect(view["status"] == "review")
        #expect(view.fields == ["(deleted)"])
    }

    @Test func `clocks decide nothing`() throws {
        let archive = try #require(ArchiveID("019ab1c2-7f00-7000-8000-000000000001"))
        let letter = try #require(LetterID("019ab1c2-7f00-7000-8000-000000000002"))
        func shown(_ times: [String]) throws -> LetterView {
            func made(_ parents: [RevisionID], _ members: JSONObject, _ index: Int) throws -> Revision {
                let header = RevisionHeader(
                    archive: archive, letter: letter, parents: parents, content: nil, time: Timestamp(times[index]),
                    reason: Reason(.edit))
                return try Revision(header: header, letter: Letter(members: members))
            }
            let root = try made([], ["body": "One.\n\nTwo.", "tags": ["a"], "title": "x"], 0)
            let left = try made([root.id], ["body": "Uno.\n\nTwo.", "tags": ["b"], "title": "y"], 1)
            let right = try made([root.id], ["body": "One.\n\nZwei.", "tags": ["a", "c"], "title": "x"], 2)
            return Merge.view(of: [root, left, right].map(HistoryRevision.init))
        }
        let now = "2026-11-23T18:00:00.000Z"
        let usual = try shown([now, now, now])
        for times in [
            [now, "1976-11-23T18:00:00.000Z", "2076-11-23T18:00:00.000Z"],
            ["2076-11-23T18:00:00.000Z", now, "1976-11-23T18:00:00.000Z"],
        ] {
            let view = try shown(times)
            #expect(view.letter == usual.letter)
            #expect(view.conflicts == usual.conflicts)
        }
    }

    @Test func `a missing parent and a missing history do no harm`() {
        #expect(LetterView(revision(2, after: [1], ["title": "x"]))["title"] == "x")
        #expect(Merge.view(of: []).heads == [])
    }
}
