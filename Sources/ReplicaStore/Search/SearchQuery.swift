import LetterModel

/// What somebody typed into a search, as terms that all have to occur.
///
/// Words in double quotes are a phrase; a word that ends in `*` is a prefix; several CJK characters in a row are a
/// phrase. Nothing of it reaches the index's own query language but quoted strings.
struct SearchQuery {
    /// Words in a row.
    struct Term: Hashable {
        /// The folded words with spaces between them.
        let words: String
        /// Whether the last word may go on.
        let isPrefix: Bool
    }

    /// Past this many terms a query is no question any more; what follows is not looked at.
    static let termLimit = 64
    /// The most of a query that is read.
    static let byteLimit = 4_096

    let terms: [Term]

    init(_ text: String) {
        var terms: [Term] = []
        for piece in Self.pieces(text) where terms.count < Self.termLimit {
            let words = SearchFold.text(piece.text)
            // A piece without a letter or digit has no word, and would fit nothing.
            guard words.unicodeScalars.contains(where: Self.isPartOfWord) else { continue }
            terms.append(Term(words: words, isPrefix: piece.isPrefix))
        }
        self.terms = terms
    }

    private static func isPartOfWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber, .privateUse:
            true
        default: false
        }
    }

    private struct Piece {
        let text: String
        let isPrefix: Bool
    }

    /// Cuts at white space outside quotes. A quote that is never closed ends with the text.
    private static func pieces(_ text: String) -> [Piece] {
        var pieces: [Piece] = []
        var current = String.UnicodeScalarView()
        var isQuoted = false
        func finish() {
            let isPrefix = !isQuoted && current.last == "*"
            if isPrefix { current.removeLast() }
            if !current.isEmpty { pieces.append(Piece(text: String(current), isPrefix: isPrefix)) }
            current = String.UnicodeScalarView()
        }
        var byteCount = 0
        for scalar in text.unicodeScalars {
            byteCount += UTF8.width(scalar)
            guard byteCount <= byteLimit else { break }
            switch scalar {
            case "\"", "\u{201C}", "\u{201D}", "\u{201E}", "\u{AB}", "\u{BB}":
                finish()
                isQuoted.toggle()
            case _ where !isQuoted && scalar.properties.isWhitespace: finish()
            default: current.append(scalar)
            }
        }
        finish()
        return pieces
    }

    /// The query in the language of FTS5: quoted strings only. Nil if nothing is left to look for.
    ///
    /// Source: https://www.sqlite.org/fts5.html#full_text_query_syntax
    var match: String? {
        guard !terms.isEmpty else { return nil }
        return terms.map { term in
            let quoted = term.words.utf8.split(separator: UInt8(ascii: "\""), omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\"\"")
            return "\"\(quoted)\"" + (term.isPrefix ? " *" : "")
        }.joined(separator: " ")
    }
}
