import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// `blame` and `undo`, as people and programs use them.
struct HistoryTests {
    let machine: Machine

    init() throws {
        machine = try Machine("ada")
        try machine.expect("init", "--name", "Letters")
    }

    func letter(_ id: String) throws -> [String: Any] { try machine.expect("show", id, "--json").object() }

    func title(_ id: String) throws -> String? { (try letter(id)["letter"] as? [String: Any])?["title"] as? String }

    @Test func `each paragraph is told with who wrote it`() throws {
        let id = try machine.write(#"One.\n\nTwo."#)
        try machine.expect(
            "edit", id, "--body-file", "-", "--author", "Ben <ben@example.org>", input: "One.\n\nTwo words.\n\nThree.\n"
        )
        let blame = try machine.expect("blame", id, "--json").object()
        let paragraphs = try #require(blame["paragraphs"] as? [[String: Any]])
        #expect(paragraphs.map { $0["text"] as? String } == ["One.", "Two words.", "Three."])
        let authors = paragraphs.map {
            (($0["revisions"] as? [[String: Any]])?.first?["author"] as? [String: Any])?["name"]
        }
        #expect(authors.map { $0 as? String } == [nil, "Ben", "Ben"])
        let shown = try machine.expect("blame", id).output
        #expect(shown.contains("  import  no time\n    One.\n\n"))
        #expect(shown.contains("  Ben  20"))
        #expect(
            try machine.expect("blame", id, "--member", "summary", "--json").object()["paragraphs"] as? [String] == [])
        #expect(try machine.expect(64, "blame", id, "--member", "bdy").error.contains("did you mean body"))
    }

    @Test func `an edit, a deletion, a restore and a new letter are taken back, and an undo too`() throws {
        let id = try machine.write("Text.")
        try machine.expect("edit", id, "--set", "title=First")
        try machine.expect("edit", id, "--set", "title=Second")
        let preview = try machine.expect("undo", id, "--dry-run").output
        #expect(preview.contains("edit by ada") && preview.contains("would be taken back"))
        #expect(try title(id) == "Second")
        try machine.expect("undo", id)
        #expect(try title(id) == "First")
        try machine.expect("undo", id)
        #expect(try title(id) == "Second")
        try machine.expect("delete", id)
        let undone = try machine.expect("undo", id, "--json").objects()
        #expect(undone.first?["outcome"] as? String == "restored")
        #expect(try title(id) == "Second")
        try machine.expect("undo", id)
        #expect(try letter(id)["deleted"] as? Bool == true)
        let other = try machine.write("Another one.")
        #expect(try machine.expect("undo", other).output.contains("the letter is deleted"))
        #expect(try letter(other)["deleted"] as? Bool == true)
    }

    @Test func `after the undo of a resolve its conflict is open again on both machines`() throws {
        let server = try Server(archives: "letters")
        let token = try server.token(for: "letters")
        let (one, two) = (try Machine("ada", token: token), try Machine("ben", token: token))
        try one.expect("init", "--name", "Letters")
        let id = try one.write("Text.")
        try one.expect("remote", "add", "origin", server.url("letters"))
        try one.expect("sync")
        try two.expect("clone", server.url("letters"), two.archive)
        try one.expect("edit", id, "--set", "title=Mine")
        try two.expect("edit", id, "--set", "title=Theirs")
        try one.expect("sync")
        try two.expect(3, "sync")
        #expect(try two.expect(1, "undo", id).error.contains("chancery resolve"))
        try two.expect("resolve", id, "--set", "title=Ours")
        try two.expect("sync")
        try one.expect("sync")
        let undone = try one.expect("undo", id, "--json").objects()
        #expect(undone.first?["outcome"] as? String == "reopened")
        try one.expect(3, "sync")
        try two.expect(3, "sync")
        let shown = try [one, two].map { try $0.expect("show", id, "--json").output }
        #expect(shown[0] == shown[1])
        let conflicts = try two.expect("conflicts", id, "--json").output
        #expect(conflicts.contains("Mine") && conflicts.contains("Theirs") && !conflicts.contains("Ours"))

        // Ada wrote both sides again, and each is still whose it was.
        let told = try two.expect("conflicts", id).output
        #expect(told.contains("what ada wrote") && told.contains("what ben wrote"))
        try two.expect("resolve", id, "--take", "author:ben")
        #expect(try two.expect("show", id).output.contains("Theirs"))
        try two.expect("undo", id)
        try two.expect("resolve", id, "--take", "author:ada")
        #expect(try two.expect("show", id).output.contains("Mine"))
        #expect(try two.expect(1, "resolve", id, "--take", "author:eve").error.contains("has no conflicts"))
        #expect(try two.expect(1, "resolve", id, "--from", "no-such-file").error.contains("has no conflicts"))
    }

