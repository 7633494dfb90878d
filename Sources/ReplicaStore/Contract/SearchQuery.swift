public import LetterModel

/// What a search asks for: conditions that must all hold, and the order in which letters come.
///
/// ```swift
/// let query = try SearchQuery("gard* from:asquith after:1914 -tag:printed")
/// ```
///
/// An app that has fields of its own for senders or dates puts the conditions together itself. Letters are looked for without case and
/// accents, in any script; those that may be from the asked-for time are found, and undated ones are not.
public struct SearchQuery: Hashable, Sendable {
    /// Words in a row: one word, or a phrase. Several CJK characters are a phrase.
    public struct Words: Hashable, Sendable {
        /// As somebody wrote them.
        public var text: String
        /// Whether the last word may go on: `gard` is also `garden`.
        public var isPrefix: Bool

        /// Words as somebody wrote them.
        public init(_ text: String, isPrefix: Bool = false) {
            self.text = text
            self.isPrefix = isPrefix
        }
    }

    /// One thing that a letter has or has not.
    public enum Test: Hashable, Sendable {
        /// The words stand somewhere in the letter, or in what is noted of it.
        case words(Words)
        /// The words stand in the name or role of a sender, or of the one on whose behalf it was sent.
        case sender(Words)
        /// The words stand in the name or role of a recipient, or of the one on whose behalf it was received.
        case recipient(Words)
        /// The letter has this tag; the whole tag, or its beginning.
        case tag(Words)
        /// The letter may be from before this day.
        case before(CalendarDay)
        /// The letter may be from after this day.
        case after(CalendarDay)
        /// The letter may be from these days, the first and the last included; nil for an open end.
        case during(CalendarDay?, CalendarDay?)
        /// What the letter has or is.
        case fact(SearchFact)
    }

    /// A test, or its opposite.
    public struct Condition: Hashable, Sendable {
        /// The test.
        public var test: Test
        /// Whether the letter must fail it.
        public var isNegated: Bool

        /// A condition of its parts.
        public init(_ test: Test, isNegated: Bool = false) {
            self.test = test
            self.isNegated = isNegated
        }
    }

    /// The order of what is found.
    public enum Order: String, CaseIterable, Sendable {
        /// Best first: by how often the words occur, and where.
        case relevance
        /// The newest first, undated ones last.
        case newest
        /// The oldest first, undated ones last.
        case oldest
    }

    /// Past this many conditions a query is no question any more; what follows in a text is not looked at.
    public static let conditionLimit = 64
    /// The most of a text that is read as a query.
    public static let byteLimit = 4_096

    /// How many letters are put into the order of relevance: weighing one takes some microseconds, and a word that stands in most letters of a large
    /// archive tells nothing about which is meant.
    package static let rankedLetters = 2_000

    /// What must hold, all of it. Without a condition nothing is found.
    public var conditions: [Condition]
    /// The order; nil for the best first where words are asked for, else the newest.
    public var order: Order?

    /// A query of its parts.
    public init(_ conditions: [Condition], order: Order? = nil) {
        self.conditions = conditions
        self.order = order
    }

    /// Reads what somebody typed.
    ///
    /// Words must all occur; `gard*` is a prefix, `"come home"` a phrase; `from:`, `to:`, `tag:`, `before:`, `after:`, `date:`, `has:` and `is:` say
    /// more, with quotes around several words; a hyphen before any of them stands for its opposite.
    public init(_ text: String, order: Order? = nil) throws(SearchQueryError) {
        self.init(try SearchQueryParser.conditions(of: text), order: order)
    }

    /// The order that holds: relevance means nothing where no words are asked for.
    package var effectiveOrder: Order {
        let asksForWords = conditions.contains {
            if case .words = $0.test { !$0.isNegated } else { false }
        }
        return asksForWords ? order ?? .relevance : order == .oldest ? .oldest : .newest
    }
}

/// Why a text is no query. Nothing was looked for.
public enum SearchQueryError: Error, Hashable, Sendable {
    /// There is no such operator.
    case unknownOperator(String)
    /// Nothing stands after the operator.
    case missingValue(String)
    /// The operator takes words of a vocabulary, and this is none of it.
    case unknownWord(String, of: String)
    /// The operator takes a date, and this is none.
    case invalidDate(String, of: String, reason: String)
}

extension SearchQueryError {
    /// The names of all operators, without their colon.
    public static let operators = ["from", "to", "tag", "before", "after", "date", "has", "is"]

    /// What might have been meant: the names of all operators, or the words that this one takes; none for a date.
    public var alternatives: [String] {
        switch self {
        case .unknownOperator: Self.operators
        case .unknownWord(_, let name): SearchFact.words(of: name)
        case .missingValue, .invalidDate: []
        }
    }
}

extension SearchQueryError: CustomStringConvertible {
    /// What is wrong, and what to write instead.
    public var description: String {
        switch self {
        case .unknownOperator(let name):
            "a search has no operator \(name):; there are \(Self.operators.map { $0 + ":" }.joined(separator: ", ")), and what is no operator goes into double quotes"
        case .missingValue(let name):
            "nothing stands after \(name): in the search; write the value right after the colon, in double quotes if it has several words"
        case .unknownWord(let word, let name):
            "\(name):\(word) is unknown to a search; \(name): takes \(SearchFact.words(of: name).joined(separator: ", "))"
        case .invalidDate(let value, let name, let reason):
            "\(name):\(value) has no date: \(reason)"
        }
    }
}
