import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// The main job with the real programs: two machines and a server keep one archive of letters.
struct MainJobTests {
    static let seed = Programs.root.appending(path: "Examples/2020-07-15-aliyev-to-oic-secretary-general.txt")
    static let seedSHA256 = "dd1873d4d7634bbd857ada1a684bbfddee7790ba42b0a20eb1c82183aaec9f6f"

    /// Two machines with one letter each, synced with a server; the id of the letter.
    static func twoMachines(_ server: Server) throws -> (Machine, Machine, String) {
        let token = try server.token(for: "letters")
        let ada = try Machine("ada", token: token)
        let ben = try Machine("ben", token: token)
        try ada.expect("init", "--name", "Letters")
        let imported = try ada.expect("import", seed.path, "--json").objects()
        let id = try #require((imported.first?["ids"] as? [String])?.first)
        try ada.expect("remote", "add", "origin", server.url("letters"))
        try ada.expect("sync")
        try ben.expect("clone", server.url("letters"), ben.archive)
        return (ada, ben, id)
    }

    /// Makes so many letters on a machine.
    static func importLetters(_ count: Int, into machine: Machine) throws {
        let lines = (1...count).map {
            #"{"letter":{"body":"Body \#($0) of a letter.","kind":"letter","title":"Letter \#($0)"}}"#
        }
        try machine.expect("import", machine.scratch.file("letters.jsonl", lines.joined(separator: "\n") + "\n"))
    }

