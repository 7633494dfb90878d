import Dispatch
import Foundation
import HTTPServer
import LetterModel
import ServerTestSupport
import SyncProtocol
import Synchronization
import Testing

@testable import ArchiveServer

/// Administration by another process, so to speak, while the server runs: what the server keeps of the registry is good until then.
struct LiveAdministrationTests {
    let live: LiveServer

    init() throws {
        live = try LiveServer()
    }

    func status(_ token: String?, _ archive: String = "letters") throws -> Int {
        try live.send("GET", "/v1/archives/\(archive)", token: token).status
    }

    /// Tidies up until the folder of a deleted archive is moved: the request before may hold the archive for a moment longer.
    func tidyUp(_ deleted: ArchiveRecord) throws {
        let kept = try #require(live.administration.keptPath(of: deleted))
        let isMoved = eventually {
            live.server.tidyUp()
            return FileManager.default.fileExists(atPath: kept)
        }
        #expect(isMoved)
    }

    @Test func `a revoked token is refused at the next request`() throws {
        let token = try live.token(.writer)
        #expect(try status(token) == 200)
        #expect(try live.administration.revokeToken(try live.id(of: token)))
        #expect(try status(token) == 401)
        #expect(try live.sync(token, pushing: [try SampleLetters.revision(1)]).status == 401)
    }

    @Test func `a token is refused from its revocation on, however many pushes of others are written down meanwhile`()
        throws
    {
        let others = try live.token(.writer)
        let pushers = Pushers(live, others)
        defer { pushers.end() }
        pushers.awaitFirst()
        for _ in 0..<10 {
            let token = try live.token(.reader)
            for _ in 0..<2 { #expect(try status(token) == 200) }
            #expect(try live.administration.revokeToken(try live.id(of: token)))
            for _ in 0..<2 { #expect(try status(token) == 401) }
        }
        #expect(pushers.end() > 0)
        _ = try live.auditLines()
        #expect(try live.server.context.registry.checkAuditLog().firstWrong == nil)
    }

    @Test func `a token that is revoked while a push comes in pushes nothing`() throws {
        let token = try live.token(.writer)
        let request = ExchangeRequest(
            replica: "test", archive: ArchiveDescription(id: SampleLetters.archive, isOpen: false, mergeRule: 1),
            cursor: nil)
        let body = request.body(pushing: [try SampleLetters.revision(1)])
        var fields = LiveServer.fields(token: token, type: "application/x-ndjson")
        if let encoding = body.encoding.headerValue { fields.append(("Content-Encoding", encoding)) }
        fields.append(("Expect", "100-continue"))
        let client = try RawConnection(port: live.server.port)
        client.send(
            WebClient.head(
                "POST", "/v1/archives/letters/sync", fields: fields, bodyByteCount: body.bytes.count))
        // The server has let the request in, and waits for its body.
        #expect(try client.answer()?.status == 100)
        #expect(try live.administration.revokeToken(try live.id(of: token)))
        client.send(body.bytes)
        #expect(try client.answer()?.status == 401)
        #expect(try live.exchange(try live.token(.reader), isOpen: true).revisions.isEmpty)
    }

    @Test func `a token expires when its time has come`() throws {
        let token = try live.token(.writer, lifetime: .seconds(90 * 86_400))
        live.clock.advance(seconds: 90 * 86_400 - 1)
        #expect(try status(token) == 200)
        live.clock.advance(seconds: 1)
        #expect(try status(token) == 401)
        #expect(try live.administration.tokens().first?.hasEnded == true)
    }

    @Test func `an archive that is made while the server runs is found`() throws {
        let token = try live.token(.writer, nil)
        #expect(try status(token, "new") == 404)
        _ = try live.administration.createArchive(try LiveServer.name("new"))
        #expect(try status(token, "new") == 200)
        #expect(
            try live.exchange(token, archive: "new", pushing: [try SampleLetters.revision(1)]).response.end.count == 1)
    }

    @Test func `a deleted archive is refused at once, moved aside and kept, and its name comes without its tokens`()
        throws
    {
        let token = try live.token(.writer)
        _ = try live.exchange(token, pushing: [try SampleLetters.revision(1)])
        let name = try LiveServer.name("letters")
        let deleted = try live.administration.deleteArchive(name)
        #expect(deleted.deletion?.isMoved == false)
        #expect(try status(token) == 404)
        #expect(throws: ServerFailure.archiveBeingDeleted(name)) { try live.administration.createArchive(name) }

        try tidyUp(deleted)
        let kept = try #require(live.administration.keptPath(of: deleted))
        #expect(FileManager.default.fileExists(atPath: kept + "/archive.sqlite"))
        _ = try live.administration.createArchive(name)
        #expect(try status(token) == 404)
        let fresh = try live.token(.writer)
        #expect(try live.exchange(fresh, isOpen: true).response.end.count == 0)
    }

    @Test func `a deleted archive comes back with its letters when its folder is moved back`() throws {
        let token = try live.token(.writer)
        _ = try live.exchange(token, pushing: [try SampleLetters.revision(1)])
        let name = try LiveServer.name("letters")
        let deleted = try live.administration.deleteArchive(name)
        try tidyUp(deleted)
        let kept = try #require(live.administration.keptPath(of: deleted))
        try FileManager.default.moveItem(atPath: kept, toPath: live.data.archivePath(name))
        _ = try live.administration.createArchive(name)
        #expect(try live.exchange(try live.token(.reader)).revisions == [try SampleLetters.revision(1)])
    }

    @Test func `a second server on the same data folder is refused and says why`() throws {
        let failure = #expect(throws: ServerFailure.self) {
            try ArchiveServer(
                live.data, http: ServerConfiguration(), clocks: live.clock.clocks, log: live.lines.log(.info))
        }
        #expect(failure == .serverRunning(path: live.data.path))
        #expect(failure?.description.contains("already running") == true)
        #expect(try status(try live.token(.reader)) == 200)
    }

