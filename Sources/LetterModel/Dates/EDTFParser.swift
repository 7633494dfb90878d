/// Reads the forms of EDTF into bounds. Works on bytes: every form is ASCII.
enum EDTFParser {
    /// The days on which something can have been; a missing one is open or unknown.
    struct Bounds {
        var first: CalendarDay?
        var last: CalendarDay?
    }

    private typealias Text = ArraySlice<UInt8>

    /// A set, an interval or a date.
    static func bounds(ofAny text: ArraySlice<UInt8>) throws(EDTFError) -> Bounds {
        if text.first == UInt8(ascii: "[") { return try bounds(ofSet: text) }
        if text.first == UInt8(ascii: "{") {
            throw EDTFError(.unsupported, "a set in braces means several dates; a letter has one: write [a,b]")
        }
        let ends = text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        switch ends.count {
        case 1: return try bounds(ofDate: text)
        case 2: return try bounds(from: ends[0], to: ends[1])
        default: throw EDTFError(.syntax, "an interval has one slash")
        }
    }

    /// `[a,b,c..d,..e]`: one of these.
    private static func bounds(ofSet text: Text) throws(EDTFError) -> Bounds {
        guard text.last == UInt8(ascii: "]") else { throw EDTFError(.syntax, "a set ends with ]") }
        let elements = text.dropFirst().dropLast().split(
            separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        var all: [Bounds] = []
        for element in elements {
            all.append(try bounds(ofElement: element))
        }
        let firsts = all.map(\.first)
        let lasts = all.map(\.last)
        return Bounds(
            first: firsts.contains(nil) ? nil : firsts.compactMap { $0 }.min(),
            last: lasts.contains(nil) ? nil : lasts.compactMap { $0 }.max())
    }

    private static func bounds(ofElement text: Text) throws(EDTFError) -> Bounds {
        guard let dots = text.indices.dropLast().first(where: { text[$0...].starts(with: Array("..".utf8)) }) else {
            return try bounds(ofDate: text)
        }
        let start = text[..<dots]
        let end = text[(dots + 2)...]
        guard !start.isEmpty || !end.isEmpty else { throw EDTFError(.syntax, "a range in a set has at least one end") }
        return try interval(
            from: start.isEmpty ? Bounds() : try bounds(ofDate: start),
            to: end.isEmpty ? Bounds() : try bounds(ofDate: end))
    }

    /// `a/b`: an end is a date, `..` for open, or nothing for unknown.
    private static func bounds(from start: Text, to end: Text) throws(EDTFError) -> Bounds {
        guard !start.isEmpty || !end.isEmpty else { throw EDTFError(.syntax, "an interval has at least one end") }
        return try interval(from: try bounds(ofEnd: start), to: try bounds(ofEnd: end))
    }

    private static func bounds(ofEnd text: Text) throws(EDTFError) -> Bounds {
        text.isEmpty || text.elementsEqual("..".utf8) ? Bounds() : try bounds(ofDate: text)
    }

    private static func interval(from start: Bounds, to end: Bounds) throws(EDTFError) -> Bounds {
        if let first = start.first, let last = end.last, first > last { throw EDTFError(.order) }
        return Bounds(first: start.first, last: end.last)
    }

    /// One date of any precision, with a mark of doubt for the whole of it or none.
    private static func bounds(ofDate text: Text) throws(EDTFError) -> Bounds {
        var text = text
        let marks = Array("?~%".utf8)
        if let last = text.last, marks.contains(last) { text = text.dropLast() }
        guard !text.contains(where: marks.contains) else {
            throw EDTFError(.unsupported, "a mark of doubt stands once, at the end of the date")
        }
        if let time = text.firstIndex(of: UInt8(ascii: "T")) {
            let bounds = try bounds(ofCalendarDate: text[..<time])
            guard bounds.first == bounds.last else { throw EDTFError(.syntax, "a time of day needs a day") }
            try checkTime(text[(time + 1)...])
            return bounds
        }
        return try bounds(ofCalendarDate: text)
    }

    private static func bounds(ofCalendarDate text: Text) throws(EDTFError) -> Bounds {
        if text.first == UInt8(ascii: "Y") { throw EDTFError(.unsupported, "a year has four digits") }
        let isNegative = text.first == UInt8(ascii: "-")
        let parts = (isNegative ? text.dropFirst() : text).split(
            separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count), parts[0].count == 4, parts.dropFirst().allSatisfy({ $0.count == 2 }) else {
            throw EDTFError(.syntax)
        }
        let years = try years(parts[0], isNegative: isNegative)
        guard parts.count > 1 else { return try bounds(years: years, months: 1...12) }
        guard years.count == 1 else { throw EDTFError(.unsupported, "a year with unknown digits takes no month") }
        if parts[1].elementsEqual("XX".utf8) {
            guard parts.count == 2 || parts[2].elementsEqual("XX".utf8) else {
                throw EDTFError(.unsupported, "a day needs a month")
            }
            return try bounds(years: years, months: 1...12)
        }
        guard let month = DecimalDigits.value(of: parts[1]) else { throw EDTFError(.syntax) }
        if parts.count == 2, (21...24).contains(month) {
            // Spring to winter of either hemisphere: no month of that year can be ruled out.
            return try bounds(years: years, months: 1...12)
        }
        guard (1...12).contains(month) else {
            throw EDTFError(.month, "months are 01 to 12, seasons 21 to 24, this is \(month)")
        }
        guard parts.count == 3, !parts[2].elementsEqual("XX".utf8) else {
            return try bounds(years: years, months: month...month)
        }
        guard let number = DecimalDigits.value(of: parts[2]) else { throw EDTFError(.syntax) }
        guard let day = CalendarDay(year: years.lowerBound, month: month, day: number) else {
            let count = CalendarDay.dayCount(year: years.lowerBound, month: month)
            throw EDTFError(.day, "that month has \(count) days, this is day \(number)")
        }
        return Bounds(first: day, last: day)
    }

    /// Four digits, of which the last one to three can be `X`.
    private static func years(_ digits: Text, isNegative: Bool) throws(EDTFError) -> ClosedRange<Int> {
        let known = digits.prefix { $0 != UInt8(ascii: "X") }
        let unknown = digits.dropFirst(known.count)
        guard unknown.allSatisfy({ $0 == UInt8(ascii: "X") }), let value = DecimalDigits.value(of: known) else {
            throw EDTFError(.syntax, "unknown digits of a year are its last ones, like 187X")
        }
        let span = [1, 10, 100, 1000][unknown.count]
        let least = value * span
        guard isNegative else { return least...(least + span - 1) }
        guard least + span - 1 > 0 else { throw EDTFError(.syntax, "the year before 0001 is 0000") }
        return -(least + span - 1) ... -least
    }

    private static func bounds(years: ClosedRange<Int>, months: ClosedRange<Int>) throws(EDTFError) -> Bounds {
        let lastDay = CalendarDay.dayCount(year: years.upperBound, month: months.upperBound)
        return Bounds(
            first: CalendarDay(year: years.lowerBound, month: months.lowerBound, day: 1),
            last: CalendarDay(year: years.upperBound, month: months.upperBound, day: lastDay))
    }

    /// `hh:mm:ss` with nothing, `Z`, `+hh` or `+hh:mm` after it. The day stays the one that is written.
    private static func checkTime(_ text: Text) throws(EDTFError) {
        let clock = Array(text.prefix(8))
        guard clock.count == 8, clock[2] == UInt8(ascii: ":"), clock[5] == UInt8(ascii: ":"),
            let hour = DecimalDigits.value(of: clock[0..<2]), let minute = DecimalDigits.value(of: clock[3..<5]),
            let second = DecimalDigits.value(of: clock[6..<8])
        else { throw EDTFError(.syntax, "a time of day is written 17:30:00") }
        guard hour < 24, minute < 60, second < 61 else { throw EDTFError(.time) }
        let zone = Array(text.dropFirst(8))
        guard !zone.isEmpty, !zone.elementsEqual("Z".utf8) else { return }
        let isShaped = zone.count == 3 || (zone.count == 6 && zone[3] == UInt8(ascii: ":"))
        guard isShaped, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(zone[0]),
            let hours = DecimalDigits.value(of: zone[1..<3]),
            let minutes = zone.count == 3 ? 0 : DecimalDigits.value(of: zone[4..<6])
        else { throw EDTFError(.syntax, "an offset is written Z or +04:00") }
        guard hours < 24, minutes < 60 else { throw EDTFError(.time) }
    }
}
