import LetterModel

/// Reads what somebody typed into a search.
///
/// Cuts at white space outside quotes. A quote that is never closed ends with the text; curly and angle quotes and those of CJK are quotes too.
enum SearchQueryParser {
    static func conditions(of text: String) throws(SearchQueryError) -> [SearchQuery.Condition] {
        var conditions: [SearchQuery.Condition] = []
        for piece in pieces(text) where conditions.count < SearchQuery.conditionLimit {
            if let condition = try condition(of: piece) { conditions.append(condition) }
        }
        return conditions
    }

    // MARK: Cutting

    /// What stands between white space, or in quotes.
    private struct Piece {
        /// What stands before the quotes: nothing, a hyphen, `from:`, `-from:`. All of it if there are no quotes.
        var plain = ""
        /// What stands in quotes; nil if there are none.
        var quoted: String?
        var isPrefix = false
    }

    private static func pieces(_ text: String) -> [Piece] {
        var pieces: [Piece] = []
        var current = String.UnicodeScalarView()
        var piece = Piece()
        var isQuoted = false
        func finish() {
            if isQuoted {
                piece.quoted = String(current)
            } else {
                piece.isPrefix = current.last == "*"
                if piece.isPrefix { current.removeLast() }
                piece.plain = String(current)
            }
            if piece.quoted != nil || !piece.plain.isEmpty { pieces.append(piece) }
            (piece, current, isQuoted) = (Piece(), String.UnicodeScalarView(), false)
        }
        var byteCount = 0
        var follows = false
        for scalar in text.unicodeScalars {
            byteCount += UTF8.width(scalar)
            guard byteCount <= SearchQuery.byteLimit else { break }
            let followsQuote = follows
            follows = false
            switch scalar {
            case _ where isQuote(scalar):
                if isQuoted {
                    finish()
                    follows = true
                } else {
                    // A hyphen or an operator belongs to its quotes; any other word ends where they begin.
                    if opensQuotes(String(current)) {
                        piece.plain = String(current)
                        current = String.UnicodeScalarView()
                    } else {
                        finish()
                    }
                    isQuoted = true
                }
            case "*" where followsQuote: pieces[pieces.count - 1].isPrefix = true
            case _ where !isQuoted && scalar.properties.isWhitespace: finish()
            default: current.append(scalar)
            }
        }
        finish()
        return pieces
    }

    private static func isQuote(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\"", "\u{201C}", "\u{201D}", "\u{201E}", "\u{AB}", "\u{BB}", "\u{300C}", "\u{300D}", "\u{300E}",
            "\u{300F}":
            true
        default: false
        }
    }

    private static func opensQuotes(_ plain: String) -> Bool {
        if plain.utf8.elementsEqual("-".utf8) { return true }
        guard let parts = operatorParts(withoutHyphen(plain).text) else { return false }
        return parts.value.isEmpty
    }

    // MARK: Understanding

    private static func withoutHyphen(_ plain: String) -> (text: String, isNegated: Bool) {
        guard plain.utf8.first == UInt8(ascii: "-") else { return (plain, false) }
        return (String(plain.dropFirst()), true)
    }

    /// The name and the value where a text begins like an operator: letters of ASCII and a colon, but for what begins a URL.
    private static func operatorParts(_ text: String) -> (name: String, value: String)? {
        let scalars = text.unicodeScalars
        guard let colon = scalars.firstIndex(where: { $0 == ":" || $0 == "\u{FF1A}" }), colon > scalars.startIndex
        else { return nil }
        let name = scalars[..<colon]
        guard name.allSatisfy({ ("a"..."z").contains($0) || ("A"..."Z").contains($0) }) else { return nil }
        let value = String(scalars[scalars.index(after: colon)...])
        guard !value.utf8.starts(with: "//".utf8) else { return nil }
        return (String(name).lowercased(), value)
    }

    /// Nil for what holds no word.
    private static func condition(of piece: Piece) throws(SearchQueryError) -> SearchQuery.Condition? {
        let (text, isNegated) = withoutHyphen(piece.plain)
        guard let (name, value) = operatorParts(text), !isHeading(name, value, piece) else {
            let words = SearchQuery.Words(piece.quoted ?? text, isPrefix: piece.isPrefix)
            return SearchMatch.hasWord(words.text) ? SearchQuery.Condition(.words(words), isNegated: isNegated) : nil
        }
        let words = SearchQuery.Words(piece.quoted ?? value, isPrefix: piece.isPrefix)
        return SearchQuery.Condition(try test(name, words), isNegated: isNegated)
    }

    /// Whether it is a word with a colon after it, such as "Dear:", and no operator.
    private static func isHeading(_ name: String, _ value: String, _ piece: Piece) -> Bool {
        value.isEmpty && piece.quoted == nil && !SearchQueryError.operators.contains { $0.hasSameBytes(as: name) }
    }

    private static func test(_ name: String, _ words: SearchQuery.Words) throws(SearchQueryError) -> SearchQuery.Test {
        guard SearchQueryError.operators.contains(where: { $0.hasSameBytes(as: name) }) else {
            throw .unknownOperator(name)
        }
        let isDate = name.hasSameBytes(as: "before") || name.hasSameBytes(as: "after") || name.hasSameBytes(as: "date")
        // A date that is open at both ends has no digit.
        guard isDate ? !words.text.utf8.isEmpty : SearchMatch.hasWord(words.text) else { throw .missingValue(name) }
        switch name {
        case "from": return .sender(words)
        case "to": return .recipient(words)
        case "tag": return .tag(words)
        case "before": return .before(try bound(\.earliest, words.text, of: name))
        case "after": return .after(try bound(\.latest, words.text, of: name))
        case "date":
            let date = try date(words.text, of: name)
            guard date.earliest != nil || date.latest != nil else {
                throw .invalidDate(words.text, of: name, reason: "it leaves every day open")
            }
            return .during(date.earliest, date.latest)
        default:
            guard let fact = SearchFact(name, words.text) else { throw .unknownWord(words.text, of: name) }
            return .fact(fact)
        }
    }

    private static func date(_ text: String, of name: String) throws(SearchQueryError) -> EDTF {
        do {
            return try EDTF(text)
        } catch {
            throw .invalidDate(text, of: name, reason: error.description)
        }
    }

    private static func bound(
        _ side: KeyPath<EDTF, CalendarDay?>, _ text: String, of name: String
    ) throws(SearchQueryError) -> CalendarDay {
        guard let day = try date(text, of: name)[keyPath: side] else {
            throw .invalidDate(text, of: name, reason: "that end of it is open")
        }
        return day
    }
}
