import ReplicaStore
import Testing

struct IncipitTests {
    @Test func `the short way for plain texts gives what the way for any text gives`() {
        var numbers = SystemRandomNumberGenerator()
        let pieces = [
            "a", "word", " ", "  ", "\n", "\t", "\u{7F}", "é", "e\u{301}", "\u{301}", "字", "👩‍👩‍👧", ".",
            "Antidisestablishmentarianism",
        ]
        for round in 0..<3_000 {
            // Most texts have none of the rare pieces, so that both ways are gone.
            let kinds = round % 3 == 0 ? pieces.count : 7
            let text = (0..<Int.random(in: 0...120, using: &numbers)).map { _ in
                pieces[Int.random(in: 0..<kinds, using: &numbers)]
            }.joined()
            #expect(LetterSummary.incipit(text) == LetterSummary.anyIncipit(text), "\(text.debugDescription)")
        }
        let spaces = String(repeating: " ", count: 2_000)
        #expect(LetterSummary.incipit(spaces + "word") == nil)
        #expect(LetterSummary.incipit(String(repeating: "a", count: 150))?.count == 100)
    }
}
