import Foundation
import LetterFormats
import LetterModel
import Testing

struct TEITests {
    static let folder = Corpora.folder("schnitzler")

    /// An edition with this text.
    static func edition(_ body: String, header: String = "") -> [UInt8] {
        Array(
            """
            <TEI xmlns="http://www.tei-c.org/ns/1.0" xml:id="L1"><teiHeader><fileDesc><titleStmt><title>A to B</title></titleStmt>
            <publicationStmt><idno type="handle">https://x.org/1</idno></publicationStmt></fileDesc>\(header)</teiHeader>
            <text><body>\(body)</body></text></TEI>
            """.utf8)
    }

    static func letter(_ bytes: [UInt8]) throws -> ImportedLetter {
        let importer = try #require(ImporterRegistry.standard.importer(start: bytes, fileName: "a.xml"))
        let items = importer.items(in: bytes, fileName: "a.xml")
        guard items.count == 1, case .letter(let letter) = items[0] else {
            throw ImportRefusal(.invalid, "\(items)")
        }
        return letter
    }

    @Test(.enabled(if: folder != nil, "the corpus schnitzler is not beside this checkout"))
    func `all 452 letters of a real edition agree with what another parser read, and no word of them is lost`() throws {
        let folder = try #require(Self.folder)
        var table = FormatTable("schnitzler")
        var ids: Set<LetterID> = []
        var words = 0
        for truth in try CorrespondenceTruth.all(folder) {
            let bytes = try Corpora.bytes(folder.appending(path: truth.file))
            let imported = try Self.letter(bytes)
            truth.compare(with: imported.letter, in: &table)
            ids.insert(imported.id)
            let lost = Self.lost(from: bytes, in: imported.letter, counted: &words)
            #expect(lost.isEmpty, "\(truth.file): \(lost.prefix(5))")
        }
        table.show()
        print("formats: schnitzler: \(words) words of texts and notes, no letter or digit of them missing")
        #expect(table.letters == 452)
        #expect(ids.count == 452)
        #expect(words > 50_000)
        #expect(table.misses.isEmpty, "\(table.misses.prefix(20).joined(separator: "\n"))")
    }

