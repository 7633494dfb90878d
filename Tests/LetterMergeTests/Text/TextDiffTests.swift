import LetterMerge
import Testing

/// Differences as people see them.
struct TextDiffTests {
    private func told(_ left: String?, _ right: String?) -> String {
        TextDiff(from: left, to: right).spans.map { span in
            switch span.change {
            case .kept: span.text
            case .removed: "[-\(span.text)-]"
            case .added: "{+\(span.text)+}"
            }
        }.joined()
    }

    @Test(arguments: [
        ("Dear old Ada,", "Dear Ada,", "Dear [-old -]Ada,"),
        ("One fine day.", "One dark day.", "One [-fine-]{+dark+} day."),
        ("One.", "One.\n\nTwo.", "One.{+\n\nTwo.+}"),
        ("Don't", "Don\u{2019}t", "Don[-'-]{+\u{2019}+}t"),
        ("敬启者", "敬啟者", "敬[-启-]{+啟+}者"),
        ("möchte", "mochte", "[-möchte-]{+mochte+}"),
        ("e\u{301}t\u{E9}", "\u{E9}t\u{E9}", "[-e\u{301}t\u{E9}-]{+\u{E9}t\u{E9}+}"),
        ("Уважаемый господин", "Уважаемая госпожа", "[-Уважаемый-]{+Уважаемая+} [-господин-]{+госпожа+}"),
        ("same", "same", "same"),
    ])
    func `words are what people call words`(left: String, right: String, told: String) {
        #expect(self.told(left, right).utf8.elementsEqual(told.utf8))
    }

    @Test func `an absent text is an empty one`() {
        #expect(told(nil, "New.") == "{+New.+}")
        #expect(told("Old.", nil) == "[-Old.-]")
        #expect(TextDiff(from: nil, to: nil).isEmpty)
        #expect(TextDiff(from: "a", to: "a").isEmpty)
        #expect(!TextDiff(from: "a", to: "b").isEmpty)
    }
}
