import LetterFormats
import LetterModel
import Testing

/// `date 2020-07-15 Dear …`, and first lines that only look like it.
struct PrefixTests {
    @Test(arguments: [
        (" date 2020-07-15 Dear Ada,", "2020-07-15"), ("date 2020-07-15 Dear Ada,", "2020-07-15"),
        ("date 2020-07-15\nDear Ada,", "2020-07-15"), ("date 2020-07-15\n\nDear Ada,", "2020-07-15"),
        ("date 2020-07 Dear Ada,", "2020-07"), ("\n\n  date 2020-07-15 Dear Ada,", "2020-07-15"),
        ("date 2020-07-15 敬启者：", "2020-07-15"),
    ])
    func `the prefix is the date of the page, not of the letter`(start: String, harvestedOn: String) throws {
        let imported = try Parsed.imported("\(start)\n\n\(Parsed.body)\n\nYours,\n\nCharles")
        #expect(imported.letter.source?.harvestedOn == harvestedOn)
        #expect(imported.letter.date == nil)
        #expect(["Dear Ada,", "敬启者："].contains(imported.letter.salutation ?? ""))
        #expect(imported.letter.body == Parsed.body)
        #expect(imported.warnings.isEmpty)
    }

    @Test(arguments: ["2020-02-30", "2020-13", "2020-00-01"])
    func `an impossible date is kept as it is, with a warning`(date: String) throws {
        let imported = try Parsed.imported("date \(date) Dear Ada,\n\n\(Parsed.body)")
        #expect(imported.letter.source?.harvestedOn == nil)
        #expect(imported.letter.extra["date"]?.text == date)
        #expect(imported.warnings.map(\.code) == [.impossibleDate])
        #expect(imported.letter.salutation == "Dear Ada,")
    }

    @Test(arguments: [
        "date palms grow here, and we sit in their shade all day long.",
        "date 2020-07-15 is the day on which it all began, as you well know.",
        "date unknown", "Date and time of the meeting are still open, I am afraid.", "dates and figs",
        "date 2020 was bad.",
    ])
    func `a first line that begins with the word date stays in the body`(line: String) throws {
        let letter = try Parsed.letter("\(line)\n\n\(Parsed.body)")
        #expect(letter.source?.harvestedOn == nil)
        #expect(letter.body == "\(line)\n\n\(Parsed.body)")
    }

    @Test func `a prefix that differs from the dateline is kept beside it, with a warning`() throws {
        let imported = try Parsed.imported(
            "date 2020-07-16 Dear Ada,\n\n\(Parsed.body)\n\nYours,\n\nCharles\n\nLondon, 15 July 2020")
        #expect(imported.letter.source?.harvestedOn == "2020-07-16")
        #expect(imported.letter.date?.edtf == "2020-07-15")
        #expect(imported.warnings.map(\.code) == [.datesDiffer])
    }

    @Test func `a prefix of the same month or day gives no warning`() throws {
        for prefix in ["2020-07-15", "2020-07"] {
            let imported = try Parsed.imported(
                "date \(prefix) Dear Ada,\n\n\(Parsed.body)\n\nYours,\n\nCharles\n\nLondon, 15 July 2020")
            #expect(imported.warnings.isEmpty)
        }
    }
}
