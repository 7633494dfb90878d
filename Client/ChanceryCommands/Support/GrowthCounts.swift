import LetterModel
import ReplicaStore

/// How an archive grew, by month or by year.
struct GrowthCounts {
    /// A bar of a chart by time.
    struct Bar: Equatable {
        let label: String
        /// Letters that are new.
        var letters: Int
        /// Revisions of letters that were there.
        var later: Int
    }

    private let growth: [Growth]
    private let months: [Growth]
    /// Revisions of which no time is known.
    let untimed: Int

    init(_ growth: [Growth]) {
        self.growth = growth
        months = growth.filter { $0.month != nil }
        untimed = growth.filter { $0.month == nil }.map(\.revisions).reduce(0, +)
    }

    /// The months from the first to the last, those in which nothing came too; years if they would be more than so many.
    func bars(atMost count: Int) -> [Bar] {
        let numbers = months.compactMap { growth in Self.number(of: growth.month ?? "").map { ($0, growth) } }
        guard let first = numbers.first?.0, let last = numbers.last?.0 else { return [] }
        let length = last - first < count ? 1 : 12
        // A clock that was wrong by centuries makes no chart of a thousand empty years.
        let isGapless = last / length - first / length < 4 * count
        var bars: [Int: Bar] = [:]
        for (number, growth) in numbers {
            let start = number / length
            let label = Self.label(start, length)
            bars[start, default: Bar(label: label, letters: 0, later: 0)].letters += growth.letters
            bars[start, default: Bar(label: label, letters: 0, later: 0)].later += growth.revisions - growth.letters
        }
        guard isGapless else { return bars.keys.sorted().compactMap { bars[$0] } }
        return (first / length...last / length).map {
            bars[$0] ?? Bar(label: Self.label($0, length), letters: 0, later: 0)
        }
    }

    /// The rows of `--json`; what has no time has no month.
    var json: [JSONValue] {
        growth.map { growth in
            var members: JSONObject = ["letters": .integer(growth.letters), "revisions": .integer(growth.revisions)]
            members["month"] = growth.month.map(JSONValue.string)
            return .object(members)
        }
    }

    /// Months since the year 0.
    private static func number(of month: String) -> Int? {
        let parts = month.split(separator: "-").compactMap { DecimalDigits.value(of: $0.utf8) }
        return parts.count == 2 ? parts[0] * 12 + parts[1] - 1 : nil
    }

    private static func label(_ start: Int, _ length: Int) -> String {
        guard length == 1 else { return DecimalDigits.text(start, width: 4) }
        return "\(DecimalDigits.text(start / 12, width: 4))-\(DecimalDigits.text(start % 12 + 1, width: 2))"
    }
}
