import LetterModel

/// A line of a plain text, and what it was taken for.
struct TextLine {
    /// What a line is taken for. Only what nothing else claims is body.
    enum Part {
        case body
        /// Front matter, a press release's end mark: in the original, and nowhere else.
        case dropped
        case dateline, address, salutation, valediction, signature, postscript, copies, enclosures
    }

    /// The line as written, without its line end.
    var text: String
    /// The line without white space at its ends.
    let shown: String
    /// What it is taken for.
    var part = Part.body

    init(_ text: String) {
        self.text = text
        shown = Words.trim(text)
    }

    var isBlank: Bool { shown.utf8.isEmpty }

    /// Cuts a text at LF, CRLF and CR. ("\r\n" is one Character in Swift: cut the bytes.)
    static func lines(of text: String) -> [TextLine] {
        var lines: [TextLine] = []
        let bytes = text.utf8
        var start = bytes.startIndex
        var index = start
        while index < bytes.endIndex {
            let byte = bytes[index]
            let next = bytes.index(after: index)
            guard byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") else {
                index = next
                continue
            }
            lines.append(TextLine(String(text[start..<index])))
            index = next
            if byte == UInt8(ascii: "\r"), index < bytes.endIndex, bytes[index] == UInt8(ascii: "\n") {
                index = bytes.index(after: index)
            }
            start = index
        }
        lines.append(TextLine(String(text[start...])))
        return lines
    }
}

/// Small questions about words, in any script. Cases are folded without regard to a language.
enum Words {
    /// Without white space, and marks that nobody sees, at both ends.
    static func trim(_ text: some StringProtocol) -> String {
        strip(text, [])
    }

    /// Runs of white space as one space, none at the ends.
    static func fold(_ text: some StringProtocol) -> String {
        split(text).joined(separator: " ")
    }

    /// The words between white space.
    static func split(_ text: some StringProtocol) -> [String] {
        Substring(text).unicodeScalars.split(whereSeparator: isSpace).map { String($0) }
    }

    static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x80 {
            return scalar.value == 0x20 || (0x09...0x0D).contains(scalar.value) || scalar.value == 0x1A
        }
        return scalar.properties.isWhitespace || [0x200B, 0x200E, 0x200F, 0xFEFF, 0x1A].contains(scalar.value)
    }

    /// Without these scalars, and white space, at both ends.
    static func strip(_ text: some StringProtocol, _ marks: Set<Unicode.Scalar>) -> String {
        let isKept = { (scalar: Unicode.Scalar) in !isSpace(scalar) && !marks.contains(scalar) }
        let scalars = Substring(text).unicodeScalars
        guard let first = scalars.firstIndex(where: isKept), let last = scalars.lastIndex(where: isKept) else {
            return ""
        }
        return String(scalars[first...last])
    }

    /// Without these scalars, and white space, at the end.
    static func stripEnd(_ text: some StringProtocol, _ marks: Set<Unicode.Scalar>) -> String {
        let scalars = Substring(text).unicodeScalars
        guard let last = scalars.lastIndex(where: { !isSpace($0) && !marks.contains($0) }) else { return "" }
        return String(scalars[...last])
    }

    /// Marks of emphasis in Markdown and in mail.
    static let emphasis: Set<Unicode.Scalar> = ["*", "_"]
    /// What ends a line of greeting or farewell.
    static let lineEnds: Set<Unicode.Scalar> = [
        ",", ".", ":", ";", "!", "…", "—", "–", "-", "，", "。", "：", "！", "،", "؛", "՝", "、",
    ]
    /// Both: what stands around the words of a greeting.
    static let marks = emphasis.union(lineEnds)
    /// What ends a sentence.
    static let sentenceEnds: Set<Unicode.Scalar> = [".", "?", "!", "。", "？", "！", "؟", "…"]
    static let quotes: Set<Unicode.Scalar> = ["\"", "“", "”", "„", "«", "»", "‘", "’", "'", "「", "」", "『", "』"]

    /// In lower case with single spaces, without emphasis at the ends; how tables spell their words.
    static func key(_ text: some StringProtocol) -> String {
        strip(fold(text), emphasis).lowercased().unicodeScalars.reduce(into: "") { result, scalar in
            // Turkish capital I with dot gives i and a combining dot; typographic apostrophes are written both ways.
            if scalar == "\u{307}" { return }
            result.unicodeScalars.append(scalar == "’" ? "'" : scalar)
        }
    }

    /// Whether a word begins with a capital letter, or its script has none.
    static func isCapitalised(_ word: some StringProtocol) -> Bool {
        guard let first = word.unicodeScalars.first(where: { $0.properties.isAlphabetic }) else { return false }
        return first.properties.isUppercase || !first.properties.isLowercase
    }

    static func hasDigits(_ text: some StringProtocol) -> Bool {
        text.unicodeScalars.contains { $0.properties.numericType == .decimal }
    }

    static func hasLetters(_ text: some StringProtocol) -> Bool {
        text.unicodeScalars.contains { $0.properties.isAlphabetic }
    }

    /// Whether the text is in a script that puts no spaces between words.
    static func isUnspaced(_ text: some StringProtocol) -> Bool {
        text.unicodeScalars.contains { (0x3040...0x30FF).contains($0.value) || (0x3400...0x9FFF).contains($0.value) }
    }
}

/// A set of words or phrases that is asked by bytes.
struct WordTable: ExpressibleByArrayLiteral, Sendable {
    private let words: Set<ByteKey>

    init(arrayLiteral elements: String...) {
        words = Set(elements.map(ByteKey.init))
    }

    init(_ text: String) {
        words = Set(Words.split(text).map(ByteKey.init))
    }

    func contains(_ word: String) -> Bool { words.contains(ByteKey(word)) }
}