    @Test func `the first letter comes back byte for byte on another machine`() throws {
        let server = try Server(archives: "letters")
        let (_, ben, id) = try Self.twoMachines(server)
        let folder = ben.scratch.url.appending(path: "out")
        try ben.expect("export", id, "--format", "original", "--output", folder.path)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names == [Self.seed.lastPathComponent])
        let bytes = try Data(contentsOf: folder.appending(path: names[0]))
        #expect(bytes == (try Data(contentsOf: Self.seed)))
        #expect(bytes.count == 1983)
        let sum = try Programs.run(
            "/usr/bin/sha256sum", [folder.appending(path: names[0]).path], environment: [:], in: ben.scratch.url)
        #expect(sum.output.hasPrefix(Self.seedSHA256))
    }

    @Test func `paragraphs that two editors changed are merged, the title they disagree on is shown and settled`()
        throws
    {
        let server = try Server(archives: "letters")
        let (ada, ben, id) = try Self.twoMachines(server)
        func body(_ machine: Machine) throws -> String {
            let letter = try machine.expect("show", id, "--json").object()["letter"] as? [String: Any]
            return try #require(letter?["body"] as? String)
        }
        let original = try body(ada)
        let first = original.replacingOccurrences(of: "I thank you for", with: "I sincerely thank you for")
        let last = original.replacingOccurrences(of: "strong health and success", with: "health, happiness and success")
        try ada.expect(
            "edit", id, "--body-file", ada.scratch.file("body", first), "--set", "title=Reply", "--add-tag", "OIC")
        try ben.expect(
            "edit", id, "--body-file", ben.scratch.file("body", last), "--set", "title=Thanks", "--add-tag", "Tovuz")
        try ada.expect("sync")
        try ben.expect(3, "sync")
        try ada.expect(3, "sync")

        let shown = try ada.expect("show", id, "--json")
        #expect(shown.output == (try ben.expect("show", id, "--json").output))
        let letter = try #require(try shown.object()["letter"] as? [String: Any])
        let merged = try #require(letter["body"] as? String)
        #expect(merged.contains("I sincerely thank you for"))
        #expect(merged.contains("health, happiness and success"))
        #expect(letter["tags"] as? [String] == ["OIC", "Tovuz"])
        let conflicts = try #require(try shown.object()["conflicts"] as? [[String: Any]])
        #expect(conflicts.map { $0["field"] as? String } == ["title"])
        let values = try #require(conflicts[0]["values"] as? [[String: Any]])
        #expect(Set(values.compactMap { $0["value"] as? String }) == ["Reply", "Thanks"])

        try ben.expect("resolve", id, "--set", "title=Reply with thanks")
        try ben.expect("sync")
        try ada.expect("sync")
        let settled = try ada.expect("show", id, "--json")
        #expect(settled.output == (try ben.expect("show", id, "--json").output))
        #expect((try settled.object()["letter"] as? [String: Any])?["title"] as? String == "Reply with thanks")
        #expect((try settled.object()["conflicts"] as? [Any])?.isEmpty ?? true)
        for machine in [ada, ben] { try machine.expect("verify") }
        #expect(server.stop() == 0)
    }

    @Test func `a delete never hides an edit that its author had not seen`() throws {
        let server = try Server(archives: "letters")
        let (ada, ben, id) = try Self.twoMachines(server)
        try ada.expect("delete", id)
        try ben.expect("edit", id, "--set", "summary=Still wanted")
        try ada.expect("sync")
        try ben.expect(3, "sync")
        try ada.expect(3, "sync")
        let shown = try ada.expect("show", id, "--json").object()
        #expect((shown["letter"] as? [String: Any])?["summary"] as? String == "Still wanted")
        let conflicts = try #require(shown["conflicts"] as? [[String: Any]])
        #expect(conflicts.map { $0["kind"] as? String } == ["deletedAndEdited"])
        try ada.expect("resolve", id, "--keep")
        try ada.expect("sync")
        try ben.expect("sync")
        #expect(try ben.expect("list", "--json").objects().count == 1)
    }

    @Test func `a sync with nothing to do is one request of a few hundred bytes`() throws {
        let server = try Server(archives: "letters")
        let (ada, ben, _) = try Self.twoMachines(server)
        for machine in [ada, ben] {
            try machine.expect("sync")
            let report = try #require(try machine.expect("sync", "--json").objects().first)
            #expect(report["requests"] as? Int == 1)
            #expect(report["pushed"] as? Int == 0)
            #expect(report["pulled"] as? Int == 0)
            let sent = try #require(report["bytesSent"] as? Int)
            let received = try #require(report["bytesReceived"] as? Int)
            #expect(sent + received < 2_000)
        }
    }

    @Test func `two machines that import the same file have the same letter once`() throws {
        let server = try Server(archives: "letters")
        let (ada, _, id) = try Self.twoMachines(server)
        let carl = try Machine("carl", token: try server.token(for: "letters"))
        try carl.expect("init")
        let first = try carl.expect("import", Self.seed.path, "--json").objects()
        #expect(first.first?["ids"] as? [String] == [id])
        let again = try carl.expect("import", Self.seed.path, "--json").objects()
        #expect(again.first?["outcome"] as? String == "unchanged")
        #expect(again.first?["ids"] as? [String] == [id])
        try ada.expect("import", Self.seed.path)
        #expect(try ada.expect("log", "--json").objects().count == 1)
    }

    @Test func `a server that came back from an old copy gets the lost letters back from the laptops`() throws {
        let server = try Server(archives: "letters")
        let (ada, ben, id) = try Self.twoMachines(server)
        server.stop()
        let copy = server.scratch.url.appending(path: "copy")
        try FileManager.default.copyItem(at: URL(filePath: server.data), to: copy)
        try server.start()
        try ada.expect("edit", id, "--set", "title=Written after the backup")
        try ada.expect("sync")
        try ben.expect("sync")
        server.stop()
        try FileManager.default.removeItem(atPath: server.data)
        try FileManager.default.moveItem(at: copy, to: URL(filePath: server.data))
        try server.start()

        try ben.expect("edit", id, "--set", "summary=Written after the restore")
        let report = try ben.expect("sync")
        #expect(report.error.contains("old copy"))
        try ada.expect("sync")
        try ben.expect("sync")
        let shown = try ada.expect("show", id, "--json")
        #expect(shown.output == (try ben.expect("show", id, "--json").output))
        let letter = try #require(try shown.object()["letter"] as? [String: Any])
        #expect(letter["title"] as? String == "Written after the backup")
        #expect(letter["summary"] as? String == "Written after the restore")
        let carl = try Machine("carl", token: try server.token(for: "letters"))
        try carl.expect("clone", server.url("letters"), carl.archive)
        #expect(try carl.expect("show", id, "--json").output == shown.output)
    }

    @Test func `members that this version does not know survive an edit and a sync`() throws {
        let server = try Server(archives: "letters")
        let token = try server.token(for: "letters")
        let ada = try Machine("ada", token: token)
        let ben = try Machine("ben", token: token)
        let id = "0192f0c1-2222-4333-8444-555566667777"
        let line =
            #"{"id":"\#(id)","letter":{"futureMember":{"deep":[1,{"x":"y"}]},"senders":[{"name":"A","shoeSize":43}],"title":"T"}}"#
        try ada.expect("init")
        try ada.expect("import", ada.scratch.file("letters.jsonl", line + "\n"))
        try ada.expect("remote", "add", "origin", server.url("letters"))
        try ada.expect("sync")
        try ben.expect("clone", server.url("letters"), ben.archive)
        try ben.expect("edit", id, "--set", "title=Another")
        try ben.expect("sync")
        try ada.expect("sync")
        let exported = try ada.expect("export", id, "--format", "jsonl").output
        #expect(exported == line.replacingOccurrences(of: #""T""#, with: #""Another""#) + "\n")
    }

    @Test func `a reader receives everything and is told that it may not write`() throws {
        let server = try Server(archives: "letters")
        let (_, _, id) = try Self.twoMachines(server)
        let reader = try Machine("reader", token: try server.token(for: "letters", role: "reader"))
        try reader.expect("clone", server.url("letters"), reader.archive)
        try reader.expect("edit", id, "--set", "title=Mine")
        let ended = try reader.expect(2, "sync", "--json")
        #expect(try ended.objects().first?["pushed"] as? Int == 0)
        #expect(try reader.expect("status", "--json").object()["unsent"] as? Int == 1)
        #expect(
            (try reader.expect("show", id, "--json").object()["letter"] as? [String: Any])?["title"] as? String
                == "Mine")
    }
}
