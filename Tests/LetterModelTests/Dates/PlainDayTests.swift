import LetterModel
import Testing

/// A date that is nothing but a day is read at once. With a mark of doubt it is read as all others are, and has the same bounds.
struct PlainDayTests {
    private static func outcome(_ text: String) -> String {
        do throws(EDTFError) {
            let date = try EDTF(text)
            return "\(date.earliest.map(\.text) ?? "") \(date.latest.map(\.text) ?? "")"
        } catch {
            return error.description
        }
    }

    @Test(arguments: ["0000", "0001", "1800", "1872", "1900", "2000", "2023", "9999", "187X", "20", "+873", "18é"])
    func `a day is the one that it is with a mark of doubt, and what is none is told in the same words`(year: String) {
        for month in ["00", "01", "02", "04", "12", "13", "21", "24", "XX", "1", "001", "a1", " 1"] {
            for day in ["00", "01", "28", "29", "30", "31", "32", "99", "XX", "1", "001", "-1", "+1"] {
                let text = "\(year)-\(month)-\(day)"
                #expect(Self.outcome(text).utf8.elementsEqual(Self.outcome(text + "?").utf8), "\(text)")
            }
        }
    }

    @Test func `days are written with four digits of the year and a sign before our era`() throws {
        for (year, text) in [(0, "0000"), (7, "0007"), (1873, "1873"), (9999, "9999"), (-1, "-0001"), (-9999, "-9999")]
        {
            #expect(try #require(CalendarDay(year: year, month: 2, day: 9)).text == "\(text)-02-09")
        }
        let sorted = [
            "-0044-03-15", "-0043", "0001-01-01", "1873-05", "1873-05-01", "1873-05-17", "1873-05-17/..",
            "../1874-01-01",
        ]
        let keys = try sorted.map { try EDTF($0).sortKey }
        #expect(
            keys == [
                "-9955-03-15 -9955-03-15 -0044-03-15", "-9956-01-01 -9956-12-31 -0043",
                "0001-01-01 0001-01-01 0001-01-01",
                "1873-05-01 1873-05-31 1873-05", "1873-05-01 1873-05-01 1873-05-01", "1873-05-17 1873-05-17 1873-05-17",
                "1873-05-17 ~ 1873-05-17/..", "1874-01-01 1874-01-01 ../1874-01-01",
            ])
    }
}
