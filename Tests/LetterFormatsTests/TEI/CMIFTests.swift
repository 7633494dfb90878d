import Foundation
import LetterFormats
import LetterModel
import Testing

struct CMIFTests {
    static let folder = Corpora.folder("cmif")

    /// A file of these entries.
    static func file(_ entries: String, text: String = "<text><body><p/></body></text>") -> [UInt8] {
        Array(
            """
            <TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><sourceDesc>
            <bibl type="print" xml:id="b1">Letters, 1955</bibl></sourceDesc></fileDesc>
            <profileDesc>\(entries)</profileDesc></teiHeader>\(text)</TEI>
            """.utf8)
    }

    static let action = "<correspAction type=\"sent\"><persName>Ada</persName></correspAction>"

    static func items(_ bytes: [UInt8]) throws -> [ImportItem] {
        let importer = try #require(ImporterRegistry.standard.importer(start: bytes, fileName: "list.xml"))
        #expect(["cmif", "tei"].contains(importer.format))
        return importer.items(in: bytes, fileName: "list.xml")
    }

    static func letters(_ bytes: [UInt8]) throws -> [ImportedLetter] {
        try items(bytes).map { item in
            guard case .letter(let letter) = item else { throw ImportRefusal(.invalid, "\(item)") }
            return letter
        }
    }

    @Test(.enabled(if: folder != nil, "the corpus cmif is not beside this checkout"))
    func `all 1,135 entries of ten real files agree with what another parser read`() throws {
        let folder = try #require(Self.folder)
        var table = FormatTable("cmif")
        var ids: Set<LetterID> = []
        let truth = Dictionary(grouping: try CorrespondenceTruth.all(folder), by: \.file)
        #expect(truth.count == 10)
        for (file, entries) in truth {
            let letters = try Self.letters(try Corpora.bytes(folder.appending(path: file)))
            try #require(letters.count == entries.count, "\(file)")
            for (imported, entry) in zip(letters, entries) {
                entry.compare(with: imported.letter, in: &table)
                let key = imported.letter.identifiers.first { $0.scheme == "cmif" }?.value
                table.compare(key == entry.key, "\(file): key \(entry.key ?? "-")")
                ids.insert(imported.id)
            }
        }
        table.show()
        #expect(table.letters == 1135)
        #expect(ids.count == 1135, "every entry is a letter of its own")
        #expect(table.misses.isEmpty, "\(table.misses.prefix(20).joined(separator: "\n"))")
    }

    @Test(.enabled(if: folder != nil, "the corpus cmif is not beside this checkout"))
    func `what is exported says the same when it is read again`() throws {
        let folder = try #require(Self.folder)
        let writer = CMIFWriter(title: "A & B", editor: "<E>", address: "urn:x", day: "2026-11-25")
        for file in Set(try CorrespondenceTruth.all(folder).map(\.file)) {
            let letters = try Self.letters(try Corpora.bytes(folder.appending(path: file)))
            var bytes = writer.header
            for imported in letters { bytes += writer.entry(id: imported.id, letter: imported.letter) }
            let again = try Self.letters(bytes + writer.footer)
            try #require(again.count == letters.count)
            for (before, after) in zip(letters, again) {
                for name in ["senders", "recipients", "date", "place", "events"] {
                    #expect(before.letter.members[name] == after.letter.members[name], "\(file): \(name)")
                }
            }
        }
    }

    @Test func `a letter is named by its URL if no other entry has it, and never by its key`() throws {
        func ids(_ entries: String) throws -> [LetterID] { try Self.letters(Self.file(entries)).map(\.id) }
        let one = "<correspDesc key=\"1\" ref=\"https://x.org/1\">\(Self.action)</correspDesc>"
        let moved = "<correspDesc key=\"7\" ref=\"https://x.org/1\">\(Self.action)<note>n</note></correspDesc>"
        let other = "<correspDesc key=\"1\">\(Self.action)</correspDesc>"
        let alone = try ids(one)
        #expect(try ids(other + moved)[1] == alone[0])
        let twice = try ids(one + moved)
        #expect(!twice.contains(alone[0]))
        #expect(Set(twice).count == 2)
        #expect(Set(try ids(other + other)).count == 2, "equal entries at two places are two letters")
        #expect(try ids(other) == ids(other))
    }