    /// The words of the body that the letter does not have as often. Cut from the bytes without the parser under test.
    private static func lost(from bytes: [UInt8], in letter: Letter, counted: inout Int) -> [String] {
        var source = String(decoding: bytes, as: UTF8.self)
        source = source.components(separatedBy: "<body>").last?.components(separatedBy: "</body>").first ?? ""
        // Letters that stand side by side are counted, whatever tags are between them: so no break can hide a loss.
        source.replace(#/<!--.*?-->|<[^>]*>/#.dotMatchesNewlines(), with: "")
        source = source.replacing("&amp;", with: "&").replacing("&lt;", with: "<").replacing("&gt;", with: ">")
        counted += source.split(whereSeparator: \.isWhitespace).count
        let texts =
            [
                letter.dateline, letter.salutation, letter.body, letter.valediction, letter.signature,
                letter.postscript,
            ].compactMap { $0 } + letter.notes.compactMap(\.value.text)
        func letters(_ text: String) -> [Character: Int] {
            Dictionary(grouping: text.filter { $0.isLetter || $0.isNumber }, by: { $0 }).mapValues(\.count)
        }
        let kept = letters(texts.joined(separator: "\n"))
        let references = letters(
            letter.notes.filter { $0.key.hasPrefix("correspDesc") }.compactMap(\.value.text).joined())
        return letters(source).filter { (kept[$0.key] ?? 0) - (references[$0.key] ?? 0) < $0.value }
            .map { "\($0.key): \($0.value) in the file, \(kept[$0.key] ?? 0) in the letter" }
    }

    @Test func `the parts of a letter go where they belong`() throws {
        let imported = try Self.letter(
            Self.edition(
                """
                <div type="writingSession"><opener><dateline>Wien, <date when="1891-08-16">16. 8. 91</date></dateline>
                <salute>Lieb<c rendition="#s">s</c>ter Freund!</salute></opener>
                <p>Heute <rs type="person" ref="#p1">Richard</rs><lb/>und <del>nicht</del> <add>doch</add><note type="commentary"
                resp="#ed">seen</note>.</p><p>Two</p>
                <closer><salute>Herzlichst</salute><signed>Loris.</signed></closer><postscript><p>P. S. one</p><p>two</p></postscript></div>
                """,
                header: "<profileDesc><langUsage><language ident=\"de-AT\">German</language></langUsage></profileDesc>")
        )
        let letter = imported.letter
        #expect(letter.dateline == "Wien, 16. 8. 91")
        #expect(letter.salutation == "Liebster Freund!")
        #expect(letter.body == "Heute Richard\nund ⟦nicht⟧ doch.\n\nTwo")
        #expect(letter.valediction == "Herzlichst")
        #expect(letter.signature == "Loris.")
        #expect(letter.postscript == "P. S. one\n\ntwo")
        #expect(letter.notes.map(\.value.text) == ["seen"])
        #expect(letter.notes.map(\.value.author) == ["#ed"])
        #expect(letter.mentions.map(\.uri) == ["#p1"])
        #expect(letter.language == "de-AT")
        #expect(letter.title == "A to B")
        #expect(letter.attachments.map(\.role) == [.original])
        #expect(letter.identifiers.map(\.value) == ["L1", "https://x.org/1"])
    }

    @Test func `two segments side by side are two words, and a letter in an element of its own is none`() throws {
        let text = "<p><seg rend=\"left\">Nehrung</seg><seg rend=\"right\">Hohe</seg> D<hi>ü</hi>ne</p>"
        #expect(try Self.letter(Self.edition(text)).letter.body == "Nehrung Hohe Düne")
    }

    @Test func `a tag that names no language is left to the original`() throws {
        let header =
            "<profileDesc><langUsage><language ident='no tag'/><language ident='fr'/></langUsage></profileDesc>"
        let letter = try Self.letter(Self.edition("<p>x</p>", header: header)).letter
        #expect(letter.language == "fr")
        #expect(letter.languages.isEmpty)
    }

    @Test func `a second closing, and what has no element of its own, stays in the body in its order`() throws {
        let letter = try Self.letter(
            Self.edition(
                """
                <opener><salute>Dear A</salute></opener>loose<p>one</p><closer>Yours<lb/><signed>B</signed></closer>
                <p>two</p><lg><l>verse</l><l>verse two</l></lg><closer><signed>B again</signed></closer>
                """)
        ).letter
        #expect(letter.body == "loose\n\none\n\nYours\n\nB\n\ntwo\n\nverse\nverse two")
        #expect(letter.signature == "B again")
        #expect(letter.salutation == "Dear A")
    }

    @Test func `a document that names itself keeps its id when its bytes change, another goes by its bytes`() throws {
        let one = try Self.letter(Self.edition("<p>one</p>"))
        #expect(try Self.letter(Self.edition("<p>two</p>")).id == one.id)
        func nameless(_ text: String) throws -> LetterID {
            let bytes = Self.edition("<p>\(text)</p>")
            return try Self.letter(
                Array(String(decoding: bytes, as: UTF8.self).replacing(" xml:id=\"L1\"", with: "").utf8)
            ).id
        }
        #expect(try nameless("one") != nameless("two"))
        #expect(try nameless("one") == nameless("one"))
    }

    static let badFiles: [([UInt8], ImportRefusal.Reason)] = {
        let good = String(decoding: edition("<p>Ada</p>"), as: UTF8.self)
        func text(_ text: String, _ reason: ImportRefusal.Reason) -> ([UInt8], ImportRefusal.Reason) {
            (Array(text.utf8), reason)
        }
        let deep = String(repeating: "<div>", count: 250) + "x" + String(repeating: "</div>", count: 250)
        let wide = (0..<600).map { "k\($0)='1'" }.joined(separator: " ")
        let agents = (0..<1001).map { "<persName>P\($0)</persName>" }.joined()
        func action(_ agents: String) -> String {
            "<profileDesc><correspDesc><correspAction type='sent'>\(agents)</correspAction></correspDesc></profileDesc>"
        }
        return [
            text(String(good.dropLast(8)), .syntax), text(good.replacing("</p>", with: ""), .syntax),
            text(good.replacing("Ada", with: "&nbsp;"), .syntax), text(good.replacing("Ada", with: "A & B"), .syntax),
            text(good.replacing("Ada", with: "\u{0B}"), .syntax), text(good.replacing("Ada", with: "<"), .syntax),
            text(good.replacing("<p>", with: "<p a='1' a='2'>"), .syntax),
            text(good.replacing("<p>", with: "<q:p>"), .syntax),
            text(good + good, .syntax), text("<!DOCTYPE TEI>" + good, .unsupported),
            text("<!DOCTYPE TEI [<!ENTITY x 'y'>]>" + good.replacing("Ada", with: "&x;"), .unsupported),
            text("<?xml version='1.0' encoding='windows-1252'?>" + good, .unsupported),
            text(good.replacing("<TEI", with: "<teiCorpus").replacing("</TEI>", with: "</teiCorpus>"), .invalid),
            (edition(deep), .tooLong), (edition("<p \(wide)>x</p>"), .tooLong),
            (edition("<p>x</p>", header: action(agents)), .tooLong),
            (edition("<p>\(String(repeating: "x", count: Limits.bodyBytes + 1))</p>"), .tooLong),
            (edition("<p>x</p>") + [0xFF], .syntax),
        ]
    }()

    @Test(arguments: badFiles.indices)
    func `a bad edition is refused with its reason`(index: Int) throws {
        let (bytes, reason) = Self.badFiles[index]
        let importer = try #require(ImporterRegistry.standard.importer(start: bytes, fileName: "a.xml"))
        let items = importer.items(in: bytes, fileName: "a.xml")
        guard items.count == 1, case .refusal(let refusal) = items[0] else {
            Issue.record("it was taken: \(String(decoding: bytes.prefix(300), as: UTF8.self))")
            return
        }
        #expect(refusal.reason == reason, "\(refusal)")
        #expect(!refusal.context.isEmpty)
    }
}
