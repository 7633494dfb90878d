import Hashing
import LetterFormats
import LetterModel
import Testing

/// The letter that the product starts from: every value of the table in letter-record.md.
struct FirstLetterTests {
    static func imported() throws -> ImportedLetter {
        let bytes = try Corpora.firstLetter()
        let importer = try #require(ImporterRegistry.standard.importer(start: bytes, fileName: "first.txt"))
        let items = importer.items(in: bytes, fileName: "first.txt")
        guard case .letter(let letter) = try #require(items.first), items.count == 1 else {
            throw ImportRefusal(.invalid, "the first letter was refused")
        }
        return letter
    }

    @Test func `the example is the letter, byte for byte`() throws {
        let bytes = try Corpora.firstLetter()
        #expect(bytes.count == 1_983)
        #expect(
            SHA256.digest(of: bytes).hex == "dd1873d4d7634bbd857ada1a684bbfddee7790ba42b0a20eb1c82183aaec9f6f")
    }

    @Test func `the first letter gives every value of the table`() throws {
        let imported = try Self.imported()
        let letter = imported.letter
        let body = try #require(letter.body)
        let paragraphs = body.split(separator: "\n\n")
        #expect(paragraphs.count == 6)
        #expect(
            paragraphs.first?.hasPrefix("I thank you for the condolences offered on the deaths of Azerbaijani citizens")
                == true)
        #expect(paragraphs.last == "I wish you strong health and success.")
        var expected = Letter()
        expected.kind = .letter
        expected.date = LetterDate(members: ["edtf": "2020-07-15", "text": "15 July 2020", "calendar": "gregorian"])
        expected.place = Place(members: ["name": "Baku"])
        expected.senders = [
            Agent(members: [
                "name": "Ilham Aliyev", "kind": "person", "role": "President of the Republic of Azerbaijan",
                "onBehalfOf": "Republic of Azerbaijan",
            ])
        ]
        expected.recipients = [Agent(members: ["kind": "position", "role": "Secretary General", "honorific": "Mr."])]
        expected.salutation = "Dear Mr. Secretary General,"
        expected.body = body
        expected.valediction = "Sincerely,"
        expected.signature = "Ilham Aliyev\nPresident of the Republic of Azerbaijan"
        expected.dateline = "Baku, 15 July 2020"
        expected.language = "en"
        let digest = "dd1873d4d7634bbd857ada1a684bbfddee7790ba42b0a20eb1c82183aaec9f6f"
        expected.source = Source(members: [
            "sha256": .string(digest), "harvestedOn": "2020-07-15", "importer": "text", "importerVersion": 1,
            "charset": "utf-8",
        ])
        expected.attachments = [
            Attachment(members: [
                "blob": .string(digest), "name": "first.txt", "mediaType": "text/plain", "size": 1983,
                "role": "original",
            ])
        ]
        #expect(letter.json.canonicalText == expected.json.canonicalText)
        #expect(imported.warnings.isEmpty)
    }

    @Test func `the body keeps every byte of the six paragraphs`() throws {
        let text = String(decoding: try Corpora.firstLetter(), as: UTF8.self)
        let body = try #require(try Self.imported().letter.body)
        #expect(text.contains("Dear Mr. Secretary General,\n\n\(body)\n\nSincerely,\n\nIlham Aliyev"))
        #expect(body.utf8.count == 1896 - 46)
    }

    @Test func `two machines make the same letter with the same id, whatever the file is called`() throws {
        let bytes = try Corpora.firstLetter()
        let one = try #require(PlainTextImporter().items(in: bytes, fileName: "one.txt").first)
        let other = try #require(PlainTextImporter().items(in: bytes, fileName: "other.md").first)
        guard case .letter(let first) = one, case .letter(let second) = other else {
            Issue.record("refused")
            return
        }
        #expect(first.id == second.id)
        #expect(first.id.text.dropFirst(14).first == "8")
        var renamed = second.letter
        var attachment = try #require(renamed.attachments.first)
        attachment.name = "one.txt"
        renamed.attachments = [attachment]
        #expect(renamed == first.letter)
    }

    @Test func `an id is what the documents say it is`() throws {
        let hex = "dd1873d4d7634bbd857ada1a684bbfddee7790ba42b0a20eb1c82183aaec9f6f"
        var bytes = Array(SHA256.digest(of: Array("chancery-letter-1\0file\0\(hex) 0".utf8)).bytes.prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        #expect(try Self.imported().id == LetterID(bytes: bytes))
    }
}
