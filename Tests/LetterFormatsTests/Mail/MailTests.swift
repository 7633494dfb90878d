import Foundation
import Hashing
import LetterFormats
import LetterModel
import Testing

struct MailTests {
    /// A header that makes a text a message.
    static let head = "From: Ada <ada@example.org>\nTo: Charles <charles@example.org>\nMessage-ID: <1@example.org>\n"

    static func items(_ bytes: [UInt8], _ fileName: String = "a.eml") throws -> [ImportItem] {
        let importer = try #require(ImporterRegistry.standard.importer(start: bytes, fileName: fileName))
        #expect(["eml", "mbox"].contains(importer.format))
        return importer.items(in: bytes, fileName: fileName)
    }

    static func letters(_ text: String, _ fileName: String = "a.eml") throws -> [ImportedLetter] {
        try items(Array(text.utf8), fileName).map { item in
            guard case .letter(let letter) = item else { throw ImportRefusal(.invalid, "\(item)") }
            return letter
        }
    }

    static func letter(_ text: String) throws -> Letter {
        let letters = try letters(text)
        try #require(letters.count == 1)
        return letters[0].letter
    }

    @Test func `a message becomes a letter with its people, date, subject, ids and text`() throws {
        let text = """
            Received: from mx.example.org by example.org; Wed, 15 Jul 2020 10:11:13 +0400
            From: Ada Lovelace <ada@example.org>, "Byron, Annabella" <annabella@example.org>
            To: =?iso-8859-1?Q?J=FCrgen_M=FCller?= <juergen@example.org>
            Cc: charles@example.org
            Date: Wed, 15 Jul 2020 23:11:12 -0400
            Subject: =?utf-8?B?w5xiZXIgZGllIE1hc2NoaW5l?=
             und die Lochkarten
            Message-ID: <abc@example.org>
            In-Reply-To: <2@example.org>
            References: <1@example.org> <2@example.org>
            Content-Language: de
            Content-Type: text/plain; charset=iso-8859-1
            Content-Transfer-Encoding: quoted-printable

            Lieber J=FCrgen,

            die Maschine l=E4uft.

            """
        let imported = try #require(try Self.letters(text).first)
        let letter = imported.letter
        #expect(letter.kind == .email)
        #expect(letter.senders.map(\.name) == ["Ada Lovelace", "Byron, Annabella"])
        #expect(letter.senders.map(\.uris) == [["mailto:ada@example.org"], ["mailto:annabella@example.org"]])
        #expect(letter.recipients.map(\.name) == ["Jürgen Müller", "charles@example.org"])
        #expect(letter.recipients.map { $0.members["field"]?.text } == [nil, "cc"])
        #expect(letter.date?.edtf == "2020-07-15")
        #expect(letter.date?.text == "Wed, 15 Jul 2020 23:11:12 -0400")
        #expect(letter.title == "Über die Maschine und die Lochkarten")
        #expect(letter.identifiers.map(\.value) == ["abc@example.org"])
        #expect(letter.relations.map(\.type) == [.replyTo, .references])
        #expect(letter.relations.map(\.target) == ["mid:2@example.org", "mid:1@example.org"])
        #expect(letter.language == "de")
        #expect(letter.body == "Lieber Jürgen,\n\ndie Maschine läuft.")
        #expect(letter.source?.charset == "windows-1252")
        #expect(letter.attachments.map(\.role) == [.original])
        #expect(letter.attachments.map(\.mediaType) == ["message/rfc822"])
        #expect(imported.files == [Array(text.utf8)])
        #expect(letter.attachments.map(\.blob) == imported.files.map { BlobID(SHA256.digest(of: $0)) })
        #expect(imported.warnings.isEmpty)
    }

