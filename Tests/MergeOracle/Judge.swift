package import LetterMerge
import LetterModel

extension Oracle {
    /// Everything that is wrong with a view of these revisions.
    package mutating func faults(in view: LetterView, of revisions: UInt64) -> [String] {
        if view.isDeleted { return [] }
        let shown = withTable { $0.shown(view) }
        let expected = expected(revisions)
        var faults: [String] = []
        for slot in Set(shown.keys).union(expected.keys).sorted() {
            let values = expected[slot] ?? [-1]
            let seen = shown[slot] ?? [-1]
            // A removal beside a hunk that somebody settled is asked about, and not carried out.
            let entry = table.entries[slot] >= 0 ? table.entries[slot] : slot
            let isAsked = shown[entry]?.count == 2 && shown[entry]?.contains(-1) == true && expected[entry] == nil
            if isAsked, mayBeSettled(entry, in: revisions) { continue }
            if let fault = fault(slot, expected: values, shown: seen) {
                faults.append("\(fault): \(table.names[slot]) shows \(text(seen)), live are \(text(values))")
            }
        }
        return faults
    }

    private func fault(_ slot: Int, expected: Set<Int>, shown: Set<Int>) -> String? {
        switch table.kinds[slot] {
        case .exact, .element, .least, .strictest, .newest:
            return expected == shown ? nil : "wrong value"
        case .word, .listElement:
            // A hunk may be wider than needed, so that it names what was replaced since; alone it is never shown.
            if !expected.isSubset(of: shown) { return "write lost" }
            return shown.count == 1 && shown != expected ? "superseded value shown" : nil
        }
    }

    private func text(_ values: Set<Int>) -> String {
        values.sorted().map { $0 < 0 ? "nothing" : table.values[$0].canonicalText }.joined(separator: " | ")
    }
}
