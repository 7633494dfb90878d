import LetterModel
import Testing

struct EDTFTests {
    @Test(arguments: [
        ("2020-07-15", "2020-07-15", "2020-07-15"),
        ("1873-05", "1873-05-01", "1873-05-31"),
        ("1900-02", "1900-02-01", "1900-02-28"),
        ("2000-02", "2000-02-01", "2000-02-29"),
        ("1820", "1820-01-01", "1820-12-31"),
        ("1820?", "1820-01-01", "1820-12-31"),
        ("1820~", "1820-01-01", "1820-12-31"),
        ("1820-03-04%", "1820-03-04", "1820-03-04"),
        ("187X", "1870-01-01", "1879-12-31"),
        ("18XX", "1800-01-01", "1899-12-31"),
        ("1XXX~", "1000-01-01", "1999-12-31"),
        ("1873-05-XX", "1873-05-01", "1873-05-31"),
        ("1873-XX", "1873-01-01", "1873-12-31"),
        ("1873-XX-XX", "1873-01-01", "1873-12-31"),
        ("1873-21", "1873-01-01", "1873-12-31"),
        ("1914/1918", "1914-01-01", "1918-12-31"),
        ("1873-05-30/1873-06-02", "1873-05-30", "1873-06-02"),
        ("1541-07~/1541-08?", "1541-07-01", "1541-08-31"),
        ("2020-07-15T10:20:30Z", "2020-07-15", "2020-07-15"),
        ("2020-07-15T10:20:30", "2020-07-15", "2020-07-15"),
        ("2020-07-15T23:59:60+04:00", "2020-07-15", "2020-07-15"),
        ("2020-07-15T23:59:59-11", "2020-07-15", "2020-07-15"),
        ("-0043-03-15", "-0043-03-15", "-0043-03-15"),
        ("-005X", "-0059-01-01", "-0050-12-31"),
        ("0000", "0000-01-01", "0000-12-31"),
        ("[1873-05-01,1873-06-01]", "1873-05-01", "1873-06-01"),
        ("[1873-06,1873-04-02,1873-05~]", "1873-04-02", "1873-06-30"),
        ("[1670..1672,1668]", "1668-01-01", "1672-12-31"),
        ("[1820]", "1820-01-01", "1820-12-31"),
    ])
    func `a date has a first and a last day`(text: String, earliest: String, latest: String) throws {
        let date = try EDTF(text)
        #expect(date.earliest?.text == earliest)
        #expect(date.latest?.text == latest)
        #expect(date.text == text)
    }

    @Test(
        arguments: [
            ("1541-07-18/", "1541-07-18", nil), ("1541-07-18/..", "1541-07-18", nil),
            ("/1541-07-18", nil, "1541-07-18"),
            ("../1541-07", nil, "1541-07-31"), ("[1760-12-03..]", "1760-12-03", nil),
            ("[..1760-12-03]", nil, "1760-12-03"),
            ("[1700,1760..]", "1700-01-01", nil),
        ] as [(String, String?, String?)])
    func `an open or unknown end has no bound`(text: String, earliest: String?, latest: String?) throws {
        let date = try EDTF(text)
        #expect(date.earliest?.text == earliest)
        #expect(date.latest?.text == latest)
        #expect(date.day == nil)
    }

    @Test(
        arguments: [
            ("", .empty), ("2020-02-30", .day), ("2019-02-29", .day), ("2020-04-31", .day), ("2020-01-00", .day),
            ("2020-13", .month), ("2020-00", .month), ("2020-20", .month), ("2020-25-01", .month),
            ("2020-21-01", .month),
            ("2020-7-15", .syntax), ("20-07-15", .syntax), ("15.07.2020", .syntax), ("2020/07/15", .syntax),
            ("July 2020", .syntax), (" 2020", .syntax), ("2020 ", .syntax), ("2020-07-15\n", .syntax),
            ("20200715", .syntax),
            ("+2020", .syntax), ("2020-+7", .syntax), ("٢٠٢٠", .syntax), ("2020-", .syntax), ("2020--07", .syntax),
            ("/", .syntax), ("2020/2021/2022", .syntax), ("[", .syntax), ("[]", .syntax),
            ("[2020", .syntax),
            ("[2020,]", .syntax), ("[..]", .syntax), ("[2020/2021]", .syntax), ("1X73", .syntax), ("XXXX", .syntax),
            ("2020-1X", .syntax), ("-0000", .syntax), ("--2020", .syntax), ("?", .syntax), ("..", .syntax),
            ("2021/2020", .order), ("2020-07-16/2020-07-15", .order), ("[2021..2020]", .order),
            ("2020-07-15T24:00:00", .time), ("2020-07-15T10:60:00", .time), ("2020-07-15T10:00:00+25:00", .time),
            ("2020-07-15T10:00", .syntax), ("2020-07-15T10:00:00z", .syntax), ("2020-07T10:00:00", .syntax),
            ("2020-07-15T10:00:00+4:00", .syntax), ("Y170000002", .unsupported), ("{2020,2021}", .unsupported),
            ("2020?-07", .unsupported), ("?2020", .unsupported), ("2020-07?~", .unsupported), ("187X-05", .unsupported),
            ("2020-XX-15", .unsupported), (String(repeating: "1", count: 513), .tooLong),
        ] as [(String, EDTFError.Code)])
    func `what is no date is refused with what is wrong`(text: String, code: EDTFError.Code) {
        #expect { try EDTF(text) } throws: { ($0 as? EDTFError)?.code == code }
    }

    @Test func `the error for 30 February says how long that February was`() {
        #expect {
            try EDTF("2020-02-30")
        } throws: { error in
            "\(error)" == "there is no such day: that month has 29 days, this is day 30"
        }
    }

    @Test func `sort keys follow time, and the undated come last`() throws {
        let inOrder = [
            "-0059", "-0050-03-01", "-0043-03-15", "0000", "0043", "../1541-07-18", "1541-07-18", "1820-01-01",
            "1820-01",
            "1820", "1820-21", "1820-24", "1820~", "1820/1830", "1820/", "1820-01-02", "9999-12-31", "../..",
        ]
        let keys = try inOrder.map { try EDTF($0).sortKey }
        for (left, right) in zip(keys, keys.dropFirst()) {
            #expect(left.precedesByBytes(right), "\(left) < \(right)")
        }
    }

    @Test func `a letter without a valid date sorts last`() {
        var letter = Letter()
        #expect(letter.sortKey.hasSameBytes(as: EDTF.undatedSortKey))
        var date = LetterDate()
        date.edtf = "2020-02-30"
        letter.date = date
        #expect(letter.sortKey.hasSameBytes(as: EDTF.undatedSortKey))
        date.edtf = "2020-02-29"
        letter.date = date
        #expect(letter.sortKey == "2020-02-29 2020-02-29 2020-02-29")
    }

    @Test func `a day is a date`() throws {
        let day = try #require(CalendarDay(year: 2020, month: 7, day: 15))
        #expect(try EDTF(day) == EDTF("2020-07-15"))
        #expect(EDTF(day).day == day)
    }
}