    @Test func `who is not known is written as the standard says, and read as unknown`() throws {
        let writer = CMIFWriter(title: "T", editor: "E", address: "urn:x", day: "2026-11-25")
        let id = LetterID.derived(kind: "test", key: [1])
        let bytes = writer.header + writer.entry(id: id, letter: Letter()) + writer.footer
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("<correspAction type=\"sent\">"))
        #expect(text.contains("<correspAction type=\"received\">"))
        let letter = try #require(try Self.letters(bytes).first).letter
        #expect(letter.senders.map(\.kind) == [.unknown])
        #expect(letter.senders.first?.uris == ["http://correspSearch.net/unknown"])
        #expect(letter.recipients == letter.senders)
    }

    @Test(arguments: [
        ("1873-05", "when=\"1873-05\""), ("1820~", "when=\"1820\" cert=\"low\""),
        ("1914-07/1918", "from=\"1914-07\" to=\"1918\""), ("/1541-07-18", "to=\"1541-07-18\""),
        ("[1873-05-01,1873-06-01]", "notBefore=\"1873-05-01\" notAfter=\"1873-06-01\""),
        ("187X", "notBefore=\"1870-01-01\" notAfter=\"1879-12-31\""),
        ("1873-21", "notBefore=\"1873-01-01\" notAfter=\"1873-12-31\""),
    ])
    func `dates are written with the attributes that say the same`(edtf: String, attributes: String) {
        var letter = Letter()
        var date = LetterDate()
        date.edtf = edtf
        letter.date = date
        let writer = CMIFWriter(title: "T", editor: "E", address: "urn:x", day: "2026-11-25")
        let entry = writer.entry(id: LetterID.derived(kind: "test", key: [1]), letter: letter)
        #expect(String(decoding: entry, as: UTF8.self).contains("<date \(attributes)/>"))
    }

    @Test func `an impossible date is kept as it is, with a warning`() throws {
        let entry = """
            <correspDesc><correspAction type="sent"><date when="2020-02-30" cert="low">30.2.</date></correspAction></correspDesc>
            """
        let imported = try #require(try Self.letters(Self.file(entry)).first)
        #expect(imported.letter.date?.edtf == nil)
        #expect(imported.letter.date?.text == "30.2.")
        #expect(imported.letter.date?.members["attributes"] == ["when": "2020-02-30"])
        #expect(imported.warnings.map(\.code) == [.impossibleDate])
    }

    @Test func `the source, its title, notes and references are kept`() throws {
        let entry = """
            <correspDesc source="#b1" sameAs="x">\(Self.action)<correspContext><ref type="prev" target="https://x.org/0">before
            </ref></correspContext><note>seen by us</note></correspDesc>
            """
        let letter = try #require(try Self.letters(Self.file(entry)).first).letter
        #expect(letter.extra["cmif"] == ["source": "#b1", "sameAs": "x", "title": "Letters, 1955", "type": "print"])
        #expect(letter.extra["correspContext"] == [["type": "prev", "target": "https://x.org/0", "text": "before"]])
        #expect(letter.notes.map(\.value.text) == ["seen by us"])
        #expect(letter.attachments.map(\.role) == [.original])
    }

    static let badFiles: [(bytes: [UInt8], reason: ImportRefusal.Reason)] = {
        let namespace = "xmlns=\"http://www.tei-c.org/ns/1.0\""
        let good = String(decoding: file("<correspDesc>\(action)</correspDesc>"), as: UTF8.self)
        func text(_ text: String, _ reason: ImportRefusal.Reason) -> ([UInt8], ImportRefusal.Reason) {
            (Array(text.utf8), reason)
        }
        let deep = String(repeating: "<p>", count: 300) + String(repeating: "</p>", count: 300)
        let wide = (0..<600).map { "k\($0)='1'" }.joined(separator: " ")
        let agents = (0..<1001).map { "<persName>P\($0)</persName>" }.joined()
        return [
            text(String(good.dropLast(6)), .syntax), text(good + "<x/>", .syntax),
            text(good.replacing("</profileDesc>", with: "</profile>"), .syntax),
            text(good.replacing("Ada", with: "&ada;"), .syntax), text(good.replacing("Ada", with: "\u{1}"), .syntax),
            text(good.replacing("Ada", with: "A & B"), .syntax),
            text(good.replacing("<persName>", with: "<x:persName>"), .syntax),
            text("<!DOCTYPE TEI>" + good, .unsupported),
            text(
                "<!DOCTYPE TEI [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>" + good.replacing("Ada", with: "&a;"),
                .unsupported),
            text("<?xml version='1.0' encoding='koi8-r'?>" + good, .unsupported),
            text("<TEI \(namespace)/>", .invalid), text("<teiCorpus \(namespace)/>", .invalid),
            text("<x xmlns=\"urn:x\" xmlns:t=\"http://www.tei-c.org/ns/1.0\"/>", .unsupported),
            (file(""), .invalid), (file("<correspDesc/>"), .invalid),
            (file("<correspDesc><note>x</note></correspDesc>"), .invalid),
            (file("<correspDesc>\(deep)</correspDesc>"), .tooLong),
            (file("<correspDesc \(wide)>\(action)</correspDesc>"), .tooLong),
            (file("<correspDesc><correspAction type='sent'>\(agents)</correspAction></correspDesc>"), .tooLong),
            (file("<correspDesc>\(action)</correspDesc>") + [0xFF], .syntax),
        ]
    }()

    @Test(arguments: badFiles.indices)
    func `a bad file is refused with its reason`(index: Int) throws {
        let (bytes, reason) = Self.badFiles[index]
        let items = try Self.items(bytes)
        guard case .refusal(let refusal) = items.first else {
            Issue.record("it was taken: \(String(decoding: bytes.prefix(400), as: UTF8.self))")
            return
        }
        #expect(items.count == 1)
        #expect(refusal.reason == reason, "\(refusal)")
        #expect(!refusal.context.isEmpty)
    }

    @Test func `a bad entry is refused by its line, and the others are taken`() throws {
        let good = "<correspDesc>\(Self.action)</correspDesc>"
        let items = try Self.items(Self.file("\(good)\n<correspDesc/>\n\(good)"))
        guard case .letter = items[0], case .refusal(let refusal) = items[1], case .letter = items[2] else {
            Issue.record("\(items)")
            return
        }
        #expect(refusal.line == 4)
    }

    @Test func `the pieces in which a file comes do not matter`() throws {
        let bytes = Self.file("<correspDesc>\(Self.action)</correspDesc>")
        let whole = CMIFImporter().items(in: bytes, fileName: "a.xml")
        var reader = CMIFImporter().reader(fileName: "a.xml")
        var items: [ImportItem] = []
        for byte in bytes { items += reader.read([byte]) }
        #expect(items + reader.finish() == whole)
    }
}
