import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// The screens of the main commands in a real terminal, as text that is kept in `Screens/`: one that changed has to be looked at.
///
/// Escapes stand there as `^[`; ids of revisions, which hold the time, as dots.
struct ScreenTests {
    static let folder = Programs.root.appending(path: "Tests/EndToEndTests/Screens")
    let machine: Machine
    /// A letter from a file, whose id is always the same.
    let id = "0190a000-0000-7000-8000-000000000001"

    init() throws {
        machine = try Machine("ada")
        try machine.expect("init", "--name", "Letters")
        let letters = [
            #"{"id":"0190a000-0000-7000-8000-000000000001","letter":{"body":"I wish you strong health.\n\nWith regards.","date":{"edtf":"2020-07-15"},"recipients":[{"name":"Yousef Al-Othaimeen"}],"senders":[{"name":"Ilham Aliyev"}],"title":"To the Secretary General"}}"#,
            #"{"id":"2b5d0000-0000-7000-8000-000000000002","letter":{"body":"家信。","date":{"edtf":"1914-08"},"recipients":[{"name":"Ben"}],"senders":[{"name":"Ada"}],"title":"家信"}}"#,
            #"{"id":"7c310000-0000-7000-8000-000000000003","letter":{"body":"Come home.","date":{"edtf":"1914-07-28"},"recipients":[{"name":"Ada"}],"senders":[{"name":"Ben"}],"title":"A letter with a title that is longer than any terminal of eighty columns can show"}}"#,
        ]
        let file = try machine.scratch.file("letters.jsonl", letters.joined(separator: "\n") + "\n")
        try machine.expect("import", file)
        try machine.expect(
            "edit", id, "--body-file", "-", input: "I wish you strong health and happiness.\n\nWith regards.\n")
    }

    /// What a command shows in a terminal of 80 columns.
    func screen(_ words: [String], rows: Int = 50, typing: String = "", with extra: [String: String] = [:]) throws
        -> String
    {
        var environment = machine.environment
        environment["TERM"] = "xterm"
        environment["LC_ALL"] = "C.UTF-8"
        environment.merge(extra) { $1 }
        let shown = try PseudoTerminal.run(
            ["chancery"] + words, environment: environment, rows: rows, typing: typing, in: machine.scratch.url)
        return Self.masked(shown.screen, archive: machine.archive)
    }

    /// What is the same on every machine and at every time.
    static func masked(_ screen: String, archive: String) -> String {
        var screen = screen.replacingOccurrences(of: archive, with: "ARCHIVE")
        for (pattern, mask) in [
            ("(?<![-0-9a-f])[0-9a-f]{12}(?![0-9a-f])", "············"), ("ada on [^ \\n]+", "ada on MACHINE"),
            (#"\([0-9a-f]{8}-[-0-9a-f]{27}\), on [^\n]+"#, "(ARCHIVE ID), on MACHINE"),
            (#"[^ ()]*/chancery-test-[^/ ]+"#, "SCRATCH"),
            ("(?m)^20[0-9]{2}-[0-9]{2}(?=  [█░])", "YYYY-MM"),
            ("just now|a minute ago|[0-9]+ minutes ago", "MOMENTS AGO"),
            ("\u{1B}", "^["),
        ] {
            screen = screen.replacingOccurrences(of: pattern, with: mask, options: .regularExpression)
        }
        return screen
    }

    /// The text of a screen without what only moves the cursor, colours or turns the keypad on.
    static func text(_ screen: String) -> String {
        screen.replacingOccurrences(
            of: #"\^\[(\[[?0-9;]*[A-Za-z]|=|>)|\r"#, with: "", options: .regularExpression)
    }

    /// Whether a screen is the one that is kept under a name. With `CHANCERY_SCREENS=accept` it is kept, and the test fails this once.
    static func isKept(_ shown: String, as name: String) throws -> Bool {
        let kept = folder.appending(path: "\(name).txt")
        let wanted = FileManager.default.contents(atPath: kept.path).map { String(decoding: $0, as: UTF8.self) }
        if wanted != shown, ProcessInfo.processInfo.environment["CHANCERY_SCREENS"] == "accept" {
            try Data(shown.utf8).write(to: kept)
        }
        return wanted == shown
    }

    @Test(arguments: [
        ("list", ["list"]), ("log", ["log"]), ("diff", ["diff", "0190a000-0000-7000-8000-000000000001"]),
        ("blame", ["blame", "0190a000-0000-7000-8000-000000000001"]), ("stats", ["stats"]), ("doctor", ["doctor"]),
        ("search", ["search", "home"]), ("search-operators", ["search", "from:ben", "before:1915", "--limit", "1"]),
        ("undo", ["undo", "--dry-run", "0190a000-0000-7000-8000-000000000001"]),
        ("conflicts", ["conflicts"]), ("show", ["show", "0190a000-0000-7000-8000-000000000001"]),
        ("status", ["status"]),
        ("help-blame", ["help", "blame"]),
    ])
    func `a command shows what it showed`(name: String, words: [String]) throws {
        let shown = try screen(words, with: ["NO_PAGER": "1"])
        #expect(
            try Self.isKept(shown, as: name),
            "chancery \(words.joined(separator: " ")) shows something else. If it is meant: CHANCERY_SCREENS=accept swift test --filter Screen, and commit Tests/EndToEndTests/Screens\n\(shown)"
        )
    }

    @Test func `what fits the screen is just there, what does not is read page by page`() throws {
        let (here, plain) = (try screen(["list"]), try screen(["list", "--no-pager"]))
        #expect(Self.text(here) == Self.text(plain))
        // Ten rows: less waits behind the first page, and shows the end when it is asked for it.
        let paged = try screen(["help", "sync"], rows: 10, typing: "Gq")
        let whole = try screen(["help", "sync"], rows: 10, with: ["NO_PAGER": "1"])
        #expect(paged.contains("Usage: chancery sync") && paged.contains("(END)"))
        #expect(!whole.contains("(END)") && whole.contains("Usage: chancery sync"))
    }

    @Test func `a pager of one's own is used, and none where none is wanted`() throws {
        let own = ["PAGER": "sed s/^/[/"]
        #expect(try screen(["list"], with: own).contains("[0190a000"))
        #expect(try !screen(["list", "--no-pager"], with: own).contains("[0190a000"))
        #expect(try !screen(["list"], with: own.merging(["NO_PAGER": "1"]) { $1 }).contains("[0190a000"))
        #expect(try !screen(["list", "--json"], with: own).contains("[["))
        #expect(try screen(["list"], with: ["PAGER": ""]) == screen(["list", "--no-pager"]))
        // A pager that is not there takes nothing away but the result: its shell says so.
        #expect(try screen(["list"], with: ["PAGER": "no-such-pager"]).contains("no-such-pager"))
    }

    @Test func `notes come after the page that they are about`() throws {
        let shown = try screen(["list", "--offset", "9"], with: ["PAGER": "sed s/^/[/"])
        #expect(shown == "no letters\n")
        let limited = try screen(["diff", id, "--revision"], with: ["PAGER": "cat"])
        #expect(limited.contains("chancery help diff") || limited.contains("--help"))
    }

    @Test func `without colours nothing but text is shown`() throws {
        for words in [["list"], ["stats"], ["log"], ["blame", id], ["doctor"]] {
            let shown = try screen(words + ["--no-pager"], with: ["NO_COLOR": "1"])
            #expect(!shown.contains("^["), "\(words)")
        }
    }
}
