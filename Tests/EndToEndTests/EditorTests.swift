import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// `edit` and `new` with an editor that leaves what cannot be read: nothing that was typed is lost.
struct EditorTests {
    let machine: Machine
    let id = "0190a000-0000-7000-8000-000000000001"

    init() throws {
        machine = try Machine("ada")
        try machine.expect("init", "--name", "Letters")
        let letter = #"{"id":"\#(id)","letter":{"body":"Come home.","title":"Old"}}"#
        try machine.expect("import", try machine.scratch.file("letters.jsonl", letter + "\n"))
    }

    private func environment(_ editor: String) throws -> [String: String] {
        let script = try machine.scratch.file("editor.sh", "#!/bin/sh\n\(editor)\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: script)
        return machine.environment.merging([
            "TERM": "dumb", "LC_ALL": "C.UTF-8", "TMPDIR": machine.scratch.url.path, "EDITOR": script,
        ]) { $1 }
    }

    private func letter() throws -> [String: Any] {
        try #require(try machine.expect("show", id, "--json").object()["letter"] as? [String: Any])
    }

    private var keptFiles: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: machine.scratch.url.path).filter {
                $0.hasPrefix("chancery-")
            }
        }
    }

    /// Breaks the form at the first time, and mends it at the second.
    private static let breaking = """
        if grep -q '^no line of it' "$1"; then sed -i '/^no line of it/d' "$1"
        else sed -i '/^title:/d; s/^chancery: .*/&\\ntitle: My long work\\nno line of it/' "$1"; fi
        """

    @Test func `on a terminal what cannot be read is opened again with what was typed`() throws {
        let ended = try PseudoTerminal.run(
            ["chancery", "edit", id], environment: try environment(Self.breaking), rows: 50, typing: "\n",
            in: machine.scratch.url)
        #expect(ended.status == 0, "\(ended.screen)")
        #expect(ended.screen.contains("expected name: text") && ended.screen.contains("Open it again? [Y/n]"))
        #expect(try letter()["title"] as? String == "My long work")
        #expect(try keptFiles.isEmpty)
    }

    @Test(arguments: ["edit", "new"])
    func `who does not go on at once goes on later with the file`(command: String) throws {
        let words = ["chancery", command] + (command == "edit" ? [id] : [])
        let ended = try PseudoTerminal.run(
            words, environment: try environment(Self.breaking), columns: 1000, rows: 50, typing: "n\n",
            in: machine.scratch.url)
        #expect(ended.status == 1, "\(ended.screen)")
        #expect(try letter()["title"] as? String == "Old")
        let kept = machine.scratch.url.appending(path: try #require(try keptFiles.first)).path
        let advice = command == "edit" ? "chancery edit \(id.prefix(8)) --from \(kept)" : "chancery new --from \(kept)"
        #expect(ended.screen.contains("your text is kept in \(kept); mend it, then `\(advice)`"), "\(ended.screen)")
        try machine.expect(1, "edit", id, "--from", kept)

        let text = try String(contentsOfFile: kept, encoding: .utf8)
        try text.replacing("no line of it\n", with: "").write(toFile: kept, atomically: true, encoding: .utf8)
        if command == "edit" {
            try machine.expect("edit", id, "--from", kept)
        } else {
            try machine.expect("new", "--from", kept)
        }
        let titles = try machine.expect("list", "--json").objects().compactMap { $0["title"] as? String }
        #expect(titles.contains("My long work") && titles.contains("Old") == (command == "new"))
    }

    @Test func `without a terminal nobody is asked, and the text is kept`() throws {
        let ended = try Programs.run(
            "chancery", ["edit", id], environment: try environment(Self.breaking), in: machine.scratch.url)
        #expect(ended.status == 1 && !ended.error.contains("Open it again") && ended.error.contains("--from"))
        #expect(try keptFiles.count == 1)
        #expect(try letter()["title"] as? String == "Old")
    }

    @Test func `a conflict is decided by a file, of one letter and without an editor`() throws {
        let shared = machine.scratch.url.appending(path: "shared").path
        let theirs = ["CHANCERY_ARCHIVE": machine.scratch.url.appending(path: "clone").path]
        try machine.expect("remote", "add", "usb", shared, "--create")
        try machine.expect("sync")
        try machine.expect("clone", shared, try #require(theirs["CHANCERY_ARCHIVE"]))
        try machine.expect("edit", id, "--set", "title=Mine")
        try machine.expect("edit", id, "--set", "title=Theirs", with: theirs)
        try machine.expect("sync")
        try machine.expect(3, "sync", with: theirs)
        try machine.expect(3, "sync")
        let form = try machine.scratch.file(
            "form.txt", "---\nchancery: 1\nkind: letter\ntitle: Both\n---\n\nCome home.\n")
        try machine.expect(64, "resolve", "--all", "--from", form)
        try machine.expect(64, "resolve", id, "--edit", "--from", form)
        let asked = try machine.expect(64, "resolve", id, "-i", "--from", form)
        #expect(asked.error.contains("neither --edit, --from"))
        try machine.expect("resolve", id, "--from", form)
        #expect(try letter()["title"] as? String == "Both")
        #expect(try machine.expect("conflicts", "--json").objects().isEmpty)
    }
}
