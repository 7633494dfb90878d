import LetterMerge
import LetterModel
import Testing

/// Senders, recipients, events, witnesses: lists in which each element stands once.
struct OrderedSetTests {
    /// The view of two lists that were made of a third one.
    private func view(_ base: JSONValue, _ left: JSONValue, _ right: JSONValue) -> LetterView {
        LetterView(
            revision(1, ["senders": base]), revision(2, after: [1], ["senders": left]),
            revision(3, after: [1], ["senders": right]))
    }

    @Test func `additions keep the place that their author gave them`() {
        let merged = view(["A", "C"], ["A", "B", "C"], ["A", "C", "D"])
        #expect(merged["senders"] == ["A", "B", "C", "D"])
        #expect(merged.conflicts.isEmpty)
    }

    @Test func `a removal and an addition go together`() {
        #expect(view(["A", "B"], ["B"], ["A", "B", "C"])["senders"] == ["B", "C"])
    }

    @Test func `an order that one side changed holds`() {
        let merged = view(["A", "B", "C"], ["C", "A", "B"], ["A", "B", "C", "D"])
        #expect(merged["senders"] == ["C", "A", "B", "D"])
        #expect(merged.conflicts.isEmpty)
    }

    @Test func `different orders of both sides are a conflict of whole lists`() {
        let merged = view(["A", "B", "C"], ["B", "A", "C"], ["A", "C", "B"])
        // Each side turned another pair: both hold.
        #expect(merged.conflicts.isEmpty || merged.fields == ["senders"])
        let circle = view(["X"], ["A", "B", "X"], ["B", "A", "X"])
        #expect(circle.fields == ["senders"])
        #expect(circle.values("senders") == [["A", "B", "X"], ["B", "A", "X"]])
        #expect(circle["senders"] == ["B", "A", "X"])
    }

    @Test func `one element replaced by two different ones is a conflict of whole lists`() {
        let merged = view(["A", "B"], ["A", "B2"], ["A", "B3"])
        #expect(merged.fields == ["senders"])
        #expect(merged.conflicts[0].kind == .value)
        #expect(merged.conflicts[0].base == ["A", "B"])
        #expect(merged.values("senders") == [["A", "B2"], ["A", "B3"]])
    }

    @Test func `what nothing orders stands by its bytes`() {
        #expect(view(["M"], ["M", "Z"], ["M", "A"])["senders"] == ["M", "A", "Z"])
    }

    @Test func `a list with an element twice, or none at all, is a scalar`() {
        let merged = view(["A"], ["A", "A"], "nobody")
        #expect(merged.values("senders") == ["nobody", ["A", "A"]])
        #expect(view(["A"], ["A", "A"], ["A"])["senders"] == ["A", "A"])
    }

    @Test func `lists that were all removed leave nothing`() {
        let merged = LetterView(
            revision(1, ["senders": ["A", "B"]]), revision(2, after: [1], ["senders": ["A"]]),
            revision(3, after: [1], ["senders": ["B"]]))
        #expect(merged["senders"] == nil)
        #expect(merged.conflicts.isEmpty)
    }
}
