import MailParsing
import Testing

struct MailParserTests {
    static func message(_ text: String) throws -> MailMessage {
        try MailParser.message(Array(text.utf8))
    }

    @Test(arguments: [("Wed, 15 Jul 2020 23:59:00 -0700", 2020, 7, 15), ("3 Jul 1883 00:00:00 -0000", 1883, 7, 3)])
    func `the day is that of the sender`(text: String, year: Int, month: Int, day: Int) throws {
        let found = try #require(try Self.message("Date: \(text)\nFrom: ada@example.org\n\nx\n").day)
        #expect(found == (year, month, day))
    }
}
