import LetterMerge
import LetterModel
import Testing

/// Bodies and other texts: by paragraph first, then by word.
struct TextTests {
    static let base = "One fine day.\n\nTwo fine days.\n\nThree fine days."

    private func view(_ base: String?, _ left: String?, _ right: String?) -> LetterView {
        func letter(_ text: String?, _ title: JSONValue) -> JSONObject {
            var members: JSONObject = ["title": title]
            members["body"] = text.map(JSONValue.string)
            return members
        }
        return LetterView(
            revision(1, letter(base, "x")), revision(2, after: [1], letter(left, "x")),
            revision(3, after: [1], letter(right, "x")))
    }

    @Test func `changes of neighbouring paragraphs go together`() {
        let merged = view(
            Self.base, "One dark day.\n\nTwo fine days.\n\nThree fine days.",
            "One fine day.\n\nTwo dark days.\n\nThree fine days.")
        #expect(merged["body"] == "One dark day.\n\nTwo dark days.\n\nThree fine days.")
        #expect(merged.conflicts.isEmpty)
    }

    @Test func `changes of different words of one paragraph go together`() {
        #expect(view("Dear old Ada", "Dear young Ada", "Dear old Bea")["body"] == "Dear young Bea")
    }

    @Test func `different changes of one word are a hunk, and the rest is merged`() {
        let merged = view(
            Self.base, "One dark day.\n\nTwo fine days.\n\nThree fine days.",
            "One cold day.\n\nTwo fine days.\n\nThree dark days.")
        #expect(merged.fields == ["body"])
        #expect(merged.hunks("body") == [Conflict.Hunk(base: "fine", values: ["cold", "dark"])])
        #expect(merged.conflicts[0].base == .string(Self.base))
        // The greater id leads.
        #expect(merged["body"] == "One cold day.\n\nTwo fine days.\n\nThree dark days.")
    }

    @Test func `a paragraph that is removed and edited is a hunk of paragraphs`() {
        let merged = view("One.\n\nTwo.\n\nThree.", "One.\n\nThree.", "One.\n\nTwo, really.\n\nThree.")
        #expect(merged.hunks("body") == [Conflict.Hunk(base: "Two.", values: ["", "Two, really."])])
        #expect(merged["body"] == "One.\n\nTwo, really.\n\nThree.")
    }

    @Test func `a paragraph that is added at the end leaves the last one alone`() {
        let merged = view("One.\n\nTwo.", "One.\n\nTwo.\n\nThree.", "Zero.\n\nTwo.")
        #expect(merged["body"] == "Zero.\n\nTwo.\n\nThree.")
        #expect(merged.conflicts.isEmpty)
    }

    @Test func `the last paragraph can go while the one before it changes`() {
        let merged = view("One.\n\nTwo.\n\nThree.", "One.\n\nTwo.", "One.\n\nTwo and a half.\n\nThree.")
        #expect(merged["body"] == "One.\n\nTwo and a half.")
        #expect(merged.conflicts.isEmpty)
    }

    @Test func `one paragraph that both added is there once, two different ones are a hunk`() {
        #expect(view("One.", "One.\n\nTwo.", "One.\n\nTwo.")["body"] == "One.\n\nTwo.")
        let merged = view("One.", "One.\n\nTwo.", "One.\n\nDeux.")
        #expect(merged.hunks("body") == [Conflict.Hunk(base: "", values: ["Deux.", "Two."])])
    }

    @Test func `a text that both sides began is a hunk`() {
        let merged = view(nil, "Mine.", "Theirs.")
        #expect(merged.hunks("body") == [Conflict.Hunk(base: "", values: ["Mine.", "Theirs."])])
        #expect(merged.conflicts[0].base == nil)
    }

    @Test func `a text that is removed and left alone is gone`() {
        let merged = view("One.", nil, "One.")
        #expect(merged.letter.members == ["title": "x"])
        #expect(view("One.", nil, "One!").hunks("body").map(\.values) == [["", "One!"]])
    }

