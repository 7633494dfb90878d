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

    @Test func `where no column may be cut further, those before the last are left out`() {
        var table = Table(["ID", "DATE", "FROM", "TO", "LETTER"])
        table.add([
            "65c8fede", "2022-12-12", "Joseph R. Biden", "Congress of the United States", "A letter on something",
        ])
        func headings(_ width: Int) -> [Substring] {
            let lines = table.lines(width: width, style: Self.plain)
            #expect(lines.allSatisfy { $0.displayWidth <= width })
            return lines[0].split(separator: " ")
        }
        #expect(headings(56) == ["ID", "DATE", "FROM", "TO", "LETTER"])
        #expect(headings(55) == ["ID", "DATE", "FROM", "LETTER"])
        #expect(headings(40) == ["ID", "DATE", "LETTER"])
        #expect(headings(30) == ["ID", "LETTER"])
    }

    @Test func `notes are broken between words, and what is to be copied is not`() {
        func lines(_ note: String, _ width: Int) -> [String] {
            NoteText.wrapped(note, width: width).split(separator: "\n", omittingEmptySubsequences: false).map(
                String.init)
        }
        #expect(lines("as wide as it is", 16) == ["as wide as it is"])
        #expect(lines("as wide as it is.", 16) == ["as wide as it", "is."])
        #expect(
            lines("settle them with `chancery resolve 0190 --take HEAD`, or `--set` for each", 40) == [
                "settle them with", "`chancery resolve 0190 --take HEAD`, or", "`--set` for each",
            ])
        // A path, a command in a line of its own, and a backquote without an end.
        #expect(
            lines("kept in /a/path/longer/than/a/line for now", 20) == [
                "kept in", "/a/path/longer/than/a/line", "for now",
            ])
        #expect(
            lines("take one of these two:\n  chancery resolve 0190 --take 5f3c", 12) == [
                "take one of", "these two:", "  chancery resolve 0190 --take 5f3c",
            ])
        #expect(lines("a ` stands alone here", 12) == ["a", "` stands alone here"])
        #expect(lines("家家家 家家家", 12) == ["家家家", "家家家"])
        #expect(lines("", 40) == [""])
    }

    @Test func `letters cannot move the cursor or colour the terminal`() {
        var table = Table(["LETTER"])
        table.add(["a\u{1B}[31mb\nc"])
        #expect(table.lines(width: nil, style: Self.plain)[1] == "a␛[31mb c")
    }

    @Test func `a difference shows the lines in which something changed`() {
        let diff = TextDiff(from: "One two.\n\nStays.\n\nGone.", to: "One 2.\n\nStays.\n\nNew.")
        #expect(DiffText.lines(diff, style: Self.plain) == ["One [-two-]{+2+}.", "[-Gone-]{+New+}."])
    }
}
