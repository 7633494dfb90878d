/// A date as precise as it is known: EDTF levels 0 and 1, and one-of sets of level 2.
///
/// Days (`2020-07-15`), months, years, seasons (`1873-21`), moments, digits that are not known (`187X`, `1873-XX`),
/// marks of doubt for the whole date (`1820?`, `1820~`, `1820%`), years before our era (`-0043`), intervals with open
/// (`..`) or unknown (empty) ends, and `[1873-05-01,1873-06-01]`. From it come bounds: the letter was written on one of
/// the days from `earliest` to `latest`. A month is never turned into a day.
///
/// Source: https://www.loc.gov/standards/datetime/
public struct EDTF: Hashable, Sendable {
    /// The date as it was spelled; plain ASCII.
    public let text: String
    /// The first day on which it can have been; nil if there is no such bound, or none is known.
    public let earliest: CalendarDay?
    /// The last day on which it can have been; nil if there is no such bound, or none is known.
    public let latest: CalendarDay?

    /// Reads a date; the error says what is wrong with it.
    public init(_ text: String) throws(EDTFError) {
        // What most dates are.
        if let day = CalendarDay(text: text.utf8.span) {
            (self.text, earliest, latest) = (text, day, day)
            return
        }
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty else { throw EDTFError(.empty) }
        guard bytes.count <= Limits.dateBytes else { throw EDTFError(.tooLong) }
        let bounds = try EDTFParser.bounds(ofAny: bytes[...])
        self.text = text
        earliest = bounds.first
        latest = bounds.last
    }

    /// The date that is exactly this day.
    public init(_ day: CalendarDay) {
        text = day.text
        earliest = day
        latest = day
    }

    /// The day, if the date leaves no choice of days.
    public var day: CalendarDay? {
        earliest == latest ? earliest : nil
    }

    /// What dates are sorted by, compared by bytes: first by the earliest day (or else the latest), then the narrower
    /// before the wider, then by spelling, so that spring comes before autumn. Greater than every key of a known date
    /// for `..` and the like.
    public var sortKey: String {
        guard let first = earliest ?? latest else { return EDTF.undatedSortKey }
        var key = EDTF.key(of: first)
        key += " "
        key += latest.map(EDTF.key(of:)) ?? EDTF.undatedSortKey
        key += " "
        key += text
        return key
    }

    /// The sort key of a letter without a date: after every other.
    public static let undatedSortKey = "~"

    /// Years before our era count backwards after a hyphen, which comes before every digit.
    private static func key(of day: CalendarDay) -> String {
        guard day.year < 0 else { return day.text }
        let month = DecimalDigits.text(day.month, width: 2)
        return "-\(DecimalDigits.text(9999 + day.year, width: 4))-\(month)-\(DecimalDigits.text(day.day, width: 2))"
    }
}

extension LetterDate {
    /// The date for machines; nil if there is none, or it is not valid.
    public var parsed: EDTF? {
        guard let edtf else { return nil }
        do {
            return try EDTF(edtf)
        } catch {
            // A newer client, or an import that nobody checked: to this version such a date is unknown.
            return nil
        }
    }
}

extension Letter {
    /// What letters are sorted by, compared by bytes, undated ones last.
    public var sortKey: String { date?.parsed?.sortKey ?? EDTF.undatedSortKey }
}

/// Why a text is no EDTF date.
public struct EDTFError: Error, Hashable, Sendable {
    /// What is wrong.
    public enum Code: String, Sendable {
        /// There is no text.
        case empty
        /// Longer than any date.
        case tooLong
        /// Not one of the forms.
        case syntax
        /// There is no such month or season.
        case month
        /// The month has no such day.
        case day
        /// There is no such hour, minute, second or offset.
        case time
        /// An interval ends before it starts.
        case order
        /// EDTF, but of a kind that is not taken here.
        case unsupported
    }

    /// What is wrong.
    public let code: Code
    /// What a person needs to know; no more of the text than its numbers.
    public let context: String

    /// An error with its context.
    public init(_ code: Code, _ context: String = "") {
        self.code = code
        self.context = context
    }
}

extension EDTFError: CustomStringConvertible {
    /// A sentence with an example of what is expected.
    public var description: String {
        let fault =
            switch code {
            case .empty: "the date is empty"
            case .tooLong: "the date is longer than \(Limits.dateBytes) bytes"
            case .syntax: "this is no EDTF date; write it like 2020-07-15, 1873-05, 1820~ or 1914/1918"
            case .month: "there is no such month"
            case .day: "there is no such day"
            case .time: "there is no such time of day"
            case .order: "the interval ends before it starts"
            case .unsupported: "this form of EDTF is not taken"
            }
        return context.isEmpty ? fault : "\(fault): \(context)"
    }
}
