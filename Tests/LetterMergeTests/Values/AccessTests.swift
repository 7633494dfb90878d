import LetterMerge
import LetterModel
import Testing

/// Access: the most restrictive of the live writes, and never a conflict.
struct AccessTests {
    private func merged(_ left: JSONValue?, _ right: JSONValue?) -> LetterView {
        func letter(_ value: JSONValue?) -> JSONObject {
            var members: JSONObject = ["title": "x"]
            members["access"] = value
            return members
        }
        return LetterView(
            revision(1, ["access": ["level": "restricted", "reason": "root"], "title": "x"]),
            revision(2, after: [1], letter(left)), revision(3, after: [1], letter(right)))
    }

    static let closed: JSONValue = ["level": "closed"]

    @Test(
        arguments: [
            [nil, ["level": "public"]], [["level": "public"], ["level": "restricted"]],
            [["level": "restricted"], closed], [closed, ["level": "secret"]],
            [["reason": "no level"], ["level": "public"]],
            [["level": "closed", "until": "2030"], ["level": "closed", "until": "2040"]],
            [["level": "closed", "until": "2040"], closed],
            [["level": "closed", "reason": "b"], ["level": "closed", "reason": "a"]],
        ] as [[JSONValue?]])
    func `the stricter one holds, on whichever side it is`(pair: [JSONValue?]) {
        for view in [merged(pair[0], pair[1]), merged(pair[1], pair[0])] {
            #expect(view["access"] == pair[1])
            #expect(view.conflicts.isEmpty)
        }
    }

    @Test func `who has seen the restriction may loosen it`() {
        let view = LetterView(
            revision(1, ["access": Self.closed]), revision(2, after: [1], ["access": ["level": "public"]]),
            revision(3, after: [1], ["access": Self.closed, "title": "x"]))
        #expect(view["access"] == ["level": "public"])
    }

    @Test func `a restriction under a tombstone counts`() {
        let view = LetterView(
            revision(1, ["access": ["level": "public"]]), revision(2, after: [1], ["access": Self.closed]),
            tombstone(3, after: [2]), revision(4, after: [1], ["access": ["level": "public"], "title": "x"]))
        #expect(view["access"] == Self.closed)
        #expect(view.fields == ["(deleted)"])
    }

    @Test func `a value that is no object is a conflict that shows the strictest object`() {
        let view = merged("closed", ["level": "public"])
        #expect(view.fields == ["access"])
        #expect(view["access"] == ["level": "public"])
        #expect(view.values("access") == ["closed", ["level": "public"]])
    }
}
