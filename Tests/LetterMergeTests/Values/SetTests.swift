import LetterMerge
import LetterModel
import Testing

/// Tags, languages, identifiers, relations, mentions: every element is in or out by itself.
struct SetTests {
    @Test func `additions of both sides are in, a removal by one side is out`() {
        let view = LetterView(
            revision(1, ["tags": ["a", "b"]]), revision(2, after: [1], ["tags": ["a", "b", "d"]]),
            revision(3, after: [1], ["tags": ["b", "c"]]))
        #expect(view["tags"] == ["b", "c", "d"])
        #expect(view.conflicts.isEmpty)
    }

    @Test func `a removal does not take out what somebody put in again without knowing of it`() {
        let view = LetterView(
            revision(1, ["tags": ["a"]]), revision(2, after: [1], ["title": "x"]),
            revision(3, after: [1], ["title": "y"]), revision(4, after: [3], ["tags": ["a"], "title": "y"]))
        #expect(view["tags"] == ["a"])
    }

    @Test func `unknown members travel with their element`() {
        let known: JSONValue = ["scheme": "url", "value": "1"]
        let newer: JSONValue = ["checked": true, "scheme": "url", "value": "1"]
        let view = LetterView(
            revision(1, ["identifiers": [known]]), revision(2, after: [1], ["identifiers": [newer]]),
            revision(3, after: [1], ["identifiers": [["scheme": "shelfmark", "value": "2"], known]]))
        #expect(view["identifiers"] == [newer, ["scheme": "shelfmark", "value": "2"]])
    }

    @Test func `one revision keeps the order and the duplicates that its author left`() {
        let odd: JSONObject = [
            "identifiers": [["value": "2"], ["value": "1"], ["value": "1"]], "tags": ["b", "a", "b"],
        ]
        #expect(LetterView(revision(1, odd)).letter.members == odd)
    }

    @Test func `a set that is none stands as a whole beside the elements of the others`() {
        let view = LetterView(
            revision(1, ["tags": ["a"]]), revision(2, after: [1], ["tags": ["a", 1]]),
            revision(3, after: [1], ["tags": ["a", "b"]]))
        #expect(view.fields == ["tags"])
        #expect(view.values("tags") == [["a", 1], ["b"]])
        #expect(view["tags"] == ["b"])
        let settled = LetterView(
            revision(1, ["tags": ["a"]]), revision(2, after: [1], ["tags": ["a", 1]]),
            revision(3, after: [1], ["tags": ["a", "b"]]), revision(4, after: [2, 3], ["tags": ["a", 1]]),
            revision(5, after: [4], ["tags": ["a", 1], "title": "x"]))
        #expect(settled["tags"] == ["a", 1])
        #expect(settled.conflicts.isEmpty)
    }

    @Test func `an empty set hides nothing`() {
        let view = LetterView(
            revision(1, ["tags": []]), revision(2, after: [1], ["tags": [], "title": "x"]),
            revision(3, after: [1], ["tags": ["b"]]))
        #expect(view["tags"] == ["b"])
        #expect(view.conflicts.isEmpty)
    }

    @Test func `roots with one element in common put it in together`() {
        let view = LetterView(
            revision(1, ["tags": ["a", "b"], "title": "One import"]),
            revision(2, ["tags": ["a", "b"], "title": "Another import"]),
            revision(3, after: [1], ["tags": ["b"], "title": "One import"]))
        #expect(view["tags"] == ["b"])
    }
}