    @Test func `of several sides of one author each is named with what to type for it`() throws {
        let folder = machine.scratch.url.appending(path: "shared").path
        let laptop = ["CHANCERY_ARCHIVE": machine.scratch.url.appending(path: "laptop").path]
        let id = try machine.write("Text.")
        try machine.expect("remote", "add", "usb", folder, "--create")
        try machine.expect("sync")
        try machine.expect("clone", folder, laptop["CHANCERY_ARCHIVE"] ?? "", with: laptop)
        try machine.expect("edit", id, "--set", "title=To the consul", "--set", "summary=Short")
        try machine.expect("edit", id, "--set", "title=To the envoy", "--set", "summary=Long", with: laptop)
        try machine.expect("sync")
        try machine.expect(3, "sync", with: laptop)
        try machine.expect(3, "sync")

        let error = try machine.expect(64, "resolve", id, "--take", "title=author:Ada", "--take", "provisional").error
        #expect(error.contains("2 sides") && error.contains("title: To the consul"))
        let line = try #require(error.split(separator: "\n").first { $0.contains("title: To the envoy") })
        // What is told to be typed, as it is told.
        let words = line.split(separator: " ").prefix { $0 != "#" }.map(String.init)
        try #require(words.count == 5 && words[..<2] == ["chancery", "resolve"])
        try machine.expect("resolve", words[2], words[3], words[4], "--take", "provisional")
        #expect(try machine.expect("show", id).output.contains("To the envoy"))
    }

    @Test func `an import is taken back after a preview, and what was changed since stays`() throws {
        let files = try (1...3).map {
            try machine.scratch.file("letter\($0).txt", "Dear friend,\n\nletter number \($0).\n")
        }
        let box = try machine.scratch.file(
            "two.mbox",
            (1...2).map {
                "From ada@example.org Mon Nov  2 10:00:00 2026\nFrom: Ada <ada@example.org>\nTo: Ben <ben@example.org>\n"
                    + "Date: Mon, 02 Nov 2026 10:00:0\($0) +0000\nMessage-ID: <\($0)@example.org>\nSubject: Mail \($0)\n\nText \($0).\n\n"
            }.joined())
        try machine.expect("import", files[0], files[1], box)
        let ids = try machine.expect("list", "--json").objects().compactMap { $0["id"] as? String }
        #expect(ids.count == 4)
        #expect(try machine.expect(1, "undo", "--import", files[2]).error.contains("was imported on this machine"))
        #expect(try machine.expect(64, "undo", "--import", box).error.contains("--yes"))

        let preview = try machine.expect("undo", "--import", box, "--dry-run", "--json").objects()
        let letters = try #require(preview.first?["letters"] as? [String])
        #expect(letters.count == 2 && (preview.first?["deleted"] as? [String])?.isEmpty == true)
        #expect(try machine.expect("list", "--json").objects().count == 4)

        try machine.expect("edit", letters[0], "--set", "title=Read")
        let undone = try machine.expect("undo", "--import", box, "--yes", "--json").objects()
        #expect(undone.first?["deleted"] as? [String] == [letters[1]])
        #expect(undone.first?["edited"] as? [String] == [letters[0]])
        #expect(try machine.expect("list", "--json").objects().count == 3)
        try machine.expect("undo", "--import", box, "--yes", "--edited-too")
        #expect(try machine.expect("list", "--json").objects().count == 2)
        try machine.expect("restore", letters[0])
        #expect(try title(letters[0]) == "Read")
    }
}

extension HistoryTests {
    @Test func `the log tells who imported which file, and says so where it does not know`() throws {
        let text = try machine.scratch.file("brief.txt", "Dear friend,\n\nCome home.\n")
        try machine.expect("import", text)
        let known = try #require(try machine.expect("log", "--json").objects().first)
        let imported = try #require(known["imported"] as? [String: Any])
        #expect(imported["file"] as? String == "brief.txt" && imported["format"] as? String == "text")
        #expect(imported["author"] as? String == "ada" && (imported["time"] as? String)?.hasPrefix("20") == true)
        #expect(known["time"] == nil && known["author"] == nil)
        let shown = try machine.expect("log").output
        #expect(shown.contains("  import  ada, from brief.txt\n") && !shown.contains("no time"))

        try machine.write("Text.")
        let unknown = try machine.expect("log", "--limit", "1").output
        #expect(unknown.contains("  import  by whom and when is not noted here\n"))
        let growth = try #require(try machine.expect("stats", "--json").object()["growth"] as? [[String: Any]])
        #expect(growth.count == 2 && growth.map { $0["letters"] as? Int } == [1, 1])
        #expect(growth[0]["month"] != nil && growth[1]["month"] == nil)
    }
}
