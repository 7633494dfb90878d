import LetterMerge
import LetterModel
import Testing

/// Attachments: a set by blob; names never conflict, the other members are scalars.
struct AttachmentTests {
    let root = revision(1, ["attachments": [["blob": "b1", "name": "a.txt", "role": "original", "size": 9]]])

    @Test func `attachments of both sides are there, by blob`() {
        let view = LetterView(
            revision(1, ["title": "x"]), revision(2, after: [1], ["attachments": [["blob": "b2"]]]),
            revision(3, after: [1], ["attachments": [["blob": "b1"]]]))
        #expect(view["attachments"] == [["blob": "b1"], ["blob": "b2"]])
    }

    @Test func `of two names the least by bytes is shown`() {
        let view = LetterView(
            root,
            revision(2, after: [1], ["attachments": [["blob": "b1", "name": "z.txt", "role": "original", "size": 9]]]),
            revision(3, after: [1], ["attachments": [["blob": "b1", "name": "m.txt", "role": "original", "size": 9]]]))
        #expect(view["attachments"] == [["blob": "b1", "name": "m.txt", "role": "original", "size": 9]])
        #expect(view.conflicts.isEmpty)
    }

    @Test func `two roles are a conflict of that member`() {
        let view = LetterView(
            root,
            revision(2, after: [1], ["attachments": [["blob": "b1", "name": "a.txt", "role": "scan", "size": 9]]]),
            revision(3, after: [1], ["attachments": [["blob": "b1", "name": "a.txt", "role": "other", "size": 9]]]))
        #expect(view.fields == ["attachments.b1.role"])
        #expect(view.values("attachments.b1.role") == ["other", "scan"])
        #expect(view["attachments"] == [["blob": "b1", "name": "a.txt", "role": "other", "size": 9]])
    }

    @Test func `members that nobody knows stay with their attachment, and go together with edits of others`() {
        let attachment: JSONObject = ["blob": "b1", "name": "a.txt", "x-pages": ["first": 1], "x-scanner": "flat"]
        var renamed = attachment
        renamed["name"] = "b.txt"
        var scanned = attachment
        scanned["x-scanner"] = "drum"
        let view = LetterView(
            revision(1, ["attachments": [.object(attachment)]]),
            revision(2, after: [1], ["attachments": [.object(renamed)]]),
            revision(3, after: [1], ["attachments": [.object(scanned)]]))
        let merged: JSONValue = ["blob": "b1", "name": "b.txt", "x-pages": ["first": 1], "x-scanner": "drum"]
        #expect(view["attachments"] == [merged])
        #expect(view.conflicts.isEmpty)
    }

    @Test func `an attachment that is removed and edited stays, with all its members`() {
        let view = LetterView(
            root, revision(2, after: [1], ["title": "x"]),
            revision(3, after: [1], ["attachments": [["blob": "b1", "name": "a.txt", "role": "scan", "size": 9]]]))
        #expect(view["attachments"] == [["blob": "b1", "name": "a.txt", "role": "scan", "size": 9]])
        #expect(view.conflicts.isEmpty)
    }

    @Test func `an attachment that is removed and left alone is gone`() {
        let view = LetterView(
            root, revision(2, after: [1], ["title": "x"]),
            revision(3, after: [1], ["attachments": root.letter?.members["attachments"] ?? .null, "kind": "letter"]))
        #expect(view["attachments"] == nil)
        #expect(view.letter.members == ["kind": "letter", "title": "x"])
    }

    @Test func `a list without blobs, or with one twice, is a scalar`() {
        let twice: JSONValue = [["blob": "b1", "role": "scan"], ["blob": "b1", "role": "other"]]
        let view = LetterView(
            root, revision(2, after: [1], ["attachments": twice]),
            revision(3, after: [1], ["attachments": [["name": "x"]]]))
        #expect(view.fields == ["attachments"])
        #expect(view.values("attachments") == [twice, [["name": "x"]]])
    }
}
