import Foundation
import HTTPServer
import Testing

/// Bodies that come in: their limits, and what happens to those that nobody wants.
@Suite struct BodyTests {
    private static func chunk(_ count: Int) -> [UInt8] {
        Array("\(String(count, radix: 16))\r\n".utf8) + [UInt8](repeating: 0x41, count: count) + Array("\r\n".utf8)
    }

    @Test(arguments: ["POST", "PATCH"]) func `a chunked body is counted to its end`(method: String) throws {
        let client = try LiveServer().connect()
        client.send("\(method) /count HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n")
        for count in [1, 1000, 70000] { client.send(BodyTests.chunk(count)) }
        client.send("0\r\nX-Trailer: ignored\r\n\r\n")
        #expect(try client.receive().text.hasPrefix("71001 "))
        client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.receive().text == "hello")
    }

    /// That the memory of the server stays as it is, too, is seen in one of its own: `AttachmentMemoryTests`.
    @Test func `64 MiB go through in small pieces`() throws {
        let live = try LiveServer()
        let client = try live.connect()
        let piece = [UInt8](repeating: 7, count: 1 << 16)
        client.send("POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: \(64 << 20)\r\n\r\n")
        for _ in 0..<1024 where !client.send(piece) { Issue.record("the upload was cut") }
        let counts = try client.receive().text.split(separator: " ").compactMap { Int($0) }
        #expect(counts.first == 64 << 20)
        #expect((counts.last ?? .max) <= 16 * 1024)
    }

    @Test func `an announced length over the limit is refused at the head`() throws {
        let live = try LiveServer()
        let client = try live.connect()
        client.send("POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n")
        let response = try client.receive()
        #expect(response.status == 413)
        #expect(response.text.contains("content-too-large"))
        #expect(client.readToEnd() == .closed)
        #expect(try live.nextRecord().bytesReceived == 0)
    }

    @Test func `the limit itself is taken`() throws {
        let body = String(repeating: "x", count: 1000)
        let response = try LiveServer().ask("POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n\(body)")
        #expect(response.text == "1000 1000")
    }

    @Test(arguments: ["/small", "/inside"])
    func `a chunked body over the limit is refused while it streams, and the connection goes on`(path: String) throws {
        let live = try LiveServer()
        let client = try live.connect()
        client.send("POST \(path) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in 0..<20 { client.send(BodyTests.chunk(4000)) }
        client.send("0\r\n\r\n")
        #expect(try client.receive().status == 413)
        client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.receive().text == "hello")
        #expect(try live.nextRecord().problemCode == (path == "/small" ? "content-too-large" : "too-large-inside"))
    }

    @Test func `a body without end is cut after what is thrown away`() throws {
        let live = try LiveServer { $0.discardLimitBytes = 100_000 }
        let client = try live.connect()
        client.send("POST /small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        var isTaken = true
        for _ in 0..<100_000 where isTaken { isTaken = client.send(BodyTests.chunk(4000)) }
        #expect(!isTaken)
        let record = try live.nextRecord()
        #expect(record.ending == .cut)
        #expect(record.status == nil)
        #expect(record.bytesReceived < 200_000)
    }

    @Test(arguments: ["POST", "PATCH", "DELETE"])
    func `who waits for 100 Continue is told 401 at once and sends nothing`(method: String) throws {
        let live = try LiveServer()
        let client = try live.connect()
        client.send(
            "\(method) /denied HTTP/1.1\r\nHost: a\r\nContent-Length: \(1 << 30)\r\nExpect: 100-continue\r\n\r\n")
        let response = try client.receive()
        #expect(response.status == 401)
        #expect(response["WWW-Authenticate"] == "Bearer")
        #expect(client.readToEnd() == .closed)
        #expect(try live.nextRecord().bytesReceived == 0)
    }

    @Test func `who may go on is told 100 Continue first`() throws {
        let client = try LiveServer().connect()
        client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        #expect(try client.receive().status == 100)
        client.send("abc")
        #expect(try client.receive().text == "abc")
    }

    @Test(arguments: ["POST", "PATCH", "DELETE"])
    func `an unwanted body up to the limit is thrown away, and the connection goes on`(method: String) throws {
        let client = try LiveServer().connect()
        client.send("\(method) /denied HTTP/1.1\r\nHost: a\r\nContent-Length: \(1 << 20)\r\n\r\n")
        client.send([UInt8](repeating: 1, count: 1 << 20))
        #expect(try client.receive().status == 401)
        client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.receive().text == "hello")
    }

    @Test(arguments: ["POST", "PATCH", "DELETE"])
    func `an unwanted body over the limit is answered at once, and the connection closed`(method: String) throws {
        let client = try LiveServer().connect()
        client.send("\(method) /denied HTTP/1.1\r\nHost: a\r\nContent-Length: \(1 << 30)\r\n\r\n")
        #expect(try client.receive().status == 401)
        #expect(client.readToEnd() == .closed)
    }

    @Test(arguments: [
        ("/count", "Content-Length: 50\r\n\r\nabcde"), ("/count", "Transfer-Encoding: chunked\r\n\r\n5\r\nabc"),
        ("/denied", "Content-Length: 5000\r\n\r\nabcde"),
    ])
    func `a client that leaves in the middle of its body ends the request, long before its time is over`(
        path: String, rest: String
    ) throws {
        // By this clock no time passes.
        let live = try LiveServer(clock: ManualClock()) { $0.bodyWindow = .seconds(1) }
        let client = try live.connect()
        client.send("POST \(path) HTTP/1.1\r\nHost: a\r\n\(rest)")
        client.finishSending()
        #expect(client.readToEnd() == .closed)
        #expect(client.unread.isEmpty)
        let record = try live.nextRecord()
        #expect(record.ending == .cut)
        #expect(record.status == nil)
    }

    @Test func `a client that has sent all of its request and closes its side is answered`() throws {
        let door = Door()
        let live = try LiveServer(
            routes: [
                door.route
            ], clock: ManualClock()
        ) { $0.bodyWindow = .milliseconds(20) }
        let client = try live.connect()
        client.send(Door.request)
        client.finishSending()
        #expect(door.awaitArrival())
        // Another one that leaves in the middle is noticed: the server has looked at both.
        let other = try live.connect()
        other.send("POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\nabcde")
        other.finishSending()
        #expect(other.readToEnd() == .closed)
        door.open()
        #expect(try client.receive().text == "done")
    }
}
