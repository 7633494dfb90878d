import Foundation
import LetterModel
import ServerTestSupport
import SyncProtocol
import Testing
import TestScratch

/// `chancery-server serve` as a process.
struct ServeTests {
    @Test(arguments: [SIGTERM, SIGINT])
    func `it says where it listens, serves, and ends with 0 when it is told to`(signal: Int32) throws {
        let server = try RunningServer()
        #expect(server.firstLine == "listening on http://127.0.0.1:\(server.port)\n")
        #expect(try server.status("/healthz") == 200)
        server.signal(signal)
        #expect(server.end() == 0)
        let log = try server.log()
        for line in log.split(separator: "\n") {
            #expect(try JSONSerialization.jsonObject(with: Data(line.utf8)) is [String: Any], "\(line)")
        }
        for message in ["started", "request", "stopping", "stopped"] {
            #expect(log.contains("\"message\":\"\(message)\""))
        }
    }

    @Test func `a request that is open at SIGTERM is finished, and what it brought is kept`() throws {
        let server = try RunningServer()
        let token = try server.token()
        let archive = ArchiveID.make(time: Timestamp(milliseconds: 1), random: [UInt8](repeating: 1, count: 10))
        var letter = Letter()
        letter.body = "Come home."
        let revision = try Revision(
            header: RevisionHeader(
                archive: archive, letter: .derived(kind: "test", key: [1]), parents: [], content: nil,
                reason: Reason(.create)),
            letter: letter)
        let body = ExchangeRequest(
            replica: "test", archive: ArchiveDescription(id: archive, isOpen: false, mergeRule: 1)
        ).body(pushing: [revision])
        var fields = [
            ("Authorization", "Bearer \(token)"), ("Content-Type", "application/x-ndjson"), ("Expect", "100-continue"),
        ]
        if let encoding = body.encoding.headerValue { fields.append(("Content-Encoding", encoding)) }
        let client = try WebClient(port: server.port)
        try client.send(
            WebClient.head("POST", "/v1/archives/letters/sync", fields: fields, bodyByteCount: body.bytes.count))
        // Only now it is certain that the server has begun with the request.
        try client.waitForBytes()
        server.signal(SIGTERM)
        try server.waitForLog("\"message\":\"stopping\"")
        try client.send(body.bytes)
        let answer = try client.answer()
        #expect(answer.status == 200)
        #expect(answer.text.contains("\"accepted\":{\"count\":1,\"first\":1}"))
        #expect(server.end() == 0)

        try server.start()
        let answered = try WebClient.send(
            "GET", "/v1/archives/letters", port: server.port, fields: [("Authorization", "Bearer \(token)")])
        #expect(answered.text.contains("\"count\":1"))
        server.signal(SIGTERM)
        #expect(server.end() == 0)
        let checked = try server.run("check", "--json").object()
        let archives = try #require(checked["archives"] as? [[String: Any]])
        #expect(archives.map { $0["revisions"] as? Int } == [1])
    }

    @Test func `archives and tokens are made and taken back while it runs`() throws {
        let server = try RunningServer()
        let token = try server.token()
        #expect(try server.status("/v1/archives/letters", token: token) == 200)
        try server.run("archive", "create", "others")
        let other = try server.token("others", role: "reader")
        #expect(try server.status("/v1/archives/others", token: other) == 200)
        #expect(try server.status("/v1/archives/others", token: token) == 404)
        let listed = try server.run("token", "list", "--json").objects()
        let id = try #require(listed.first?["id"] as? String)
        try server.run("token", "revoke", id)
        #expect(try server.status("/v1/archives/letters", token: token) == 401)
        let deleted = try server.run("archive", "delete", "others", "--yes", "--json").object()
        #expect(try server.status("/v1/archives/others", token: other) == 404)
        #expect((deleted["keptAs"] as? String)?.hasSuffix("/deleted/others-2") == true)
        server.signal(SIGTERM)
        #expect(server.end() == 0)
    }

