import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// The guard against mass deletion with the real programs.
struct DeletionGuardTests {
    /// Two machines that hold twenty letters, of which the second has deleted fifteen; the ids.
    private static func family() throws -> (server: Server, ada: Machine, ben: Machine, ids: [String]) {
        let server = try Server(archives: "letters")
        let token = try server.token(for: "letters")
        let (ada, ben) = (try Machine("ada", token: token), try Machine("ben", token: token))
        try ada.expect("init")
        let ids = (1...20).map { "0192f0c1-2222-4333-8444-\(String(format: "%012d", $0))" }
        let lines = ids.enumerated().map { #"{"id":"\#($1)","letter":{"title":"Letter \#($0 + 1)"}}"# }
        try ada.expect("import", ada.scratch.file("letters.jsonl", lines.joined(separator: "\n") + "\n"))
        try ada.expect("remote", "add", "origin", server.url("letters"))
        try ada.expect("sync")
        try ben.expect("clone", server.url("letters"), ben.archive)
        for id in ids.prefix(15) { try ben.expect("delete", id) }
        try ben.expect("sync")
        return (server, ada, ben, ids)
    }

    private static func shown(_ machine: Machine) throws -> Int { try machine.expect("list", "--json").objects().count }

    @Test func `too many deletions are held, told by sync and status, and let in when they are accepted`() throws {
        let (server, ada, ben, ids) = try Self.family()
        defer { server.stop() }
        for _ in 0..<2 {
            let ended = try ada.expect(2, "sync", "--json")
            let report = try #require(try ended.objects().first)
            #expect((report["notices"] as? [[String: Any]])?.map { $0["code"] as? String } == ["deletionsHeld"])
            #expect(report["requests"] as? Int == 1)
            #expect(ended.error.contains("--accept-deletions"))
        }
        #expect(try Self.shown(ada) == 20)
        #expect(try ada.expect(2, "status").output.contains("15 letters were deleted by others"))
        let held = try #require(try ada.expect(2, "status", "--json").object()["heldDeletions"] as? [String: Any])
        #expect(held["letters"] as? [String] == Array(ids.prefix(15)))
        try ada.expect(64, "sync", "--accept-deletions", "--reject-deletions")

        let accepted = try ada.expect("sync", "--accept-deletions")
        #expect(accepted.error.contains("15 letters"))
        #expect(try Self.shown(ada) == 5)
        try ada.expect("status")
        let quiet = try #require(try ada.expect("sync", "--json").objects().first)
        #expect(quiet["requests"] as? Int == 1 && quiet["pushed"] as? Int == 0)
        #expect(try Self.shown(ben) == 5)
        #expect(try ada.expect("verify", "--json").object()["problems"] as? [String] == [])
    }

    @Test func `too many deletions are undone everywhere when they are rejected`() throws {
        let (server, ada, ben, ids) = try Self.family()
        try ada.expect(2, "sync")
        let rejected = try ada.expect("sync", "--reject-deletions")
        #expect(rejected.error.contains("restored 15 letters"))
        #expect(rejected.output.contains("sent 15"))
        #expect(try Self.shown(ada) == 20)
        try ben.expect("sync")
        #expect(try Self.shown(ben) == 20)
        let carl = try Machine("carl", token: try server.token(for: "letters"))
        try carl.expect("clone", server.url("letters"), carl.archive)
        #expect(try Self.shown(carl) == 20)
        for id in [ids[0], ids[19]] {
            let shown = try ada.expect("show", id, "--json").output
            #expect(try ben.expect("show", id, "--json").output == shown)
            #expect(try carl.expect("show", id, "--json").output == shown)
        }
        try ada.expect("status")
    }
}
