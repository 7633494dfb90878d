import LetterModel
import ReplicaStore

/// How many letters there are by year, and with whom.
struct LetterCounts {
    /// Somebody who wrote letters or received them.
    struct Correspondent {
        let name: String
        var sent = 0
        var received = 0

        var total: Int { sent + received }
    }

    /// The number of letters of each year that has any.
    private(set) var years: [Int: Int] = [:]
    /// Letters of which no year is known.
    private(set) var undated = 0
    /// Everybody, most letters first, then by name.
    private(set) var correspondents: [Correspondent] = []

    init(_ letters: [LetterSummary]) {
        var found: [ByteKey: Correspondent] = [:]
        for letter in letters {
            // A letter that was written in one of several years counts in the first of them.
            if let year = letter.date.flatMap(Self.year) { years[year, default: 0] += 1 } else { undated += 1 }
            for name in Set(letter.senders.map { ByteKey($0) }) {
                found[name, default: Correspondent(name: name.text)].sent += 1
            }
            for name in Set(letter.recipients.map { ByteKey($0) }) {
                found[name, default: Correspondent(name: name.text)].received += 1
            }
        }
        correspondents = found.values.sorted { left, right in
            left.total == right.total ? left.name.precedesByBytes(right.name) : left.total > right.total
        }
    }

    private static func year(_ date: String) -> Int? {
        guard case .success(let date) = Result(catching: { () throws(EDTFError) in try EDTF(date) }) else { return nil }
        return (date.earliest ?? date.latest)?.year
    }

    /// How many years one bar stands for.
    enum Span: String, CaseIterable, Sendable {
        case year, decade, century

        var yearCount: Int {
            switch self {
            case .year: 1
            case .decade: 10
            case .century: 100
            }
        }
    }

    /// The shortest span with which all years make at most so many bars.
    func span(atMost count: Int) -> Span {
        Span.allCases.first { bars(by: $0).count <= count } ?? .century
    }

    /// A bar of a chart by time.
    struct Bar {
        let label: String
        let count: Int
    }

    /// All spans from the first letter to the last, those without letters too.
    func bars(by span: Span) -> [Bar] {
        let length = span.yearCount
        guard let first = years.keys.min(), let last = years.keys.max() else { return [] }
        var counts: [Int: Int] = [:]
        for (year, count) in years { counts[Self.start(of: year, length), default: 0] += count }
        return stride(from: Self.start(of: first, length), through: last, by: length).map { start in
            let label = length == 1 ? Self.text(start) : "\(Self.text(start))–\(Self.text(start + length - 1))"
            return Bar(label: label, count: counts[start] ?? 0)
        }
    }

    private static func start(of year: Int, _ length: Int) -> Int {
        year - (year % length + length) % length
    }

    private static func text(_ year: Int) -> String {
        year < 0 ? "-" + DecimalDigits.text(-year, width: 4) : DecimalDigits.text(year, width: 4)
    }
}
