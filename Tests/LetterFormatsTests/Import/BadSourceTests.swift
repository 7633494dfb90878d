import LetterFormats
import LetterModel
import Testing

/// Sources that are no good letters: each is refused with its reason and its place, and what stands beside it is taken.
///
/// Those of e-mail are in `BadMailTests`. `Documentation/formats.md` has the table of what is tried.
struct BadSourceTests {
    /// One source of a format.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        let reason: ImportRefusal.Reason
        /// Part of what is said about it.
        let hint: String
        var testDescription: String { name }

        init(_ name: String, _ text: String, _ reason: ImportRefusal.Reason, _ hint: String = "") {
            self.init(name, Array(text.utf8), reason, hint)
        }

        init(_ name: String, _ bytes: [UInt8], _ reason: ImportRefusal.Reason, _ hint: String = "") {
            self.name = name
            self.bytes = bytes
            self.reason = reason
            self.hint = hint
        }
    }

    private static func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

    // MARK: Plain text

    static let texts = [
        Case("nothing", "", .empty), Case("white space", " \r\n\t\n", .empty),
        Case("only a byte order mark", [0xEF, 0xBB, 0xBF], .empty),
        Case("only a mark of UTF-16", [0xFF, 0xFE], .empty),
        Case("only front matter", "---\ntitle: A letter\n---\n\n", .empty, "front matter"),
        Case("a picture", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0x0D], .binary),
        Case("NULs", [UInt8](repeating: 0, count: 64), .binary),
        Case("a NUL inside", Array("Dear Ada,\n\nCome\u{0} home.\n".utf8), .binary),
        Case("control characters", [UInt8](repeating: 1, count: 500), .binary),
        Case("an archive", [0x50, 0x4B, 3, 4] + (0..<400).map { UInt8(truncatingIfNeeded: $0 &* 73) }, .binary),
        Case("a pointer", "To view the letter, visit https://example.org/letter.pdf\n", .stub, "somewhere else"),
        Case(
            "a pointer below front matter",
            "---\ntitle: A letter\n---\n\nTo view the letter, visit https://example.org/letter.pdf\n\n###\n", .stub),
        Case("a web page", "<!DOCTYPE html><html><body>Dear Ada</body></html>", .unsupported, "HTML"),
        Case("XML", "<?xml version=\"1.0\"?>\n<letter>Dear Ada</letter>", .unsupported, "XML"),
        Case(
            "an e-mail by another name", "Message-ID: <1@example.org>\nFrom: a@example.org\n\nCome home.\n",
            .unsupported,
            "--format eml"),
        Case(
            "a mailbox by another name", "From a Mon Jan  1 00:00:00 2024\nFrom: a@example.org\n\nx\n", .unsupported,
            "--format mbox"),
        Case("a body that is too long", "Dear Ada,\n\n" + repeated("word ", Limits.bodyBytes / 5 + 100), .tooLong),
        Case("more than any letter", repeated("x", PlainTextImporter.sourceBytes + 1), .tooLong, "bytes"),
    ]

    // MARK: TEI and CMIF

    private static let space = "xmlns=\"http://www.tei-c.org/ns/1.0\""

    private static func tei(_ body: String, header: String = "") -> String {
        "<TEI \(space)><teiHeader>\(header)</teiHeader><text><body>\(body)</body></text></TEI>"
    }

    private static let xml = [
        Case("nothing", "", .syntax), Case("no XML", "Dear Ada,\n\nCome home.\n", .syntax),
        Case("two roots", "<TEI \(space)/><TEI \(space)/>", .syntax),
        Case("a document type", "<!DOCTYPE TEI><TEI \(space)><text/></TEI>", .unsupported),
        Case(
            "a bomb of entities",
            "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;\">]><TEI \(space)><text>&c;</text></TEI>",
            .unsupported),
        Case(
            "an entity from outside", "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><TEI \(space)>&b;</TEI>",
            .unsupported),
        Case("a name without a namespace", "<TEI a:b=\"1\" \(space)/>", .syntax),
        Case("an attribute twice", "<TEI \(space) n=\"1\" n=\"2\"/>", .syntax),
        Case(
            "bytes that are no UTF-8", Array("<TEI \(space)><text>".utf8) + [0xFF, 0xC0] + Array("</text></TEI>".utf8),
            .syntax),
        Case(
            "a charset that nobody knows", "<?xml version=\"1.0\" encoding=\"x-unknown\"?><TEI \(space)/>", .unsupported
        ),
        Case("a control character", Array("<TEI \(space)><text>\u{1}</text></TEI>".utf8), .syntax),
        Case("too deep", "<TEI \(space)>" + repeated("<p>", 500) + repeated("</p>", 500) + "</TEI>", .tooLong),
        Case("another root", "<letter>\(space)</letter>", .unsupported, "root"),
        Case("another namespace", "<TEI xmlns=\"http://example.org/ns\"/>", .unsupported, "root"),
    ]

    static let editions =
        xml + [
            Case("cut off", String(tei("<p>Come home.</p>").dropLast(20)), .syntax),
            Case("ends that do not match", tei("<p>Come <hi>home.</p></hi>"), .syntax),
            Case("a sign of markup in a text", tei("<p>Ada & Ben</p>"), .syntax),
            Case("an entity of HTML", tei("<p>Ada&nbsp;Ben</p>"), .syntax),
            Case(
                "a body that is too long", tei("<p>" + repeated("word ", Limits.bodyBytes / 5 + 100) + "</p>"), .tooLong
            ),
            Case(
                "a corpus of nothing", "<teiCorpus \(space)><teiHeader/></teiCorpus>", .invalid,
                "no TEI in its teiCorpus"),
            Case(
                "a list inside of a corpus",
                "<teiCorpus \(space)><teiHeader/><TEI><teiHeader/><text><body/></text></TEI></teiCorpus>", .unsupported,
                "a file of its own"),
        ]

    private static func list(_ entries: String) -> String {
        "<TEI \(space)><teiHeader><profileDesc>\(entries)</profileDesc></teiHeader><text><body><p/></body></text></TEI>"
    }

    private static let entry =
        "<correspDesc><correspAction type=\"sent\"><persName>Ada</persName></correspAction></correspDesc>"

    static let lists =
        xml + [
            Case("cut off", String(list(entry).dropLast(30)), .syntax),
            Case("no entries", list(""), .invalid, "no correspDesc"),
            Case(
                "entries in the wrong place", "<TEI \(space)>\(entry)<text><body><p/></body></text></TEI>", .invalid,
                "no correspDesc"),
            Case("an entry without an action", list("<correspDesc/>"), .invalid, "at least one correspAction"),
            Case(
                "only notes in an entry", list("<correspDesc><note>x</note></correspDesc>"), .invalid, "correspAction"),
            Case(
                "too many persons",
                list(
                    "<correspDesc><correspAction type=\"sent\">"
                        + (0...1_000).map { "<persName>A\($0)</persName>" }.joined()
                        + "</correspAction></correspDesc>"),
                .tooLong),
        ]

    // MARK: Tables

    private static let header = "sender,senderDate,addressee\n"

    static let tables = [
        Case("nothing", "", .empty), Case("white space", "\n\n", .empty),
        Case("only a first line", header, .empty, "no row below"),
        Case("a first line that says nothing", "a,b,c\n1,2,3\n", .invalid, "--map COLUMN=MEMBER"),
        Case("a column twice", "sender,sender\nAda,Ben\n", .invalid, "two columns"),
        Case("more columns than there are names for", repeated("x,", 5_000) + "sender\n", .tooLong, "columns"),
        Case("a quote without an end in the first line", "sender,\"date\nAda,1914\n", .syntax),
        Case("a picture", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0], .binary),
        Case("NULs", [UInt8](repeating: 0, count: 40), .binary),
    ]

    /// Rows that are refused in a table whose others are taken.
    static let rows = [
        Case("more cells than columns", "Ada,1914,Ben,and,more\n", .syntax, "cells"),

        Case("text behind a quoted cell", "\"Ada\"x,1914,Ben\n", .syntax),
        Case("an id that is none", "Ada,1914,Ben,7\n", .invalid, "id must be"),
        Case("an id in capitals", "Ada,1914,Ben,0190A000-0000-7000-8000-000000000001\n", .invalid, "id must be"),
        Case("a path for an id", "Ada,1914,Ben,../../etc/passwd\n", .invalid, "id must be"),
        Case("a name that is too long", repeated("x", 5 << 20) + ",1914,Ben\n", .tooLong),
        Case("a quote without an end", "Ada,1914,\"Ben\n", .syntax),
    ]

    // MARK: JSON Lines

    static let lines = [
        Case("half an object", "{", .syntax), Case("a list", "[]", .syntax, "a line is an object"),
        Case("a number", "1", .syntax, "a line is an object"),
        Case("an empty object", "{}", .syntax, "must have a letter"),
        Case("a letter that is a list", #"{"letter":[]}"#, .syntax, "which is an object"),
        Case("two members of one name", #"{"letter":{"title":"a","title":"b"}}"#, .syntax),
        Case("a comma too much", #"{"letter":{"title":"a",}}"#, .syntax),
        Case("names without quotes", #"{letter:{}}"#, .syntax), Case("single quotes", #"{'letter':{}}"#, .syntax),
        Case("half a surrogate", #"{"letter":{"title":"\ud800"}}"#, .syntax),
        Case("bytes that are no UTF-8", Array(#"{"letter":{"title":""#.utf8) + [0xFF] + Array(#""}}"#.utf8), .syntax),
        Case("a fraction", #"{"letter":{"extra":{"a":1.5}}}"#, .syntax),
        Case("too deep", repeated("[", 10_000), .syntax),
        Case("an id that is none", #"{"id":"7","letter":{"title":"a"}}"#, .syntax, "id must be a lower-case UUID"),
        Case("a deletion of nobody", #"{"deleted":true}"#, .syntax, "must name the id"),
        Case(
            "there and deleted",
            #"{"id":"0190a000-0000-7000-8000-000000000001","deleted":true,"letter":{"title":"a"}}"#, .syntax,
            "either there or deleted"),
        Case("a member beside the letter", #"{"lettr":{"title":"a"}}"#, .syntax, "not \"lettr\""),
        Case("a body that is a number", #"{"letter":{"body":1}}"#, .invalid),
        Case("a day that there is not", #"{"letter":{"date":{"edtf":"2020-02-30"}}}"#, .invalid),
        Case("a blob that is none", #"{"letter":{"attachments":[{"blob":"../x"}]}}"#, .invalid),
        Case("a line that is too long", #"{"letter":{"body":""# + repeated("x", 9 << 20) + "\"}}", .tooLong, "bytes"),
    ]

    // MARK: Mailboxes

    /// Mailboxes without a message that is one; those with bad messages between good ones are in `BadMailTests`.
    static let mailboxes = [
        Case("nothing", "", .empty), Case("white space", "\n\n \n", .empty),
        Case("a separator alone", "From a Mon Jan  1 00:00:00 2024\n", .syntax),
        Case("a separator and nothing behind it", "From a Mon Jan  1 00:00:00 2024\n\n\n", .syntax),
        Case("a letter behind a separator", "From a Mon Jan  1 00:00:00 2024\nDear Ada,\n\nCome home.\n", .syntax),
    ]

    @Test(arguments: mailboxes) func `a mailbox that is none is refused with its reason`(_ one: Case) {
        check(MailboxImporter(), one, "a.mbox")
    }

    // MARK: One by one

    private func check(_ importer: any LetterImporter, _ one: Case, _ fileName: String) {
        let refusals = importer.items(in: one.bytes, fileName: fileName).map { item -> ImportRefusal? in
            if case .refusal(let refusal) = item { refusal } else { nil }
        }
        guard refusals.count == 1, let refusal = refusals[0] else {
            Issue.record("\(one.name) was taken, or refused more than once: \(refusals.count)")
            return
        }
        #expect(refusal.reason == one.reason, "\(one.name): \(refusal)")
        #expect(refusal.description.contains(one.hint), "\(one.name): \(refusal)")
        #expect(refusal.description.utf8.count < 400, "what is said holds no text of the source")
    }

    @Test(arguments: texts) func `a text that is no letter is refused with its reason`(_ one: Case) {
        check(PlainTextImporter(), one, "a.txt")
    }

    @Test(arguments: editions) func `an edition that is none is refused with its reason`(_ one: Case) {
        check(TEIImporter(), one, "a.xml")
    }

    @Test(arguments: lists) func `a list of letters that is none is refused with its reason`(_ one: Case) {
        check(CMIFImporter(), one, "a.xml")
    }

    @Test(arguments: tables) func `a table that is none is refused with its reason`(_ one: Case) {
        check(CSVImporter(rules: CSVRules()), one, "a.csv")
    }

    @Test(arguments: lines) func `a line that is no letter is refused with its reason`(_ one: Case) {
        check(JSONLinesImporter(), one, "a.jsonl")
    }

    // MARK: In a batch

    /// What an importer makes of a source: `true` for a letter, the refusal's reason otherwise.
    private func outcomes(_ importer: any LetterImporter, _ bytes: [UInt8], _ fileName: String) -> [(
        ImportRefusal.Reason?, Int?
    )] {
        importer.items(in: bytes, fileName: fileName).map { item in
            if case .refusal(let refusal) = item { (refusal.reason, refusal.line) } else { (nil, nil) }
        }
    }

    @Test(arguments: rows) func `a bad row is refused by its line, and the others are taken`(_ one: Case) {
        let isLast = one.name.contains("quote without")
        let good = "Ben,1916,Ada,\n"
        let table = "sender,senderDate,addressee,id\nAda,1914,Ben,\n"
        let bytes = Array(table.utf8) + one.bytes + (isLast ? [] : Array(good.utf8))
        let found = outcomes(CSVImporter(rules: CSVRules()), bytes, "a.csv")
        #expect(found.map(\.0) == [nil, one.reason] + (isLast ? [] : [nil]))
        #expect(found.compactMap(\.1) == [3])
    }

    @Test(arguments: lines) func `a bad line is refused by its number, and the others are taken`(_ one: Case) {
        let good = Array(#"{"letter":{"title":"good"}}"#.utf8)
        let bytes = good + [0x0A] + one.bytes + [0x0A] + good
        let found = outcomes(JSONLinesImporter(), bytes, "a.jsonl")
        #expect(found.map(\.0) == [nil, one.reason, nil])
        #expect(found.compactMap(\.1) == [2])
    }

    @Test func `a bad entry of a list is refused by its line, and the others are taken`() {
        let list = Self.list("\n\(Self.entry)\n<correspDesc/>\n\(Self.entry)\n")
        let found = outcomes(CMIFImporter(), Array(list.utf8), "a.xml")
        #expect(found.map(\.0) == [nil, .invalid, nil])
        #expect(found.compactMap(\.1) == [3])
    }

    @Test func `a bad document of a corpus is refused by its line, and the others are taken`() {
        let good = "<TEI><teiHeader/><text><body><p>Come home.</p></body></text></TEI>"
        let long =
            "<TEI><teiHeader/><text><body><p>\(Self.repeated("word ", Limits.bodyBytes / 5 + 100))</p></body></text></TEI>"
        let corpus =
            "<teiCorpus \(Self.space)><teiHeader/>\n\(good)\n\(long)\n<TEI><teiHeader/></TEI>\n\(good)\n</teiCorpus>"
        let found = outcomes(TEIImporter(), Array(corpus.utf8), "a.xml")
        #expect(found.map(\.0) == [nil, .tooLong, .unsupported, nil])
        #expect(found.compactMap(\.1) == [3, 4])
    }

    @Test func `at least fifteen of each format are tried`() {
        #expect(Self.texts.count >= 15 && Self.editions.count >= 15 && Self.lists.count >= 15)
        #expect(Self.tables.count + Self.rows.count >= 15 && Self.lines.count >= 15)
        let messages = BadMailTests.badMessages
        #expect(messages.count >= 15)
        #expect(Self.mailboxes.count + messages.count { ![.empty, .syntax].contains($0.reason) } >= 15)
    }
}
