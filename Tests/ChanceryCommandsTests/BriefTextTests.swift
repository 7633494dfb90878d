import Testing

@testable import ChanceryCommands

struct BriefTextTests {
    private static let plain = Console.Style(isTerminal: false, hasColour: false, width: 80)
    private static let words = (1...200).map { "word\($0)" }

    private func text(_ changes: [Int: String]) -> String {
        Self.words.enumerated().map { changes[$0.offset] ?? $0.element }.joined(separator: " ")
    }

    @Test func `what every side changed is there with the words around it, and the rest is cut`() {
        let brief = BriefText(base: text([:]), sides: [text([100: "Ada"]), text([101: "Ben", 150: "Ben"])])
        let lines = brief.ofBase.lines(width: nil, style: Self.plain).joined()
        for number in [95, 99, 101, 102, 108, 146, 152, 156] { #expect(lines.contains("word\(number) "), "\(number)") }
        for number in [1, 50, 125, 170, 200] { #expect(!lines.contains("word\(number) "), "\(number)") }
        #expect(lines.hasPrefix("… word") && lines.hasSuffix(" …") && lines.split(separator: "…").count == 2)
    }

    @Test func `what was put in is no place of its own in what was there, and short texts stay whole`() {
        let base = "Come home soon."
        #expect(
            BriefText(base: base, sides: ["Come home very soon.", "Come soon."]).ofBase.lines(
                width: nil, style: Self.plain) == [base])
        #expect(BriefText(base: "", sides: ["a", "b"]).ofBase.lines(width: nil, style: Self.plain) == [""])
    }

    @Test func `signs of several bytes are never cut`() {
        let long = String(repeating: "家信 e\u{301} ", count: 200)
        let brief = BriefText(base: long + "x", sides: [long + "y", "y" + long + "x"])
        let lines = brief.ofBase.lines(width: nil, style: Self.plain).joined()
        #expect(!lines.contains("\u{FFFD}") && lines.contains("…") && lines.hasSuffix("x"))
    }
}