    @Test func `plain text is preferred, HTML becomes text, and all else is attached`() throws {
        let text = """
            \(Self.head)Subject: x
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary=outer

            --outer
            Content-Type: multipart/alternative; boundary="inner"

            --inner
            Content-Type: text/plain; charset=utf-8

            Plain — words.
            --inner
            Content-Type: text/html; charset=utf-8

            <p>HTML words.</p>
            --inner--
            --outer
            Content-Type: image/png; name="../../etc/passwd"
            Content-Transfer-Encoding: base64
            Content-Disposition: attachment; filename="../../etc/passwd"

            iVBORw0KGgo=
            --outer
            Content-Type: message/rfc822

            From: Eve <eve@example.org>
            Subject: inside

            Hidden.
            --outer
            Content-Type: application/pdf
            Content-Disposition: attachment; filename*=utf-8''Br%C3%BCcke.pdf

            %PDF-
            --outer--
            """
        let imported = try #require(try Self.letters(text).first)
        #expect(imported.letter.body == "Plain — words.")
        #expect(imported.letter.attachments.map(\.name) == ["x.eml", "_.._etc_passwd", "part-2.eml", "Brücke.pdf"])
        #expect(imported.letter.attachments.map(\.order) == [nil, 1, 2, 3])
        #expect(imported.files.count == 4)
        #expect(imported.files[1] == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        #expect(String(decoding: imported.files[2], as: UTF8.self).contains("Hidden."))
        #expect(imported.files[3].starts(with: "%PDF-".utf8))
    }

    @Test(
        arguments: [
            ("<p>One&nbsp;&amp; two</p><p>three<br>four</p>", "One\u{A0}& two\n\nthree\nfour"),
            ("<html><head><title>no</title><style>p{}</style></head><body><div>a</div><div>b</div></body>", "a\nb"),
            ("a <!-- no --> b <script>no < no</script>c", "a b c"), ("5 < 6 and 7 > 2", "5 < 6 and 7 > 2"),
            ("<ul><li>x</li><li>y</li></ul>z", "x\ny\n\nz"), ("<table><tr><td>1</td><td>2</td></tr></table>", "1 2"),
            ("a<img src=x alt=\"a &lt;picture&gt;\">b", "a a <picture> b"),
            ("&#8217;&#x2019;&#146;&nosuch;&", "’’’&nosuch;&"),
            ("<pre>a\n  b</pre>c", "a\n  b\n\nc"), ("<p>unclosed <a href=\"x>word", "unclosed word"),
            ("never <a href", "never <a href"),
            ("<script>never closed", "never closed"), ("&auml;&yuml;&nbsp;&hearts;", "äÿ\u{A0}♥"), ("", nil),
            ("<p>a</p>\n<p>&nbsp;</p>\n<p>b</p>", "a\n\nb"), ("AT&T &lt", "AT&T &lt"),
        ] as [(String, String?)])
    func `HTML alone is read word by word`(html: String, text: String?) throws {
        let letter = try Self.letter("\(Self.head)Content-Type: text/html; charset=utf-8\n\n\(html)\n")
        #expect(letter.body == text)
    }

    @Test func `HTML that opens and never closes costs no more than its length`() throws {
        for piece in ["<script>", "<a \"", "<!--", "<b", "&", "<p ='", "<img alt='", "<style>x"] {
            let html = String(repeating: piece, count: 60_000 / piece.utf8.count)
            _ = try Self.letter("\(Self.head)Content-Type: text/html\n\n\(html)\n")
        }
    }

    @Test(arguments: [
        ("a \nb\n", "a b"), ("a\nb\n", "a\nb"), ("> a \n> b\nc\n", "> a b\nc"), (" From x\n", "From x"),
        ("a \n> b\n", "a \n> b"), ("text\n-- \nAda\n", "text\n-- \nAda"), ("a \n\nb\n", "a \n\nb"),
    ])
    func `lines that were cut for the way are put together again`(text: String, body: String) throws {
        #expect(try Self.letter("\(Self.head)Content-Type: text/plain; format=flowed\n\n\(text)").body == body)
    }

