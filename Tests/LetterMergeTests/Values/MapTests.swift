import LetterMerge
import LetterModel
import Testing

/// Notes and translations: entries under keys, whose members merge one by one.
struct MapTests {
    let root = revision(1, ["notes": ["n1": ["author": "Ann", "text": "Ask Bea.\n\nThen Cem."]]])

    @Test func `edits of different members of an entry go together`() {
        let view = LetterView(
            root,
            revision(2, after: [1], ["notes": ["n1": ["author": "Dan", "text": "Ask Bea.\n\nThen Cem."]]]),
            revision(3, after: [1], ["notes": ["n1": ["author": "Ann", "text": "Ask Bea.\n\nThen Eva."]]]))
        #expect(view["notes"] == ["n1": ["author": "Dan", "text": "Ask Bea.\n\nThen Eva."]])
        #expect(view.conflicts.isEmpty)
    }

    @Test func `new entries under different keys are both there`() {
        let view = LetterView(
            revision(1, ["title": "x"]),
            revision(2, after: [1], ["notes": ["n1": ["text": "One."]], "title": "x"]),
            revision(3, after: [1], ["notes": ["n2": ["text": "Two."]], "title": "x"]))
        #expect(view["notes"] == ["n1": ["text": "One."], "n2": ["text": "Two."]])
        #expect(view.conflicts.isEmpty)
    }

    @Test func `keys that look alike and have other bytes are two entries`() {
        let view = LetterView(
            revision(1, ["title": "x"]),
            revision(2, after: [1], ["notes": ["\u{E9}": ["text": "One."]], "title": "x"]),
            revision(3, after: [1], ["notes": ["e\u{301}": ["text": "Two."]], "title": "x"]))
        #expect(view["notes"] == ["e\u{301}": ["text": "Two."], "\u{E9}": ["text": "One."]])
        #expect(view.conflicts.isEmpty)
    }

    @Test func `an entry that is removed and edited is a conflict that shows the edit, with all that lies in it`() {
        let view = LetterView(
            root,
            revision(2, after: [1], ["title": "no notes"]),
            revision(3, after: [1], ["notes": ["n1": ["author": "Ann", "text": "Ask Bea.\n\nThen Eva."]]]))
        #expect(view.fields == ["notes.n1"])
        #expect(view["notes"] == ["n1": ["author": "Ann", "text": "Ask Bea.\n\nThen Eva."]])
        #expect(view.values("notes.n1") == [nil, ["author": "Ann", "text": "Ask Bea.\n\nThen Eva."]])
        #expect(view.conflicts[0].kind == .map)
        #expect(view.conflicts[0].base == ["author": "Ann", "text": "Ask Bea.\n\nThen Cem."])
    }

    @Test func `an entry that is removed and left alone is gone`() {
        let view = LetterView(
            root, revision(2, after: [1], ["title": "x"]),
            revision(3, after: [1], ["kind": "letter", "notes": root.letter?.members["notes"] ?? .null]))
        #expect(view["notes"] == nil)
        #expect(view.conflicts.isEmpty)
    }

    @Test func `the text of an entry merges by word, and its conflicts name the way to it`() {
        let view = LetterView(
            revision(1, ["translations": ["de": ["body": "Komm nach Hause."]]]),
            revision(2, after: [1], ["translations": ["de": ["body": "Komm bald nach Hause."]]]),
            revision(3, after: [1], ["translations": ["de": ["body": "Komm nie nach Hause."]]]))
        #expect(view.fields == ["translations.de.body"])
        #expect(view.conflicts[0].kind == .text)
        #expect(view.hunks("translations.de.body") == [Conflict.Hunk(base: "", values: ["bald ", "nie "])])
    }

    @Test func `whoever decides that an entry stays decides everything in it, whichever head comes first`() {
        for ids in [[1, 2, 3, 4], [9, 8, 7, 6]] {
            let view = Merge.mergedView(of: [
                revision(ids[0], ["notes": ["n1": ["author": "A", "text": "One."]]]),
                revision(ids[1], after: [ids[0]], ["notes": ["n1": ["text": "One."]]]),
                revision(ids[2], after: [ids[0]], ["title": "x"]),
                revision(ids[3], after: [ids[1], ids[2]].sorted(), ["notes": ["n1": ["author": "B"]]]),
            ])
            #expect(view["notes"] == ["n1": ["author": "B"]])
            #expect(view.conflicts.isEmpty)
        }
    }

    @Test func `what went with an entry that came back without it stays gone, whoever else knows of the removal`() {
        let removal = revision(2, after: [1], ["title": "no notes"])
        let back = revision(3, after: [2], ["notes": ["n1": ["author": "Ann"]], "title": "no notes"])
        let edit = revision(4, after: [1], ["notes": ["n1": ["author": "Ann", "text": "Ask Bea.\n\nThen Eva."]]])
        let bystander = revision(5, after: [2], ["title": "another title"])
        for revisions in [[root, removal, back, edit], [root, removal, back, edit, bystander]] {
            let view = Merge.view(of: revisions)
            #expect(view.fields.contains("notes.n1.text"))
            #expect(view.values("notes.n1.text") == [nil, "Ask Bea.\n\nThen Eva."])
        }
        // Who wrote it anew in between has the last word.
        let again = revision(6, after: [3], ["notes": ["n1": ["author": "Ann", "text": "New."]], "title": "no notes"])
        let view = LetterView(root, removal, back, again, bystander)
        #expect(view["notes"] == ["n1": ["author": "Ann", "text": "New."]])
        #expect(view.fields == [])
    }

    @Test func `an entry that is no object, or an empty one, keeps its bytes`() {
        let view = LetterView(
            revision(1, ["notes": ["a": "odd", "b": JSONValue.object(JSONObject()), "c": .null]]),
            revision(2, after: [1], ["notes": ["a": "odd", "b": .object(JSONObject()), "c": .null, "d": [1]]]),
            revision(3, after: [1], ["notes": ["a": "odder", "b": .object(JSONObject()), "c": .null]]))
        #expect(view["notes"] == ["a": "odder", "b": .object(JSONObject()), "c": .null, "d": [1]])
    }

    @Test func `a map that is no object stands beside the entries of the others`() {
        let view = LetterView(
            revision(1, ["notes": ["n1": ["text": "One."]]]),
            revision(2, after: [1], ["notes": "see the file"]),
            revision(3, after: [1], ["notes": ["n1": ["text": "One."], "n2": ["text": "Two."]]]))
        #expect(view.fields == ["notes"])
        #expect(view.values("notes") == ["see the file", ["n2": ["text": "Two."]]])
    }
}
