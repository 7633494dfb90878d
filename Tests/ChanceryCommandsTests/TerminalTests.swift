import LetterMerge
import Testing

@testable import ChanceryCommands

/// What reaches the terminal, and what is written to disk under names from letters.
struct TerminalTests {
    static let plain = Console.Style(isTerminal: false, hasColour: false, width: 80)

    @Test func `columns line up, wide characters take two`() {
        var table = Table(["ID", "FROM", "LETTER"])
        table.add(["1", "家信", "a"])
        table.add(["22", "e\u{301}", "b"])
        #expect(table.lines(width: nil, style: Self.plain) == ["ID  FROM  LETTER", "1   家信  a", "22  e\u{301}     b"])
    }

    @Test func `a table fits the terminal by cutting its widest columns`() {
        var table = Table(["ID", "LETTER"])
        table.add(["1", String(repeating: "word ", count: 40)])
        let lines = table.lines(width: 40, style: Self.plain)
        #expect(lines.allSatisfy { $0.displayWidth <= 40 })
        #expect(lines[1].hasSuffix("…"))
    }

    @Test func `letters cannot move the cursor or colour the terminal`() {
        #expect(Table.onOneLine("a\u{1B}[31mb\nc\td\u{202E}e\u{7F}") == "a [31mb c d e ")
        #expect(Table.withoutControls("a\nb\u{1B}c") == "a\nb c")
    }

    @Test(arguments: [
        ("letter.txt", "letter.txt"), ("../../etc/passwd", "passwd"), ("/", "blob"), ("", "blob"),
        (".hidden", "_.hidden"),
        ("..", "_.."), ("a\u{0}b\nc", "a_b_c"), ("C:\\x", "C__x"), ("a/b/", "b"),
    ])
    func `names from letters stay in the folder`(name: String, safe: String) {
        #expect(SafeFileName.make(from: name, or: "blob") == safe)
    }

    @Test func `a second file of one name gets a number`() {
        #expect(SafeFileName.numbered("letter.txt", 2) == "letter-2.txt")
        #expect(SafeFileName.numbered("letter", 3) == "letter-3")
        #expect(SafeFileName.make(from: String(repeating: "é", count: 300), or: "x").utf8.count <= 200)
    }

    @Test func `a difference shows the lines in which something changed`() {
        let diff = TextDiff(from: "One two.\n\nStays.\n\nGone.", to: "One 2.\n\nStays.\n\nNew.")
        #expect(DiffText.lines(diff, style: Self.plain) == ["One [-two-]{+2+}.", "[-Gone-]{+New+}."])
    }
}
