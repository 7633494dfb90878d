import LetterModel
import SQLiteBinding

/// A query as what SQLite is asked: nothing of what somebody typed reaches the index's own query language but quoted strings.
///
/// Source: https://www.sqlite.org/fts5.html#full_text_query_syntax
struct SearchMatch {
    let query: SearchQuery
    /// What the index must hold, without what it must not hold; nil if nothing is asked for but what it must not hold.
    let required: String?
    /// What the index must not hold, where nothing else is asked of it.
    let excluded: String?
    /// How many phrases of what the index must and must not hold stand for one thing that was asked for, one thing after the other.
    let phraseCounts: [Int]
    /// Phrases, any of which a letter holds that fits `required`, or `excluded` where nothing is required; nil if more than that is asked of it.
    let alternatives: [String]?
    /// Whether a beginning of words is among it: the index then puts all words that begin so together before it knows the first letter.
    let hasPrefix: Bool
    /// The words alone, for the snippet; nil if there are none.
    let words: String?
    /// Conditions on the days of `summary`, with their values.
    let days: [(sql: String, values: [SQLiteValue])]
    /// Words, of which each letter that fits `days` holds one; none where the days are too many.
    let dayWords: [String]
    /// The order in which letters come.
    var order: SearchQuery.Order { query.effectiveOrder }

    init(_ query: SearchQuery) { self.init(query) { _ in nil } }

    /// - Parameter beginnings: the words to ask for one by one instead of a beginning of words; nil to let the index put them together.
    init(_ query: SearchQuery, beginnings: (_ beginning: String) throws -> [String]?) rethrows {
        var required: [[String]] = []
        var excluded: [[String]] = []
        var words: [String] = []
        var days: [(sql: String, values: [SQLiteValue])] = []
        for condition in query.conditions.prefix(SearchQuery.conditionLimit) {
            if let day = Self.days(condition.test) {
                days.append(condition.isNegated ? ("NOT coalesce(\(day.sql), 0)", day.values) : day)
            } else if let phrase = Self.phrase(condition.test) {
                let phrases = try Self.beginning(condition.test).flatMap(beginnings)?.compactMap { word in
                    Self.phrase(condition.test.asking(for: word))
                }
                if condition.isNegated {
                    excluded.append(phrases ?? [phrase])
                } else {
                    required.append(phrases ?? [phrase])
                }
                if case .words = condition.test, !condition.isNegated { words.append(phrase) }
            }
        }
        func any(_ phrases: [String]) -> String { phrases.joined(separator: " OR ") }
        let all = required.map { $0.count > 1 ? "(\(any($0)))" : any($0) }.joined(separator: " AND ")
        let none = any(excluded.flatMap(\.self))
        self.required = required.isEmpty ? nil : excluded.isEmpty ? all : "(\(all)) NOT (\(none))"
        self.excluded = required.isEmpty && !excluded.isEmpty ? none : nil
        phraseCounts = (required + excluded).map(\.count)
        alternatives =
            required.isEmpty ? excluded.flatMap(\.self) : required.count == 1 && excluded.isEmpty ? required[0] : nil
        hasPrefix = query.conditions.contains { $0.test.words?.isPrefix ?? false }
        self.words = words.isEmpty ? nil : words.joined(separator: " AND ")
        self.days = days
        dayWords = Self.bounds(of: query).map(SearchDays.words(asking:)) ?? []
        self.query = query
    }

    /// Whether nothing is asked for that could be looked for.
    var isEmpty: Bool { required == nil && excluded == nil && days.isEmpty }

    /// A condition on the rows of `summary`, to stand after another one.
    var daysSQL: String { days.map { " AND \($0.sql)" }.joined() }
    var dayValues: [SQLiteValue] { days.flatMap(\.values) }

    /// What the index must hold of the letters that have a word of the asked-for days; nil without such words, or without anything else that it must hold.
    var narrowed: String? {
        guard let required, let days = daysPhrase else { return nil }
        return "\(days) AND (\(required))"
    }

    /// That a letter has a word of the asked-for days; nil where they have no words.
    var daysPhrase: String? {
        guard !dayWords.isEmpty else { return nil }
        return "(facts : (\(dayWords.map { "\"\($0)\"" }.joined(separator: " OR "))))"
    }

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

    /// A beginning of words whose words can be asked for one by one: it stands alone, and no sign in it could be none of a word's.
    private static func beginning(_ test: SearchQuery.Test) -> String? {
        switch test {
        case .words(let words), .sender(let words), .recipient(let words):
            guard words.isPrefix else { return nil }
            let folded = SearchFold.text(words.text)
            let isWord = folded.unicodeScalars.allSatisfy { scalar in
                switch scalar.properties.generalCategory {
                case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
                    .decimalNumber, .letterNumber, .otherNumber:
                    true
                default: false
                }
            }
            return isWord ? folded : nil
        case .tag, .before, .after, .during, .fact: return nil
        }
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
            return ("(\(dated) (summary.span IS NULL OR \(SummaryTable.latest) > ?))", [value(day)])
        case .during(let first, let last):
            var sql = "(\(dated) 1"
            if last != nil { sql += " AND (summary.earliest IS NULL OR summary.earliest <= ?)" }
            if first != nil { sql += " AND (summary.span IS NULL OR \(SummaryTable.latest) >= ?)" }
            return (sql + ")", [last, first].compactMap { $0 }.map(value))
        default: return nil
        }
    }

    /// Days, of which one is a day that each letter may be from that fits; nil if they have no end on either side.
    ///
    /// A letter that may be from after one day and from before a later one may be from between them.
    private static func bounds(of query: SearchQuery) -> ClosedRange<CalendarDay>? {
        var (firsts, lasts) = ([CalendarDay](), [CalendarDay]())
        for condition in query.conditions.prefix(SearchQuery.conditionLimit) where !condition.isNegated {
            switch condition.test {
            case .before(let day): lasts.append(day)
            case .after(let day): firsts.append(day)
            case .during(let first, let last):
                firsts += first.map { [$0] } ?? []
                lasts += last.map { [$0] } ?? []
            default: break
            }
        }
        guard let first = firsts.max(), let last = lasts.min(), first <= last else { return nil }
        return first...last
    }
}

extension SearchQuery.Test {
    /// The words that stand in it.
    fileprivate var words: SearchQuery.Words? {
        switch self {
        case .words(let words), .sender(let words), .recipient(let words), .tag(let words): words
        case .before, .after, .during, .fact: nil
        }
    }

    /// The same test, of one whole word.
    fileprivate func asking(for word: String) -> Self {
        let word = SearchQuery.Words(word)
        return switch self {
        case .words: .words(word)
        case .sender: .sender(word)
        case .recipient: .recipient(word)
        case .tag: .tag(word)
        case .before, .after, .during, .fact: self
        }
    }
}
