import Hashing
import LetterFormats
import LetterModel
import Testing

struct JSONLinesTests {
    static let id = "019ab1c2-7f00-7000-8000-000000000002"

    static func items(_ text: String) -> [ImportItem] {
        JSONLinesImporter().items(in: Array(text.utf8), fileName: "letters.jsonl")
    }

    @Test func `a file that calls itself JSON Lines is never taken for prose`() throws {
        for text in ["{", "null\n", "Dear Ada,\n\nCome home.\n"] {
            let importer = try #require(
                ImporterRegistry.standard.importer(start: Array(text.utf8), fileName: "Letters.JSONL"))
            #expect(importer.format == "jsonl")
            let items = importer.items(in: Array(text.utf8), fileName: "Letters.JSONL")
            #expect(!items.isEmpty)
            for item in items {
                guard case .refusal = item else {
                    Issue.record("\(item)")
                    continue
                }
            }
        }
    }

    @Test func `what is written is read back, with its ids`() throws {
        let id = try #require(LetterID(Self.id))
        let letter = Letter(members: ["body": "Come\nhome. \u{1F642}", "x-unknown": ["a": [1, "é"]]])
        let bytes = JSONLinesWriter.line(id: id, letter: letter) + JSONLinesWriter.line(deleted: id)
        #expect(
            JSONLinesImporter().items(in: bytes, fileName: "x") == [
                .letter(ImportedLetter(id: id, letter: letter, line: 1)), .deletion(id, line: 2),
            ])
        #expect(String(decoding: bytes, as: UTF8.self).hasSuffix("{\"deleted\":true,\"id\":\"\(Self.id)\"}\n"))
    }

    @Test func `pieces of any size give the same letters`() {
        var text = ""
        for number in 0..<20 { text += "{\"letter\": {\"title\": \"\(number) é🙂\"}}\r\n\n" }
        text += "{\"letter\":{\"title\":\"last\"}}"
        let whole = Self.items(text)
        #expect(whole.count == 21)
        for size in [1, 2, 3, 7, 64, 1000] {
            var reader = JSONLinesReader()
            var items: [ImportItem] = []
            let bytes = Array(text.utf8)
            for start in stride(from: 0, to: bytes.count, by: size) {
                items += reader.read(Array(bytes[start..<min(start + size, bytes.count)]))
            }
            #expect(items + reader.finish() == whole)
        }
    }

    @Test func `without an id, it is derived from the bytes of the line`() throws {
        let line = #"{"letter":{"title":"x"}}"#
        let expected = LetterID.derived(kind: "line", key: Array(SHA256.digest(of: Array(line.utf8)).hex.utf8))
        for text in [line, line + "\n", line + "\r\n", "\u{FEFF}" + line, "\n\n" + line] {
            guard case .letter(let imported)? = Self.items(text).first else {
                Issue.record("refused")
                continue
            }
            #expect(imported.id == expected)
        }
    }

    @Test func `the letter is the content, and nothing is added`() {
        let items = Self.items(#"{"letter":{"body":"x","kind":"letter"}}"#)
        guard case .letter(let imported)? = items.first else {
            Issue.record("refused")
            return
        }
        #expect(imported.letter == Letter(members: ["body": "x", "kind": "letter"]))
        #expect(!JSONLinesImporter().keepsSource)
    }

    @Test(
        arguments: [
            ("[]", .syntax), ("1", .syntax), ("null", .syntax), ("{", .syntax), ("{}", .syntax),
            ("{\"letter\":1}", .syntax),
            ("{\"letter\":{\"title\":\"x\"},\"leter\":1}", .syntax), ("{\"letter\":{},\"letter\":{}}", .syntax),
            ("{\"id\":\"x\",\"letter\":{\"title\":\"x\"}}", .syntax),
            ("{\"id\":\"019AB1C2-7F00-7000-8000-000000000002\",\"letter\":{\"title\":\"x\"}}", .syntax),
            ("{\"id\":1,\"letter\":{\"title\":\"x\"}}", .syntax), ("{\"deleted\":true}", .syntax),
            ("{\"deleted\":1}", .syntax),
            ("{\"deleted\":true,\"id\":\"019ab1c2-7f00-7000-8000-000000000002\",\"letter\":{}}", .syntax),
            ("{\"letter\":{\"title\":\"\"}}", .invalid), ("{\"letter\":{\"title\":1}}", .invalid),
            ("{\"letter\":{\"tags\":[]}}", .invalid),
            ("{\"letter\":{\"date\":{\"edtf\":\"2020-02-30\"}}}", .invalid),
            ("{\"letter\":{\"title\":null}}", .invalid),
            ("{\"letter\":{\"title\":\"x\"}} x", .syntax), ("{\"letter\":{\"x\":1.5}}", .syntax), ("not json", .syntax),
        ] as [(String, ImportRefusal.Reason)])
    func `a bad line is refused with its number, and the others are taken`(line: String, reason: ImportRefusal.Reason) {
        let items = Self.items("{\"letter\":{\"title\":\"one\"}}\n\n\(line)\n{\"letter\":{\"title\":\"two\"}}\n")
        #expect(items.count == 3)
        guard items.count == 3, case .letter = items[0], case .refusal(let refusal) = items[1],
            case .letter(let last) = items[2]
        else {
            Issue.record("\(items)")
            return
        }
        #expect(refusal.reason == reason)
        #expect(refusal.line == 3)
        #expect(last.line == 4)
        #expect(refusal.description.hasPrefix("line 3: "))
    }

    @Test func `an explicit false is no deletion`() {
        guard case .letter? = Self.items("{\"deleted\":false,\"letter\":{\"title\":\"x\"}}").first else {
            Issue.record("refused")
            return
        }
    }

    @Test func `a refusal tells the member but not the text`() {
        guard
            case .refusal(let refusal)? = Self.items(
                "{\"letter\":{\"senders\":[{\"name\":\"x\"},{\"name\":7,\"role\":\"secret\"}]}}"
            ).first
        else {
            Issue.record("taken")
            return
        }
        #expect(
            refusal.description
                == "line 1: this letter cannot be kept: senders[1].name: it must be text, this is a number")
    }

    @Test func `a line without an end is refused and costs no memory beyond its limit`() {
        var reader = JSONLinesReader()
        let piece = [UInt8](repeating: 0x20, count: 1024 * 1024)
        var items: [ImportItem] = []
        for _ in 0..<20 { items += reader.read(piece) }
        items += reader.read(Array("\n{\"letter\":{\"title\":\"x\"}}\n".utf8))
        items += reader.finish()
        guard items.count == 2, case .refusal(let refusal) = items[0], case .letter(let letter) = items[1] else {
            Issue.record("\(items.count)")
            return
        }
        #expect(refusal.reason == .tooLong)
        #expect(refusal.line == 1)
        #expect(letter.line == 2)
    }

    @Test func `a letter above the limit is refused`() {
        let body = String(repeating: "a", count: Limits.bodyBytes + 1)
        guard case .refusal(let refusal)? = Self.items("{\"letter\":{\"body\":\"\(body)\"}}").first else {
            Issue.record("taken")
            return
        }
        #expect(refusal.reason == .tooLong)
        #expect(refusal.context.hasPrefix("body: "))
    }

    @Test func `random letters survive the round trip`() throws {
        let id = try #require(LetterID(Self.id))
        for seed in 0..<1_000 as Range<UInt64> {
            var generator = Generator(seed: seed)
            let letter = generator.validLetter()
            let items = JSONLinesImporter().items(in: JSONLinesWriter.line(id: id, letter: letter), fileName: "")
            #expect(items == [.letter(ImportedLetter(id: id, letter: letter, line: 1))], "seed \(seed)")
        }
    }

    @Test(arguments: [
        ("{\"letter\":{}}", "jsonl"), ("\n {\"id\"", "jsonl"), ("\u{FEFF}{ \"id\"", "jsonl"),
        ("---\nchancery: 1\n---\n", "text"),
        ("Dear Ada,", "text"), ("", "text"), ("{ a brace }", "text"), ("[1]", "text"),
    ])
    func `the content tells the format`(start: String, format: String) {
        let importer = ImporterRegistry.standard.importer(start: Array(start.utf8), fileName: "x")
        #expect(importer?.format == format)
    }

    @Test func `a format can be named, and an unknown one is nobody's`() {
        #expect(
            ImporterRegistry.standard.importer(start: Array("x".utf8), fileName: "x", format: "jsonl")?.format
                == "jsonl")
        #expect(ImporterRegistry.standard.importer(start: [], fileName: "x", format: "docx") == nil)
        #expect(ImporterRegistry.standard.formats == ["text", "jsonl", "tei", "cmif", "mbox", "eml", "csv"])
    }
}
