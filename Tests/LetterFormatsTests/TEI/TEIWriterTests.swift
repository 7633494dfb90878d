import Foundation
import LetterFormats
import LetterModel
import Testing
import XMLParsing

struct TEIWriterTests {
    static let writer = TEIWriter(title: "Letters of A & B", publisher: "<Ada>", day: "2026-11-26")
    static let id = LetterID.derived(kind: "test", key: [1])

    /// The letter again, from a document of its own.
    static func again(_ letter: Letter, id: LetterID = id) throws -> ImportedLetter {
        try TEITests.letter(writer.document(id: id, letter: letter))
    }

    /// What of a letter is its own, and not the file's.
    static func own(_ letter: Letter) -> JSONObject {
        var members = letter.members
        members["source"] = nil
        members["attachments"] = nil
        return members
    }

    static func text(_ members: JSONObject) -> String { JSONValue.object(members).canonicalText }

    /// Compares member by member, and names what differs.
    static func compare(_ before: Letter, _ after: Letter, _ what: String, in table: inout FormatTable) {
        let (before, after) = (own(before), own(after))
        for name in Set(before.keys + after.keys).sorted() {
            table.compare(before[name]?.canonicalText == after[name]?.canonicalText, "\(what): \(name)")
        }
        table.letters += 1
    }

    @Test(.enabled(if: TEITests.folder != nil, "the corpus schnitzler is not beside this checkout"))
    func `all 452 letters of a real edition come back equal`() throws {
        let folder = try #require(TEITests.folder)
        var table = FormatTable("schnitzler through TEI and back")
        for truth in try CorrespondenceTruth.all(folder) {
            let imported = try TEITests.letter(try Corpora.bytes(folder.appending(path: truth.file)))
            let again = try Self.again(imported.letter, id: imported.id)
            Self.compare(imported.letter, again.letter, truth.file, in: &table)
            #expect(again.warnings.isEmpty)
            try Self.expectEdition(Self.writer.document(id: imported.id, letter: imported.letter))
        }
        table.show()
        #expect(table.letters == 452)
        #expect(table.misses.isEmpty, "\(table.misses.prefix(20).joined(separator: "\n"))")
    }

    /// A letter with every member that TEI can hold.
    static func full() -> Letter {
        Letter(members: [
            "kind": "telegram", "title": "A  to\n<B> & \"C\" ]]>",
            "date": [
                "edtf": "1820~", "text": "um  1820", "calendar": "julian", "certainty": "medium",
                "evidence": "external",
            ],
            "place": [
                "name": "Wien", "uris": ["https://g.org/1", "#p"], "certainty": "low", "evidence": "conjecture",
            ],
            "senders": [
                [
                    "name": "Ilham Aliyev", "kind": "person", "role": "President of the Republic of Azerbaijan",
                    "honorific": "H. E.", "onBehalfOf": "Republic of Azerbaijan", "uris": ["https://x.org/a"],
                    "certainty": "high", "evidence": "internal",
                ], ["name": "A &  B", "kind": "organisation"], ["kind": "group", "name": "Friends"],
                ["name": "nobody said"],
            ],
            "recipients": [
                ["kind": "position", "role": "Secretary General", "honorific": "Mr."],
                ["kind": "unknown", "uris": ["http://correspSearch.net/unknown"]],
                ["kind": "person", "name": "Cc", "field": "cc", "uris": ["mailto:a@b.org"]],
            ],
            "events": [
                ["type": "forwarded", "agents": [["name": "X", "kind": "person"]], "date": ["edtf": "1820-05/1821"]],
                ["type": "received", "places": [["name": "Paris"]], "date": ["edtf": "187X", "text": "70er"]],
                ["type": "received", "agents": [["name": "Late", "kind": "person"]]],
                ["type": "other", "date": ["edtf": "[1873-05-01,1873-06-01]"]],
                ["type": "transmitted", "date": ["edtf": "../1900?"]],
            ],
            "language": "de", "languages": ["de", "fr"], "dateline": "Wien,\n1. Mai",
            "salutation": "Lieber A!\nLieber B!",
            "body": "One\nline\n\n  indented\tand  spaced \n\n\n\n⟦struck⟧ […] <p>&amp;\r\n\n\nend\n",
            "valediction": "Herzlich,", "signature": "A.\n\nB.", "postscript": "P. S. one\n\nP. P. S.",
            "summary": "About\n\nletters", "tags": ["a b", "ä"], "rights": ["licence": "https://x.org/l"],
            "identifiers": [
                ["scheme": "tei", "value": "L-1"], ["scheme": "url", "value": "https://x.org/1"],
                ["scheme": "shelf mark", "value": "A 1  b"], ["scheme": "tei", "value": "not a name"],
            ],
            "relations": [["type": "replyTo", "target": "mid:x@y"], ["type": "copyOf", "target": "the other one"]],
            "witnesses": [
                [
                    "kind": "manuscript", "repository": "Wien, ÖNB", "collection": "C", "shelfmark": "1",
                    "extent": "2 leaves",
                ],
                ["kind": "print", "repository": "R"],
            ],
            "mentions": [
                ["kind": "person", "text": "Goethe", "uri": "https://d-nb.info/gnd/118540238"],
                ["kind": "work", "text": "Faust"], ["kind": "ship", "uri": "urn:x"],
            ],
            "notes": [
                "01": ["text": "seen\nby  us", "author": "Ada Lovelace"],
                "02": ["text": "then\n", "author": "B", "at": "2020-07-15T10:00:00Z"], "text-1": ["text": "plain"],
            ],
            "extra": ["correspContext": [["type": "prev", "target": "https://x.org/0", "text": "before"]]],
        ])
    }

