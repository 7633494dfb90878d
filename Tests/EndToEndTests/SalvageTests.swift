import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// An archive that does not open any more: the programs say so, leave it alone, and bring over what is left of it.
struct SalvageTests {
    let server: Server
    let ada: Machine
    let ben: Machine
    let id: String

    init() throws {
        server = try Server(archives: "letters")
        (ada, ben, id) = try MainJobTests.twoMachines(server)
        try MainJobTests.importLetters(300, into: ben)
        try ben.expect("sync")
        try ada.expect("sync")
        try ben.expect("config", "author", "Ben <ben@example.org>")
        try ben.expect("edit", id, "--set", "title=Unsent")
        try ben.expect("import", try ben.scratch.file("late.txt", "A late letter with its file.\n"))
    }

    /// Overwrites pages of a machine's database, counted from 0.
    private func overwrite(_ pages: [Int], of machine: Machine) throws {
        let path = URL(filePath: machine.archive + "/archive.sqlite")
        var bytes = try Data(contentsOf: path)
        let pageBytes = Int(bytes[16]) << 8 | Int(bytes[17])
        for page in pages {
            bytes.replaceSubrange(
                page * pageBytes..<(page + 1) * pageBytes, with: Data(repeating: 0xA5, count: pageBytes))
        }
        try bytes.write(to: path)
    }

    private func pages(_ table: String, of machine: Machine) throws -> [Int] {
        let ended = try Programs.run(
            "/usr/bin/sqlite3",
            [
                machine.archive + "/archive.sqlite",
                "SELECT pageno FROM dbstat WHERE name = '\(table)' AND pagetype = 'leaf'",
            ],
            environment: ["PATH": "/usr/bin:/bin"], in: machine.scratch.url)
        return ended.output.split(separator: "\n").compactMap { Int($0) }.map { $0 - 1 }
    }

    private func salvage(_ status: Int32, into folder: String, rest: String? = nil) throws -> [String: Any] {
        let rest = rest ?? ben.scratch.url.appending(path: "unread.jsonl").path
        return try ben.expect(status, "salvage", ben.archive, "--archive", folder, "--json", "--rest", rest).object()
    }

    @Test func `everything unsent comes over from a database without a beginning, and goes to the others`() throws {
        let before = try ben.expect("list", "--json").output
        try overwrite([0], of: ben)
        let damaged = try Data(contentsOf: URL(filePath: ben.archive + "/archive.sqlite"))
        #expect(try ben.expect(1, "list").error.contains("chancery salvage"))
        let folder = ben.scratch.url.appending(path: "salvaged").path
        let report = try salvage(0, into: folder)
        #expect(report["accepted"] as? Int == report["revisions"] as? Int)
        #expect(report["remotes"] as? [String] == ["origin"])
        #expect(try salvage(0, into: folder)["accepted"] as? Int == 0, "a second time there is nothing new")
        #expect(try Data(contentsOf: URL(filePath: ben.archive + "/archive.sqlite")) == damaged)

        try ben.expect("verify", "--archive", folder)
        #expect(try ben.expect("list", "--json", "--archive", folder).output == before)
        #expect(try ben.expect("config", "author", "--archive", folder).output.contains("Ben"))
        try ben.expect("sync", "--archive", folder)
        #expect(try ada.expect("sync", "--json").output.contains("\"pulled\":2"), "two revisions were unsent")
        #expect(try ada.expect("show", id).output.contains("Unsent"))
        #expect(try ada.expect("list", "--json").output == before)
    }

    @Test func `what is left goes into a clone, and what cannot be shown into a file that can be imported`() throws {
        let revisions = try pages("revision", of: ben)
        try ben.expect("remote", "add", "elsewhere", "http://127.0.0.1:1/letters")
        try overwrite([0, try #require(revisions.last)], of: ben)
        let clone = ben.scratch.url.appending(path: "clone").path
        try ben.expect("clone", server.url("letters"), clone)
        let rest = ben.scratch.url.appending(path: "rest.jsonl").path
        let report = try salvage(2, into: clone, rest: rest)
        #expect(report["accepted"] as? Int == 0, "the unsent revisions were the last ones")
        #expect(report["remotes"] as? [String] == [], "no remote comes into a replica that is in use")
        #expect((report["looseContents"] as? Int ?? 0) >= 2)
        #expect(try String(contentsOfFile: rest, encoding: .utf8).contains("A late letter with its file."))
        try ben.expect("import", rest, "--archive", clone)
        #expect(try ben.expect("search", "late", "--archive", clone).output.contains("late"))
        // Now that a letter names it, its file is found.
        #expect((try salvage(2, into: clone)["blobs"] as? Int ?? 0) >= 1)
        try ben.expect("verify", "--archive", clone)
        try ben.expect("sync", "--archive", clone)
    }

    @Test func `what holds nothing is said, and nothing is made`() throws {
        let folder = ben.scratch.url.appending(path: "nothing").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let file = try ben.scratch.file("noise", String(repeating: "noise ", count: 9_000))
        let target = ben.scratch.url.appending(path: "target").path
        let refused = try ben.expect(1, "salvage", folder, "--database", file, "--archive", target)
        #expect(refused.error.contains("can be told to be a letter"))
        try ben.expect(1, "salvage", folder, "--archive", target)
        #expect(!FileManager.default.fileExists(atPath: target))
        // Another archive is never mixed in.
        let other = ben.scratch.url.appending(path: "other").path
        try ben.expect("init", "--archive", other)
        try ben.expect("import", try ben.scratch.file("other.txt", "Another archive.\n"), "--archive", other)
        #expect(try ben.expect(1, "salvage", ben.archive, "--archive", other).error.contains("two different archives"))
    }
}
