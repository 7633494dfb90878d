import CommandOptions
import LetterModel

extension ValueParser where Value == CalendarDay {
    /// A day as `YYYY-MM-DD`; a month or a year stands for its first day.
    static var day: ValueParser {
        ValueParser(placeholder: "DAY", format: \.text) { text throws(InvalidValue) in
            let parts = text.split(separator: "-", omittingEmptySubsequences: false)
            let numbers = parts.compactMap { DecimalDigits.value(of: $0.utf8) }
            guard (1...3).contains(parts.count), numbers.count == parts.count, parts[0].utf8.count == 4,
                parts.dropFirst().allSatisfy({ $0.utf8.count == 2 }),
                let day = CalendarDay(
                    year: numbers[0], month: numbers.count > 1 ? numbers[1] : 1, day: numbers.count > 2 ? numbers[2] : 1
                )
            else { throw InvalidValue(expected: "a day such as 1914-07-28, or a month or a year") }
            return day
        }
    }
}

extension ValueParser where Value: Vocabulary {
    /// A word of a vocabulary that this version knows.
    static func vocabulary(_ type: Value.Type) -> ValueParser {
        let words = Value.known.map(\.rawValue)
        return ValueParser(placeholder: "WORD", kind: .choice(words), format: \.rawValue) { text throws(InvalidValue) in
            guard let word = Value.known.first(where: { $0.rawValue.hasSameBytes(as: text) }) else {
                throw InvalidValue(expected: "one of " + words.joined(separator: ", "))
            }
            return word
        }
    }
}
