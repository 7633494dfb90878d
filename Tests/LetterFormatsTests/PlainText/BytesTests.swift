import LetterFormats
import LetterModel
import Testing

/// Encodings, line ends, and bytes that are no letter.
struct BytesTests {
    static let russian =
        "Уважаемый господин Президент!\n\nБлагодарю Вас за письмо от 12 июля. Ёлка «стоит» — №5.\n\nС уважением,\n\nИльхам Алиев"
    static let french =
        "Monsieur le Président,\n\nJ’ai bien reçu votre lettre, où l’été déjà s’achève… à bientôt, cœur léger – 5 €.\n\nCordialement,\n\nFrançois Müller"

    static func encode(_ text: String, _ table: [Character: UInt8]) -> [UInt8] {
        text.map { $0.isASCII ? ($0.asciiValue ?? 0) : (table[$0] ?? 0x3F) }
    }

    /// windows-1251 as far as the text needs it.
    static let cyrillic: [Character: UInt8] = {
        var table: [Character: UInt8] = ["Ё": 0xA8, "ё": 0xB8, "«": 0xAB, "»": 0xBB, "—": 0x97, "№": 0xB9]
        for (index, code) in (0x0410...0x044F).enumerated() {
            guard let scalar = Unicode.Scalar(UInt32(code)) else { continue }
            table[Character(scalar)] = UInt8(0xC0 + index)
        }
        return table
    }()

    static let western: [Character: UInt8] = [
        "’": 0x92, "é": 0xE9, "è": 0xE8, "ç": 0xE7, "ù": 0xF9, "à": 0xE0, "ô": 0xF4, "…": 0x85, "œ": 0x9C, "–": 0x96,
        "€": 0x80,
        "ü": 0xFC,
    ]

    static func utf16(_ text: String, isLittleEndian: Bool) -> [UInt8] {
        text.utf16.flatMap { unit in
            let bytes = [UInt8(unit & 0xFF), UInt8(unit >> 8)]
            return isLittleEndian ? bytes : bytes.reversed()
        }
    }

    @Test func `windows-1251 and windows-1252 are told apart and lose nothing`() throws {
        for (text, table, charset) in [
            (Self.russian, Self.cyrillic, "windows-1251"), (Self.french, Self.western, "windows-1252"),
        ] {
            let imported = try Parsed.imported(Self.encode(text, table))
            let expected = try Parsed.letter(text)
            #expect(imported.letter.source?.charset == charset)
            #expect(imported.letter.body == expected.body)
            #expect(imported.letter.salutation == expected.salutation)
            #expect(imported.letter.signature == expected.signature)
            #expect(imported.warnings.map(\.code) == [.charsetAssumed])
        }
    }

    @Test func `a text of bytes with a NUL in it is no UTF-16`() {
        for text in ["Dear Ada,\n\nCome\0home.\n", "Dear Ada,\n\nCome home\0 soon.\n\0"] {
            let items = PlainTextImporter().items(in: Array(text.utf8), fileName: "a.txt")
            #expect(items == [.refusal(ImportRefusal(.binary))], "\(items)")
        }
    }

    @Test func `UTF-16 is read with a mark and without, both ways round`() throws {
        for text in [Self.russian, Self.french, "Dear Ada,\n\nCome. 🙂\n\nYours,\n\nC."] {
            let expected = try Parsed.letter(text)
            for isLittleEndian in [true, false] {
                let mark: [UInt8] = isLittleEndian ? [0xFF, 0xFE] : [0xFE, 0xFF]
                for isMarked in [true, false] {
                    let bytes = (isMarked ? mark : []) + Self.utf16(text, isLittleEndian: isLittleEndian)
                    let letter = try Parsed.imported(bytes).letter
                    #expect(letter.source?.charset == (isLittleEndian ? "utf-16le" : "utf-16be"))
                    #expect(letter.body == expected.body)
                    #expect(letter.salutation == expected.salutation)
                }
            }
        }
    }

    @Test func `a byte order mark is no part of the text`() throws {
        let imported = try Parsed.imported([0xEF, 0xBB, 0xBF] + Array("Dear Ada,\n\nCome.".utf8))
        #expect(imported.letter.salutation == "Dear Ada,")
        #expect(imported.letter.source?.charset == "utf-8")
        #expect(imported.letter.attachments.first?.size == 19)
    }

    @Test func `a broken byte in UTF-8 is read by a charset that explains it`() throws {
        var bytes = Array("Dear Ada,\n\nIt’s “late”, and caf".utf8)
        bytes.append(0xE9)
        bytes += Array(" is closed.".utf8)
        let imported = try Parsed.imported(bytes)
        #expect(imported.letter.body == "It’s “late”, and café is closed.")
        #expect(imported.letter.source?.charset == "utf-8+windows-1252")
        #expect(imported.warnings.map(\.code) == [.undecodableBytes])
    }

    @Test func `every single byte after ASCII is read as something, and never as U+FFFD`() throws {
        for byte in UInt8(0x80)...0xFF {
            let imported = try Parsed.imported(Array("Dear Ada,\n\nSo ".utf8) + [byte] + Array(" it is.".utf8))
            let body = try #require(imported.letter.body)
            #expect(!body.unicodeScalars.contains("\u{FFFD}"))
            #expect(body.unicodeScalars.count == 11)
        }
    }

    @Test func `bytes that no charset explains are said to be so`() throws {
        let imported = try Parsed.imported(Array("Dear Ada,\n\nSo ".utf8) + [0x81] + Array(" it is.".utf8))
        #expect(imported.warnings.map(\.code) == [.charsetAssumed, .undecodableBytes])
        #expect(imported.letter.source?.charset == "windows-1252")
    }

