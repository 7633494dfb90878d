import LetterMerge
import LetterModel
import MergeOracle
import Testing

/// The alignment that merges go by, seen through `TextDiff`.
struct AlignmentTests {
    private func words(_ tokens: [Int]) -> String {
        // One paragraph; every token is a word by itself.
        String(tokens.map { ["一", "二", "三", "四"][$0] }.joined())
    }

    private func lengths(_ diff: TextDiff) -> Int {
        diff.spans.filter { $0.change != .kept }.reduce(0) { $0 + $1.text.unicodeScalars.count }
    }

    @Test func `it is as short as the standard library's, and puts both texts together again`() {
        var random = SplitMix(seed: 7)
        for _ in 0..<3_000 {
            let left = (0..<random.below(40)).map { _ in random.below(3) }
            var right = (0..<random.below(40)).map { _ in random.below(3) }
            if random.oneIn(2) {
                right = left
                for _ in 0..<random.below(4) where !right.isEmpty { right[random.below(right.count)] = 3 }
            }
            let diff = TextDiff(from: words(left), to: words(right))
            #expect(lengths(diff) == right.difference(from: left).count)
            expectWhole(diff, words(left), words(right))
        }
    }

    @Test func `it is as short over many blocks of the search`() {
        var random = SplitMix(seed: 8)
        for _ in 0..<30 {
            let left = (0..<600).map { _ in random.below(4) }
            let right = (0..<600).map { _ in random.below(4) }
            let diff = TextDiff(from: words(left), to: words(right))
            #expect(lengths(diff) == right.difference(from: left).count)
            expectWhole(diff, words(left), words(right))
        }
    }

    /// Equal tokens match, else a token of the base is dropped if that is as short: the table of all suffixes tells.
    @Test func `of the shortest ones it is the pinned one`() {
        var random = SplitMix(seed: 9)
        for _ in 0..<2_000 {
            let left = (0..<random.below(14)).map { _ in random.below(3) }
            let right = (0..<random.below(14)).map { _ in random.below(3) }
            #expect(TextDiff(from: words(left), to: words(right)).spans == pinned(left, right))
        }
    }

    private func pinned(_ left: [Int], _ right: [Int]) -> [TextDiff.Span] {
        var front = 0
        while front < min(left.count, right.count), left[front] == right[front] { front += 1 }
        var back = 0
        while back < min(left.count, right.count) - front, left[left.count - 1 - back] == right[right.count - 1 - back]
        {
            back += 1
        }
        let (n, m) = (left.count - back, right.count - back)
        var common = Array(repeating: Array(repeating: 0, count: m + 1), count: n + 1)
        for i in stride(from: n - 1, through: front, by: -1) {
            for j in stride(from: m - 1, through: front, by: -1) {
                common[i][j] =
                    left[i] == right[j] ? common[i + 1][j + 1] + 1 : max(common[i + 1][j], common[i][j + 1])
            }
        }
        var spans: [(TextDiff.Change, [Int])] = []
        var (removed, added): ([Int], [Int]) = ([], [])
        func keep(_ tokens: ArraySlice<Int>) {
            guard !tokens.isEmpty else { return }
            if !removed.isEmpty { spans.append((.removed, removed)) }
            if !added.isEmpty { spans.append((.added, added)) }
            (removed, added) = ([], [])
            if spans.last?.0 == .kept {
                spans[spans.count - 1].1 += tokens
            } else {
                spans.append((.kept, Array(tokens)))
            }
        }
        keep(left[..<front])
        var (i, j) = (front, front)
        while i < n || j < m {
            if i < n, j < m, left[i] == right[j] {
                keep(left[i...i])
                i += 1
                j += 1
            } else if i < n, j == m || common[i + 1][j] >= common[i][j + 1] {
                removed.append(left[i])
                i += 1
            } else {
                added.append(right[j])
                j += 1
            }
        }
        keep(left[n...])
        if !removed.isEmpty { spans.append((.removed, removed)) }
        if !added.isEmpty { spans.append((.added, added)) }
        return spans.map { TextDiff.Span($0.0, words($0.1)) }
    }

    @Test func `past the limit everything between the common ends is one change`() {
        let left = (0..<700).map { "l\($0)" }.joined(separator: " ")
        let right = (0..<700).map { "r\($0)" }.joined(separator: " ")
        let diff = TextDiff(from: "Dear \(left) Ada", to: "Dear \(right) Ada")
        #expect(diff.spans.map(\.change) == [.kept, .removed, .added, .kept])
        expectWhole(diff, "Dear \(left) Ada", "Dear \(right) Ada")
    }

    private func expectWhole(_ diff: TextDiff, _ left: String, _ right: String) {
        #expect(diff.spans.filter { $0.change != .added }.map(\.text).joined().hasSameBytes(as: left))
        #expect(diff.spans.filter { $0.change != .removed }.map(\.text).joined().hasSameBytes(as: right))
    }
}
