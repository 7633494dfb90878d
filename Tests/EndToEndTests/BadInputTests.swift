import Foundation
import ProgramTestSupport
import ServerTestSupport
import Testing
import TestScratch

/// What goes wrong says what to do next, ends with the documented status, and loses nothing.
struct BadInputTests {
    /// A machine with one letter.
    static func machine() throws -> Machine {
        let machine = try Machine("ada")
        try machine.expect("init")
        try machine.expect("import", MainJobTests.seed.path)
        return machine
    }

    @Test func `bad files are named with their reasons and the rest of the batch goes on`() throws {
        let ada = try Machine("ada")
        try ada.expect("init")
        let empty = try ada.scratch.file("empty.txt", "")
        let binary = try ada.scratch.file("binary.txt", Data((0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 7) }))
        let missing = ada.scratch.url.appending(path: "missing.txt").path
        let good = try ada.scratch.file("good.txt", "Dear Ada,\n\nCome home.\n\nYours,\nBen\n")
        let ended = try ada.expect(2, "import", empty, binary, missing, good, "--json")
        let rows = try ended.objects()
        #expect(rows.map { $0["outcome"] as? String } == ["refused", "refused", "refused", "imported"])
        #expect(rows[..<3].allSatisfy { ($0["reason"] as? String)?.isEmpty == false })
        for name in ["empty.txt", "binary.txt", "missing.txt"] { #expect(ended.error.contains(name)) }
        #expect(try ada.expect("list", "--json").objects().count == 1)
    }

    @Test func `a list of letters is taken once, its bad entries are named, and it is written again`() throws {
        let ada = try Machine("ada")
        try ada.expect("init")
        let entry = """
            <correspDesc key="k"><correspAction type="sent"><persName>Ada &amp; Ben</persName><date when="1843-07"/>
            </correspAction></correspDesc>
            """
        let list = try ada.scratch.file(
            "list.xml",
            """
            <TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><profileDesc>\(entry)
            <correspDesc/>\(entry)</profileDesc></teiHeader><text><body><p/></body></text></TEI>
            """)
        let first = try ada.expect(2, "import", list, "--json").objects()
        #expect((first.first?["ids"] as? [String])?.count == 2)
        #expect((first.first?["refused"] as? [[String: Any]])?.count == 1)
        let second = try ada.expect(2, "import", list, "--json").objects()
        #expect(second.first?["outcome"] as? String == "unchanged")
        let written = try ada.expect("export", "--format", "cmif", "--licence", "https://example.org/free").output
        #expect(written.components(separatedBy: "<persName>Ada &amp; Ben</persName>").count == 3)
        #expect(written.components(separatedBy: "<correspAction type=\"received\">").count == 3)
        #expect(written.contains("https://example.org/free"))
    }

    @Test func `of many bad lines the first are told, and how many there are`() throws {
        let ada = try Machine("ada")
        try ada.expect("init")
        let good = "{\"id\":\"0190f3c2-7a1e-7c9b-b111-0a0a0a0a0a0a\",\"letter\":{\"title\":\"One\"}}\n"
        let lines = try ada.scratch.file("lines.jsonl", good + String(repeating: "{\"truth\":1}\n", count: 200))
        let ended = try ada.expect(2, "import", lines)
        #expect(ended.output.contains("imported: 1 new, 200 lines refused"))
        #expect(ended.error.contains("line 11: ") && !ended.error.contains("line 12: "))
        #expect(ended.error.contains("200 lines of it were refused; --json names them all"))
        let named = try ada.expect(2, "import", lines, "--json").objects()
        #expect((named.first?["refused"] as? [Any])?.count == 200)
    }

    @Test func `a batch in which nothing could be taken fails`() throws {
        let ada = try Machine("ada")
        try ada.expect("init")
        let ended = try ada.expect(1, "import", ada.scratch.url.appending(path: "missing.txt").path)
        #expect(ended.error.contains("No such file"))
    }

