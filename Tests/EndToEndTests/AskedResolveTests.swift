import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// `resolve --interactive` in a real terminal: what is typed, and what becomes of the letter.
struct AskedResolveTests {
    let machine: Machine
    let ids = (1...3).map { "0190a000-0000-7000-8000-00000000000\($0)" }

    /// A text with two places and a title; a deletion; a text of which one paragraph is left.
    init() throws {
        machine = try Machine("ada")
        let clone = machine.scratch.url.appending(path: "clone").path
        try machine.expect("init", "--name", "Letters")
        let letters = [
            #"{"id":"\#(ids[0])","letter":{"body":"I wish you strong health and much happiness in the year that begins today, and remain yours.\n\nThe second paragraph says nothing new.\n\nA third.\n\nA fourth.\n\nWith regards.","title":"Old"}}"#,
            #"{"id":"\#(ids[1])","letter":{"body":"Come home."}}"#,
            #"{"id":"\#(ids[2])","letter":{"body":"Quiet.","tags":["a"]}}"#,
        ]
        try machine.expect("import", try machine.scratch.file("letters.jsonl", letters.joined(separator: "\n") + "\n"))
        let shared = machine.scratch.url.appending(path: "shared").path
        try machine.expect("remote", "add", "usb", shared, "--create")
        try machine.expect("sync")
        try machine.expect("clone", shared, clone)
        let theirs = ["CHANCERY_ARCHIVE": clone, "CHANCERY_AUTHOR": "Ben Byron <ben@example.org>"]
        for (title, good, warm, who) in [("Ada's", "good", "warm", [:]), ("Ben's", "robust", "kind", theirs)] {
            let third = who.isEmpty ? "A third, and more." : "A third."
            try machine.expect(
                "edit", ids[0], "--set", "title=\(title)", "--set",
                "body=\(text(good, third, warm + " "))", with: who)
        }
        try machine.expect("delete", ids[1])
        try machine.expect("edit", ids[1], "--set", "title=Sooner", with: theirs)
        try machine.expect("edit", ids[2], "--set", "body=Loud.")
        try machine.expect("edit", ids[2], "--set", "body=Silent.", with: theirs)
        try machine.expect("sync")
        try machine.expect(3, "sync", with: theirs)
        try machine.expect(3, "sync")
    }

    private func text(_ good: String, _ third: String, _ warm: String) -> String {
        "I wish you \(good) health and much happiness in the year that begins today, and remain yours.\n\nThe second paragraph says nothing new."
            + "\n\n\(third)\n\nA fourth.\n\nWith \(warm)regards."
    }