    @Test func `the day of the last use is noted`() throws {
        let token = try live.token(.reader)
        #expect(try live.administration.tokens().first?.grant.lastUsed == nil)
        #expect(try status(token) == 200)
        _ = try live.auditLines()
        #expect(try live.administration.tokens().first?.grant.lastUsed?.text == "2027-01-15")
    }

    @Test func `the audit log tells what was done and denied, and holds no token and no letter`() throws {
        let writer = try live.token(.writer)
        let reader = try live.token(.reader)
        let letter = try SampleLetters.revision(1, body: "Nobody but us may read this.")
        _ = try live.exchange(writer, pushing: [letter])
        _ = try live.exchange(reader)
        _ = try status(reader, "secret")
        _ = try status(nil)
        let lines = try live.auditLines()
        let acts = try lines.map { line in
            let members = try #require(try JSONScanner.parse(Array(line.utf8)).members)
            return [members["action"]?.text, members["outcome"]?.text, members["object"]?.text].map { $0 ?? "" }
        }
        #expect(
            acts.map { $0.joined(separator: " ") } == [
                "archive.create done archive letters", "archive.create done archive secret", "server.start done ",
                "token.create done token \(try live.id(of: writer))",
                "token.create done token \(try live.id(of: reader))",
                "archive.push done archive letters", "archive.pull done archive letters",
                "archive.read denied archive secret", "archive.read denied archive letters",
            ])
        for line in lines + live.lines.all {
            for secret in [writer, reader] { #expect(!line.contains(String(secret.split(separator: ".")[1]))) }
            #expect(!line.contains("Nobody but us"))
        }
        #expect(try live.server.context.registry.checkAuditLog().firstWrong == nil)
    }

    @Test func `an address with too many bad tokens is put off, and a good token from there is served`() throws {
        let good = try live.token(.reader)
        var statuses: [Int] = []
        for _ in 0..<40 { statuses.append(try status("nonsense")) }
        #expect(statuses == Array(repeating: 401, count: 30) + Array(repeating: 429, count: 10))
        let answer = try live.send("GET", "/v1/archives")
        #expect(answer.status == 429)
        #expect(answer.problemCode == "too-many-requests")
        #expect(answer.fields["retry-after"] == "2")
        #expect(try status(good) == 200)
        #expect(try live.auditLines().filter { $0.contains("\"denied\"") }.count == 30)
        live.clock.advance(seconds: 2)
        #expect(try status("nonsense") == 401)
    }

    @Test
    func `a token that asks for what it may not have is put off by its id, and serves its own archive all the while`()
        throws
    {
        let token = try live.token(.reader)
        var statuses: [Int] = []
        for number in 0..<32 { statuses.append(try status(token, number.isMultiple(of: 2) ? "secret" : "nothing")) }
        #expect(statuses == Array(repeating: 404, count: 30) + [429, 429])
        #expect(try status(token) == 200)
        #expect(try status(try live.token(.reader), "secret") == 404)
    }

    @Test func `the log has a line for each request, without the query`() throws {
        _ = try live.send("GET", "/healthz?token=chy_secret")
        live.server.stop()
        let requests = live.lines.all.filter { $0.contains("\"message\":\"request\"") }
        #expect(requests.count == 1)
        let members = try #require(try JSONScanner.parse(Array(requests[0].dropLast().utf8)).members)
        #expect(members["path"]?.text == "/healthz")
        #expect(members["status"]?.integer == 200)
        #expect(members["peer"]?.text == "127.0.0.1")
        #expect(!requests[0].contains("secret"))
    }
}

/// Clients that push one letter after the other until they are told to end.
private final class Pushers: Sendable {
    private let hasEnded = Atomic(false)
    private let count = Atomic(0)
    private let running = DispatchGroup()
    private let hasPushed = DispatchSemaphore(value: 0)

    init(_ live: LiveServer, _ token: String) {
        for pusher in 1...3 {
            running.enter()
            // Not on a queue: there they would wait for the other tests.
            Thread.detachNewThread {
                defer { self.running.leave() }
                for number in 0..<5_000 where !self.hasEnded.load(ordering: .relaxed) {
                    do {
                        let revision = try SampleLetters.revision(10_000 * pusher + number)
                        let pushed = try live.exchange(token, pushing: [revision]).response.accepted.count
                        self.count.add(pushed, ordering: .relaxed)
                    } catch {
                        Issue.record(error)
                    }
                    self.hasPushed.signal()
                }
            }
        }
    }

    /// Waits until one of them has pushed.
    func awaitFirst() { hasPushed.wait() }

    /// Waits for their ends, and tells how many letters they have pushed.
    @discardableResult
    func end() -> Int {
        hasEnded.store(true, ordering: .relaxed)
        running.wait()
        return count.load(ordering: .relaxed)
    }
}

extension LiveServer {
    /// The audit log, with all that waits for the disk.
    func auditLines() throws -> [String] {
        server.context.writer.flush()
        return try server.context.registry.auditLines()
    }
}
