import LetterModel
import Testing

@testable import ReplicaStore

/// Words of the index for days: no letter of the asked-for days is without one that is asked for.
struct SearchDaysTests {
    /// Days, months, seasons, years and spans of them around the turns of months, years and eras, and open ends.
    private static let dates =
        [
            "1903-12-31", "1904-01-01", "1903-12", "1904-01", "1904", "1904-21", "1904?", "1903-12-31/1904-01-01",
            "1903-11/1904-01", "1903-11/1904-02", "1903/1904", "1895/1904", "1894/1904", "190X", "19XX", "1904/..",
            "../1904",
            "/1904-01", "[1904-01-01,1904-03-31]", "[1904-01-01,1904-04-01]", "[..1904]", "0000", "0001", "-0001",
            "-0001-12",
            "-0001/0001", "-000X", "-0012", "9999-12-31", "-9999-01-01", "-9999/9999",
        ] + (1...12).map { "1904-\($0 < 10 ? "0" : "")\($0)" }

    @Test(arguments: dates) func `days that have one in common have a word in common`(text: String) throws {
        let letter = try EDTF(text)
        let words = Set(SearchDays.words(of: letter))
        for other in Self.dates {
            let asked = try EDTF(other)
            guard let first = asked.earliest, let last = asked.latest else { continue }
            let askedWords = SearchDays.words(asking: first...last)
            #expect(askedWords.count <= 42)
            let mayBeFrom =
                (letter.earliest.map { $0 <= last } ?? true) && (letter.latest.map { $0 >= first } ?? true)
            if mayBeFrom, !askedWords.isEmpty { #expect(!words.isDisjoint(with: askedWords), "\(text) and \(other)") }
        }
    }

    @Test func `most letters of other months and years have none of the words`() throws {
        func areAsked(_ letter: String, for asked: String) throws -> Bool {
            let days = try EDTF(asked)
            let (first, last) = (try #require(days.earliest), try #require(days.latest))
            return try !Set(SearchDays.words(of: EDTF(letter))).isDisjoint(with: SearchDays.words(asking: first...last))
        }
        #expect(try !areAsked("1904-05-06", for: "1904-06"))
        #expect(try !areAsked("1904-05-06", for: "1905"))
        #expect(try !areAsked("1904-05-06", for: "1905/1930"))
        #expect(try !areAsked("1904-05/1904-07", for: "1904-08"))
        #expect(try !areAsked("1904", for: "1905-01"))
        #expect(try !areAsked("-0004", for: "0004"))
        #expect(try !areAsked("-0001-01", for: "-0001-12"))
        #expect(try !areAsked("0011-01", for: "0001-11"))
        // What spans many months or years is asked about as well.
        #expect(try areAsked("1904-01/1904-04", for: "1904-08"))
        #expect(try areAsked("18XX", for: "1950"))
        #expect(try areAsked("1904/..", for: "1903-05-06"))
    }

    @Test func `nobody's words are among them, and a letter without days has none`() throws {
        for date in try Self.dates.map({ try EDTF($0) }) {
            for word in SearchDays.words(of: date) {
                #expect(word.hasPrefix(SearchDocument.edge))
                // One word to the tokenizer, and none of a fact.
                #expect(word.dropFirst().allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }, "\(word)")
                #expect(!word.dropFirst().hasPrefix("has") && !word.dropFirst().hasPrefix("is"))
            }
        }
        #expect(try SearchDays.words(of: EDTF("../..")).isEmpty)
        let all = CalendarDay(year: -9999, month: 1, day: 1).map { SearchDays.words(asking: $0...$0) }
        #expect(all == ["\u{E000}month1ofbefore9999", "\u{E000}monthsbefore9999", "\u{E000}years"])
    }
}