    @Test func `a file of one line of 10 MB is refused as a letter or taken, and nothing is lost`() throws {
        let ada = try Machine("ada")
        try ada.expect("init")
        let long = try ada.scratch.file("long.txt", String(repeating: "word ", count: 2_000_000))
        let ended = try ada.expect(1, "import", long)
        #expect(ended.error.contains("long.txt"))
        #expect(try ada.expect("list", "--json").objects().isEmpty)
        try ada.expect("verify")
    }

    @Test func `a wrong token says where to get one`() throws {
        let server = try Server(archives: "letters")
        let ada = try Self.machine()
        try ada.expect("remote", "add", "origin", server.url("letters"))
        let ended = try ada.expect(1, "sync", with: ["CHANCERY_TOKEN": "chy_AAAAAAAAAAA.AAAA.AAAA"])
        #expect(ended.error.contains("token"))
        #expect(ended.error.contains("chancery login"))
        #expect(!ended.error.contains("chy_AAAAAAAAAAA"))
    }

    @Test func `a wrong URL says what a right one looks like`() throws {
        let server = try Server(archives: "letters")
        let ada = try Machine("ada", token: try server.token(for: "letters"))
        try ada.expect("init")
        #expect(try ada.expect(64, "remote", "add", "origin", "ftp://example.org/letters").error.contains("https://"))
        #expect(try ada.expect(64, "remote", "add", "origin", "http://example.org/letters").error.contains("https"))
        try ada.expect("remote", "add", "origin", server.url("leters"))
        let ended = try ada.expect(1, "sync")
        #expect(ended.error.contains("leters"))
    }

    @Test func `a server that is down is named, and the edit waits for it`() throws {
        let server = try Server(archives: "letters")
        let ada = try Machine("ada", token: try server.token(for: "letters"))
        try ada.expect("init")
        try ada.expect("import", MainJobTests.seed.path)
        try ada.expect("remote", "add", "origin", server.url("letters"))
        server.stop()
        let ended = try ada.expect(1, "sync", "--json")
        let row = try #require(try ended.objects().first)
        #expect(((row["error"] as? [String: Any])?["message"] as? String)?.contains("127.0.0.1") == true)
        #expect(try ada.expect("status", "--json").object()["unsent"] as? Int == 1)
        try server.start()
        try ada.expect("sync")
        #expect(try ada.expect("status", "--json").object()["unsent"] as? Int == 0)
    }

    @Test func `one remote down and one up is partly done`() throws {
        let server = try Server(archives: "letters", "copies")
        let ada = try Self.machine()
        try ada.expect("remote", "add", "down", "http://127.0.0.1:9/letters")
        try ada.expect("remote", "add", "up", server.url("letters"))
        try ada.expect("login", "up", input: try server.token(for: "letters") + "\n")
        try ada.expect("login", "http://127.0.0.1:9/letters", input: "chy_AAAAAAAAAAA.AAAA.AAAA\n")
        #expect(try ada.expect(2, "sync", "--json").objects().count == 2)
    }

    @Test func `a captive portal's page is not taken for a server`() throws {
        let portal = try Portal(
            answer:
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 37\r\nConnection: close\r\n\r\n<html>Please sign in to WiFi.</html>\r\n"
        )
        let ada = try Self.machine()
        try ada.expect("remote", "add", "origin", "http://127.0.0.1:\(portal.port)/letters")
        let ended = try ada.expect(1, "sync", with: ["CHANCERY_TOKEN": "chy_AAAAAAAAAAA.AAAA.AAAA"])
        #expect(ended.error.contains("sign in") || ended.error.contains("not a Chancery server"))
        #expect(!ended.error.contains("WiFi"))
        #expect(try ada.expect("list", "--json").objects().count == 1)
    }

