import Foundation
import LetterFormats
import LetterModel
import Testing

struct TEICorpusTests {
    static let namespace = "http://www.tei-c.org/ns/1.0"

    /// A document of one letter; its namespace is declared around it.
    static func document(_ name: String, _ text: String) -> String {
        """
        <TEI xml:id="\(name)"><teiHeader><fileDesc><titleStmt><title>\(name)</title></titleStmt>
        <publicationStmt><idno>https://x.org/\(name)</idno></publicationStmt></fileDesc></teiHeader>
        <text><body><p>\(text)</p></body></text></TEI>
        """
    }

    static func corpus(_ documents: [String], header: String = "<teiHeader/>") -> String {
        "<teiCorpus xmlns=\"\(namespace)\">\(header)\n\(documents.joined(separator: "\n"))\n</teiCorpus>\n"
    }

    static func items(_ bytes: [UInt8]) throws -> [ImportItem] {
        let importer = try #require(ImporterRegistry.standard.importer(start: bytes, fileName: "all.xml"))
        return importer.items(in: bytes, fileName: "all.xml")
    }

    static func letters(_ text: String) throws -> [ImportedLetter] {
        try items(Array(text.utf8)).map { item in
            guard case .letter(let letter) = item else { throw ImportRefusal(.invalid, "\(item)") }
            return letter
        }
    }

    @Test func `each document of a corpus is a letter, and the same one as alone`() throws {
        let letters = try Self.letters(
            Self.corpus((1...5).map { Self.document("L\($0)", "text &amp; <rs>\($0)</rs> é") }))
        #expect(letters.map(\.letter.title) == (1...5).map { "L\($0)" })
        #expect(letters.map(\.letter.body) == (1...5).map { "text & \($0) é" })
        #expect(letters.map(\.line) == (0..<5).map { 2 + 3 * $0 })
        for letter in letters {
            let bytes = try #require(letter.files.first)
            let alone = try TEITests.letter(bytes)
            #expect(alone.id == letter.id)
            #expect(alone.letter.source == letter.letter.source)
            #expect(alone.letter.body == letter.letter.body)
            #expect(alone.letter.attachments.map(\.blob) == letter.letter.attachments.map(\.blob))
            #expect(letter.letter.attachments.map(\.name) == ["\(letter.letter.title ?? "").xml"])
        }
    }

    @Test(.enabled(if: TEITests.folder != nil, "the corpus schnitzler is not beside this checkout"))
    func `what is written as a corpus comes back equal`() throws {
        let folder = try #require(TEITests.folder)
        let writer = TEIWriterTests.writer
        var before: [ImportedLetter] = []
        var bytes = writer.header
        for truth in try CorrespondenceTruth.all(folder).prefix(60) {
            let imported = try TEITests.letter(try Corpora.bytes(folder.appending(path: truth.file)))
            before.append(imported)
            bytes += writer.entry(id: imported.id, letter: imported.letter)
        }
        let after = try Self.letters(String(decoding: bytes + writer.footer, as: UTF8.self))
        #expect(after.map(\.id) == before.map(\.id))
        var table = FormatTable("corpus")
        for (one, other) in zip(before, after) {
            TEIWriterTests.compare(one.letter, other.letter, one.letter.title ?? "", in: &table)
        }
        #expect(table.letters == 60)
        #expect(table.misses.isEmpty, "\(table.misses.prefix(5))")
    }