    @Test func `a second server on the folder is refused and the first goes on`() throws {
        let server = try RunningServer()
        let second = try server.run("serve", "--listen", "127.0.0.1:0", "--json", status: 1)
        #expect(try (second.object()["error"] as? [String: Any])?["code"] as? String == "serverRunning")
        #expect(second.error.contains("already running"))
        #expect(try server.status("/healthz") == 200)
        #expect(try server.run("check").output.contains("letters: 0 revisions, 0 blobs"))
    }

    @Test func `a port that is taken is named`() throws {
        let server = try RunningServer()
        let other = try DataFolder()
        try other.run("archive", "create", "letters")
        let ended = try other.run("serve", "--listen", "127.0.0.1:\(server.port)", status: 1)
        #expect(ended.error.contains("127.0.0.1 port \(server.port)"))
        #expect(ended.output.isEmpty)
    }

    @Test func `options come from the environment too, and the command line wins`() throws {
        let server = try RunningServer(
            environment: ["CHANCERY_SERVER_DATA": "/nonexistent", "CHANCERY_SERVER_LOG_LEVEL": "warning"])
        #expect(try server.status("/healthz") == 200)
        #expect(try !server.log().contains("\"message\":\"request\""))
        let listed = try ServerExecutable.run(
            ["archive", "list", "--json"], environment: ["CHANCERY_SERVER_DATA": server.path])
        #expect(try listed.objects().map { $0["name"] as? String } == ["letters"])
    }

    @Test func `connections from one address are counted where it is asked for`() throws {
        let request = Array("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        for (arguments, served) in [(["--connections-per-address", "2"], 2), ([], 8)] {
            let server = try RunningServer(arguments: arguments)
            var connections: [RawConnection] = []
            var count = 0
            for _ in 0..<8 {
                let connection = try RawConnection(port: server.port)
                connections.append(connection)
                connection.send(request)
                do {
                    if try connection.answer()?.status == 200 { count += 1 }
                } catch {
                    // Closed at once.
                }
            }
            #expect(count == served)
        }
    }

    @Test func `plain HTTP for others is refused unless it is asked for by name`() throws {
        let folder = try DataFolder()
        try folder.run("archive", "create", "letters")
        let ended = try folder.run("serve", "--listen", "0.0.0.0:0", status: 64)
        #expect(ended.error.contains("--insecure-http"))
        #expect(ended.error.contains("--tls-cert"))
        #expect(ended.output.isEmpty)
    }

    @Test func `a folder without data is not served`() throws {
        let folder = try DataFolder()
        let ended = try folder.run("serve", "--listen", "127.0.0.1:0", status: 1)
        #expect(ended.error.contains("archive create"))
        #expect(!FileManager.default.fileExists(atPath: folder.path))
    }

    @Test func `it speaks TLS with a certificate, and refuses half of a pair`() throws {
        let folder = try DataFolder()
        let certificate = folder.scratch.path + "/cert.pem"
        let key = folder.scratch.path + "/key.pem"
        let made = Process()
        made.executableURL = URL(filePath: "/usr/bin/openssl")
        made.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2", "-keyout", key, "-out", certificate,
        ]
        made.standardError = FileHandle.nullDevice
        try made.run()
        made.waitUntilExit()
        try #require(made.terminationStatus == 0)
        let server = try RunningServer(arguments: ["--tls-cert", certificate, "--tls-key", key])
        #expect(server.firstLine == "listening on https://127.0.0.1:\(server.port)\n")
        let curl = Process()
        curl.executableURL = URL(filePath: "/usr/bin/curl")
        curl.arguments = ["--silent", "--fail", "--cacert", certificate, "https://127.0.0.1:\(server.port)/healthz"]
        let output = Pipe()
        curl.standardOutput = output
        try curl.run()
        #expect(try output.fileHandleForReading.readToEnd() == Data("ok\n".utf8))
        curl.waitUntilExit()
        #expect(curl.terminationStatus == 0)

        #expect(try server.run("serve", "--tls-cert", certificate, status: 64).error.contains("--tls-key"))
        let missing = try server.run("serve", "--tls-cert", certificate, "--tls-key", "/nonexistent.pem", status: 1)
        #expect(missing.error.contains("/nonexistent.pem"))
    }
}
