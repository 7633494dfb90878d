import Foundation
import LetterFormats
import LetterModel
import Testing

struct CSVTests {
    private static func items(_ bytes: [UInt8], _ rules: CSVRules = CSVRules()) throws -> [ImportItem] {
        let importer = try #require(
            ImporterRegistry.standard(tables: rules).importer(start: bytes, fileName: "list.csv"))
        #expect(importer.format == "csv")
        return importer.items(in: bytes, fileName: "list.csv")
    }

    private static func letters(_ text: String, _ rules: CSVRules = CSVRules()) throws -> [ImportedLetter] {
        try items(Array(text.utf8), rules).map { item in
            guard case .letter(let letter) = item else { throw ImportRefusal(.invalid, "\(item)") }
            return letter
        }
    }

    private static func refusals(_ text: String) throws -> [ImportRefusal] {
        try items(Array(text.utf8)).compactMap { item in
            guard case .refusal(let refusal) = item else { return nil }
            return refusal
        }
    }

    @Test func `the columns of csv2cmi become senders, recipients, places, dates, key, edition and note`() throws {
        let letters = try Self.letters(
            """
            sender,senderID,senderPlace,senderPlaceID,senderDate,addressee,addresseeID,addresseePlace,addresseeDate,edition,key,note
            Ada Lovelace,https://d-nb.info/gnd/119232022,London,http://www.geonames.org/2643743,1843-07-05,[Babbage],,Paris,[1843-07-09],"Toole, 1992",12,"First, ""long"" one"
            A|B,https://a|https://b,,,1843/1844,C,,,,,,
            """)
        let first = letters[0].letter
        #expect(first.senders.map(\.name) == ["Ada Lovelace"])
        #expect(first.senders.map(\.uris) == [["https://d-nb.info/gnd/119232022"]])
        #expect(first.place?.name == "London")
        #expect(first.place?.uris == ["http://www.geonames.org/2643743"])
        #expect(first.date?.edtf == "1843-07-05")
        #expect(first.recipients.map(\.name) == ["Babbage"])
        #expect(first.recipients.map(\.evidence) == ["conjecture"])
        #expect(first.events.map(\.type) == [.received])
        #expect(first.events.first?.places.map(\.name) == ["Paris"])
        #expect(first.events.first?.date?.edtf == "1843-07-09")
        #expect(first.events.first?.date?.certainty == "medium")
        #expect(first.identifiers.map(\.value) == ["12"])
        #expect(first.extra["edition"]?.text == "Toole, 1992")
        #expect(first.notes.map(\.value.text) == [#"First, "long" one"#])
        #expect(letters[1].letter.senders.map(\.name) == ["A", "B"])
        #expect(letters[1].letter.senders.map(\.uris) == [["https://a"], ["https://b"]])
        #expect(letters[1].letter.date?.edtf == "1843/1844")
        #expect(letters.map(\.line) == [2, 3])
        #expect(letters.allSatisfy { $0.letter.attachments.map(\.role) == [.original] })
    }

    @Test(arguments: [",", ";", "\t"], ["\n", "\r\n", "\r"])
    func `separators, line ends, byte order marks and charsets are found out`(_ separator: String, _ end: String) throws
    {
        let rows = [["Sender", "Sender Date"], ["Müller", "1901-02"], ["\"a\(separator)b\(end)c\"", ""]]
        let text = rows.map { $0.joined(separator: separator) }.joined(separator: end)
        let marked = try Self.letters("\u{FEFF}" + text)
        #expect(marked.map(\.letter.senders.first?.name) == ["Müller", "a\(separator == "\t" ? " " : separator)b c"])
        #expect(marked[0].letter.date?.edtf == "1901-02")
        let latin = Array(text.unicodeScalars.map { UInt8($0.value) })
        let items = try Self.items(latin)
        guard case .letter(let first) = items[0] else { throw ImportRefusal(.invalid) }
        #expect(first.letter.senders.map(\.name) == ["Müller"])
        #expect(first.letter.source?.charset == "windows-1252")
        #expect(first.warnings.map(\.code) == [.charsetAssumed])
    }

    @Test func `any header is taken with a meaning, and what has none is kept`() throws {
        let rules = CSVRules(columns: [("Absender", .sender), ("Datum", .senderDate), ("a=b", .title)], delimiter: ";")
        let letters = try Self.letters("Absender,Datum,a=b,Laufnummer\nX; Y,15.07.2020,T,7\n", rules)
        #expect(letters[0].letter.senders.map(\.name) == ["X", "Y"])
        #expect(letters[0].letter.date?.edtf == "2020-07-15")
        #expect(letters[0].letter.date?.text == "15.07.2020")
        #expect(letters[0].letter.title == "T")
        #expect(letters[0].letter.extra["csv"]?.members?["Laufnummer"]?.text == "7")
    }

    @Test(
        arguments: [
            ("1843-07-05", "1843-07-05", nil, 0), ("[1843-07-05,1843-08]", "[1843-07-05,1843-08]", nil, 0),
            ("[1843]", "1843", "medium", 0), ("5 July 1843", "1843-07-05", nil, 0),
            ("03/04/1843", "[1843-03-04,1843-04-03]", nil, 1),
            ("2020-02-30", nil, nil, 1), ("in spring", nil, nil, 1),
        ] as [(String, String?, String?, Int)])
    func `dates are ISO, EDTF, an editor's, or words`(
        _ cell: String, _ edtf: String?, _ certainty: String?, _ warnings: Int
    )
        throws
    {
        let letter = try #require(try Self.letters("title,senderDate\nx,\"\(cell)\"\n").first)
        #expect(letter.letter.date?.edtf == edtf)
        #expect(letter.letter.date?.certainty == certainty)
        #expect(letter.warnings.count == warnings)
        if edtf == nil { #expect(letter.letter.date?.text == cell) }
    }

    @Test
    func `a row keeps its id where it names one, an address of its own names it, and else its place in the bytes does`()
        throws
    {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057"
        let text = "id,title,url\n\(id),a,\n,b,https://x/1\n,c,https://x/2\n,d,https://x/2\n,e,\n"
        let letters = try Self.letters(text)
        #expect(letters[0].id.text == id)
        #expect(Set(letters.map(\.id)).count == 5)
        #expect(try Self.letters(text).map(\.id) == letters.map(\.id))
        let longer = try Self.letters(text + ",f,\n")
        #expect(longer[1].id == letters[1].id)
        #expect(longer[2].id != letters[2].id, "two rows have this address")
        #expect(longer[4].id != letters[4].id)
    }

    @Test(arguments: [
        ("", "nothing"), ("\n\n", "nothing"), ("title,sender\n", "no row"), ("a,b\n1,2\n", "--map"),
        ("sender,Sender\n1,2\n", "two columns"), ("\"sender,title\n1,2\n", "not closed"),
        ("title\u{0},sender\n1,2\n", "no text"),
        (String(repeating: "title,", count: 1_001) + "\n1\n", "1000 columns"),
    ])
    func `a table that is none is refused with its reason`(_ text: String, _ reason: String) throws {
        let refusals = try Self.refusals(text)
        #expect(refusals.count == 1)
        #expect(refusals.first?.description.contains(reason) ?? false, "\(refusals)")
    }

    @Test(arguments: [
        ("1,2,3", "3 cells"), ("\"a\"b,c", "behind the closing quote"), (",", "nothing"), ("x,not-a-uuid", "UUID"),
        ("\(String(repeating: "x", count: 2 * 1024 * 1024 + 1)),", "longer"), ("\"x", "not closed"),
        (" \t ,", "nothing"), ("\"\"\"", "not closed"),
    ])
    func `a bad row is refused by its line, and the others are taken`(_ row: String, _ reason: String) throws {
        let isOpen = reason == "not closed"
        let text = "body,id\nfirst,\n\(row)\n" + (isOpen ? "" : "last,\n")
        let items = try Self.items(Array(text.utf8))
        let refusals = try Self.refusals(text)
        if row == "," {
            #expect(refusals.isEmpty, "a blank row is no row")
            return
        }
        if row.hasPrefix(" ") {
            #expect(refusals.isEmpty, "white space in a text is a text")
            return
        }
        #expect(refusals.map(\.line) == [3])
        #expect(refusals.first?.description.contains(reason) ?? false, "\(refusals)")
        #expect(items.count == (isOpen ? 2 : 3))
    }

    @Test func `a table that is written says the same when it is read again, and no cell is a formula`() throws {
        var letter = Letter()
        letter.kind = .letter
        letter.title = "=1+1"
        letter.senders = [agent("Ada, Countess", "https://a"), agent("B", nil)]
        var conjecture = agent("C", nil)
        conjecture.evidence = "conjecture"
        letter.recipients = [conjecture]
        var date = LetterDate()
        date.edtf = "1843-07"
        date.text = "Juli 1843"
        letter.date = date
        letter.body = "First.\n\n\"Second\", he said.\r\n-Third"
        letter.summary = "'@quoted"
        letter.tags = ["a", "b"]
        letter.collection = "A/B"
        let id = try #require(LetterID("01890a5d-ac96-774b-bcce-b302099a8057"))
        let bytes = CSVWriter.header + CSVWriter.row(id: id, letter: letter)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("'=1+1"))
        #expect(text.contains("''@quoted"))
        let read = try #require(try Self.letters(text).first)
        #expect(read.id == id)
        var again = read.letter
        again.source = nil
        again.attachments = []
        #expect(again == letter)
    }

    private func agent(_ name: String, _ uri: String?) -> Agent {
        var agent = Agent()
        agent.name = name
        agent.uris = uri.map { [$0] } ?? []
        return agent
    }

    private static let folder = Corpora.folder("cmif")

    @Test(.enabled(if: folder != nil, "the corpus cmif is not beside this checkout"))
    func `who wrote to whom, where and when of 1,135 real letters goes through a table`() throws {
        let folder = try #require(Self.folder)
        var count = 0
        var bytes = CSVWriter.header
        var letters: [Letter] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        where name.hasSuffix(".xml") {
            for imported in try CMIFTests.letters(try Corpora.bytes(folder.appending(path: name))) {
                count += 1
                letters.append(imported.letter)
                bytes += CSVWriter.row(id: imported.id, letter: imported.letter)
            }
        }
        #expect(count == 1135)
        let read = try Self.letters(String(decoding: bytes, as: UTF8.self))
        try #require(read.count == count)
        for (imported, letter) in zip(read, letters) {
            #expect(imported.letter.senders.map(\.name) == letter.senders.map(\.name))
            #expect(imported.letter.recipients.map(\.uris.first) == letter.recipients.map(\.uris.first))
            #expect(imported.letter.place?.name == letter.place?.name)
            #expect(imported.letter.date?.edtf == letter.date?.edtf)
        }
    }
}