    @Test(
        arguments: [
            ("koi8-r", [0xF0, 0xD2, 0xC9, 0xD7, 0xC5, 0xD4], "Привет", "koi8-r"),
            ("iso-2022-jp", [0x1B, 0x24, 0x42, 0x32, 0x48, 0x3F, 0x2E, 0x1B, 0x28, 0x42], "家信", "iso-2022-jp"),
            ("gb2312", [0xBC, 0xD2, 0xD0, 0xC5], "家信", "gb18030"),
            ("windows-1254", [0xDE, 0xFD], "Şı", "windows-1254"),
            ("iso-8859-1", [0x93, 0x61, 0x94], "“a”", "windows-1252"), ("us-ascii", [0xC3, 0xA9], "é", "utf-8"),
            ("no-such", [0x6D, 0xFC, 0x64, 0x65], "müde", "windows-1252"),
            ("utf-8", [0x6D, 0xFC, 0x64], "müd", "windows-1252"),
        ] as [(String, [UInt8], String, String)])
    func `charsets are those that are declared, or else what the bytes look like`(
        declared: String, bytes: [UInt8], text: String, charset: String
    ) throws {
        let message = Array("\(Self.head)Content-Type: text/plain; charset=\(declared)\n\n".utf8) + bytes + [0x0A]
        guard case .letter(let imported) = try Self.items(message)[0] else {
            Issue.record("refused")
            return
        }
        #expect(imported.letter.body == text)
        #expect(imported.letter.source?.charset == charset)
    }

    @Test(
        arguments: [
            ("Wed, 15 Jul 2020 23:59:59 -0700", "2020-07-15"), ("3 Jul 1883 00:00:00 -0000", "1883-07-03"),
            ("Tue, 1 Jan 0999 12:00:00 GMT", "0999-01-01"), ("1 Jul 2001 10:00 +0200 (CEST)", "2001-07-01"),
            ("30 Feb 2020 10:00:00 +0000", nil), ("yesterday", nil), ("15 Jul 20 10:00:00 +0000", "2020-07-15"),
            ("Thu, 1 Apr 99 10:00:00 +0000", "1999-04-01"),
        ] as [(String, String?)])
    func `the day is the sender's, and what is no date stays as it is`(written: String, edtf: String?) throws {
        let letters = try Self.letters("\(Self.head)Date: \(written)\n\nx\n")
        #expect(letters[0].letter.date?.edtf == edtf)
        #expect(letters[0].letter.date?.text == written)
        #expect(letters[0].warnings.map(\.code) == (edtf == nil ? [.impossibleDate] : []))
    }

    @Test(arguments: [
        ("=?utf-8?B?YQ==?= =?utf-8?B?Yg==?=", "ab"),
        ("=?utf-8?B?YQ==?=\n =?UTF-8?b?YmM=?=\n\t=?utf-8?B?ZGVm?=", "abcdef"),
        ("=?utf-8?B?YcM=?= =?utf-8?B?pGI=?= c", "aäb c"), ("=?utf-8?B?YQ==?= b =?utf-8?B?Yg==?=", "a b b"),
        ("=?iso-8859-1?B?5A==?= =?utf-8?B?w7Y=?=", "äö"), ("=?utf-8?Q?a?= =?utf-8?B?Yg==?= =?utf-8?Q?c?=", "abc"),
    ])
    func `encoded words that follow each other are all read`(written: String, text: String) throws {
        let letter = try Self.letter("From: \(written) <a@b.c>\nSubject: \(written)\n\nx\n")
        #expect(letter.title == text)
        #expect(letter.senders.map(\.name) == [text])
        let file = """
            \(Self.head)Subject: x
            Content-Type: multipart/mixed; boundary=b

            --b
            Content-Type: application/pdf; name="\(written)"
            Content-Disposition: attachment

            x
            --b--
            """
        #expect(try Self.letter(file).attachments.last?.name == text)
    }

