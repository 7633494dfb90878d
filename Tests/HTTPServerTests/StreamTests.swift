import HTTPServer
import Testing

/// Responses that are made while they are sent.
@Suite struct StreamTests {
    @Test func `a stream is sent chunk by chunk to its end mark, and the connection goes on`() throws {
        let live = try LiveServer()
        let client = try live.connect()
        client.send("GET /stream?chunks=5&bytes=1000 HTTP/1.1\r\nHost: a\r\n\r\n")
        let head = try client.receiveHead()
        #expect(head["Transfer-Encoding"] == "chunked")
        #expect(head["Content-Length"] == nil)
        for _ in 0..<5 { #expect(try client.receiveChunk()?.count == 1000) }
        #expect(try client.receiveChunk() == nil)
        client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.receive().text == "hello")
        #expect(try live.nextRecord().bytesSent == 5000)
    }

    @Test func `each chunk goes out before the next is made`() throws {
        let door = Door()
        let live = try LiveServer(routes: [
            Route(.get, "/slow") { _ in
                var made = 0
                return .respond(
                    Response(
                        status: 200,
                        body: .stream {
                            made += 1
                            if made > 1 { door.pass() }
                            return made > 3 ? nil : Array("chunk \(made)".utf8)
                        }))
            }
        ])
        let client = try live.connect()
        client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        _ = try client.receiveHead()
        for made in 1...3 {
            #expect(try client.receiveChunk() == Array("chunk \(made)".utf8))
            door.open()
        }
        #expect(try client.receiveChunk() == nil)
    }

    @Test func `chunks larger than a connection's memory come out whole`() throws {
        let response = try LiveServer().ask("GET /stream?chunks=3&bytes=300001 HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(response.body == [UInt8](repeating: UInt8(ascii: "s"), count: 900_003))
    }

    @Test func `empty chunks are no end`() throws {
        let live = try LiveServer(routes: [
            Route(.get, "/gaps") { _ in
                var parts: [[UInt8]] = [[], [1], [], [], [2], []]
                return .respond(
                    Response(status: 200, body: .stream { parts.isEmpty ? nil : parts.removeFirst() }))
            }
        ])
        #expect(try live.ask("GET /gaps HTTP/1.1\r\nHost: a\r\n\r\n").body == [1, 2])
    }

    @Test func `a failing stream is cut without the end mark`() throws {
        let live = try LiveServer()
        let client = try live.connect()
        client.send("GET /breaking HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.receiveHead().status == 200)
        #expect(try client.receiveChunk() == Array("part ".utf8))
        #expect(try client.receiveChunk() == Array("part ".utf8))
        #expect(throws: RawClient.Failure.self) { try client.receiveChunk() }
        #expect(client.unread.isEmpty)
        let record = try live.nextRecord()
        #expect(record.ending == .cut)
        #expect(record.status == 200)
        #expect(record.bytesSent == 10)
        #expect(record.failure is StreamFault)
    }

    @Test func `a failing stream resets a connection of HTTP 1.0, whose end would look clean`() throws {
        let client = try LiveServer().connect()
        client.send("GET /breaking HTTP/1.0\r\n\r\n")
        #expect(client.readToEnd() == .reset)
    }

    @Test func `a whole stream ends cleanly for HTTP 1.0`() throws {
        let response = try LiveServer().ask("GET /stream?chunks=4&bytes=5 HTTP/1.0\r\n\r\n")
        #expect(response.text == "ssssssssssssssssssss")
        #expect(response["Transfer-Encoding"] == nil)
    }

    @Test func `a stream whose client left is released`() throws {
        let live = try LiveServer()
        do {
            let client = try live.connect()
            client.send("GET /stream?chunks=1000000&bytes=60000 HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try client.receiveHead()
        }
        #expect(try live.nextRecord().ending == .cut)
    }

    /// Pieces of 1,000 bytes with a length that is said before.
    private static func sized(_ byteCount: Int, pieces: Int) -> Route {
        Route(.get, "/sized") { _ in
            var left = pieces
            return .respond(
                Response(
                    status: 200,
                    body: .sizedStream(
                        PieceStream {
                            left -= 1
                            return left < 0 ? nil : [UInt8](repeating: UInt8(ascii: "s"), count: 1000)
                        }, byteCount: byteCount)))
        }
    }

    private struct PieceStream: ResponseBodyStream {
        let pull: () -> [UInt8]?

        mutating func next() -> [UInt8]? { pull() }
    }

    @Test func `a stream whose length is known is sent with it, and the connection goes on`() throws {
        let live = try LiveServer(routes: [Self.sized(5000, pieces: 5)])
        let client = try live.connect()
        for method in ["GET", "HEAD", "GET"] {
            client.send("\(method) /sized HTTP/1.1\r\nHost: a\r\n\r\n")
            let answer = try client.receive(toHead: method == "HEAD")
            #expect(answer["Content-Length"] == "5000")
            #expect(answer["Transfer-Encoding"] == nil)
            #expect(answer.body.count == (method == "HEAD" ? 0 : 5000))
            #expect(try live.nextRecord().bytesSent == answer.body.count)
        }
    }

    @Test func `a stream that ends before its length is cut`() throws {
        let live = try LiveServer(routes: [Self.sized(5000, pieces: 4)])
        #expect(throws: RawClient.Failure.self) { try live.ask("GET /sized HTTP/1.1\r\nHost: a\r\n\r\n") }
    }

    @Test func `a stream that goes on behind its length does not`() throws {
        let live = try LiveServer(routes: [Self.sized(2500, pieces: 4)])
        let client = try live.connect()
        for _ in 0..<2 {
            client.send("GET /sized HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.receive().body.count == 2500)
        }
    }
}
