import LetterFormats
import LetterModel
import Testing

struct DisplayTests {
    @Test func `the first letter is shown as on paper, with its facts on top`() throws {
        let imported = try FirstLetterTests.imported()
        let text = LetterText.render(imported.letter, id: imported.id)
        #expect(
            text.hasPrefix(
                """
                Letter:      \(imported.id.text)
                From:        Ilham Aliyev, President of the Republic of Azerbaijan
                To:          Mr. Secretary General
                Date:        2020-07-15 (15 July 2020)
                Place:       Baku
                File:        first.txt (original, 1983 bytes)

                Dear Mr. Secretary General,

                I thank you for the condolences
                """))
        #expect(
            text.hasSuffix(
                "success.\n\nSincerely,\n\nIlham Aliyev\nPresident of the Republic of Azerbaijan\n\nBaku, 15 July 2020\n"
            ))
    }

    @Test func `no text of a letter is a command for a terminal`() {
        let hostile = "a\u{1B}[2Jb\u{7F}\u{9B}31m\0\u{202E}c\r\nd\te"
        let letter = Letter(members: ["title": .string(hostile), "body": .string(hostile), "tags": [.string(hostile)]])
        let text = LetterText.render(letter)
        #expect(
            text.unicodeScalars.allSatisfy {
                $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) || $0 == "\n" || $0 == "\t"
            })
        #expect(!text.unicodeScalars.contains("\u{202E}"))
        #expect(text.hasPrefix("Title:       a␛[2Jb␡<U+9B>31m␀<U+202E>c d e\n"))
    }

    @Test func `a letter that knows nothing is shown too`() {
        #expect(LetterText.render(Letter()) == "\n")
    }

    @Test(arguments: [
        ("letter.txt", "letter.txt"), ("../../etc/passwd", "_.._etc_passwd"), ("/etc/passwd", "_etc_passwd"),
        ("..", "x"), (".", "x"),
        ("", "x"), ("///", "x"), (" ", "x"), (".bashrc", "bashrc"), ("-rf", "_-rf"), ("a\0b\nc", "a_b_c"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"), ("a:b?.txt", "a_b_.txt"), ("x.", "x"), ("Брат.txt", "Брат.txt"),
        ("a\u{202E}txt.exe", "a_txt.exe"),
        ("C:\\Windows\\x", "C__Windows_x"),
    ])
    func `a file's name never leads out of its folder`(name: String, safe: String) {
        #expect(SafeFileName.make(from: name, fallback: "x") == safe)
    }

    @Test func `long names are cut between characters and keep their extension`() {
        let name = SafeFileName.make(from: String(repeating: "é", count: 300) + ".txt", fallback: "x")
        #expect(name.utf8.count <= 200)
        #expect(name.hasSuffix("é.txt"))
    }

    @Test func `equal names are numbered, whatever their case`() {
        var taken = Set<ByteKey>()
        let names = ["a.txt", "A.txt", "a.txt", "a (2).txt", "b"].map { SafeFileName.unique($0, taken: &taken) }
        #expect(names == ["a.txt", "A (2).txt", "a (3).txt", "a (2) (2).txt", "b"])
    }

    @Test func `a safe name of anything is safe`() {
        for seed in 0..<2_000 as Range<UInt64> {
            var generator = Generator(seed: seed)
            let name = SafeFileName.make(from: generator.text(maximumPieces: 60), fallback: "x")
            #expect(
                !name.isEmpty && name.utf8.count <= 201 && !name.hasPrefix(".") && !name.hasPrefix("-")
                    && !name.contains("/"))
            #expect(name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F })
        }
    }
}
