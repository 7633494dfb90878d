import LetterFormats
import LetterModel
import Testing

struct BadMailTests {
    private static let head = MailTests.head

    static let badMessages: [(name: String, bytes: [UInt8], reason: ImportRefusal.Reason)] = {
        func text(_ name: String, _ text: String, _ reason: ImportRefusal.Reason) -> (
            String, [UInt8], ImportRefusal.Reason
        ) { (name, Array(text.utf8), reason) }
        func nested(_ depth: Int) -> String {
            (0..<depth).reduce(into: "") { text, level in
                text += "Content-Type: multipart/mixed; boundary=b\(level)\n\n--b\(level)\n"
            } + "\nx\n"
        }
        let many = (0..<1_100).map { "--b\n\n\($0)\n" }.joined() + "--b--\n"
        let fields = (0..<10_001).map { "X: \($0)\n" }.joined()
        let people = (0..<1_001).map { "p\($0)@example.org" }.joined(separator: ",\n ")
        let long = String(repeating: "x", count: Limits.bodyBytes + 1)
        return [
            text("nothing", "", .empty), text("white space", " \n\r\n\t", .empty),
            text("prose", "Dear Charles,\n\nCome home.\n", .syntax),
            text("an empty line first", "\nFrom: a@b.c\n\nx", .syntax),
            text("a continuation first", " folded\nFrom: a@b.c\n\nx", .syntax),
            text("HTML", "<html><body>From a</body></html>\n", .syntax),
            text("no name before the colon", ": x\nFrom: a@b.c\n\n", .syntax),
            ("a picture", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00], .syntax),
            ("NUL in the header", Array("From: a@b.c\nSubject: ".utf8) + [0, 0x0A, 0x0A], .binary),
            ("UTF-16", Array("From: a@b.c\n\n".utf16).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }, .binary),
            text("no field that says anything", "X-One: 1\nMIME-Version: 1.0\n\nx\n", .invalid),
            text("only an id", "Message-ID: <1@example.org>\n\nx\n", .invalid),
            text("parts too deep", head + nested(60), .tooLong), text("very deep", head + nested(3_000), .tooLong),
            text("too many parts", head + "Content-Type: multipart/mixed; boundary=b\n\n" + many, .tooLong),
            text("too many fields", head + fields + "\nx\n", .tooLong),
            text("a field without an end", head + "Subject: " + String(repeating: "x", count: 1_100_000), .tooLong),
            text("too many people", "From: \(people)\nSubject: x\n\nx\n", .tooLong),
            text("a body too long", head + "\n" + long, .tooLong),
            text("a body too long in HTML", head + "Content-Type: text/html\n\n<p>" + long, .tooLong),
            text("a note too long for a name", head + "Subject: x\n\n" + long + "\n", .tooLong),
        ]
    }()

    @Test(arguments: badMessages.indices)
    func `a bad message is refused with its reason`(index: Int) throws {
        let (name, bytes, reason) = Self.badMessages[index]
        let items = MessageImporter().items(in: bytes, fileName: "a.eml")
        guard items.count == 1, case .refusal(let refusal) = items[0] else {
            Issue.record("\(name) was taken")
            return
        }
        #expect(refusal.reason == reason, "\(name): \(refusal)")
    }

    @Test(arguments: badMessages.indices.filter { ![.empty, .syntax].contains(badMessages[$0].reason) })
    func `a bad message in a mailbox is refused by its line, and the others are taken`(index: Int) throws {
        let bad = Self.badMessages[index]
        let good = Array("\(MailTests.separator)\(Self.head)Subject: x\n\nx\n\n".utf8)
        let mailbox = good + Array(MailTests.separator.utf8) + bad.bytes + [0x0A, 0x0A] + good
        let items = MailboxImporter().items(in: mailbox, fileName: "m.mbox")
        if bad.name == "UTF-16" {
            // Its first line is no field: to a mailbox it is the end of the message before.
            #expect(items.count == 2)
            return
        }
        guard items.count == 3, case .letter = items[0], case .refusal(let refusal) = items[1], case .letter = items[2]
        else {
            Issue.record("\(bad.name): \(items.count) items")
            return
        }
        #expect(refusal.reason == bad.reason)
        #expect(refusal.line == 9)
    }

    @Test func `a message without an end costs no memory beyond its limit, and the next one is taken`() {
        var reader = MailboxImporter().reader(fileName: "m.mbox")
        let piece = [UInt8](repeating: 0x20, count: 1024 * 1024)
        var items = reader.read(Array("\(MailTests.separator)\(Self.head)\n".utf8))
        for _ in 0..<130 { items += reader.read(piece) }
        items += reader.read(Array("\n\n\(MailTests.separator)\(Self.head)Subject: x\n\nx\n".utf8))
        items += reader.finish()
        guard items.count == 2, case .refusal(let refusal) = items[0], case .letter = items[1] else {
            Issue.record("\(items.count)")
            return
        }
        #expect(refusal.reason == .tooLong)
        #expect(refusal.line == 1)
    }

    /// What is odd, and no reason to refuse a message: each with the text that is found in it.
    static let oddMessages: [(text: String, body: String?)] = [
        ("\(head)Content-Type: multipart/mixed\n\nno boundary\n", nil),
        ("\(head)Content-Type: multipart/mixed; boundary=b\n\n--b\n\nnever closed", "never closed"),
        ("\(head)Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n!!!\n", nil),
        ("\(head)Content-Type: nonsense\n\nx\n", "x"),
        ("\(head)Content-Type: text/plain; charset=\"\u{1}\"\n\nx\n", "x"),
        ("\(head)Content-Transfer-Encoding: quoted-printable\n\na=\nb=3\n=ZZ", "ab=3\n=ZZ"),
        ("\(head)Subject: =?utf-8?B?\n\nx\n", "x"), ("\(head)\n", nil), (head, nil),
        ("\(head)Content-Type: multipart/encrypted; boundary=b\n\n--b\nContent-Type: application/x\n\nx\n--b--\n", nil),
        ("\(head)Content-Type: message/partial; id=x; number=1\n\nx\n", nil), ("\(head)no field\n\nx\n", "x"),
    ]

    @Test(arguments: oddMessages.indices)
    func `what is only odd is taken, and its message kept`(index: Int) throws {
        let (text, body) = Self.oddMessages[index]
        let imported = try #require(try MailTests.letters(text).first)
        #expect(imported.letter.body == body)
        #expect(imported.files[0] == Array(text.utf8))
    }
}
