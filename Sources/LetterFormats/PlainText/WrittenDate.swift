import LetterModel

/// A date as people write it: "15 July 2020", "le 1er mai 2006", "15.VII.2020", "2020年7月15日".
struct WrittenDate: Hashable {
    /// The words as written, from the first to the last that belong to the date.
    let text: String
    /// The date; nil if no calendar has it.
    let edtf: EDTF?
    /// Whether day and month can be exchanged; the EDTF then is a set of both.
    let isAmbiguous: Bool
    /// What stands before it on the line, and after it.
    let before: String
    let after: String

    /// The first date in a line.
    init?(in line: String) {
        let tokens = DateToken.tokens(of: line)
        for start in tokens.indices {
            for pattern in WrittenDate.patterns {
                var cursor = Cursor(tokens: tokens, position: start)
                guard let reading = pattern(&cursor) else { continue }
                let end = cursor.position
                text = String(line[tokens[start].range.lowerBound..<tokens[end - 1].range.upperBound])
                before = String(line[..<tokens[start].range.lowerBound])
                after = String(line[tokens[end - 1].range.upperBound...])
                edtf = reading.edtf
                isAmbiguous = reading.other != nil && reading.other != reading.first
                return
            }
        }
        return nil
    }

    /// Numbers in the order year, month, day; a missing day means the month as a whole.
    private struct Reading {
        struct Numbers: Equatable {
            let year: Int
            var month: Int?
            var day: Int?

            var edtf: String {
                [(year, 4), (month, 2), (day, 2)].compactMap { value, width in
                    value.map { DecimalDigits.text($0, width: width) }
                }.joined(separator: "-")
            }
        }

        let first: Numbers
        var other: Numbers?

        var edtf: EDTF? {
            var text = first.edtf
            if let other, other != first { text = "[\([first.edtf, other.edtf].sorted().joined(separator: ","))]" }
            do {
                return try EDTF(text)
            } catch {
                // 30 February: the words are kept, the date is unknown.
                return nil
            }
        }
    }

    private typealias Pattern = @Sendable (inout Cursor) -> Reading?

    /// The longest forms first, so that "July 2020" does not win over "15 July 2020".
    private static let patterns: [Pattern] = [
        yearMonthDay, eastAsian, dayMonthWordYear, monthWordDayYear, dayMonthNumberYear, monthWordYear,
    ]

    private struct Cursor {
        let tokens: [DateToken]
        var position: Int

        func peek() -> DateToken? {
            position < tokens.count ? tokens[position] : nil
        }

        /// A number within a range; `digits` says how many digits it must have.
        mutating func number(_ range: ClosedRange<Int>, digits: ClosedRange<Int> = 1...4) -> Int? {
            guard case .number(let value, let count)? = peek()?.kind, range.contains(value), digits.contains(count)
            else {
                return nil
            }
            position += 1
            return value
        }

        mutating func roman(_ range: ClosedRange<Int>) -> Int? {
            guard case .word(let word)? = peek()?.kind, let value = RomanNumeral.value(of: word), range.contains(value)
            else { return nil }
            position += 1
            return value
        }

        mutating func month() -> Int? {
            guard case .word(let word)? = peek()?.kind, let month = MonthWords.month(of: word) else { return nil }
            position += 1
            return month
        }

        /// A word, in lower case.
        mutating func word(_ words: String...) -> Bool {
            guard case .word(let found)? = peek()?.kind, words.contains(where: Words.key(found).hasSameBytes) else {
                return false
            }
            position += 1
            return true
        }

        mutating func mark(_ marks: String...) -> Bool {
            guard case .mark(let found)? = peek()?.kind, marks.contains(where: String(found).hasSameBytes) else {
                return false
            }
            position += 1
            return true
        }

        /// A four-digit year, or a Roman one.
        mutating func year() -> Int? {
            number(1...9999, digits: 4...4) ?? roman(1000...2999)
        }

        /// A day with what may follow it: "1er", "15th", "15.".
        mutating func day() -> Int? {
            let start = position
            guard let day = number(1...31, digits: 1...2) ?? roman(1...31) else { return nil }
            if let token = peek(), position > start, token.isAttached,
                word("st", "nd", "rd", "th", "er", "re", "ère", "º", "ª", "ro", "de", "e", "го")
            {
                return day
            }
            _ = mark(".", "°", "º")
            return day
        }
    }

    // 2020-07-15, 2020/07/15, 2020.07.15
    private static let yearMonthDay: Pattern = { cursor in
        guard let year = cursor.number(1...9999, digits: 4...4) else { return nil }
        let separator = cursor.peek()
        guard cursor.mark("-", "/", "."), let month = cursor.number(1...12, digits: 1...2),
            cursor.peek()?.kind == separator?.kind, cursor.mark("-", "/", "."),
            let day = cursor.number(1...31, digits: 1...2)
        else { return nil }
        return Reading(first: Reading.Numbers(year: year, month: month, day: day))
    }

    // 2020年7月15日, 2020년 7월 15일
    private static let eastAsian: Pattern = { cursor in
        guard let year = cursor.number(1...9999, digits: 4...4), cursor.word("年", "년"),
            let month = cursor.number(1...12), cursor.word("月", "월")
        else { return nil }
        let end = cursor.position
        guard let day = cursor.number(1...31), cursor.word("日", "일", "號") else {
            cursor.position = end
            return Reading(first: Reading.Numbers(year: year, month: month))
        }
        return Reading(first: Reading.Numbers(year: year, month: month, day: day))
    }

