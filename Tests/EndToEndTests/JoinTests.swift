import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// `chancery join`: two archives that were begun apart.
struct JoinTests {
    private let server: Server
    /// Whose archive is on the server.
    private let ada: Machine
    /// Whose archive was begun apart.
    private let ben: Machine
    private let shared =
        #"{"id":"00000000-0000-4000-8000-0000000000a1","letter":{"body":"First.\n\nSecond.","title":"Both"}}"#

    init() throws {
        server = try Server(archives: "letters")
        ada = try Machine("ada", token: server.token(for: "letters"))
        ben = try Machine("ben", token: server.token(for: "letters"))
        for machine in [ada, ben] {
            try machine.expect("init")
            try machine.expect("import", machine.scratch.file("shared.jsonl", shared + "\n"))
            try machine.write("A letter of \(machine.name).")
            try machine.expect(
                "import", machine.scratch.file("scan-of-\(machine.name).txt", "Dear \(machine.name),\n\nyours\n"))
        }
        try ada.expect("remote", "add", "origin", server.url("letters"))
        try ada.expect("sync")
    }

    private var joined: String { ben.archive + "-joined" }

    private func ids(_ machine: Machine, _ archive: String) throws -> Set<String> {
        Set(
            try machine.expect("list", "--json", "--archive", archive).objects().compactMap { $0["id"] as? String }
        )
    }

    @Test
    func `after a preview everybody has the letters of both, with their attachments, and the old replica is as it was`()
        throws
    {
        let before = try ben.expect("status", "--json").object()["revisions"] as? Int
        let preview = try ben.expect("join", server.url("letters"), "--dry-run", "--json").object()
        #expect(preview["created"] as? Int == 2)
        #expect(preview["unchanged"] as? Int == 1)
        #expect(preview["joined"] as? Bool == false)
        try ben.expect(64, "join", server.url("letters"))
        #expect(try ids(ben, joined).count == 3)

        let done = try ben.expect("join", server.url("letters"), "--yes", "--json").object()
        #expect(done["created"] as? Int == 2)
        try ada.expect("sync")
        #expect(try ids(ada, ada.archive).count == 5)
        #expect(try ids(ada, ada.archive) == ids(ben, joined))
        #expect(try ada.expect("status", "--json").object()["missingBlobs"] as? Int == 0)
        #expect(try ben.expect("status", "--json").object()["revisions"] as? Int == before)
        for (machine, archive) in [(ada, ada.archive), (ben, joined), (ben, ben.archive)] {
            try machine.expect("verify", "--archive", archive)
        }
        // Again: nothing is left to do.
        let again = try ben.expect("join", server.url("letters"), "--yes", "--json").object()
        #expect(again["created"] as? Int == 0)
        #expect(again["merged"] as? Int == 0)
    }

    @Test func `a letter that both have is merged, and what they disagree on is shown`() throws {
        let id = "00000000-0000-4000-8000-0000000000a1"
        try ada.expect("edit", id, "--set", "title=Ada's")
        try ada.expect("sync")
        try ben.expect("edit", id, "--set", "title=Ben's", "--add-tag", "seen")
        let done = try ben.expect(3, "join", server.url("letters"), "--yes", "--json").object()
        #expect(done["merged"] as? Int == 1)
        try ada.expect(3, "sync")
        let shown = try ada.expect("show", id, "--json").object()
        let conflicts = try #require(shown["conflicts"] as? [[String: Any]])
        #expect(conflicts.map { $0["field"] as? String } == ["title"])
        let letter = try #require(shown["letter"] as? [String: Any])
        #expect(letter["tags"] as? [String] == ["seen"])
        #expect(letter["body"] as? String == "First.\n\nSecond.")
    }

    @Test func `a replica of the same archive, and an archive that cannot be reached, are refused and nothing is made`()
        throws
    {
        let carol = try Machine("carol", token: server.token(for: "letters"))
        try carol.expect("clone", server.url("letters"), carol.archive)
        let refused = try carol.expect(1, "join", server.url("letters"), "--yes")
        #expect(refused.error.contains("remote add"))
        try ben.expect(1, "join", "http://127.0.0.1:9/letters", "--yes")
        #expect(try ada.expect("sync", "--json").objects().first?["pulled"] as? Int == 0)
    }
}
