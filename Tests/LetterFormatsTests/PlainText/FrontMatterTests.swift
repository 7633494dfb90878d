import LetterFormats
import LetterModel
import Testing

struct FrontMatterTests {
    static func letter(_ block: String) throws -> Letter {
        try Parsed.letter("---\n\(block)\n---\n\nDear Ada,\n\n\(Parsed.body)")
    }

    @Test func `title, date and address of the page have members, the others are extra`() throws {
        let letter = try Self.letter(
            """
            tags: presidential-actions
            date: '2021-06-29'
            modified_time: 2021-06-29 14:47:23-04:00
            source_url: https://example.org/2021/06/29/letter/
            published_time: 2021-06-29 14:47:22-04:00
            title: "Letter to the Speaker of the House and the President Pro Tempore of the Senate\\
              \\ Consistent with the War Powers Resolution (Public Law\\_93-148)"
            """)
        #expect(
            letter.title
                == "Letter to the Speaker of the House and the President Pro Tempore of the Senate Consistent with the War Powers Resolution (Public Law\u{A0}93-148)"
        )
        #expect(letter.source?.harvestedOn == "2021-06-29")
        #expect(
            letter.identifiers == [
                Identifier(members: ["scheme": "url", "value": "https://example.org/2021/06/29/letter/"])
            ])
        #expect(
            letter.extra == [
                "tags": "presidential-actions", "modified_time": "2021-06-29 14:47:23-04:00",
                "published_time": "2021-06-29 14:47:22-04:00",
            ])
        #expect(letter.salutation == "Dear Ada,")
        #expect(letter.body == Parsed.body)
        #expect(letter.date == nil)
    }

    @Test(arguments: [
        ("note: plain text", "plain text"), ("note: 'it''s quoted'", "it's quoted"),
        (#"note: "a\tb \u00e9 \xE9 \"q\"""#, "a\tb é é \"q\""),
        ("note: one\n  two\n  three", "one two three"), ("note: |\n  one\n  two", "one\ntwo"),
        ("note: >\n  one\n  two", "one two"),
        ("note:\n  nested: value\n  other: 2", "  nested: value\n  other: 2"), (#"note: "no end"#, #""no end"#),
        ("note: 12", "12"),
        ("note: true", "true"), ("note: a: b: c", "a: b: c"), ("note: # no comment", "# no comment"),
    ])
    func `values are kept as text`(block: String, value: String) throws {
        #expect(try Self.letter(block).extra["note"]?.text == value)
    }

    @Test func `lists are lists`() throws {
        #expect(
            try Self.letter("a: [x, 'y z']\nb:\n- one\n- 'two'\nc:\n  - three").extra == [
                "a": ["x", "y z"], "b": ["one", "two"], "c": ["three"],
            ])
    }

    @Test func `published_time serves where there is no date`() throws {
        #expect(try Self.letter("published_time: 2021-06-29 14:47:22-04:00").source?.harvestedOn == "2021-06-29")
        #expect(try Self.letter("published_time: 2021-06-29").extra.isEmpty)
        let both = try Self.letter("published_time: 2021-06-29\ndate: 2021-06-30")
        #expect(both.source?.harvestedOn == "2021-06-30")
    }

    @Test func `a date that is none is kept, with a warning`() throws {
        let imported = try Parsed.imported("---\ndate: 2021-02-30\n---\nDear Ada,\n\nCome.")
        #expect(imported.letter.extra["date"]?.text == "2021-02-30")
        #expect(imported.letter.source?.harvestedOn == nil)
        #expect(imported.warnings.map(\.code) == [.impossibleDate])
    }

    @Test func `lines that are no front matter stay in the body`() throws {
        for text in [
            "---\nThe sea was calm.\n---\n\nWe sailed.", "---\n\nDear Ada,", "--- \nx", "---\ntitle: x\n\nno end",
        ] {
            let imported = try Parsed.imported(text)
            #expect(imported.letter.title == nil)
            #expect(imported.letter.body?.hasPrefix("---") == true)
        }
        #expect(
            try Parsed.imported("---\nThe sea: calm\nThe sky\n---\n\nWe sailed.").warnings.map(\.code) == [.frontMatter]
        )
    }
}
