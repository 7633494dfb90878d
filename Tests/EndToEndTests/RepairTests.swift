import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// Damage on a disk: found by each level of verification, mended from a remote, never passed on.
struct RepairTests {
    let server: Server
    let ada: Machine
    let ben: Machine
    let id: String

    init() throws {
        server = try Server(archives: "letters")
        (ada, ben, id) = try MainJobTests.twoMachines(server)
        try MainJobTests.importLetters(40, into: ada)
        try ada.expect("sync")
        try ben.expect("sync")
    }

    /// Runs SQL on a replica behind the program's back: its triggers off, as a fault of the disk would.
    private func damage(_ folder: String, _ statement: String) throws {
        let script = """
            DROP TRIGGER IF EXISTS content_is_kept; DROP TRIGGER IF EXISTS revision_is_kept;
            \(statement);
            CREATE TRIGGER content_is_kept BEFORE UPDATE ON content WHEN (SELECT is_on FROM healing) = 0
                BEGIN SELECT RAISE(ABORT, 'append-only'); END;
            CREATE TRIGGER revision_is_kept BEFORE UPDATE ON revision WHEN (SELECT is_on FROM healing) = 0
                BEGIN SELECT RAISE(ABORT, 'append-only'); END;
            """
        let ended = try Programs.run(
            "/usr/bin/sqlite3", [folder + "/archive.sqlite", script], environment: ["PATH": "/usr/bin:/bin"],
            in: ada.scratch.url)
        try #require(ended.status == 0, "\(ended.error)")
    }

    private static let flipContent = "UPDATE content SET bytes = zeroblob(length(bytes)) WHERE number % 7 = 3"
    private static let flipHeader = "UPDATE revision SET header = zeroblob(length(header)) WHERE sequence = 12"

    private func blob(_ folder: String) -> URL {
        URL(filePath: "\(folder)/blobs/dd/" + MainJobTests.seedSHA256.dropFirst(2))
    }

    /// What the replica holds, table by table, without what belongs to this copy alone.
    private func dump(_ machine: Machine) throws -> String {
        let tables = "revision letter content parent head summary blob blob_reference state"
        let ended = try Programs.run(
            "/usr/bin/sqlite3", [machine.archive + "/archive.sqlite", ".dump \(tables)"],
            environment: ["PATH": "/usr/bin:/bin"], in: machine.scratch.url)
        return ended.output
    }

    @Test func `what is damaged is named with its letter, fetched again by its hash, and everything is as it was`()
        throws
    {
        let whole = try dump(ben)
        try damage(ben.archive, Self.flipContent)
        try damage(ben.archive, Self.flipHeader)
        try damage(ben.archive, "UPDATE summary SET sender_words = 'wrong' WHERE letter = 5")
        try Data("nonsense".utf8).write(to: blob(ben.archive))
        let found = try ben.expect(1, "verify", "--json").object()
        let problems = try #require(found["problems"] as? [[String: Any]])
        #expect(problems.count >= 8)
        #expect(problems.filter { $0["kind"] as? String == "content" }.allSatisfy { $0["letter"] is String })
        #expect(problems.contains { $0["object"] as? String == MainJobTests.seedSHA256 })

        let repaired = try ben.expect("verify", "--repair", "--json").object()
        let repair = try #require(repaired["repair"] as? [String: Any])
        #expect(repair["damagedRevisions"] as? Int == repair["healedRevisions"] as? Int)
        #expect((repair["healedRevisions"] as? Int ?? 0) >= 6)
        #expect(repair["healedBlobs"] as? Int == 1)
        let copy = try #require(repair["copy"] as? String)
        #expect(FileManager.default.fileExists(atPath: copy))
        try ben.expect("verify")
        // Compressed anew, the same content may be other bytes: the hashes and everything that is shown are compared.
        #expect(try dump(ben).count == whole.count)
        #expect(try ben.expect("list", "--json").output == (try ada.expect("list", "--json").output))
        try ben.expect("sync")
    }

    @Test func `a remote that is unplugged keeps no other one from giving what is damaged`() throws {
        try ben.expect("remote", "remove", "origin")
        for stick in ["a-stick", "b-stick"] {
            try ben.expect("remote", "add", stick, ben.scratch.url.appending(path: stick).path, "--create")
            try ben.expect("sync", stick)
        }
        let stick = ben.scratch.url.appending(path: "a-stick").path
        try FileManager.default.moveItem(atPath: stick, toPath: stick + "-unplugged")
        try damage(ben.archive, Self.flipContent)
        let repaired = try ben.expect("verify", "--repair")
        #expect(repaired.error.contains("a-stick: "))
        try ben.expect("verify")
    }

