import LetterModel
import SQLiteBinding

/// A query as what SQLite is asked: nothing of what somebody typed reaches the index's own query language but quoted strings.
///
/// Source: https://www.sqlite.org/fts5.html#full_text_query_syntax
struct SearchMatch {
    /// What the index must hold, without what it must not hold; nil if nothing is asked for but what it must not hold.
    let required: String?
    /// What the index must not hold, where nothing else is asked of it.
    let excluded: String?
    /// Whether a beginning of words is among it: the index then puts all words that begin so together before it knows the first letter.
    let hasPrefix: Bool
    /// The words alone, for the snippet; nil if there are none.
    let words: String?
    /// Conditions on the days of `summary`, with their values.
    let days: [(sql: String, values: [SQLiteValue])]
    let order: SearchQuery.Order

    init(_ query: SearchQuery) {
        var required: [String] = []
        var excluded: [String] = []
        var words: [String] = []
        var days: [(sql: String, values: [SQLiteValue])] = []
        for condition in query.conditions.prefix(SearchQuery.conditionLimit) {
            if let day = Self.days(condition.test) {
                days.append(condition.isNegated ? ("NOT coalesce(\(day.sql), 0)", day.values) : day)
            } else if let phrase = Self.phrase(condition.test) {
                if condition.isNegated { excluded.append(phrase) } else { required.append(phrase) }
                if case .words = condition.test, !condition.isNegated { words.append(phrase) }
            }
        }
        func joined(_ phrases: [String], _ word: String) -> String? {
            phrases.isEmpty ? nil : phrases.joined(separator: " \(word) ")
        }
        let unwanted = joined(excluded, "OR")
        self.required = joined(required, "AND").map { phrases in
            unwanted.map { "(\(phrases)) NOT (\($0))" } ?? phrases
        }
        self.excluded = required.isEmpty ? unwanted : nil
        hasPrefix = query.conditions.contains { $0.test.hasPrefix }
        self.words = joined(words, "AND")
        self.days = days
        order = query.effectiveOrder
    }

    /// Whether nothing is asked for that could be looked for.
    var isEmpty: Bool { required == nil && excluded == nil && days.isEmpty }

    /// A condition on the rows of `summary`, to stand after another one.
    var daysSQL: String { days.map { " AND \($0.sql)" }.joined() }
    var dayValues: [SQLiteValue] { days.flatMap(\.values) }

    // MARK: Words

    /// Whether a text has a letter or digit: without one it has no word, and would fit nothing.
    static func hasWord(_ text: String) -> Bool {
        SearchFold.text(text).unicodeScalars.contains { scalar in
            switch scalar.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
                .letterNumber, .otherNumber, .privateUse:
                true
            default: false
            }
        }
    }

    /// What the index is asked for; nil for days, which it does not hold.
    private static func phrase(_ test: SearchQuery.Test) -> String? {
        let edge = SearchDocument.edge
        switch test {
        case .words(let words): return phrase(words)
        case .sender(let words): return phrase(words).map { "(senders : \($0))" }
        case .recipient(let words): return phrase(words).map { "(recipients : \($0))" }
        case .tag(let words): return phrase(words, from: edge, to: words.isPrefix ? "" : edge).map { "(tags : \($0))" }
        case .fact(let fact): return "(facts : \"\(SearchDocument.token(of: fact))\")"
        case .before, .after, .during: return nil
        }
    }

    /// A quoted string; nil if it has no word.
    private static func phrase(_ words: SearchQuery.Words, from start: String = "", to end: String = "") -> String? {
        guard hasWord(words.text) else { return nil }
        let quoted = SearchFold.text(words.text).utf8
            .split(separator: UInt8(ascii: "\""), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\"\"")
        return "\"\(start) \(quoted) \(end)\"" + (words.isPrefix ? " *" : "")
    }

    // MARK: Days

    /// A letter without a date is of no known time; one with an open end may be from anywhere on that side.
    private static func days(_ test: SearchQuery.Test) -> (sql: String, values: [SQLiteValue])? {
        func value(_ day: CalendarDay) -> SQLiteValue { .integer(SummaryTable.dayNumber(day)) }
        let dated = "summary.sort_key IS NOT NULL AND"
        switch test {
        case .before(let day):
            return ("(\(dated) (summary.earliest IS NULL OR summary.earliest < ?))", [value(day)])
        case .after(let day):
            return ("(\(dated) (summary.latest IS NULL OR summary.latest > ?))", [value(day)])
        case .during(let first, let last):
            var sql = "(\(dated) 1"
            if last != nil { sql += " AND (summary.earliest IS NULL OR summary.earliest <= ?)" }
            if first != nil { sql += " AND (summary.latest IS NULL OR summary.latest >= ?)" }
            return (sql + ")", [last, first].compactMap { $0 }.map(value))
        default: return nil
        }
    }
}

extension SearchQuery.Test {
    fileprivate var hasPrefix: Bool {
        switch self {
        case .words(let words), .sender(let words), .recipient(let words), .tag(let words): words.isPrefix
        case .before, .after, .during, .fact: false
        }
    }
}
