import LetterFormats
import LetterModel
import Testing

struct ChanceryTextFormTests {
    static let example = """
        ---
        chancery: 1
        id: 019ab1c2-7f00-7000-8000-000000000002
        kind: letter
        date:
          edtf: 1843
          text: this summer
        senders:
          - name: Ada
            kind: person
            uris:
              - https://example.org/ada
          - name: Charles
        signature: |
          Ada

            Countess of Lovelace
        tags:
          - family
          - "a: b"
        attachments:
          - blob: 2aa43dcfe842729983c7f6e542e4d55558b830596b3b5b66f4d748b98b818f5c
            size:= 1983
        extra:
          "a b": " framed "
          list:= [1,[]]
        ---

        Come home.

        --- is not the end.
        \\--- postscript
        There.

        --- postscript

        Soon.

        """

    static func exampleLetter() -> Letter {
        var letter = Letter()
        letter.kind = .letter
        letter.date = LetterDate(members: ["edtf": "1843", "text": "this summer"])
        letter.senders = [
            Agent(members: ["name": "Ada", "kind": "person", "uris": ["https://example.org/ada"]]),
            Agent(members: ["name": "Charles"]),
        ]
        letter.signature = "Ada\n\n  Countess of Lovelace"
        letter.tags = ["family", "a: b"]
        let blob = BlobID(hex: "2aa43dcfe842729983c7f6e542e4d55558b830596b3b5b66f4d748b98b818f5c")
        var attachment = Attachment()
        attachment.blob = blob
        attachment.size = 1983
        letter.attachments = [attachment]
        letter.extra = ["a b": " framed ", "list": [1, []]]
        letter.body = "Come home.\n\n--- is not the end.\n--- postscript\nThere."
        letter.postscript = "Soon."
        return letter
    }

    @Test func `the form is readable and reads back`() throws {
        let id = try #require(LetterID("019ab1c2-7f00-7000-8000-000000000002"))
        var letter = Self.exampleLetter()
        let document = try ChanceryTextForm.parse(Array(Self.example.utf8))
        letter.members["tags"] = ["family", "a: b"]
        #expect(document.letter == letter)
        #expect(document.id == id)
        #expect(String(decoding: ChanceryTextForm.render(letter, id: id), as: UTF8.self).hasSameBytes(as: Self.example))
    }

    @Test func `any letter survives the form`() throws {
        for seed in 0..<4_000 as Range<UInt64> {
            var generator = Generator(seed: seed)
            let letter = generator.letter()
            let id = Bool.random(using: &generator) ? LetterID("019ab1c2-7f00-7000-8000-000000000002") : nil
            let bytes = ChanceryTextForm.render(letter, id: id)
            let document: ChanceryTextForm.Document
            do {
                document = try ChanceryTextForm.parse(bytes)
            } catch {
                Issue.record("seed \(seed): \(error)\n\(String(decoding: bytes, as: UTF8.self))")
                return
            }
            guard document.letter == letter, document.id == id else {
                Issue.record("seed \(seed)\n\(letter.json.canonicalText)\n\(document.letter.json.canonicalText)")
                return
            }
        }
    }

    @Test(arguments: [
        "", "\n", "\n\n", " ", "a", "a\n", "a\n\n", "\na", "\n\na\n\n", "---", "---\n", "\n---\n", "--- postscript",
        "\\--- postscript", "\\\\--- postscript\n", "--- postscript \t", "a\n--- postscript\nb", "\r\n", "a\r\nb", "\0",
        "chancery: 1", "---\nchancery: 1\n---", "  a  ", "\u{2028}",
    ])
    func `bodies and postscripts keep every byte`(text: String) throws {
        for member in ["body", "postscript", "title", "summary"] {
            for other in ["", "x", "\n", "x\n"] {
                var letter = Letter(members: [member: .string(text)])
                let second = member.hasSameBytes(as: "body") ? "postscript" : "body"
                letter.members[second] = other.utf8.isEmpty ? nil : .string(other)
                #expect(try ChanceryTextForm.parse(ChanceryTextForm.render(letter)).letter == letter)
            }
        }
    }

    @Test func `an editor may drop the last newline, write CRLF, add comments and empty lines`() throws {
        let expected = Letter(members: ["title": "A title", "body": "One.\n\nTwo."])
        for text in [
            "---\nchancery: 1\ntitle: A title\n---\n\nOne.\n\nTwo.\n",
            "---\nchancery: 1\ntitle: A title\n---\n\nOne.\n\nTwo.",
            "---\nchancery: 1\ntitle: A title\n---\nOne.\n\nTwo.\n",
            "---\r\nchancery: 1\r\ntitle: A title\r\n---\r\n\r\nOne.\r\n\r\nTwo.\r\n",
            "---\nchancery: 1\n# To finish, save and close.\n\n  # Another.\ntitle:   A title  \n\n---  \n\nOne.\n\nTwo.\n",
        ] {
            #expect(try ChanceryTextForm.parse(Array(text.utf8)).letter == expected)
        }
    }