    /// Runs a command in a terminal, with an editor that is a script.
    private func type(_ keys: String, _ words: String..., editor: String? = nil) throws -> (
        status: Int32, screen: String
    ) {
        var environment = machine.environment
        environment.merge(["TERM": "dumb", "LC_ALL": "C.UTF-8", "TMPDIR": machine.scratch.url.path]) { $1 }
        if let editor {
            let script = try machine.scratch.file("editor.sh", "#!/bin/sh\n\(editor)\n")
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: script)
            environment["EDITOR"] = script
        }
        return try PseudoTerminal.run(
            ["chancery"] + words, environment: environment, rows: 50, typing: keys, in: machine.scratch.url)
    }

    private func letter(_ id: String) throws -> [String: Any] {
        try machine.expect("show", id, "--json").object()["letter"] as? [String: Any] ?? [:]
    }

    /// The number of a side on the screen: the line that says so begins with it.
    private func number(of word: String, in screen: String) throws -> String {
        let line = try #require(
            screen.split(separator: "\n").last { $0.contains(word) && !$0.contains("was ") }, "\(screen)")
        return String(try #require(line.drop { !$0.isNumber }.first))
    }

    private var keptFiles: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: machine.scratch.url.path).filter {
                $0.hasPrefix("chancery-") && $0.hasSuffix(".txt")
            }
        }
    }

    @Test func `each place of a text is decided by itself, by number, by what was there, or as shown`() throws {
        // Body first, then title: the fields in their order. Stopping at the first question shows the numbers.
        let looked = try type("?\nq\n", "resolve", ids[0], "-i")
        #expect(looked.status == 1)
        #expect(
            looked.screen.contains("body, place 1 of 2")
                && looked.screen.contains("what the side with this number says"))
        #expect(looked.screen.contains("1 letter left alone"))
        #expect(try machine.expect("show", ids[0], "--json").object()["conflicts"] as? [Any] != nil)

        let robust = try number(of: "robust", in: looked.screen)
        let settled = try type("\(robust)\nb\nn\n", "resolve", ids[0], "--interactive", "-m", "talked it over")
        #expect(settled.status == 0, "\(settled.screen)")
        let letter = try letter(ids[0])
        #expect(letter["body"] as? String == text("robust", "A third, and more.", ""))
        #expect(["Ada's", "Ben's"].contains(letter["title"] as? String))
        #expect(try machine.expect("log", ids[0]).output.contains("talked it over"))
        #expect(try machine.expect("conflicts", "--json").objects().count == 2)
    }

    @Test func `what is named by options is not asked for, and a stretch can be written in the editor`() throws {
        let seen = machine.scratch.url.appending(path: "seen").path
        let ended = try type(
            "e\n1\n", "resolve", ids[0], "-i", "--set", "title=Both",
            editor: "cat \"$1\" > '\(seen)'; sed -i '$s/.*/excellent/' \"$1\"")
        #expect(ended.status == 0, "\(ended.screen)")
        #expect(!ended.screen.contains("Old"))
        let shown = try String(contentsOfFile: seen, encoding: .utf8)
        #expect(shown.contains("# body, place 1 of 2\n# before: strong\n"), "\(shown)")
        let letter = try letter(ids[0])
        #expect(letter["title"] as? String == "Both")
        #expect(
            (letter["body"] as? String)?.hasPrefix(text("excellent", "A third, and more.", "").dropLast(8)) == true)
        #expect(try keptFiles.isEmpty)
    }

    @Test func `nothing that was typed is lost when the editor leaves what cannot be read, or somebody stops`() throws {
        // Without the line, then not as UTF-8, then well.
        let count = machine.scratch.url.appending(path: "count").path
        let ended = try type(
            "e\ne\ne\n2\nn\n", "resolve", ids[0], "-i",
            editor: """
                echo x >> '\(count)'
                case $(wc -l < '\(count)') in
                1) cp "$1" "$1.old"; echo 'my long text' > "$1" ;;
                2) cp "$1.old" "$1"; printf '\\377\\n' >> "$1" ;;
                *) grep -v '^excerpt' "$1.old" | sed '$s/.*/mended/' > "$1"; rm "$1.old" ;;
                esac
                """)
        #expect(ended.status == 0, "\(ended.screen)")
        #expect(ended.screen.contains("the line above the text is gone; your text is kept in"))
        #expect(ended.screen.contains("is not UTF-8 text"))
        #expect((try letter(ids[0])["body"] as? String)?.hasPrefix("I wish you mended health ") == true)
        #expect(try keptFiles.isEmpty)

        let stopped = try type("e\nq\n", "resolve", ids[2], "-i", editor: "echo 'what I think' >> \"$1\"; exit 3")
        #expect(stopped.status == 1)
        let kept = try #require(try keptFiles.first)
        #expect(stopped.screen.contains("what you wrote is kept in") && stopped.screen.contains(kept))
        #expect(
            try String(contentsOf: machine.scratch.url.appending(path: kept), encoding: .utf8).contains("what I think"))
    }

    @Test func `what is no text is written as JSON, and opened again until the letter can be saved with it`() throws {
        let clone = machine.scratch.url.appending(path: "clone").path
        try machine.expect("resolve", ids[0], ids[2], "--take", "provisional")
        try machine.expect("resolve", ids[1], "--keep")
        try machine.expect("sync")
        try machine.expect("sync", "--archive", clone)
        for (year, archive) in [("1914", machine.archive), ("1915", clone)] {
            try machine.expect("edit", ids[2], "--set", "date:={\"edtf\":\"\(year)\"}", "--archive", archive)
        }
        try machine.expect("sync")
        try machine.expect(3, "sync", "--archive", clone)
        try machine.expect(3, "sync")
        let count = machine.scratch.url.appending(path: "count").path
        let ended = try type(
            "e\ne\ne\n", "resolve", ids[2], "-i",
            editor: """
                echo x >> '\(count)'
                case $(wc -l < '\(count)') in
                1) sed -i '$s/.*/July 1914/' "$1" ;;
                2) sed -i '$s/.*/{"edtf":"1914-02-30"}/' "$1" ;;
                *) sed -i '$s/.*/{"edtf":"1914-07"}/' "$1" ;;
                esac
                """)
        #expect(ended.status == 0, "\(ended.screen)")
        #expect(ended.screen.contains("this is not JSON"))
        #expect(ended.screen.contains("2 February") || ended.screen.contains("date"), "\(ended.screen)")
        #expect((try letter(ids[2])["date"] as? [String: String]) == ["edtf": "1914-07"])
        #expect(try keptFiles.isEmpty)
    }

    @Test func `several letters, one after the other: kept, left alone, and the end of the input stops`() throws {
        let ended = try type("s\nk\n\u{4}", "resolve", ids[0], ids[1], ids[2], "-i")
        #expect(ended.status == 2, "\(ended.screen)")
        #expect(ended.screen.contains("settled \(ids[1])") && ended.screen.contains("2 letters left alone"))
        #expect(try letter(ids[1])["title"] as? String == "Sooner")
        let deleted = try type("s\n1\n", "resolve", "--all", "-i")
        #expect(deleted.status == 2)
        #expect(try machine.expect("conflicts", "--json").objects().compactMap { $0["id"] as? String } == [ids[0]])
    }

    @Test func `where nobody can be asked it says what to do, and nothing is decided`() throws {
        #expect(try machine.expect(64, "resolve", ids[0], "-i").error.contains("--take"))
        for words in [["--yes"], ["--dry-run"], ["--edit"], ["--json"], ["--take", "provisional"]] {
            let ended = try PseudoTerminal.run(
                ["chancery", "resolve", ids[0], "-i"] + words, environment: machine.environment, in: machine.scratch.url
            )
            #expect(ended.status == 64, "\(words): \(ended.screen)")
        }
        #expect(try machine.expect("conflicts", "--json").objects().count == 3)
    }

    @Test func `scripts settle many letters without a terminal, with and without --yes`() throws {
        #expect(
            try machine.expect(2, "resolve", ids[0], ids[1], "--keep").error.contains("left alone: "))
        #expect(try machine.expect("conflicts", "--json").objects().count == 2)
        let previews = try machine.expect("resolve", "--all", "--take", "provisional", "--dry-run", "--json").objects()
        #expect(previews.count == 2)
        try machine.expect("resolve", ids[2], "--take", "author:Ben", "--yes")
        #expect(try letter(ids[2])["body"] as? String == "Silent.")
        #expect(
            try machine.expect("resolve", "--all", "--take", "provisional", "--yes").output.contains(
                "settled \(ids[0])"))
        #expect(try machine.expect("resolve", "--all", "--take", "provisional").error == "no conflicts\n")
    }
}
