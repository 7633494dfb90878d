import Foundation
import Glibc
import ProgramTestSupport
import Testing
import TestScratch

/// Files that are no letters, or that try to be something else, through the real command line: each is named with its
/// reason, the good ones of the batch are taken, and the status says so.
struct HostileFileTests {
    /// A file, and the outcome that its row has to have.
    struct Row: Sendable {
        let name: String
        let bytes: [UInt8]
        let isTaken: Bool

        init(_ name: String, _ bytes: [UInt8], isTaken: Bool = false) {
            self.name = name
            self.bytes = bytes
            self.isTaken = isTaken
        }

        init(_ name: String, _ text: String, isTaken: Bool = false) {
            self.init(name, Array(text.utf8), isTaken: isTaken)
        }
    }

    private static let letter = "Dear Ada,\n\nCome home.\n\nYours,\nBen\n"
    private static let long = 5 * 1024 * 1024

    /// What begins like a known format that is no text.
    private static let magics: [(String, [UInt8])] = [
        ("zip", [0x50, 0x4B, 3, 4]), ("png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
        ("jpeg", [0xFF, 0xD8, 0xFF, 0xE0]), ("gif", Array("GIF89a".utf8)), ("elf", [0x7F, 0x45, 0x4C, 0x46]),
        ("pdf", Array("%PDF-1.7\n".utf8)), ("gzip", [0x1F, 0x8B, 8, 0]), ("zstd", [0x28, 0xB5, 0x2F, 0xFD]),
        ("xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]), ("bzip2", Array("BZh91AY&SY".utf8)),
        ("sqlite", Array("SQLite format 3\0".utf8)), ("ole", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]),
        ("tiff", [0x49, 0x49, 0x2A, 0]), ("riff", Array("RIFF".utf8)), ("7z", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]),
        ("mz", [0x4D, 0x5A, 0x90, 0]), ("class", [0xCA, 0xFE, 0xBA, 0xBE]), ("wasm", [0, 0x61, 0x73, 0x6D]),
        ("ogg", Array("OggS".utf8)), ("mp4", [0, 0, 0, 0x18] + Array("ftypmp42".utf8)),
    ]