    // 15 July 2020, 15. Juli 2020, 15 de julio de 2020, the 15th of July, 2020, 15-Jul-2020
    private static let dayMonthWordYear: Pattern = { cursor in
        guard let day = cursor.day() else { return nil }
        _ = cursor.mark("-", "/") || cursor.word("of", "de", "di", "day")
        _ = cursor.word("of")
        guard let month = cursor.month() else { return nil }
        _ = cursor.mark(".")
        _ = cursor.mark(",", "-", "/", "،") || cursor.word("de", "del")
        guard let year = cursor.year() else { return nil }
        return Reading(first: Reading.Numbers(year: year, month: month, day: day))
    }

    // July 15, 2020; July 15th 2020
    private static let monthWordDayYear: Pattern = { cursor in
        guard let month = cursor.month() else { return nil }
        _ = cursor.mark(".")
        guard let day = cursor.day() else { return nil }
        _ = cursor.mark(",", "،")
        guard let year = cursor.year() else { return nil }
        return Reading(first: Reading.Numbers(year: year, month: month, day: day))
    }

    // 15.07.2020, 15/07/2020, 15.VII.2020, 15 VII 2020
    private static let dayMonthNumberYear: Pattern = { cursor in
        guard let first = cursor.number(1...31, digits: 1...2) else { return nil }
        let separator = cursor.peek()?.kind
        let isMarked = cursor.mark(".", "/", "-")
        if let month = cursor.roman(1...12) {
            guard !isMarked || cursor.mark(".", "/", "-"), let year = cursor.year() else { return nil }
            return Reading(first: Reading.Numbers(year: year, month: month, day: first))
        }
        guard isMarked, let second = cursor.number(1...31, digits: 1...2), cursor.peek()?.kind == separator,
            cursor.mark(".", "/", "-"), let year = cursor.number(1...9999, digits: 4...4)
        else { return nil }
        let dayFirst = Reading.Numbers(year: year, month: second, day: first)
        let monthFirst = Reading.Numbers(year: year, month: first, day: second)
        if second > 12 { return first > 12 ? nil : Reading(first: monthFirst) }
        // With dots nobody writes the month first. With slashes both orders are in use, and nobody can tell.
        let isCertain = first > 12 || separator == .mark(".")
        return Reading(first: dayFirst, other: isCertain ? nil : monthFirst)
    }

    // July 2020, juillet 2020, julio de 2020
    private static let monthWordYear: Pattern = { cursor in
        guard let month = cursor.month() else { return nil }
        _ = cursor.mark(".")
        _ = cursor.mark(",") || cursor.word("de", "del")
        guard let year = cursor.number(1000...2999, digits: 4...4) else { return nil }
        return Reading(first: Reading.Numbers(year: year, month: month))
    }
}

/// A word, number or mark of a line that may hold a date.
struct DateToken {
    enum Kind: Equatable {
        case number(Int, digits: Int)
        case word(String)
        case mark(Unicode.Scalar)
    }

    let kind: Kind
    let range: Range<String.Index>
    /// Whether it follows the token before it without a space.
    let isAttached: Bool

    /// The tokens of a line, digits of any script read as numbers. CJK characters are a word each.
    static func tokens(of line: String) -> [DateToken] {
        let scalars = line.unicodeScalars
        var tokens: [DateToken] = []
        var index = scalars.startIndex
        var isAttached = false
        while index < scalars.endIndex {
            let scalar = scalars[index]
            if Words.isSpace(scalar) {
                isAttached = false
                index = scalars.index(after: index)
                continue
            }
            let start = index
            let kind: Kind
            if digit(scalar) != nil {
                var value = 0
                var count = 0
                while index < scalars.endIndex, let next = digit(scalars[index]) {
                    value = count < 9 ? value * 10 + next : value
                    count += 1
                    index = scalars.index(after: index)
                }
                kind = .number(value, digits: count)
            } else if isLetter(scalar) {
                repeat {
                    index = scalars.index(after: index)
                } while index < scalars.endIndex
                    && isLetter(scalars[index]) && !isSingle(scalar) && !isSingle(scalars[index])
                kind = .word(String(line[start..<index]))
            } else {
                index = scalars.index(after: index)
                kind = .mark(scalar)
            }
            tokens.append(DateToken(kind: kind, range: start..<index, isAttached: isAttached))
            isAttached = true
        }
        return tokens
    }

    private static func digit(_ scalar: Unicode.Scalar) -> Int? {
        guard scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue else { return nil }
        return Int(value)
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.canonicalCombiningClass != .notReordered || scalar == "º"
    }

    private static func isSingle(_ scalar: Unicode.Scalar) -> Bool {
        (0x3400...0x9FFF).contains(scalar.value) || (0xAC00...0xD7A3).contains(scalar.value)
    }
}

/// Roman numerals as they stand in dates: capitals in the usual spelling.
enum RomanNumeral {
    private static let steps = [
        ("M", 1000), ("CM", 900), ("D", 500), ("CD", 400), ("C", 100), ("XC", 90), ("L", 50), ("XL", 40), ("X", 10),
        ("IX", 9), ("V", 5), ("IV", 4), ("I", 1),
    ]

    /// The number; nil for any other spelling than the usual one.
    static func value(of word: String) -> Int? {
        guard (1...15).contains(word.utf8.count) else { return nil }
        var rest = word.utf8[...]
        var value = 0
        for (letters, amount) in steps {
            var repeats = 0
            while rest.starts(with: letters.utf8), repeats < (letters.utf8.count == 1 ? 3 : 1) {
                rest = rest.dropFirst(letters.utf8.count)
                value += amount
                repeats += 1
            }
        }
        return rest.isEmpty && spelling(of: value).hasSameBytes(as: word) ? value : nil
    }

    private static func spelling(of value: Int) -> String {
        var rest = value
        var text = ""
        for (letters, amount) in steps {
            while rest >= amount {
                text += letters
                rest -= amount
            }
        }
        return text
    }
}