    @Test func `half a surrogate pair is marked, and the rest is read`() throws {
        let bytes: [UInt8] =
            [0xFF, 0xFE] + Self.utf16("Dear Ada,\n\nSo ", isLittleEndian: true) + [0x00, 0xD8]
            + Self.utf16(" it is.", isLittleEndian: true)
        let imported = try Parsed.imported(bytes)
        #expect(imported.letter.body == "So \u{FFFD} it is.")
        #expect(imported.warnings.map(\.code) == [.undecodableBytes])
    }

    @Test(arguments: ["\r\n", "\r", "\n"])
    func `all line ends make the same letter`(end: String) throws {
        let text = "Dear Ada,\n\nOne.\nTwo.\n\n\nThree.\n\nYours,\n\nCharles"
        let letter = try Parsed.letter(text.replacing("\n", with: end))
        #expect(letter.body?.hasSameBytes(as: "One.\nTwo.\n\nThree.") == true)
        #expect(letter.signature == "Charles")
    }

    @Test func `mixed line ends do not hide an empty line`() throws {
        let letter = try Parsed.letter("Dear Ada,\r\n\r\nOne.\n\rTwo.\r\n \t\nThree.\r\rYours,\n\r\nCharles")
        #expect(letter.body?.hasSameBytes(as: "One.\n\nTwo.\n\nThree.") == true)
        #expect(letter.valediction == "Yours,")
    }

    @Test(
        arguments: [
            ([], .empty), (Array(" \n\r\n\t\u{A0}\u{FEFF}".utf8), .empty), ([0xEF, 0xBB, 0xBF], .empty),
            ([0xFF, 0xFE], .empty),
            (Array("---\ntitle: x\n---\n\n".utf8), .empty), (Array("###".utf8), .empty),
            (Array("%PDF-1.7\nplain".utf8), .binary), ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A], .binary),
            (Array("PK\u{3}\u{4}x".utf8), .binary),
            ([0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3], .binary), (Array("a\0b".utf8), .binary),
            ((0...255).map { UInt8($0) }, .binary),
            ([0, 0, 0, 0], .binary), (Array("{\\rtf1 Dear Ada}".utf8), .binary),
            ([1, 2, 3, 4, 5, 6, 7, 0x41], .binary),
            (Array("To view the letter, visit:\nhttps://example.org/a.pdf".utf8), .stub),
            (Array("https://example.org/a.pdf".utf8), .stub),
            (Array("<https://example.org/a.pdf>\n\n\\###\n".utf8), .stub),
            (Array("Read the letter [here](https://example.org/a).".utf8), .stub),
            (Array("<?xml version=\"1.0\"?><TEI/>".utf8), .unsupported),
            (Array("<!DOCTYPE html><p>Dear Ada".utf8), .unsupported),
            (Array("From: a@example.org\nMessage-ID: <1@example.org>\n\nDear Ada".utf8), .unsupported),
            (Array(repeating: 0x61, count: 10 * 1024 * 1024), .tooLong),
            (Array(repeating: 0x61, count: 3 * 1024 * 1024), .tooLong),
        ] as [([UInt8], ImportRefusal.Reason)])
    func `what is no letter is refused with the reason`(bytes: [UInt8], reason: ImportRefusal.Reason) throws {
        #expect(try Parsed.reason(bytes) == reason)
    }

    @Test func `a line of 10 MB keeps no memory and leaves the batch alone`() throws {
        var reader = PlainTextImporter().reader(fileName: "long.txt")
        let piece = [UInt8](repeating: 0x61, count: 1024 * 1024)
        for _ in 0..<10 { #expect(reader.read(piece).isEmpty) }
        guard case .refusal(let refusal)? = reader.finish().first else {
            Issue.record("taken")
            return
        }
        #expect(refusal.reason == .tooLong)
        #expect(try Parsed.letter("Dear Ada,\n\nCome.").salutation == "Dear Ada,")
    }

    @Test(arguments: [
        "Come.",
        "I saw it on https://example.org and thought of you, who would have liked it very much, as I did, and John too, and all the others who were there.",
        "See you on Monday.", "12", "?", "Dear Ada,", "Yours,", "Sincerely,\n\nCharles Babbage", "---", "---\n---", "{",
        "* * *", "date 2020-07-15",
    ])
    func `anything else is a letter`(text: String) throws {
        #expect(try Parsed.letter(text).kind == .letter)
    }

    @Test func `a letter in no language we know is all body`() throws {
        let text = "Saluton, kara!\n\nMi vin dankas.\n\nĜis!"
        #expect(try Parsed.letter(text).body == text)
    }

    @Test func `hostile text is read in bounded time`() throws {
        for piece in [
            "(", "Dear (", "a\n", "\n", "P.S.\n\n", "1 ", "15 July ", ", ", "Sincerely,\n", "**", "/s/ ", "cc: x\n\n",
            "---\n", "I",
        ] {
            let text = String(repeating: piece, count: 100_000 / piece.utf8.count)
            _ = try Parsed.item(Array(text.utf8))
            _ = try Parsed.item(Array("Dear Ada,\n\n\(text)\n\nYours,\n\nCharles".utf8))
        }
    }

    @Test func `random bytes are a letter or a refusal, and a letter is valid`() throws {
        for seed in 0..<400 as Range<UInt64> {
            var generator = Generator(seed: seed)
            let text = (0..<20).map { _ in generator.text() }.joined(separator: "\n")
            var bytes = Array(text.utf8)
            for _ in 0..<3 where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            if case .letter(let imported) = try Parsed.item(bytes) {
                #expect(throws: Never.self) { try imported.letter.validate() }
            }
        }
    }
}