    @Test(
        arguments: [
            ("", 1, .block), ("title: x\n", 1, .block), ("---\ntitle: x\n---\n", 2, .block),
            ("---\nchancery: 2\n---\n", 2, .block),
            ("---\nchancery: 1\ntitle: x\n", 4, .block), ("---\nchancery: 1\ntitle\n---\n", 3, .syntax),
            ("---\nchancery: 1\n- x\n---\n", 3, .syntax), ("---\nchancery: 1\ntitle:x\n---\n", 3, .syntax),
            ("---\nchancery: 1\na title: x\n---\n", 3, .syntax), ("---\nchancery: 1\ntitle:\n---\n", 3, .syntax),
            ("---\nchancery: 1\ndate:\nkind: letter\n---\n", 3, .syntax),
            ("---\nchancery: 1\n  title: x\n---\n", 3, .indentation),
            ("---\nchancery: 1\ndate:\n   edtf: 1843\n---\n", 4, .indentation),
            ("---\nchancery: 1\ndate:\n  edtf: 1843\n    text: x\n---\n", 5, .indentation),
            ("---\nchancery: 1\ndate:\n    edtf: 1843\n  text: x\n---\n", 4, .indentation),
            ("---\nchancery: 1\n\ttitle: x\n---\n", 3, .syntax),
            ("---\nchancery: 1\ntitle: x\ntitle: y\n---\n", 4, .duplicate),
            ("---\nchancery: 1\ndate:\n  edtf: 1\n  \"edtf\": 2\n---\n", 5, .duplicate),
            ("---\nchancery: 1\nid: x\n---\n", 3, .id),
            ("---\nchancery: 1\nid: 019AB1C2-7F00-7000-8000-000000000002\n---\n", 3, .id),
            ("---\nchancery: 1\nchancery: 1\n---\n", 3, .duplicate), ("---\nchancery: 1\nsize:= 1.5\n---\n", 3, .json),
            ("---\nchancery: 1\nsize:=\n---\n", 3, .json), ("---\nchancery: 1\ntitle: \"x\n---\n", 3, .json),
            ("---\nchancery: 1\n\"ti\\xtle\": x\n---\n", 3, .json),
            ("---\nchancery: 1\ntitle: \"x\" y\n---\n", 3, .json),
            ("---\nchancery: 1\ntitle: |\nkind: letter\n---\n", 4, .syntax),
            ("---\nchancery: 1\ntags:\n  - a\n  b\n---\n", 5, .syntax),
            ("---\nchancery: 1\ntags:\n  - a\n  -\n---\n", 5, .syntax),
            ("---\nchancery: 1\ntags:\n  - a\n    - b\n---\n", 5, .indentation),
            ("---\nchancery: 1\nbody: x\n---\n\ny\n", 5, .duplicate),
            ("---\nchancery: 1\n---\n\nx\n--- postscript\ny\n--- postscript\nz\n", 8, .duplicate),
        ] as [(String, Int, TextFormError.Code)])
    func `an error names the line and what was expected`(text: String, line: Int, code: TextFormError.Code) {
        #expect {
            try ChanceryTextForm.parse(Array(text.utf8))
        } throws: { error in
            guard let error = error as? TextFormError else { return false }
            return error.line == line && error.code == code && !error.expected.isEmpty
        }
    }

    @Test func `bytes that are no UTF-8 are refused with their line`() {
        let bytes = Array("---\nchancery: 1\ntitle: ".utf8) + [0xFF] + Array("\n---\n".utf8)
        #expect { try ChanceryTextForm.parse(bytes) } throws: { ($0 as? TextFormError)?.line == 3 }
    }

    @Test func `hostile depth is refused`() {
        var text = "---\nchancery: 1\n"
        for level in 0..<100_000 / 200 { text += String(repeating: " ", count: 2 * level) + "a:\n" }
        #expect(throws: TextFormError.self) { try ChanceryTextForm.parse(Array(text.utf8)) }
    }

    @Test func `an exported letter comes back by import with its id and nothing added`() throws {
        let id = try #require(LetterID("019ab1c2-7f00-7000-8000-000000000002"))
        var letter = Self.exampleLetter()
        letter.extra["list"] = [1]
        let bytes = ChanceryTextForm.render(letter, id: id)
        let importer = try #require(ImporterRegistry.standard.importer(start: bytes, fileName: "x.txt", format: "text"))
        #expect(
            importer.items(in: bytes, fileName: "x.txt") == [
                .letter(ImportedLetter(id: id, letter: letter))
            ])
        #expect(!importer.keepsSource)
    }
}
