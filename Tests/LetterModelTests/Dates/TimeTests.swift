import LetterModel
import Testing

struct TimeTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00.000Z", 0), ("2026-11-23T18:00:00.000Z", 1_795_456_800_000),
        ("1969-12-31T23:59:59.999Z", -1),
        ("2000-02-29T12:30:15.250Z", 951_827_415_250), ("0000-01-01T00:00:00.000Z", -62_167_219_200_000),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999), ("1582-10-15T00:00:00.000Z", -12_219_292_800_000),
    ])
    func `a moment has one spelling`(text: String, milliseconds: Int) throws {
        #expect(Timestamp(milliseconds: milliseconds).text == text)
        #expect(Timestamp(text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2026-11-23", "2026-11-23T18:00:00Z", "2026-11-23T18:00:00.00Z", "2026-11-23T18:00:00.0000Z",
        "2026-11-23t18:00:00.000Z",
        "2026-11-23T18:00:00.000z", "2026-11-23T18:00:00.000+00:00", "2026-11-23 18:00:00.000Z",
        "2026-02-30T18:00:00.000Z",
        "2026-13-01T18:00:00.000Z", "2026-11-23T24:00:00.000Z", "2026-11-23T18:60:00.000Z", "2026-11-23T18:00:60.000Z",
        "2016-12-31T23:59:60.000Z", "+026-11-23T18:00:00.000Z", "2026-+1-23T18:00:00.000Z", "2026-11-23T18:00:00,000Z",
        " 2026-11-23T18:00:00.000Z", "2026-11-23T18:00:00.000Z ", "２026-11-23T18:00:00.00Z",
    ])
    func `any other spelling is refused`(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test func `moments beyond the calendar are shown at its ends and do not trap`() {
        #expect(Timestamp(milliseconds: .max).text == "9999-12-31T23:59:59.999Z")
        #expect(Timestamp(milliseconds: .min).text == "0000-01-01T00:00:00.000Z")
    }

    @Test func `every day of five centuries follows the one before it`() throws {
        var expected = try #require(CalendarDay(year: 1599, month: 12, day: 31)).daysSince1970
        for year in 1600..<2100 {
            for month in 1...12 {
                for day in 1...CalendarDay.dayCount(year: year, month: month) {
                    expected += 1
                    let date = try #require(CalendarDay(year: year, month: month, day: day))
                    #expect(date.daysSince1970 == expected)
                    #expect(Timestamp(milliseconds: expected * 86_400_000).text == "\(date.text)T00:00:00.000Z")
                }
            }
        }
        #expect(CalendarDay(year: 1970, month: 1, day: 1)?.daysSince1970 == 0)
        #expect(CalendarDay(year: -4713, month: 11, day: 24)?.daysSince1970 == -2_440_588)
    }

    @Test(arguments: [
        (2020, 2, 30), (2019, 2, 29), (1900, 2, 29), (2020, 4, 31), (2020, 0, 1), (2020, 13, 1), (2020, 1, 0),
        (2020, 1, 32), (10000, 1, 1),
        (-10000, 1, 1), (2020, -1, 1), (2020, 1, -1),
    ])
    func `there is no such day`(year: Int, month: Int, day: Int) {
        #expect(CalendarDay(year: year, month: month, day: day) == nil)
    }

    @Test func `days are ordered by time and written with four digits of year`() throws {
        let days = try [(-44, 3, 15), (-1, 12, 31), (0, 1, 1), (33, 4, 3), (2020, 7, 15), (2020, 7, 16), (2020, 8, 1)]
            .map {
                try #require(CalendarDay(year: $0.0, month: $0.1, day: $0.2))
            }
        #expect(
            days.map(\.text) == [
                "-0044-03-15", "-0001-12-31", "0000-01-01", "0033-04-03", "2020-07-15", "2020-07-16", "2020-08-01",
            ])
        #expect(days == days.sorted())
        #expect(days.map(\.daysSince1970) == days.map(\.daysSince1970).sorted())
    }
}