    @Test func `groups, nobody, and names without addresses`() throws {
        let letter = try Self.letter(
            "From: Friends: a@x.org, B <b@x.org>;\nTo: undisclosed-recipients:;\nCc: Ada Lovelace:;\nBcc: =?utf-8?B?w4lycyA8YUBiLmM+?=\nSubject: x\n\nx\n"
        )
        #expect(letter.senders.map(\.name) == ["Friends", "a@x.org", "B"])
        #expect(letter.senders.map(\.kind) == [.group, nil, nil])
        #expect(letter.recipients.map(\.name) == ["Ada Lovelace", "Érs <a@b.c>"])
    }

    // MARK: Mailboxes

    static let separator = "From ada@example.org Wed Jul 15 10:00:00 2020\n"

    @Test func `a mailbox is cut at its lines, and lines of texts that begin so stay`() throws {
        let mailbox = """
            \(Self.separator)\(Self.head)Subject: one

            >From here on.
            From nobody at 10:00 in 2020

            From ada@example.org Wed Jul 15 10:00:00 2020
            is no separator.

            \(Self.separator)\(Self.head)Subject: two

            x
            \(Self.separator)\(Self.head)Subject: three

            """
        let letters = try Self.letters(mailbox, "inbox")
        #expect(letters.map(\.letter.title) == ["one", "two", "three"])
        #expect(
            letters.map(\.letter.body) == [
                "From here on.\nFrom nobody at 10:00 in 2020\n\nFrom ada@example.org Wed Jul 15 10:00:00 2020\nis no separator.",
                "x", nil,
            ])
        #expect(letters.map(\.line) == [1, 13, 20])
        #expect(Set(letters.map(\.id)).count == 3, "one Message-ID may stand for two messages")
    }

    @Test func `a message is the same letter from a file of its own and from any mailbox`() throws {
        let message = "\(Self.head)Subject: x\n\nText.\n"
        let alone = try Self.letters(message)
        for mailbox in ["\(Self.separator)\(message)\n", "\(Self.separator)\(message)\n\(Self.separator)\(message)\n"] {
            for letter in try Self.letters(mailbox, "m.mbox") {
                #expect(letter.id == alone[0].id)
                #expect(letter.letter == alone[0].letter)
                #expect(letter.files == alone[0].files)
            }
        }
    }

    @Test func `the pieces in which a mailbox comes do not matter`() throws {
        var mailbox: [UInt8] = []
        for number in 0..<12 {
            mailbox += Array("\(Self.separator)\(Self.head)Subject: \(number)\n\nFrom é\n>From x\n\n".utf8)
            if number == 5 { mailbox += [UInt8](repeating: 0x61, count: 200_000) + [0x0A, 0x0A] }
        }
        let whole = try Self.items(mailbox, "inbox")
        #expect(whole.count == 12)
        for size in [1, 7, 64, 1_000, 70_000] {
            var reader = MailboxImporter().reader(fileName: "inbox")
            var items: [ImportItem] = []
            for start in stride(from: 0, to: mailbox.count, by: size) {
                items += reader.read(Array(mailbox[start..<min(start + size, mailbox.count)]))
            }
            #expect(items + reader.finish() == whole, "pieces of \(size)")
        }
    }

    @Test(arguments: [
        ("From a@b.c Wed Jul 15 10:00:00 2020\nFrom: x\n", "", "mbox"), ("x\n", "x.eml", "eml"),
        ("\n", "x.mbox", "mbox"), ("Received: by x\nFrom: a@b.c\n\n", "", "eml"),
        ("Return-Path: <a@b.c>\nSubject: x\n\n", "a.txt", "eml"),
        ("From: Ada\nTo: Charles\nDate: today\n\nDear", "", "text"),
        ("From here on 10:00 2020\nFrom: x", "", "mbox"), ("From Ada\n\nDear Charles,\n", "", "text"),
        ("MIME-Version: 1.0\n\nx", "", "text"), ("Message-ID: 1", "", "text"),
    ])
    func `the content tells mail from letters on paper`(start: String, fileName: String, format: String) {
        let importer = ImporterRegistry.standard.importer(start: Array(start.utf8), fileName: fileName)
        #expect(importer?.format == format)
    }
}
