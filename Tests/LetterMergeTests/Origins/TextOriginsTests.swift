import LetterMerge
import LetterModel
import Testing

/// Which revision a paragraph comes from.
struct TextOriginsTests {
    private func origins(_ history: HistoryRevision..., member: String = "body") -> [(String, [RevisionID])] {
        TextOrigins(of: MemberPath([member]), in: history).paragraphs.map { ($0.text, $0.revisions) }
    }

    private func expect(
        _ found: [(String, [RevisionID])], _ wanted: [(String, [Int])], at location: SourceLocation = #_sourceLocation
    ) {
        #expect(found.map(\.0) == wanted.map(\.0), sourceLocation: location)
        #expect(found.map(\.1) == wanted.map { $0.1.map { id($0) } }, sourceLocation: location)
    }

    @Test func `a letter that nobody changed is its author's`() {
        expect(origins(revision(1, ["body": "One.\n\nTwo."])), [("One.", [1]), ("Two.", [1])])
    }

    @Test func `who changes a word takes over the paragraph, and no other`() {
        expect(
            origins(
                revision(1, ["body": "One.\n\nTwo.\n\nThree."]),
                revision(2, after: [1], ["body": "One.\n\nTwo words.\n\nThree."])),
            [("One.", [1]), ("Two words.", [2]), ("Three.", [1])])
    }

    @Test func `a paragraph that is added at the end or in front leaves the others to their authors`() {
        expect(
            origins(
                revision(1, ["body": "One."]), revision(2, after: [1], ["body": "One.\n\nTwo."]),
                revision(3, after: [2], ["body": "Zero.\n\nOne.\n\nTwo.\n"])),
            [("Zero.", [3]), ("One.", [1]), ("Two.", [2])])
    }

    @Test func `what two sides wrote in different paragraphs is each one's own, before and after a decision`() {
        let first = revision(1, ["body": "One.\n\nTwo.", "title": "x"])
        let left = revision(2, after: [1], ["body": "One!\n\nTwo.", "title": "left"])
        let right = revision(3, after: [1], ["body": "One.\n\nTwo?", "title": "right"])
        expect(origins(first, left, right), [("One!", [2]), ("Two?", [3])])
        let decided = revision(4, after: [2, 3], ["body": "One!\n\nTwo?", "title": "left"])
        expect(origins(first, left, right, decided), [("One!", [2]), ("Two?", [3])])
    }

    @Test func `a paragraph in which words of two sides were merged is both's, and stays so`() {
        let first = revision(1, ["body": "Alpha beta gamma delta epsilon."])
        let left = revision(2, after: [1], ["body": "Alef beta gamma delta epsilon."])
        let right = revision(3, after: [1], ["body": "Alpha beta gamma delta epsilon zeta."])
        expect(origins(first, left, right), [("Alef beta gamma delta epsilon zeta.", [2, 3])])
        let decided = revision(
            4, after: [2, 3], ["body": "Alef beta gamma delta epsilon zeta.", "title": "Greek"])
        expect(origins(first, left, right, decided), [("Alef beta gamma delta epsilon zeta.", [2, 3])])
    }

    @Test func `a deletion that was undone changes no origin`() {
        expect(
            origins(
                revision(1, ["body": "One."]), tombstone(2, after: [1]), revision(3, after: [2], ["body": "One."])),
            [("One.", [1])])
    }

    @Test func `other texts have origins too, and a text that is not there has none`() {
        let history = revision(1, ["postscript": "P. S.", "title": "x"])
        expect(origins(history, member: "postscript"), [("P. S.", [1])])
        expect(origins(history), [])
        expect(origins(revision(1, ["body": "Gone."]), revision(2, after: [1], ["title": "x"])), [])
    }

    @Test func `the paragraphs together are the text that is shown`() {
        let text = "One.\n\n\nTwo\nin two lines.\n\nThree."
        let found = origins(revision(1, ["body": .string(text)]))
        #expect(found.map(\.0) == ["One.", "Two\nin two lines.", "Three."])
    }
}