    @Test func `a full disk refuses the edit and keeps what was there`() throws {
        let ada = try Self.machine()
        let id = try #require(try ada.expect("list", "--json").objects().first?["id"] as? String)
        let before = try ada.expect("show", id, "--json").output
        // Every write of the database fails as on a full disk, from the first one on.
        let ended = try Programs.run(
            "/usr/bin/strace",
            [
                "-f", "-qq", "-o", "/dev/null", "-e", "trace=pwrite64", "-e", "inject=pwrite64:error=ENOSPC",
                Programs.folder.appending(path: "chancery").path, "edit", id, "--set", "title=Never",
            ], environment: ada.environment, in: ada.scratch.url)
        #expect(ended.status == 1)
        #expect(ended.error.contains("disk is full"))
        #expect(try ada.expect("show", id, "--json").output == before)
        try ada.expect("verify")
        try ada.expect("edit", id, "--set", "title=Now")
    }

    @Test func `a replica that another process is writing to is waited for, then named`() throws {
        let ada = try Self.machine()
        let holder = Process()
        let output = Pipe()
        let input = Pipe()
        holder.executableURL = URL(filePath: "/usr/bin/sqlite3")
        holder.arguments = ["-batch", ada.archive + "/archive.sqlite"]
        holder.standardInput = input
        holder.standardOutput = output
        try holder.run()
        input.fileHandleForWriting.write(Data("BEGIN IMMEDIATE;\nSELECT 'held';\n".utf8))
        _ = output.fileHandleForReading.availableData
        let ended = try ada.expect(
            1, "new", "--set", "title=Never", with: ["CHANCERY_BUSY_TIMEOUT_MILLISECONDS": "200"])
        #expect(ended.error.contains("another process"))
        input.fileHandleForWriting.write(Data("ROLLBACK;\n.quit\n".utf8))
        try input.fileHandleForWriting.close()
        holder.waitUntilExit()
        try ada.expect("new", "--set", "title=Now")
        #expect(try ada.expect("list", "--json").objects().count == 2)
    }

    @Test func `a database that is newer than the program is left alone`() throws {
        let ada = try Self.machine()
        let file = ada.archive + "/archive.sqlite"
        let changed = try Programs.run(
            "/usr/bin/sqlite3", [file, "PRAGMA user_version = 9999"], environment: [:], in: ada.scratch.url)
        #expect(changed.status == 0)
        let before = try Data(contentsOf: URL(filePath: file))
        let ended = try ada.expect(1, "list")
        #expect(ended.error.contains("newer version"))
        #expect(try Data(contentsOf: URL(filePath: file)) == before)
    }

    @Test func `a folder without an archive says how to make one`() throws {
        let ended = try Machine("ada").expect(1, "list", "--json")
        #expect(ended.error.contains("chancery init"))
        #expect(try ended.objects().isEmpty)
    }

    @Test func `wrong usage exits with 64 and names what was meant`() throws {
        let ada = try Machine("ada")
        #expect(try ada.expect(64, "lsit").error.contains("list"))
        #expect(try ada.expect(64, "list", "--limt", "3").error.contains("--limit"))
        #expect(try ada.expect(64, "status", "--nope", "--json").object()["error"] != nil)
    }
}

/// A listener on 127.0.0.1 that answers every connection with the same bytes, as a hotel's network does.
final class Portal {
    let port: UInt16
    private let descriptor: Int32

    init(answer: String) throws {
        let (descriptor, port) = try Loopback.listen()
        self.descriptor = descriptor
        self.port = port
        Thread.detachNewThread {
            // Ends when the listener is shut down.
            while let connection = Loopback.accept(descriptor) {
                var buffer = [UInt8](repeating: 0, count: 65536)
                _ = recv(connection, &buffer, buffer.count, 0)
                _ = answer.withCString { send(connection, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
                shutdown(connection, Int32(SHUT_WR))
                while recv(connection, &buffer, buffer.count, 0) > 0 {}
                close(connection)
            }
            // Closed by its only user: its number may be another test's socket right after.
            close(descriptor)
        }
    }

    deinit {
        shutdown(descriptor, Int32(SHUT_RDWR))
    }
}
