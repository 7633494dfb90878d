import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// Conflicts in a real terminal, and settling them; screens are kept as text like those of `ScreenTests`.
struct ConflictScreenTests {
    let machine: Machine
    let clone: String
    let ids = (1...4).map { "0190a000-0000-7000-8000-00000000000\($0)" }

    /// Four letters that two people changed apart: a title and words, a deletion, a list with a removal, and one that merges by itself.
    init() throws {
        machine = try Machine("ada")
        clone = machine.scratch.url.appending(path: "clone").path
        try machine.expect("init", "--name", "Letters")
        let letters = [
            #"{"id":"\#(ids[0])","letter":{"body":"I wish you strong health and much happiness in the year that begins today, and remain yours.\n\nThe second paragraph says nothing new.\n\nA third.\n\nA fourth.\n\nWith regards.","title":"To the Secretary General","tags":["OIC"]}}"#,
            #"{"id":"\#(ids[1])","letter":{"body":"Come home.\n\nSoon.","title":"A telegram"}}"#,
            #"{"id":"\#(ids[2])","letter":{"body":"家信","date":{"edtf":"1914"},"senders":[{"name":"Ada"}]}}"#,
            #"{"id":"\#(ids[3])","letter":{"body":"Quiet."}}"#,
        ]
        try machine.expect("import", try machine.scratch.file("letters.jsonl", letters.joined(separator: "\n") + "\n"))
        let shared = machine.scratch.url.appending(path: "shared").path
        try machine.expect("remote", "add", "usb", shared, "--create")
        try machine.expect("sync")
        try machine.expect("clone", shared, clone)
        // Ada edits twice, so that hers is the higher head whatever the ids are.
        try mine("edit", ids[0], "--set", "title=To the Secretary General of the OIC")
        try mine(
            "edit", ids[0], "--body-file", "-",
            input:
                "I wish you good health and much happiness in the year that begins today, and remain yours.\n\nThe second paragraph says nothing new.\n\nA third, and more.\n\nA fourth.\n\nWith warm regards.\n"
        )
        try theirs("edit", ids[0], "--set", "title=To Mr. Al-Othaimeen", "--set", "place.name=Baku")
        try theirs(
            "edit", ids[0], "--body-file", "-",
            input:
                "I wish you robust health and much happiness in the year that begins today, and remain yours.\n\nThe second paragraph says nothing new.\n\nA third.\n\nA fourth.\n\nWith kind regards.\n"
        )
        try mine("edit", ids[0], "--add-tag", "health")
        try mine("delete", ids[1])
        try theirs("edit", ids[1], "--body-file", "-", input: "Come home.\n\nAs soon as you can.\n")
        try mine("edit", ids[2], "--set", "date.edtf=1914-07")
        try mine("edit", ids[2], "--set", "date.edtf=1914-07-28")
        try theirs("edit", ids[2], "--set", "date=")
        try mine("edit", ids[3], "--set", "title=Mine")
        try mine("edit", ids[3], "--set", "title=Mine, still")
        try theirs("edit", ids[3], "--set", "title=Theirs", "--message", "as the catalogue has it")
        try machine.expect("sync")
        try theirs("sync", status: 3)
        try mine("sync", status: 3)
    }

    @discardableResult
    private func mine(_ arguments: String..., input: String = "", status: Int32 = 0) throws -> Programs.Ended {
        try run(arguments, status, input)
    }

    @discardableResult
    private func theirs(_ arguments: String..., input: String = "", status: Int32 = 0) throws -> Programs.Ended {
        try run(
            arguments, status, input, ["CHANCERY_ARCHIVE": clone, "CHANCERY_AUTHOR": "Ben Byron <ben@example.org>"])
    }

    private func run(
        _ arguments: [String], _ status: Int32 = 0, _ input: String = "", _ extra: [String: String] = [:]
    ) throws -> Programs.Ended {
        let ended = try Programs.run(
            "chancery", arguments, environment: machine.environment.merging(extra) { $1 }, input: Data(input.utf8),
            in: machine.scratch.url)
        #expect(ended.status == status, "chancery \(arguments.joined(separator: " ")): \(ended.error)")
        return ended
    }

    private func screen(_ words: [String], columns: Int = 80, typing: String = "") throws -> String {
        var environment = machine.environment
        environment.merge(["TERM": "xterm", "LC_ALL": "C.UTF-8", "NO_PAGER": "1", "COLUMNS": "\(columns)"]) { $1 }
        let shown = try PseudoTerminal.run(
            ["chancery"] + words, environment: environment, rows: 50, typing: typing, in: machine.scratch.url)
        return ScreenTests.masked(shown.screen, archive: machine.archive)
    }