    @Test func `line ends and final newlines come back byte for byte`() {
        let base = "One.\r\n\r\nTwo.\n\n\nThree.\n"
        #expect(view(base, base, "Zero.\r\n\r\nTwo.\n\n\nThree.\n")["body"] == "Zero.\r\n\r\nTwo.\n\n\nThree.\n")
        #expect(
            view(base, "One.\r\n\r\nTwo.\n\n\nThree!\n", "Zero.\r\n\r\nTwo.\n\n\nThree.\n")["body"]
                == "Zero.\r\n\r\nTwo.\n\n\nThree!\n")
        #expect(view("\r", "\r\r", "\r")["body"] == "\r\r")
    }

    @Test func `a paragraph set back on purpose is a change`() {
        let merged = LetterView(
            revision(1, ["body": "One.\n\nTwo."]), revision(2, after: [1], ["body": "Uno.\n\nTwo."]),
            revision(3, after: [2], ["body": "One.\n\nTwo."]), revision(4, after: [1], ["body": "Eins.\n\nTwo."]))
        #expect(merged.hunks("body") == [Conflict.Hunk(base: "One", values: ["Eins", "One"])])
    }

    @Test func `three texts merge in the same way whichever came first`() {
        let all = [
            revision(1, ["body": .string(Self.base)]),
            revision(2, after: [1], ["body": "One dark day.\n\nTwo fine days.\n\nThree fine days."]),
            revision(3, after: [1], ["body": "One fine day.\n\nTwo fine days.\n\nThree dark days."]),
            revision(4, after: [1], ["body": "One cold day.\n\nTwo fine days.\n\nThree fine nights."]),
        ]
        let merged = Merge.view(of: all)
        #expect(merged["body"] == "One cold day.\n\nTwo fine days.\n\nThree dark nights.")
        #expect(merged.hunks("body") == [Conflict.Hunk(base: "fine", values: ["cold", "dark"])])
        #expect(merged.conflicts[0].values.count == 3)
        #expect(Merge.view(of: all.reversed()) == merged)
    }

    @Test func `roots with one text need no common ancestor`() {
        let merged = LetterView(
            revision(1, ["body": .string(Self.base), "title": "One import"]),
            revision(2, ["body": .string(Self.base), "title": "Another import"]),
            revision(3, after: [1], ["body": "One dark day.\n\nTwo fine days.\n\nThree fine days.", "title": "x"]),
            revision(4, after: [2], ["body": "One fine day.\n\nTwo fine days.\n\nThree dark days.", "title": "x"]))
        #expect(merged["body"] == "One dark day.\n\nTwo fine days.\n\nThree dark days.")
        #expect(merged.conflicts.isEmpty)
    }

    @Test func `past the limit of earlier writes a change of one side counts as one of both`() {
        func history(edits: Int) -> [HistoryRevision] {
            var all = [revision(1, ["body": "One.\n\nTwo."])]
            for number in 2..<(2 + edits) {
                all.append(revision(number, after: [number - 1], ["body": .string("One.\n\nTwo. \(number)")]))
            }
            return all + [revision(9_999, after: [1], ["body": "Uno.\n\nTwo."])]
        }
        let short = Merge.view(of: history(edits: 257))
        #expect(short["body"] == "Uno.\n\nTwo. 258")
        #expect(short.conflicts.isEmpty)
        let long = Merge.view(of: history(edits: 258))
        #expect(
            long.hunks("body") == [
                Conflict.Hunk(base: "One", values: ["One", "Uno"]), Conflict.Hunk(base: "", values: ["", " 259"]),
            ])
    }

    @Test func `a text that is none is a conflict of whole values`() {
        let merged = LetterView(
            revision(1, ["body": "One."]), revision(2, after: [1], ["body": ["no": "text"]]),
            revision(3, after: [1], ["body": "Two."]))
        #expect(merged.values("body") == ["Two.", ["no": "text"]])
        #expect(merged.conflicts[0].kind == .value)
    }
}

extension TextTests {
    @Test func `a hunk says where it stands in what is shown, and who says what`() throws {
        let merged = view(
            Self.base, "One dark day.\n\nTwo fine days.\n\nThree fine nights.",
            "Dear, one cold day.\n\nTwo fine days.\n\nThree fine years.")
        let shown = try #require(merged["body"]?.text)
        let hunks = merged.conflicts[0].hunks
        #expect(hunks.count > 1)
        for hunk in hunks {
            let place = try #require(hunk.place)
            let text = String(decoding: Array(shown.utf8)[place], as: UTF8.self)
            let index = try #require(hunk.values.firstIndex { $0.hasSameBytes(as: text) })
            // What the leading head says is what is shown.
            #expect(hunk.heads.map(\.count) == [1, 1])
            #expect(hunk.heads[index] == [merged.leadingHead])
        }
    }
}