    static let binaries: [Row] =
        magics.map { name, magic in Row("\(name).txt", magic + (0..<2000).map { UInt8(truncatingIfNeeded: $0 &* 73) }) }
        + [
            Row("empty.txt", ""), Row("spaces.txt", "   \n\t\n  "), Row("line-ends.txt", "\r\n\r\n\r\n"),
            Row("mark.txt", [0xEF, 0xBB, 0xBF]), Row("mark-16le.txt", [0xFF, 0xFE]),
            Row("mark-16be.txt", [0xFE, 0xFF]),
            Row("two-marks.txt", [0xEF, 0xBB, 0xBF, 0xEF, 0xBB, 0xBF]),
            Row("nul.txt", [0]), Row("nuls.txt", [UInt8](repeating: 0, count: 100_000)),
            Row("nul-inside.txt", Array("Dear Ada,\n\nCome\0home.\n".utf8)),
            Row("nul-behind.txt", Array(letter.utf8) + [0]),
            Row("noise.txt", (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 7) }),
            Row("controls.txt", [UInt8](repeating: 1, count: 5000)),
            Row("escapes.txt", String(repeating: "\u{1B}[31m\u{7}", count: 500)),
            Row("line.txt", [UInt8](repeating: 0x61, count: 10 * 1024 * 1024)),
            Row("lines.txt", [UInt8](repeating: 0x0A, count: long)),
            Row("words.txt", String(repeating: "word ", count: 1_000_000)),
            Row("accents.txt", String(repeating: "e\u{301}\u{302}\u{303}", count: 800_000)),
            Row("no-header.eml", letter), Row("picture.eml", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0]),
            Row("empty.eml", "\n"), Row("nobody.eml", "X-One: 1\n\nb\n"), Row("nul.eml", "From: a@b.c\nX: \0\n\nb\n"),
            Row("field.eml", "Subject: " + String(repeating: "x", count: 2 << 20)), Row("empty.mbox", "\n\n"),
            Row("letter.mbox", "From a\nFrom: a\n\nb\n"), Row("cut.mbox", "From a Mon Jan  1 00:00:00 2024\n"),
            Row(
                "deep.eml",
                "From: a@b.c\n"
                    + (0..<2_000).map { "Content-Type: multipart/mixed; boundary=b\($0)\n\n--b\($0)\n" }.joined()),
            Row("letter.xml", "<TEI><text/></TEI>"), Row("table.csv", "a,b\n1,2\n"),
            Row("bomb.xml", "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;&b;\">]><a>&c;</a>"),
        ]

    /// Lines of JSON of which none is a letter.
    static let lines: [Row] =
        [
            "{", "}", "[", "]", "{}", "[]", "null", "true", "1", "\"a\"", "{\"id\"}", "{\"id\":1}", "{\"id\":\"x\"}",
            "{\"id\":null}", "{\"id\":\"\"}", "{\"a\":1,\"a\":2}", "{\"a\":1,}", "{'a':1}", "{a:1}", "{\"a\":01}",
            "{\"a\":1e999}", "{\"a\":NaN}", "{\"a\":\"\\ud800\"}", "{\"a\":\"\\x\"}", "{\"a\":\"\u{1}\"}", "{\"a\":",
            "{\"a\":\"b", "{\"letter\":[]}", "{\"letter\":null,\"id\":3}", "\u{FEFF}{\"a\":1}x",
            String(repeating: "[", count: 100_000), String(repeating: "{\"a\":", count: 100_000),
            "{\"a\":\"" + String(repeating: "b", count: 9 << 20) + "\"}", "{\"id\":\"../../etc/passwd\"}",
            "{\"id\":\"00000000-0000-0000-0000-000000000000\",\"deleted\":1}", "{\"body\":1}", "{\"tags\":\"a\"}",
            "{\"attachments\":[{\"blob\":\"../x\"}]}", "{\"language\":7}",
        ].enumerated().map { Row("line-\($0.offset).jsonl", $0.element + "\n") } + [
            Row("broken-utf-8.jsonl", Array("{\"body\":\"".utf8) + [0xFF, 0xC0, 0x80] + Array("\"}\n".utf8)),
            Row("sixteen.jsonl", [0xFF, 0xFE] + Array("{\0}\0".utf8)), Row("nul.jsonl", [0, 0, 0, 10]),
            Row("empty.jsonl", ""), Row("space.jsonl", "\n\n \n"),
        ]

    /// Ugly, and yet somebody's letter: taken as they are.
    static let taken: [Row] = [
        Row("odd-16.txt", [0xFF, 0xFE] + Array("D\0e\0a".utf8) + [0, 0], isTaken: true),
        Row("bidi.txt", "Dear \u{202E}adA\u{202C},\n\nCome \u{2066}home\u{2069}.\n", isTaken: true),
        Row(
            "broken-utf-8.txt", Array("Dear Ada,\n\nCome ".utf8) + [0xE9, 0xFF] + Array(" home.\n".utf8), isTaken: true),
        Row("mark-and-letter.txt", [0xEF, 0xBB, 0xBF] + Array("Dear Ada,\n\nHome soon.\n".utf8), isTaken: true),
        Row("front-matter-open.txt", "---\ntitle: a\n\nDear Ada,\n\nCome.\n", isTaken: true),
        Row(
            "front-matter-bomb.txt", "---\na: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n---\nDear Ada,\n\nNo.\n",
            isTaken: true),
        Row(
            "front-matter-deep.txt", "---\n\(String(repeating: "[", count: 10_000))\n---\nDear Ada,\n\nDeep.\n",
            isTaken: true),
        Row("zalgo.txt", "Dear A\(String(repeating: "\u{300}", count: 1000)),\n\nZ.\n", isTaken: true),
        Row("carriage.txt", "Dear Ada,\r\rOld Mac.\r", isTaken: true),
        Row("markup.txt", "<script>alert(1)</script>\n\nDear Ada,\n\n'; DROP TABLE letters; --\n", isTaken: true),
        Row(
            "letter.eml",
            "Return-Path: <a@example.org>\nReceived: by b\nMessage-ID: <c@d>\nMIME-Version: 1.0\nDate: Mon, 1 Jan 2024 00:00:00 +0000\nFrom: a@example.org\nTo: b@example.org\nSubject: b\n\nc\n",
            isTaken: true),
        Row(
            "escapes.eml",
            "Message-ID: <e@d>\nFrom: a@example.org\nSubject: =?utf-8?Q?=1B[31m=07?=\nContent-Type: text/plain; name=\"../../\u{1B}c\"\n\n\u{1B}[31m\n",
            isTaken: true),
        Row("-rf.txt", "Dear Ada,\n\nAn option by name.\n", isTaken: true),
        Row("$(reboot).txt", "Dear Ada,\n\nA command by name.\n", isTaken: true),
        Row("a;b|c&d.txt", "Dear Ada,\n\nMore of them.\n", isTaken: true),
        Row("new\nline.txt", "Dear Ada,\n\nA line end by name.\n", isTaken: true),
        Row("\u{202E}txt.exe.txt", "Dear Ada,\n\nA turned name.\n", isTaken: true),
        Row("\u{1B}[31m.txt", "Dear Ada,\n\nA red name.\n", isTaken: true),
    ]

    static let rows = binaries + lines + taken

    @Test func `there are at least 100 files, and no two have one name`() {
        #expect(Self.rows.count >= 100)
        #expect(Set(Self.rows.map(\.name)).count == Self.rows.count)
    }

    @Test func `one batch of all of them names each with its reason and takes what is a letter`() throws {
        let ada = try Machine("ada")
        try ada.expect("init")
        for row in Self.rows { _ = try ada.scratch.file("batch/\(row.name)", Data(row.bytes)) }
        _ = try ada.scratch.file("batch/zz-good.txt", Self.letter)
        let batch = ada.scratch.url.appending(path: "batch").path
        let ended = try ada.expect(2, "import", batch, "--json")
        let found = try ended.objects()
        #expect(found.count == Self.rows.count + 1)
        var wrong: [String] = []
        for row in Self.rows {
            let report = found.first {
                ($0["file"] as? String)?.utf8.elementsEqual("\(batch)/\(row.name)".utf8) == true
            }
            let outcome = report?["outcome"] as? String
            let reason = report?["reason"] as? String
            if outcome != (row.isTaken ? "imported" : "refused") || (!row.isTaken && reason?.isEmpty != false) {
                wrong.append("\(row.name): \(outcome ?? "-") \(reason ?? "-")")
            }
        }
        #expect(wrong.isEmpty, "\(wrong.joined(separator: "\n"))")
        // What a name or a file brings never reaches a terminal as it is.
        #expect(!ended.error.utf8.contains(0x1B) && !ended.error.utf8.contains(7))
        let taken = Self.rows.filter(\.isTaken).count + 1
        #expect(try ada.expect("list", "--json").objects().count == taken)
        try ada.expect("verify")
        // Again: nothing changes, and the same ones are refused.
        try ada.expect(2, "import", batch, "--json")
        #expect(try ada.expect("list", "--json").objects().count == taken)
    }

    @Test func `what is no file is refused or passed by, and nobody waits for it`() throws {
        let ada = try Machine("ada")
        try ada.expect("init")
        let folder = ada.scratch.url.appending(path: "batch")
        _ = try ada.scratch.file("batch/good.txt", Self.letter)
        _ = try ada.scratch.file("batch/folder.txt/inside.txt", "Dear Ada,\n\nFrom inside.\n")
        #expect(mkfifo(folder.path + "/fifo.txt", 0o600) == 0)
        for (link, target) in [
            ("loop", "."), ("loop2", "."), ("self.txt", "self.txt"), ("gone.txt", "nowhere"), ("zero.txt", "/dev/zero"),
            ("null.txt", "/dev/null"), ("random.txt", "/dev/urandom"), ("mem.txt", "/proc/self/mem"),
        ] {
            #expect(symlink(target, folder.path + "/" + link) == 0)
        }
        let found = try ada.expect(2, "import", folder.path, "--json").objects()
        let outcomes = Dictionary(
            found.map {
                (($0["file"] as? String ?? "").replacing(folder.path, with: "batch"), $0["outcome"] as? String ?? "")
            }, uniquingKeysWith: { $0 + $1 })
        #expect(outcomes["batch/good.txt"] == "imported")
        #expect(outcomes["batch/folder.txt/inside.txt"] == "imported")
        for name in ["fifo", "self", "gone", "zero", "null", "random", "mem"] {
            #expect(outcomes["batch/\(name).txt"] == "refused", "\(name)")
        }
        #expect(outcomes.count == 9, "\(outcomes.keys)")
        for path in [
            "/dev/zero", "/dev/null", "/dev/urandom", folder.path + "/fifo.txt", "/proc/self/mem", "/missing.txt",
        ] {
            let ended = try ada.expect(1, "import", path)
            #expect(ended.error.contains(path))
        }
        #expect(try ada.expect("list", "--json").objects().count == 2)
    }

    @Test func `a file and a folder that may not be read are named, and the others are taken`() throws {
        let ada = try Machine("ada")
        try ada.expect("init")
        _ = try ada.scratch.file("batch/good.txt", Self.letter)
        let secret = try ada.scratch.file("batch/secret.txt", Self.letter)
        _ = try ada.scratch.file("batch/closed/inside.txt", Self.letter)
        #expect(chmod(secret, 0) == 0)
        #expect(chmod(ada.scratch.url.path + "/batch/closed", 0) == 0)
        defer { chmod(ada.scratch.url.path + "/batch/closed", 0o700) }
        // Tests may run as root, who may read everything: the command runs as somebody else then.
        let program = Programs.folder.appending(path: "chancery").path
        var arguments = [program, "import", ada.scratch.url.path + "/batch", "--json"]
        if geteuid() == 0 {
            arguments = ["/usr/bin/setpriv", "--reuid=65534", "--clear-groups"] + arguments
            for path in try FileManager.default.subpathsOfDirectory(atPath: ada.scratch.url.path) {
                _ = lchown(ada.scratch.url.path + "/" + path, 65534, 65534)
            }
            _ = chown(ada.scratch.url.path, 65534, 65534)
        }
        let ended = try Programs.run(
            arguments[0], Array(arguments.dropFirst()), environment: ada.environment, in: ada.scratch.url)
        #expect(ended.status == 2, "\(ended.error)")
        #expect(ended.error.contains("secret.txt: Permission denied"))
        #expect(ended.error.contains("closed: Permission denied"))
        #expect(try ended.objects().filter { $0["outcome"] as? String == "imported" }.count == 1)
    }
}