    @Test func `conflicts show base, sides and what was merged as they did`() throws {
        let screens: [(name: String, words: [String], columns: Int)] = [
            ("conflict-text", ["conflicts", ids[0]], 80), ("conflict-text-narrow", ["conflicts", ids[0]], 46),
            ("conflict-deletion", ["conflicts", ids[1]], 80), ("conflict-removal", ["conflicts", ids[2]], 80),
            ("conflict-show", ["show", ids[3]], 80),
            ("resolve-preview", ["resolve", "--all", "--take", "provisional", "--dry-run"], 80),
            ("status-conflicts", ["status"], 80), ("list-conflicts", ["list", "--conflicts"], 80),
        ]
        for (name, words, columns) in screens {
            let shown = try screen(words, columns: columns)
            #expect(try ScreenTests.isKept(shown, as: name), "chancery \(words) shows something else\n\(shown)")
            let widest = ScreenTests.text(shown).split(separator: "\n").map(\.count).max() ?? 0
            if name.hasPrefix("conflict") { #expect(widest <= 120, "\(name)") }
        }
    }

    @Test func `into a pipe goes everything, without colours, with marks around words`() throws {
        let shown = try mine("conflicts", ids[0]).output
        #expect(!shown.contains("\u{1B}"))
        #expect(shown.contains("[-") && shown.contains("{+") && shown.contains("▸ "))
        #expect(shown.contains("merged without asking"))
        #expect(shown.contains("place (") && shown.contains("tags ("))
        #expect(try mine("conflicts").output.components(separatedBy: "letter 0190a000").count == 5)
    }

    // MARK: Settling many

    @Test func `all are shown first, and settled by what is shown`() throws {
        let preview = try mine("resolve", "--all", "--take", "provisional", "--dry-run").output
        #expect(
            preview.contains("title: Mine, still") && preview.contains("the letter stays")
                && preview.contains("date: 1914-07-28"))
        #expect(try mine("conflicts", "--json").objects().count == 4)
        let planned = try mine("resolve", "--all", "--take", "provisional", "--dry-run", "--json").objects()
        #expect(planned.count == 4 && planned.allSatisfy { $0["decisions"] != nil && $0["deleted"] as? Bool == false })
        let settled = try mine("resolve", "--all", "--take", "provisional", "--json").objects()
        #expect(Set(settled.compactMap { $0["id"] as? String }) == Set(ids))
        #expect(try mine("conflicts", "--json").objects().isEmpty)
        #expect(try mine("resolve", "--all", "--take", "provisional").error.contains("no conflicts"))

        // Each of them is taken back by itself or with the others.
        let undone = try run(["undo", "--json"] + ids).objects()
        #expect(undone.map { $0["outcome"] as? String } == Array(repeating: "reopened", count: 4))
        #expect(try mine("conflicts", "--json").objects().count == 4)
        let titles = try mine("conflicts", ids[3], "--json").output
        #expect(titles.contains("Mine, still") && titles.contains("Theirs"))
    }

    @Test func `a query and a person choose, and what is left undecided is named and left alone`() throws {
        let one = try mine("resolve", "--matching", "tag:OIC", "--take", "author:ben", "--dry-run", "--json").objects()
        #expect(one.map { $0["id"] as? String } == [ids[0]])
        #expect(
            try mine("resolve", "--matching", "titel:x", "--take", "provisional", status: 64).error.contains(
                "no operator titel:"))
        #expect(try mine("resolve", "--matching", "nowhere", "--take", "provisional").error.contains("no conflicts"))

        // Only a title is decided: of four letters one has no other conflict.
        let partly = try mine("resolve", "--all", "--take", "title=author:Ben", "--json", status: 2).objects()
        #expect(partly.compactMap { $0["revision"] as? String }.count == 1)
        let codes = partly.compactMap { ($0["error"] as? [String: Any])?["code"] as? String }
        #expect(codes.sorted() == ["noSuchConflict", "noSuchConflict", "undecided"])
        #expect(try mine("show", ids[3]).output.contains("Theirs"))
        #expect(
            try mine("resolve", "--all", "--take", "title=author:Ben", "--dry-run", status: 1).error.contains(
                "left alone: "))

        try mine("resolve", "--all", "--take", "author:Ben Byron")
        #expect(try mine("conflicts", "--json").objects().isEmpty)
        #expect(try mine("show", ids[0]).output.contains("To Mr. Al-Othaimeen"))
        #expect(try mine("show", ids[1]).output.contains("As soon as you can."))
        #expect(try !mine("show", ids[2]).output.contains("1914"))
    }

    @Test func `one field is taken from one side, and the rest from another`() throws {
        try mine("resolve", ids[0], "--take", "title=author:ben", "--take", "provisional")
        let shown = try mine("show", ids[0]).output
        #expect(
            shown.contains("To Mr. Al-Othaimeen") && shown.contains("good health")
                && shown.contains("With warm regards."))
        #expect(try mine("resolve", ids[1], "--take", "author:eve", status: 64).error.contains("no side of the letter"))
        #expect(try mine("resolve", ids[1], "--take", "what?", status: 64).error.contains("author:NAME"))
        #expect(
            try mine("resolve", ids[1], "--take", "titel=provisional", status: 64).error.contains("did you mean title"))
        #expect(
            try mine("resolve", ids[3], "--take", "body=provisional", status: 1).error.contains("no conflict in body"))
    }

    @Test func `on a terminal several letters are shown before anybody is asked`() throws {
        let refused = try screen(["resolve", "--all", "--take", "provisional"], typing: "n\n")
        #expect(refused.contains("Settle these 4 letters? [y/N]") && !refused.contains("settled"))
        #expect(try mine("conflicts", "--json").objects().count == 4)
        let agreed = try screen(["resolve", "--all", "--take", "provisional"], typing: "y\n")
        #expect(agreed.components(separatedBy: "settled 0190a000").count == 5)
        #expect(try mine("conflicts", "--json").objects().isEmpty)
    }
}
