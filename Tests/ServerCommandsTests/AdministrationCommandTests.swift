import Foundation
import ServerTestSupport
import Testing

/// The administration commands as processes: what they print, and how they fail.
struct AdministrationCommandTests {
    let folder: DataFolder

    init() throws {
        folder = try DataFolder()
        try folder.run("archive", "create", "letters")
    }

    @Test func `token create prints the token alone, and five members as JSON`() throws {
        let plain = try folder.run("token", "create", "--archive", "letters", "--role", "writer")
        #expect(plain.output.hasPrefix("chy_"))
        #expect(plain.output.split(separator: "\n").count == 1)
        #expect(!plain.error.contains(plain.output.split(separator: ".")[1]))

        let made = try folder.run("token", "create", "--archive", "letters", "--role", "reader", "--json").object()
        #expect(Set(made.keys) == ["id", "token", "role", "archive", "expires"])
        #expect(made["role"] as? String == "reader")
        #expect(made["archive"] as? String == "letters")
        let expires = try #require(made["expires"] as? String)
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        let date = try style.parse(expires)
        #expect(abs(date.timeIntervalSinceNow - 90 * 86_400) < 3600)

        let unlimited = try folder.run(
            "token", "create", "--all-archives", "--role", "admin", "--expires", "never", "--json"
        ).object()
        #expect(unlimited["archive"] is NSNull)
        #expect(unlimited["expires"] is NSNull)
    }

    @Test func `token list shows no secret, in a table and as JSON`() throws {
        let token = try folder.token()
        let secret = String(token.split(separator: ".")[1])
        try folder.run("token", "create", "--all-archives", "--role", "reader", "--label", "Ada's\u{1B}[31m laptop\n")
        let table = try folder.run("token", "list").output
        #expect(table.split(separator: "\n").count == 3)
        #expect(!table.contains("\u{1B}"))
        #expect(!table.contains(secret))
        let rows = try folder.run("token", "list", "--json").objects()
        #expect(rows.map { $0["state"] as? String } == ["active", "active"])
        #expect(rows.map { $0["archive"] as? String } == ["letters", nil])
        #expect(rows[1]["label"] as? String == "Ada's\u{1B}[31m laptop\n")
        let id = try #require(rows[0]["id"] as? String)
        #expect(try folder.run("token", "revoke", id, "--json").object()["revoked"] as? Bool == true)
        #expect(try folder.run("token", "revoke", id).output.contains("was revoked before"))
        #expect(try folder.run("token", "list", "--json").objects()[0]["state"] as? String == "revoked")
    }

    @Test func `an archive is not deleted without being asked, and its folder is kept`() throws {
        let refused = try folder.run("archive", "delete", "letters", status: 64)
        #expect(refused.error.contains("--yes"))
        #expect(try folder.run("archive", "list", "--json").objects().count == 1)
        let deleted = try folder.run("archive", "delete", "letters", "--yes", "--json").object()
        #expect(deleted["isMoved"] as? Bool == true)
        let kept = try #require(deleted["keptAs"] as? String)
        #expect(FileManager.default.fileExists(atPath: kept + "/archive.sqlite"))
        #expect(try folder.run("archive", "list", "--json").objects().isEmpty)
    }

    @Test(arguments: [
        (["archive", "create", "letters"], 1, "archiveExists"), (["archive", "create", "No"], 64, "usage"),
        (["archive", "delete", "nothing", "--yes"], 1, "unknownArchive"), (["token", "revoke", "x"], 64, "usage"),
        (["token", "revoke", "AAAAAAAAAAA"], 1, "unknownToken"),
        (["token", "create", "--role", "reader"], 64, "usage"),
        (["token", "create", "--role", "king", "--archive", "letters"], 64, "usage"),
        (["token", "create", "--role", "reader", "--archive", "nothing"], 1, "unknownArchive"),
        (["token", "create", "--role", "reader", "--archive", "letters", "--all-archives"], 64, "usage"),
        (["token", "create", "--role", "reader", "--archive", "letters", "--expires", "soon"], 64, "usage"),
        (["serve", "--listen", "localhost:80"], 64, "usage"), (["serve", "--log-level", "loud"], 64, "usage"),
    ])
    func `a failure is told on both streams, with its status and code`(
        arguments: [String], status: Int, code: String
    ) throws {
        let ended = try ServerExecutable.run(arguments + ["--data", folder.path, "--json"])
        #expect(ended.status == Int32(status))
        #expect(try (ended.object()["error"] as? [String: Any])?["code"] as? String == code)
        #expect(ended.error.hasPrefix("chancery-server: "))
    }

    @Test func `commands that print lists print an empty one when nothing could start`() throws {
        for command in [["archive", "list"], ["token", "list"]] {
            let ended = try ServerExecutable.run(command + ["--data", folder.path + "/none", "--json"])
            #expect(ended.status == 1)
            #expect(ended.output == "[]\n")
            #expect(ended.error.contains("archive create"))
        }
    }

    @Test func `a data folder of a newer version is refused by every command and left alone`() throws {
        let registry = folder.path + "/server.sqlite"
        var bytes = try Data(contentsOf: URL(filePath: registry))
        // user_version. Source: https://www.sqlite.org/fileformat2.html#the_database_header
        bytes.replaceSubrange(60..<64, with: [0, 0, 0, 99])
        try bytes.write(to: URL(filePath: registry))
        for command in [
            ["serve", "--listen", "127.0.0.1:0"], ["archive", "create", "more"],
            ["token", "create", "--all-archives", "--role", "admin"],
            ["check"],
        ] {
            let ended = try ServerExecutable.run(command + ["--data", folder.path])
            #expect(ended.status == 1)
            #expect(ended.error.contains("newer version"))
        }
        #expect(try Data(contentsOf: URL(filePath: registry)) == bytes)
    }

    @Test func `check tells of every archive and of the audit log`() throws {
        let report = try folder.run("check", "--json").object()
        let archives = try #require(report["archives"] as? [[String: Any]])
        #expect(archives.map { $0["name"] as? String } == ["letters"])
        #expect(report["auditEntries"] as? Int == 1)
        #expect(report["firstWrongAuditEntry"] is NSNull)
        #expect(report["registryProblem"] is NSNull)
        #expect(try folder.run("check").output == "letters: 0 revisions, 0 blobs\naudit log: 1 entry\n")
    }

    @Test func `every command has help with an example or a reason`() throws {
        for command in [
            "serve", "archive create", "archive list", "archive delete", "token create", "token list", "token revoke",
            "check",
        ] {
            let ended = try ServerExecutable.run(["help"] + command.split(separator: " ").map(String.init))
            #expect(ended.status == 0)
            #expect(ended.output.hasPrefix("Usage: chancery-server \(command)"))
        }
        #expect(try ServerExecutable.run(["--version"]).output.contains("0.1.0"))
        let version = try ServerExecutable.run(["--version", "--json"])
        #expect(version.output == #"{"program":"chancery-server","version":"0.1.0"}"# + "\n" && version.status == 0)
        let help = try ServerExecutable.run(["token", "create", "--help", "--json"]).object()
        #expect(
            help.keys.sorted() == ["command", "help"] && help["command"] as? String == "chancery-server token create")
    }
}
