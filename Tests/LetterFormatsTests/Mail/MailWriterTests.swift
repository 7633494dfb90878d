import LetterFormats
import LetterModel
import Testing

struct MailWriterTests {
    /// The letter again, from a mailbox with it.
    static func again(_ letter: Letter, files: [MailWriter.File] = []) throws -> Letter {
        let items = MailboxImporter().items(in: MailWriter.entry(letter, files: files), fileName: "m.mbox")
        guard items.count == 1, case .letter(let imported) = items[0] else { throw ImportRefusal(.invalid, "\(items)") }
        return imported.letter
    }

    /// The members of a letter that a message can hold, as they come back.
    static func held(_ letter: Letter) -> Letter {
        var held = Letter()
        held.kind = .email
        held.title = letter.title
        held.senders = letter.senders
        held.recipients = letter.recipients
        held.date = letter.date
        held.identifiers = letter.identifiers.filter { $0.scheme == "message-id" }
        held.relations = letter.relations
        held.language = letter.language
        held.languages = letter.languages
        held.tags = letter.tags
        held.body = letter.body
        return held
    }

    static func agent(_ name: String?, _ address: String?, field: String? = nil) -> Agent {
        var agent = Agent()
        agent.name = name ?? address
        if let address { agent.uris = ["mailto:\(address)"] }
        if let field { agent.members["field"] = .string(field) }
        return agent
    }

    @Test func `what a message can hold comes back equal`() throws {
        var letter = Letter()
        letter.kind = .email
        letter.title = "Über die Maschine, \"das Wunder\" =?utf-8?Q?x?= and  spaces "
        letter.senders = [Self.agent("Ada Lovelace", "ada@example.org"), Self.agent("Gräfin, Ada \\ \"x\"", "a@x.org")]
        letter.recipients = [
            Self.agent("Charles Babbage", nil), Self.agent(nil, "c@example.org"), Self.agent("Müller: & Söhne;", nil),
            Self.agent("Byron, A.", "b@example.org", field: "cc"), Self.agent("敬启者", "x@example.org", field: "bcc"),
        ]
        var date = LetterDate()
        date.edtf = "2020-07-15"
        date.text = "Wed, 15 Jul 2020 23:11:12 -0400"
        letter.date = date
        letter.language = "de"
        letter.tags = ["engine", "Lochkarten für alle"]
        letter.identifiers = [Identifier(members: ["scheme": "message-id", "value": "a.b@example.org"])]
        letter.relations = [
            Relation(members: ["type": "replyTo", "target": "mid:1%25@example.org"]),
            Relation(members: ["type": "references", "target": "mid:2@example.org"]),
        ]
        letter.body =
            "From the start\n.\nFrom é \n--=_letter--\n\n> quoted=3D\t\n\(String(repeating: "long ", count: 50))end"
        let found = try Self.again(letter)
        var comparable = found
        comparable.source = nil
        comparable.attachments = []
        #expect(comparable == Self.held(letter))
    }

    @Test
    func
        `a letter of which nothing is known comes back, as a message or in a mailbox, and nobody is lost who is called unknown`()
        throws
    {
        var nothing = Letter()
        nothing.body = "Come home."
        var nameless = Letter()
        nameless.senders = [Agent()]
        nameless.title = ""
        var unknown = Letter()
        unknown.senders = [Self.agent("Unknown", nil)]
        unknown.recipients = [
            Self.agent("Undisclosed recipients", nil), Self.agent("unknown lady, A.", nil, field: "cc"),
        ]
        for letter in [nothing, nameless, unknown, Letter()] {
            for id in [nil, LetterID.derived(kind: "test", key: [1])] {
                let message = MailWriter.message(letter, id: id)
                #expect(MessageImporter().recognises(start: message, fileName: "-"))
                let mailbox = MailWriter.separator + message + MailWriter.separatorEnd
                #expect(MailboxImporter().recognises(start: mailbox, fileName: "-"))
                for items in [
                    MessageImporter().items(in: message, fileName: "-"),
                    MailboxImporter().items(in: mailbox + mailbox, fileName: "-"),
                ] {
                    #expect(items.count == 1 || items.count == 2)
                    for item in items {
                        guard case .letter(let found) = item else {
                            Issue.record("\(item)")
                            continue
                        }
                        #expect(found.letter.body == letter.body)
                        #expect(found.letter.senders == letter.senders.filter { $0.name != nil })
                        #expect(found.letter.recipients == letter.recipients)
                        #expect(found.letter.title == nil)
                    }
                }
            }
        }
    }