    @Test func `the pieces in which a corpus comes do not matter, and letters come as they are complete`() throws {
        let bytes = Array(Self.corpus((1...4).map { Self.document("L\($0)", "é\($0)") }).utf8)
        let whole = try Self.items(bytes)
        #expect(whole.count == 4)
        for size in [1, 3, 100, 1_000] {
            var reader = TEIImporter().reader(fileName: "all.xml")
            var items: [ImportItem] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                items += reader.read(Array(bytes[start..<min(start + size, bytes.count)]))
            }
            #expect(items.count == 4, "before the end is said")
            #expect(items + reader.finish() == whole, "pieces of \(size)")
        }
    }

    @Test func `a corpus may be longer than any document in it`() {
        var reader = TEIImporter().reader(fileName: "all.xml")
        let comment = "<!--\(String(repeating: "x", count: 2 * 1024 * 1024))-->"
        var items = reader.read(Array("<teiCorpus xmlns=\"\(Self.namespace)\">".utf8))
        for number in 0..<40 {
            items += reader.read(Array(Self.document("L\(number)", "\(comment)\(number)").utf8))
            items += reader.read(Array(comment.utf8))
        }
        items += reader.read(Array("</teiCorpus>".utf8)) + reader.finish()
        #expect(items.count == 40)
        #expect(items.allSatisfy { if case .letter = $0 { true } else { false } })
    }

    @Test func `a bad document is refused by its line, and the others are taken`() throws {
        let good = Self.document("L1", "x")
        let agents = (0..<1_001).map { "<persName>P\($0)</persName>" }.joined()
        let bad = [
            "<TEI><teiHeader/></TEI>", Self.document("L3", ""),
            good.replacing(
                "</teiHeader>",
                with:
                    "<profileDesc><correspDesc><correspAction type='sent'>\(agents)</correspAction></correspDesc></profileDesc></teiHeader>"
            ),
        ]
        for (document, reason) in zip(bad, [.unsupported, .unsupported, .tooLong] as [ImportRefusal.Reason]) {
            let items = try Self.items(Array(Self.corpus([good, document, Self.document("L2", "y")]).utf8))
            guard items.count == 3, case .letter = items[0], case .refusal(let refusal) = items[1],
                case .letter = items[2]
            else {
                Issue.record("\(items)")
                return
            }
            #expect(refusal.reason == reason)
            #expect(refusal.line == 5)
        }
    }

    @Test(arguments: ["</p>", "<", "&nbsp;", "</teiCorpus>"])
    func `where a corpus is no longer well-formed, the letters before it are taken`(fault: String) throws {
        let documents = [Self.document("L1", "x"), Self.document("L2", "y"), Self.document("L3", fault)]
        let items = try Self.items(Array(Self.corpus(documents).utf8))
        guard items.count == 3, case .letter = items[0], case .letter = items[1], case .refusal(let refusal) = items[2]
        else {
            Issue.record("\(items)")
            return
        }
        #expect(refusal.reason == .syntax)
    }

    @Test func `a corpus that ends too early is told, and a corpus in a corpus is read`() throws {
        let text = Self.corpus([Self.document("L1", "x")])
        let cut = try Self.items(Array(text.utf8.dropLast(5)))
        guard cut.count == 2, case .letter = cut[0], case .refusal(let refusal) = cut[1] else {
            Issue.record("\(cut)")
            return
        }
        #expect(refusal.reason == .syntax)
        let inner = "<teiCorpus xmlns:q=\"urn:q\"><teiHeader/>\(Self.document("L2", "<q:x>y</q:x>"))</teiCorpus>"
        let letters = try Self.letters(Self.corpus([Self.document("L1", "x"), inner]))
        #expect(letters.map(\.letter.title) == ["L1", "L2"])
        #expect(try TEITests.letter(letters[1].files[0]).letter.body == "y")
    }

    @Test func `what the header of a corpus lists counts in all of it`() throws {
        let header = """
            <teiHeader><standOff><listPerson><person xml:id="p1"><idno>https://d-nb.info/gnd/1</idno></person></listPerson></standOff></teiHeader>
            """
        let document = Self.document("L1", "x").replacing(
            "</teiHeader>",
            with: """
                <profileDesc><correspDesc><correspAction type="sent"><persName ref="#p1">A</persName></correspAction></correspDesc>
                </profileDesc></teiHeader>
                """)
        let letter = try #require(try Self.letters(Self.corpus([document], header: header)).first).letter
        #expect(letter.senders.map(\.uris) == [["#p1", "https://d-nb.info/gnd/1"]])
    }

    @Test(arguments: ["UTF-16LE", "UTF-16BE", "ISO-8859-1"])
    func `originals of a corpus in another encoding are documents in UTF-8`(encoding: String) throws {
        let name = encoding.hasPrefix("UTF-16") ? "UTF-16" : encoding
        let text = "<?xml version=\"1.0\" encoding=\"\(name)\"?>\n\(Self.corpus([Self.document("L1", "Grüße")]))"
        let bytes: [UInt8] =
            switch encoding {
            case "UTF-16LE": [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
            case "UTF-16BE": [0xFE, 0xFF] + text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
            default: text.unicodeScalars.map { UInt8($0.value) }
            }
        guard case .letter(let imported) = try Self.items(bytes)[0] else {
            Issue.record("refused")
            return
        }
        #expect(imported.letter.body == "Grüße")
        let alone = try TEITests.letter(imported.files[0])
        #expect(alone.letter.body == "Grüße")
        #expect(alone.id == imported.id)
    }
}