    @Test func `what nobody can give is kept in quarantine, is never passed on, and is healed when it turns up`() throws
    {
        try ben.expect("edit", id, "--set", "title=Unsent")
        let unsent = try #require(try ben.expect("log", id, "--json").objects().first?["revision"] as? String)
        let backup = ben.scratch.url.appending(path: "good.bundle").path
        try ben.expect("bundle", "create", backup)
        try damage(
            ben.archive,
            "UPDATE content SET bytes = zeroblob(length(bytes)) WHERE number = (SELECT content FROM revision ORDER BY sequence DESC LIMIT 1)"
        )
        let failed = try ben.expect(1, "verify", "--repair")
        #expect(failed.output.contains("0 of 1 damaged revisions"))
        #expect(try ben.expect("status", "--json").object()["quarantined"] as? Int == 1)

        _ = try Programs.run("chancery", ["sync"], environment: ben.environment, in: ben.scratch.url)
        let fresh = try Machine("fresh", token: try server.token(for: "letters"))
        try fresh.expect("clone", server.url("letters"), fresh.archive)
        try fresh.expect("verify")
        let ids = try fresh.expect("log", "--json").objects().compactMap { $0["revision"] as? String }
        #expect(!ids.contains(unsent))
        let damagedBundle = ben.scratch.url.appending(path: "damaged.bundle").path
        let made = try ben.expect(2, "bundle", "create", damagedBundle, "--json").object()
        #expect(made["damaged"] as? [String] == [unsent])

        try ben.expect("bundle", "apply", backup)
        try ben.expect("verify")
        try ben.expect("sync")
        try fresh.expect("sync")
        #expect(try fresh.expect("show", id).output.contains("Unsent"))
    }

    @Test func `what the server's disk damaged comes back from whoever holds it, and then goes to everybody`() throws {
        _ = server.stop()
        let folder = server.data + "/archives/letters"
        try damage(folder, Self.flipContent)
        try damage(folder, Self.flipHeader)
        try server.start()
        let fresh = try Machine("fresh", token: try server.token(for: "letters"))
        try fresh.expect(2, "clone", server.url("letters"), fresh.archive)
        let lacking = 41 - (try fresh.expect("log", "--json").objects().count)
        #expect(lacking >= 6)

        let report = try ben.expect("sync", "--json").output
        #expect(report.contains("sentBack"), "\(report)")
        try server.administer("check")
        try fresh.expect("sync")
        #expect(try fresh.expect("list", "--json").output == (try ada.expect("list", "--json").output))
        try fresh.expect("verify")
        #expect(try !ada.expect("sync", "--json").output.contains("sentBack"), "once is enough")
    }

    @Test func `samples go on where the last one ended, and find what is damaged when they come to it`() throws {
        try damage(ben.archive, Self.flipHeader)
        var covered: [Int] = []
        var failures = 0
        for _ in 0..<5 {
            let ended = try Programs.run(
                "chancery", ["verify", "--sample", "10", "--json"], environment: ben.environment, in: ben.scratch.url)
            let sample = try ended.object()
            let first = try #require(sample["first"] as? Int)
            let last = try #require(sample["last"] as? Int)
            covered += Array(first...last)
            #expect(ended.status == ((first...last).contains(12) ? 1 : 0), "\(ended.output)")
            if ended.status == 1 { failures += 1 }
        }
        #expect(covered == Array(1...41))
        #expect(failures == 1)
        #expect(try ben.expect("verify", "--sample", "10").output.hasPrefix("revisions 1 to 10 of 41\n"))
    }

    @Test func `a quick look sees the end of the log and the small tables, and says how little it looked at`() throws {
        #expect(try ben.expect("verify", "--quick", "--json").object()["revisions"] as? Int == 41)
        try damage(ben.archive, "UPDATE state SET sequence = 40")
        #expect(try ben.expect(1, "verify", "--quick").output.contains("41 entries, and 40 are noted"))
        try damage(ada.archive, "UPDATE setting SET value = 'x' WHERE key = (SELECT min(key) FROM setting)")
        #expect(try ben.expect(64, "verify", "--quick", "--repair").error.contains("one of"))
    }
}
