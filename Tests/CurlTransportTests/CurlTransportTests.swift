import CurlTransport
import Foundation
import SyncProtocol
import Testing

/// libcurl over real sockets.
struct CurlTransportTests {
    /// What a request brought.
    struct Brought {
        var response: TransportResponse?
        var body = ""
    }

    static func answer(_ status: String, _ headers: String = "", body: String = "") -> String {
        "HTTP/1.1 \(status)\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    static func transport(_ server: ScriptedServer, token: String? = "chy_secret") -> CurlTransport {
        CurlTransport(origin: server.origin, archivePath: "/v1/archives/letters", token: token)
    }

    static func send(
        _ transport: CurlTransport, _ request: TransportRequest, cancellation: Cancellation = Cancellation()
    ) throws -> Brought {
        var brought = Brought()
        try transport.send(request, cancellation: cancellation) { head in
            #expect(brought.response == nil, "the head comes once")
            brought.response = head
        } chunk: { bytes in
            #expect(brought.response != nil, "the head comes first")
            brought.body += String(decoding: bytes, as: UTF8.self)
        }
        return brought
    }

    @Test func `a request travels with its token, its headers and its body, and the response comes back`() throws {
        let server = try ScriptedServer(Self.answer("200 OK", "X-Thing:  a b \r\n", body: "hello"))
        defer { server.stop() }
        let transport = Self.transport(server)
        let brought = try Self.send(
            transport,
            TransportRequest(
                .post, "sync", headers: [HeaderField("Content-Type", "text/plain")], body: Array("push".utf8)))
        #expect(brought.response?.status == 200)
        #expect(brought.response?.header("x-thing") == "a b")
        #expect(brought.body == "hello")
        let request = try #require(server.requests.first)
        #expect(request.hasPrefix("POST /v1/archives/letters/sync HTTP/1.1\r\n"))
        #expect(request.contains("\r\nAuthorization: Bearer chy_secret\r\n"))
        #expect(request.contains("\r\nContent-Type: text/plain\r\n"))
        #expect(!request.contains("\r\nExpect:"))
        #expect(request.hasSuffix("\r\n\r\npush"))
        #expect(transport.traffic.requests == 1)
        #expect(transport.traffic.bytesSent == request.utf8.count)
        #expect(
            transport.traffic.bytesReceived == Self.answer("200 OK", "X-Thing:  a b \r\n", body: "hello").utf8.count)
    }

    @Test func `one connection serves many requests of all methods`() throws {
        let server = try ScriptedServer(
            Self.answer("200 OK", body: "one"), "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
            Self.answer("204 No Content"),
            Self.answer("200 OK", body: "two"))
        defer { server.stop() }
        let transport = Self.transport(server)
        #expect(try Self.send(transport, TransportRequest(.get, "blobs/a")).body == "one")
        #expect(try Self.send(transport, TransportRequest(.head, "blobs/a")).body == "")
        #expect(try Self.send(transport, TransportRequest(.put, "blobs/a", body: [])).response?.status == 204)
        #expect(try Self.send(transport, TransportRequest(.post, "sync", body: Array("x".utf8))).body == "two")
        #expect(server.requests.map { $0.prefix(4) } == ["GET ", "HEAD", "PUT ", "POST"])
        #expect(server.requests[2].contains("Content-Length: 0"))
        #expect(!server.requests[0].contains("Content-Length"))
        #expect(server.connections == 1)
    }

    @Test func `a redirect is a response and is not followed`() throws {
        let other = try ScriptedServer(Self.answer("200 OK", body: "stolen"))
        let server = try ScriptedServer(Self.answer("302 Found", "Location: \(other.origin)/\r\n"))
        defer {
            server.stop()
            other.stop()
        }
        let brought = try Self.send(Self.transport(server), TransportRequest(.get, "x"))
        #expect(brought.response?.status == 302)
        #expect(brought.response?.header("location") == "\(other.origin)/")
        #expect(other.connections == 0)
    }

    @Test func `compressed bodies come as they travelled`() throws {
        let server = try ScriptedServer(Self.answer("200 OK", "Content-Encoding: gzip\r\n", body: "not gzip"))
        defer { server.stop() }
        #expect(try Self.send(Self.transport(server), TransportRequest(.get, "x")).body == "not gzip")
    }

    @Test func `an interim response leaves no header behind`() throws {
        let server = try ScriptedServer(
            "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n" + Self.answer("200 OK", body: "x"))
        defer { server.stop() }
        let brought = try Self.send(Self.transport(server), TransportRequest(.get, "x"))
        #expect(brought.response?.status == 200)
        #expect(brought.response?.header("x-early") == nil)
    }

    @Test func `what a callback throws cuts the transfer and is thrown on`() throws {
        struct Stop: Error {}
        let server = try ScriptedServer(Self.answer("200 OK", body: "body"), Self.answer("200 OK", body: "again"))
        defer { server.stop() }
        let transport = Self.transport(server)
        #expect(throws: Stop.self) {
            try transport.send(TransportRequest(.get, "x"), cancellation: Cancellation(), head: { _ in }) { _ in
                throw Stop()
            }
        }
        #expect(throws: Stop.self) {
            try transport.send(TransportRequest(.get, "x"), cancellation: Cancellation(), head: { _ in throw Stop() }) {
                _ in
            }
        }
    }

    @Test func `nobody listening is unreachable`() throws {
        let server = try ScriptedServer()
        server.stop()
        let error = #expect(throws: TransportError.self) {
            try Self.send(Self.transport(server), TransportRequest(.get, "x"))
        }
        guard case .unreachable(let host, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(host == "127.0.0.1:\(server.port)")
    }

    @Test func `a connection that ends inside a response is cut`() throws {
        let server = try ScriptedServer("HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\nhalf")
        defer { server.stop() }
        let error = #expect(throws: TransportError.self) {
            try Self.send(Self.transport(server), TransportRequest(.get, "x"))
        }
        guard case .cut? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `a connection that ends after any byte of a response is cut`() throws {
        let answer = Array("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nhalf".utf8)
        for length in answer.indices.dropFirst() {
            let server = try ScriptedServer(String(decoding: answer[..<length], as: UTF8.self), closes: true)
            defer { server.stop() }
            let error = #expect(throws: TransportError.self, "\(length)") {
                try Self.send(Self.transport(server), TransportRequest(.get, "x"))
            }
            guard case .cut? = error else {
                Issue.record("\(length): \(String(describing: error))")
                continue
            }
        }
    }

    @Test func `what does not speak HTTP is told apart`() throws {
        let server = try ScriptedServer("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\nConnection: close\r\n")
        defer { server.stop() }
        let error = #expect(throws: TransportError.self) {
            try Self.send(Self.transport(server), TransportRequest(.get, "x"))
        }
        guard case .notHTTP? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `a cancelled transfer ends before it begins`() throws {
        let server = try ScriptedServer(Self.answer("200 OK"))
        defer { server.stop() }
        let cancellation = Cancellation()
        cancellation.cancel()
        #expect(throws: TransportError.cancelled) {
            try Self.send(Self.transport(server), TransportRequest(.get, "x"), cancellation: cancellation)
        }
        #expect(server.requests.isEmpty)
    }

    @Test func `a transfer that waits for its server can be cancelled`() throws {
        // The server takes the request and never answers.
        let server = try ScriptedServer("")
        defer { server.stop() }
        let cancellation = Cancellation()
        let transport = Self.transport(server)
        Thread.detachNewThread {
            // The request has arrived: cancel then.
            while server.requests.isEmpty { sched_yield() }
            cancellation.cancel()
        }
        #expect(throws: TransportError.cancelled) {
            try Self.send(transport, TransportRequest(.get, "x"), cancellation: cancellation)
        }
    }

    @Test func `a body without a token has no Authorization`() throws {
        let server = try ScriptedServer(Self.answer("200 OK"))
        defer { server.stop() }
        _ = try Self.send(Self.transport(server, token: nil), TransportRequest(.get, "x"))
        #expect(server.requests.first?.contains("Authorization") == false)
    }
}
