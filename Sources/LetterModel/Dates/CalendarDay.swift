/// A day of the proleptic Gregorian calendar. Ordered by time.
public struct CalendarDay: Hashable, Comparable, Sendable {
    /// The year, -9999 to 9999; 0 is the year before 1 (ISO 8601).
    public let year: Int
    /// The month, 1 to 12.
    public let month: Int
    /// The day of the month, from 1.
    public let day: Int

    /// A day; nil if there is no such day, like 30 February.
    public init?(year: Int, month: Int, day: Int) {
        guard (-9999...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= CalendarDay.dayCount(year: year, month: month)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// The day that `YYYY-MM-DD` spells, four digits of the year without a sign; nil for anything else.
    init?(text: Span<UInt8>) {
        guard text.count == 10, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            let year = DecimalDigits.value(of: text.extracting(0..<4)),
            let month = DecimalDigits.value(of: text.extracting(5..<7)),
            let day = DecimalDigits.value(of: text.extracting(8..<10))
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// How many days a month has.
    public static func dayCount(year: Int, month: Int) -> Int {
        switch month {
        case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01, negative before it.
    ///
    /// Source: https://howardhinnant.github.io/date_algorithms.html#days_from_civil
    public var daysSince1970: Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// Source: https://howardhinnant.github.io/date_algorithms.html#civil_from_days
    init(daysSince1970: Int) {
        let shifted = daysSince1970 + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// `YYYY-MM-DD`, with a hyphen before years before 0.
    public var text: String {
        String(unsafeUninitializedCapacity: 11) { buffer in
            var count = 0
            func write(_ byte: UInt8) {
                buffer[count] = byte
                count += 1
            }
            func write(_ number: Int, from unit: Int) {
                var unit = unit
                while unit > 0 {
                    write(UInt8(ascii: "0") + UInt8(number / unit % 10))
                    unit /= 10
                }
            }
            if year < 0 { write(UInt8(ascii: "-")) }
            write(abs(year), from: 1000)
            write(UInt8(ascii: "-"))
            write(month, from: 10)
            write(UInt8(ascii: "-"))
            write(day, from: 10)
            return count
        }
    }

    /// Whether the left comes first.
    public static func < (left: CalendarDay, right: CalendarDay) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }
}