    @Test func `a letter with every member that TEI can hold comes back equal`() throws {
        try Self.full().validate()
        var table = FormatTable("full")
        let again = try Self.again(Self.full())
        Self.compare(Self.full(), again.letter, "full", in: &table)
        #expect(table.misses.isEmpty, "\(table.misses)\n\(Self.text(again.letter.members))")
        #expect(table.compared > 20)
        try Self.expectEdition(Self.writer.document(id: Self.id, letter: Self.full()))
    }

    @Test(
        arguments: [
            [:], ["title": "x"], ["body": "\n"], ["body": "\n\n"], ["body": " "], ["body": "a\n\n\n\n\nb"],
            ["date": ["edtf": "2020"]], ["recipients": [["name": "A", "kind": "person"]]], ["postscript": "only"],
            ["signature": "\n"], ["languages": ["de", "fr"]], ["tags": ["x"]], ["salutation": "a", "valediction": "b"],
            ["dateline": "Baku, 15 July 2020", "signature": "A"], ["notes": ["n": ["text": "\n"]]],
            ["notes": ["n": ["author": "only"]]], ["events": [["type": "forwarded", "places": [["name": "X"]]]]],
            ["mentions": [["kind": "person", "text": "X"]]], ["summary": "a\n\n\nb "],
            ["kind": "letter", "body": "\u{FEFF}x\u{85}\u{2028}y"],
            ["date": ["text": "without a number"]], ["date": ["attributes": ["when": "2020-02-30"], "text": "30.2."]],
            ["place": ["uris": ["#a"]]], ["rights": ["licence": "CC BY"]],
        ] as [JSONObject])
    func `a letter with little in it comes back equal`(members: JSONObject) throws {
        let letter = Letter(members: members)
        let again = try Self.again(letter)
        #expect(Self.text(Self.own(again.letter)) == Self.text(members))
        try Self.expectEdition(Self.writer.document(id: Self.id, letter: letter))
    }

    /// Members of which texts are all there is to them, so that random ones can be held.
    private static let texts = [
        "title", "dateline", "salutation", "body", "valediction", "signature", "postscript", "summary",
    ]

    @Test func `random texts come back equal, but for characters that XML cannot hold`() throws {
        for seed in 0..<400 as Range<UInt64> {
            var generator = Generator(seed: seed)
            var members = JSONObject()
            for name in Self.texts where Bool.random(using: &generator) {
                let text = generator.text(maximumPieces: 12)
                let isHeld = text.unicodeScalars.allSatisfy {
                    $0.value >= 0x20 && $0.value != 0xFFFF || [9, 10, 13].contains($0.value)
                }
                if isHeld { members[name] = .string(text) }
            }
            let again = try Self.again(Letter(members: members)).letter
            #expect(Self.text(Self.own(again)) == Self.text(members), "seed \(seed)")
        }
    }

    @Test func `random letters are written well-formed, whatever they hold`() throws {
        for seed in 0..<300 as Range<UInt64> {
            var generator = Generator(seed: seed)
            let letter = generator.validLetter()
            try Self.expectEdition(Self.writer.document(id: Self.id, letter: letter))
        }
    }

    @Test func `a letter that named itself keeps its id`() throws {
        let first = try TEITests.letter(TEITests.edition("<p>x</p>"))
        let document = Self.writer.document(id: first.id, letter: first.letter)
        #expect(try TEITests.letter(document).id == first.id)
    }

    /// Checks what TEI asks of every document: its elements, their order, and that none of them is of another namespace.
    static func expectEdition(_ bytes: [UInt8]) throws {
        let root = try XMLDocument.root(of: bytes)
        #expect(root.name == "TEI")
        #expect(root.elements.map(\.name) == ["teiHeader", "text"])
        let file = try #require(root.first("teiHeader", "fileDesc"))
        #expect(root.first("teiHeader")?.elements.map(\.name) == ["fileDesc", "profileDesc"])
        let names = file.elements.map(\.name)
        #expect(names.filter { $0 != "notesStmt" } == ["titleStmt", "publicationStmt", "sourceDesc"])
        #expect(names.firstIndex(of: "notesStmt") ?? 2 == 2)
        #expect(file.first("titleStmt", "title") != nil)
        #expect(file.first("publicationStmt")?.elements.first?.name == "publisher")
        #expect(file.first("sourceDesc")?.elements.count == 1)
        let division = try #require(root.first("text", "body", "div"))
        let order = ["opener", "p", "closer", "postscript"]
        let places = division.elements.compactMap { order.firstIndex(of: $0.name) }
        #expect(places == places.sorted() && places.count == division.elements.count)
        #expect(division.elements("p").count >= 1)
        for description in root.all("correspDesc") {
            #expect(!description.elements.isEmpty)
            for action in description.elements("correspAction") { #expect(action.attribute("type") != nil) }
        }
        func walk(_ element: XMLElement) {
            if element.namespace != root.namespace { Issue.record("\(element.name) is not of TEI") }
            element.elements.forEach(walk)
        }
        walk(root)
    }
}
