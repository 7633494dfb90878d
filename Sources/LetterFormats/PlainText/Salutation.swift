import LetterModel

/// A line of greeting: one greeting, or several with alternatives in parentheses.
struct Salutation: Hashable {
    /// One greeting as written, without the parentheses of an alternative.
    struct Greeting: Hashable {
        let text: String
        /// What it begins with, in the table's spelling: "dear"; empty for a bare name.
        let opener: String
        /// BCP 47; nil where it cannot be told.
        let language: String?
    }

    let greetings: [Greeting]
    /// Whether it needs to stand alone in its paragraph to be believed.
    let isDoubtful: Bool

    /// No greeting has more.
    private static let maximumBytes = 240
    private static let maximumWords = 16

    /// Nil if the line is no greeting.
    init?(line: String) {
        guard !line.utf8.isEmpty, line.utf8.count <= 3 * Salutation.maximumBytes else { return nil }
        let line = Words.fold(line)
        var greetings: [Greeting] = []
        var isDoubtful = false
        for (index, part) in Salutation.alternatives(of: line).enumerated() {
            guard let found = Salutation.greeting(part) else { return nil }
            greetings.append(found.greeting)
            // Alternatives speak for each other.
            if index == 0 { isDoubtful = found.isDoubtful } else { isDoubtful = false }
        }
        guard !greetings.isEmpty else { return nil }
        self.greetings = greetings
        self.isDoubtful = isDoubtful
    }

    /// "Dear Madam Speaker: (Dear Mr. President:)" has two; anything between or after parentheses makes it one.
    private static func alternatives(of line: String) -> [String] {
        let bare = Words.strip(line, Words.emphasis)
        guard let open = bare.firstIndex(of: "("), bare.hasSuffix(")") else { return [bare] }
        let groups = bare[open...].dropFirst().dropLast().split(separator: ")", omittingEmptySubsequences: false)
        var parts = [Words.trim(bare[..<open])].filter { !$0.utf8.isEmpty }
        for (index, group) in groups.enumerated() {
            var inner = Words.trim(group)
            if index > 0 {
                guard inner.hasPrefix("(") else { return [bare] }
                inner = Words.trim(inner.dropFirst())
            }
            parts.append(inner)
        }
        return parts
    }

    private static func greeting(_ text: String) -> (greeting: Greeting, isDoubtful: Bool)? {
        guard text.utf8.count <= maximumBytes else { return nil }
        if let (language, opener) = SalutationWords.unspaced.first(where: { text.utf8.starts(with: $0.opener.utf8) }) {
            guard text.unicodeScalars.count <= 24 else { return nil }
            return (Greeting(text: text, opener: opener, language: language), !endsLikeGreeting(text))
        }
        // Most lines of a body end here: no greeting begins with their first word.
        let entries = SalutationWords.openers(beginning: text)
        guard !entries.isEmpty, case let key = Words.key(text), Words.split(key).count <= maximumWords else {
            return nil
        }
        for entry in entries where begins(key, with: entry.opener) {
            guard let isDoubtful = doubt(text, key, opener: entry.opener, isStrong: entry.isStrong) else { continue }
            return (Greeting(text: text, opener: entry.opener, language: entry.language), isDoubtful)
        }
        return nil
    }

    /// A greeting that is only a name: "Ada,". Believed at the very top of a letter only.
    init?(bareName line: String) {
        let line = Words.strip(Words.fold(line), Words.emphasis)
        let name = Words.stripEnd(line, [",", "!", ":"])
        guard let last = line.unicodeScalars.last, [",", "!"].contains(last), (1...3).contains(Words.split(name).count),
            name.utf8.count <= 60, Words.split(name).allSatisfy(Words.isCapitalised), !Words.hasDigits(name),
            !PlaceWords.isKnown(name)
        else { return nil }
        greetings = [Greeting(text: line, opener: "", language: nil)]
        isDoubtful = true
    }

    private static func begins(_ key: String, with opener: String) -> Bool {
        guard key.utf8.starts(with: opener.utf8) else { return false }
        guard let next = key.utf8.dropFirst(opener.utf8.count).first else { return true }
        return next == UInt8(ascii: " ") || Words.lineEnds.contains(Unicode.Scalar(next)) || next == 0xEF
            || next == 0xD8
    }

    /// Nil if the line is a sentence; else whether it needs to stand alone.
    private static func doubt(_ text: String, _ key: String, opener: String, isStrong: Bool) -> Bool? {
        let isClosed = endsLikeGreeting(text)
        let inner = Words.stripEnd(text, Words.lineEnds)
        let isStop = text.unicodeScalars.last.map { $0 == "." || $0 == "。" } ?? false
        // "Dear Sir, I have the honour" and "Dear me. That was long": the greeting does not end with the line.
        if inner.contains(": ") || inner.contains("; ") || inner.contains("! ") && !isClosed { return nil }
        if hasSentence(inner) { return nil }
        let words = Words.split(inner)
        if !isClosed || isStop, inner.contains(",") { return nil }
        if opener.hasPrefix("to ") {
            guard isClosed, !isStop, words.count >= 3 || opener.hasPrefix("to whom") else { return nil }
            let isNamed = words.dropFirst(2).first.map(Words.isCapitalised) ?? false
            return isNamed && text.unicodeScalars.last == ":" ? false : true
        }
        if isStrong { return isClosed && !isStop ? false : (words.count <= 8 ? true : nil) }
        let isWhole = key.hasSameBytes(as: opener) || Words.stripEnd(key, Words.lineEnds).hasSameBytes(as: opener)
        if isClosed && !isStop { return words.count > 8 }
        return isWhole ? true : nil
    }

    /// A stop inside that ends no abbreviation: a word of more than three letters before it, a capital after it.
    private static func hasSentence(_ text: String) -> Bool {
        let words = Words.split(text)
        return zip(words, words.dropFirst()).contains { left, right in
            guard left.hasSuffix(".") || left.hasSuffix("?") else { return false }
            return left.unicodeScalars.count > 5 && Words.isCapitalised(right)
        }
    }

    private static func endsLikeGreeting(_ text: String) -> Bool {
        text.unicodeScalars.last.map { Words.lineEnds.contains($0) } ?? false
    }

    /// The lines of the member: one greeting a line.
    var text: String { greetings.map(\.text).joined(separator: "\n") }

    /// What of a line is believed, whatever surrounds it: used to see that a text quotes another letter.
    var isStrong: Bool { !isDoubtful }
}
