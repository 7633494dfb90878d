/// A moment in UTC, to the millisecond, for people to read. Nothing is ever decided by it.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z, leap seconds left out.
    public let milliseconds: Int

    /// The moment so many milliseconds after 1970-01-01T00:00:00Z.
    public init(milliseconds: Int) {
        self.milliseconds = milliseconds
    }

    /// A moment from RFC 3339 with milliseconds and `Z`, such as `2026-11-23T18:00:00.000Z`; nil for any other
    /// spelling. A leap second (`:60`) is none: it would be written back as the second after it.
    public init?(_ text: String) {
        self.init(text: text.utf8.span)
    }

    /// A moment from the bytes of its spelling, as above.
    package init?(text: Span<UInt8>) {
        func number(_ range: Range<Int>) -> Int? { DecimalDigits.value(of: text.extracting(range)) }
        guard text.count == 24, text[10] == UInt8(ascii: "T"), text[13] == UInt8(ascii: ":"),
            text[16] == UInt8(ascii: ":"), text[19] == UInt8(ascii: "."), text[23] == UInt8(ascii: "Z")
        else { return nil }
        guard let date = CalendarDay(text: text.extracting(0..<10)),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            let millisecond = number(20..<23),
            hour < 24, minute < 60, second < 60
        else { return nil }
        let seconds = (date.daysSince1970 * 24 + hour) * 3600 + minute * 60 + second
        milliseconds = seconds * 1000 + millisecond
    }

    /// RFC 3339 with milliseconds and `Z`. Moments outside the years 0 to 9999 are shown at the nearest end.
    public var text: String {
        let shown = min(max(milliseconds, -62_167_219_200_000), 253_402_300_799_999)
        let days = (shown - (shown < 0 ? 86_399_999 : 0)) / 86_400_000
        let rest = shown - days * 86_400_000
        let time = [rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60].map { DecimalDigits.text($0, width: 2) }
        let millisecond = DecimalDigits.text(rest % 1000, width: 3)
        return "\(CalendarDay(daysSince1970: days).text)T\(time.joined(separator: ":")).\(millisecond)Z"
    }

    /// Whether the left comes first.
    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 with milliseconds and `Z`.
    public var description: String { text }
}