    @Test func `files go along, and originals do not`() throws {
        var letter = Letter()
        letter.title = "x"
        let bytes: [[UInt8]] = [
            [], [0], [1, 2], [3, 4, 5], (0..<1_000).map { UInt8($0 & 0xFF) }, Array("From x\n--=_letter\n".utf8),
        ]
        let files = bytes.enumerated().map { index, bytes in
            var attachment = Attachment()
            attachment.name = "Brücke \(index).bin"
            attachment.mediaType = index == 3 ? "message/rfc822" : "image/x-\(index)"
            return MailWriter.File(attachment: attachment, bytes: bytes)
        }
        let entry = MailWriter.entry(letter, files: files)
        guard case .letter(let imported) = MailboxImporter().items(in: entry, fileName: "m")[0] else {
            Issue.record("refused")
            return
        }
        #expect(Array(imported.files.dropFirst()) == bytes)
        #expect(imported.letter.attachments.dropFirst().map(\.name) == (0..<bytes.count).map { "Brücke \($0).bin" })
        #expect(imported.letter.attachments.dropFirst().map(\.mediaType)[0] == "image/x-0")
        var original = Attachment()
        original.role = .original
        #expect(!MailWriter.carries(original))
        #expect(MailWriter.carries(files[0].attachment))
    }

    @Test(arguments: [
        "x\nBcc: eve@example.org", "x\r\n\r\nbody", "x\u{2028}Bcc: y", "\u{0}", "\u{85}Bcc: y", "x\rBcc: y",
    ])
    func `nothing that a letter says begins a field of its own`(hostile: String) throws {
        var letter = Letter()
        letter.title = hostile
        letter.senders = [
            Self.agent(hostile, "ada@example.org"), Self.agent(hostile, hostile), Self.agent("A", hostile),
        ]
        letter.recipients = [Self.agent(hostile, nil)]
        letter.tags = [hostile]
        letter.language = hostile
        var date = LetterDate()
        date.edtf = "2020-07-15"
        date.text = "15 Jul 2020 10:00 \(hostile)"
        letter.date = date
        letter.identifiers = [Identifier(members: ["scheme": "message-id", "value": .string("\(hostile)@x")])]
        letter.relations = [Relation(members: ["type": "replyTo", "target": .string("mid:a%0ABcc:%20y@x\(hostile)")])]
        var attachment = Attachment()
        attachment.name = hostile
        attachment.mediaType = hostile
        let message = MailWriter.message(letter, files: [MailWriter.File(attachment: attachment, bytes: [1])])
        let text = String(decoding: message, as: UTF8.self)
        #expect(message.allSatisfy { $0 == 0x0A || (0x20...0x7E).contains($0) })
        let names = text.split(separator: "\n").filter { $0.first != " " }.compactMap { $0.split(separator: ":").first }
        #expect(!names.contains("Bcc"))
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false).allSatisfy { $0.utf8.count <= 998 })
        #expect(try Self.again(letter).recipients.count <= 1)
    }

    @Test(
        arguments: [
            ("1883-07-03", "3 Jul 1883 00:00:00 -0000"), ("0999-01-31", "31 Jan 0999 00:00:00 -0000"), ("1883-07", nil),
            ("-0001-01-01", nil), ("1883-07-03?", nil),
        ] as [(String, String?)])
    func `a day is written as a date, and what is less than a day is not`(edtf: String, written: String?) throws {
        var letter = Letter()
        letter.title = "x"
        var date = LetterDate()
        date.edtf = edtf
        date.text = "3. Juli"
        letter.date = date
        let found = try Self.again(letter).date
        if written != nil { #expect(found?.edtf == edtf) }
        #expect(found?.text == written)
    }

    @Test func `random letters are written so that they can be read, and never trap`() throws {
        for seed in 0..<500 as Range<UInt64> {
            var generator = Generator(seed: seed)
            let letter = generator.validLetter()
            let entry = MailWriter.entry(letter)
            let items = MailboxImporter().items(in: entry, fileName: "m.mbox")
            guard items.count == 1, case .letter(let imported) = items[0] else {
                Issue.record("seed \(seed): \(items)")
                continue
            }
            let body = imported.letter.body ?? ""
            for part in [letter.body, letter.signature].compactMap({ $0 }) where !part.utf8.contains(0x0D) {
                let text = part.trimmingSuffix { $0 == "\n" }
                #expect(
                    text.isEmpty || body.contains(text),
                    "seed \(seed): \(text.debugDescription) in \(body.debugDescription)")
            }
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(while isTrimmed: (Unicode.Scalar) -> Bool) -> String {
        var scalars = unicodeScalars
        while let last = scalars.last, isTrimmed(last) { scalars.removeLast() }
        return String(scalars)
    }
}
