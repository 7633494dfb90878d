import HTTPServer
import ServerTestSupport
import Testing

/// Clients that hold a connection by being slow, over real sockets. Where the server's clock is moved by hand, nothing waits.
@Suite struct SlowClientTests {
    /// Deadlines of a second, so that the reaper looks four times a second; the clock decides when they are over.
    private static func oneSecond(_ configuration: inout ServerConfiguration) {
        configuration.headDeadline = .seconds(1)
        configuration.bodyWindow = .seconds(1)
        configuration.responseWindow = .seconds(1)
    }

    /// Deadlines that pass by themselves while a client drips, and that one who is served keeps on a busy machine too.
    private static func short(_ configuration: inout ServerConfiguration) {
        oneSecond(&configuration)
        // A whole head comes in time however long its sender waits for a turn.
        configuration.headDeadline = .seconds(60)
        configuration.idleTimeoutSeconds = 3
    }

    private func isServed(_ live: LiveServer) -> Bool {
        do {
            return try live.ask("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n").text == "hello"
        } catch {
            return false
        }
    }

    @Test(arguments: [
        ("in the request line", "GET /items/", "a"),
        ("in a header's name", "GET /hello HTTP/1.1\r\nHost: a\r\nX-", "A"),
        ("with headers that never end", "GET /hello HTTP/1.1\r\nHost: a\r\n", "A: b\r\n"),
        ("with empty lines before a request", "", "\r\n"),
        ("in a body", "POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n", "a"),
        ("in chunks", "POST /count HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n"),
        ("in a chunk's size", "POST /count HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "0"),
        (
            "in trailers",
            "POST /count HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n", "A: b\r\n"
        ),
        ("in a body that nobody wants", "POST /denied HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n", "a"),
        (
            "in a body that was refused",
            "POST /small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n500\r\n"
                + String(repeating: "a", count: 0x500) + "\r\n", "1\r\na\r\n"
        ),
    ])
    func `a client that drips is cut although it is never idle`(place: String, begin: String, rest: String) throws {
        let live = try LiveServer {
            SlowClientTests.short(&$0)
            if !begin.contains("\r\n\r\n") { $0.headDeadline = .seconds(3) }
        }
        let client = try live.connect()
        client.send(begin)
        #expect(client.drip(Array(rest.utf8), everyMilliseconds: 20), "\(place)")
        if begin.contains("HTTP/1.1") { #expect(try live.nextRecord().ending == .timedOut, "\(place)") }
        // Where heads have three seconds, one that is sent on a busy machine may need another try.
        #expect(eventually { isServed(live) })
    }

    @Test func `a client that does not take its answer is cut`() throws {
        let live = try LiveServer(SlowClientTests.short)
        let client = try RawClient(port: live.server.port, receiveBufferBytes: 4096, keeping: live)
        client.send("GET /stream?chunks=1000000&bytes=60000 HTTP/1.1\r\nHost: a\r\n\r\n")
        let record = try live.nextRecord()
        #expect(record.ending == .timedOut)
        #expect(record.status == 200)
        #expect(client.readToEnd() != .open)
    }

    @Test func `a client that takes a byte now and then is cut`() throws {
        let live = try LiveServer {
            SlowClientTests.short(&$0)
            // More than any machine takes byte by byte: one call a byte is several megabytes a second on a fast one.
            $0.minimumResponseBytesPerSecond = 1 << 40
        }
        let client = try RawClient(port: live.server.port, receiveBufferBytes: 4096, keeping: live)
        client.send("GET /stream?chunks=1000000&bytes=60000 HTTP/1.1\r\nHost: a\r\n\r\n")
        // Reading does not wait here: it goes on until the server has cut the connection and its rest is read.
        var isOver = false
        for _ in 0..<100_000_000 where !isOver { isOver = client.readAndForget(1) == nil }
        #expect(isOver)
        #expect(try live.nextRecord().ending == .timedOut)
    }

    @Test func `who waits for a feed may wait, and who does not take its message is cut`() throws {
        let clock = ManualClock()
        let feeds = (0..<2).map { _ in MessageFeed(first: Array("first".utf8)) }
        let live = try LiveServer(
            routes: feeds.enumerated().map { number, feed in
                Route(.get, "/feeds/\(number)") { _ in .respond(Response(status: 200, body: .feed(feed))) }
            }, clock: clock, SlowClientTests.oneSecond)
        let clients = try feeds.indices.map { number in
            let client = try RawClient(port: live.server.port, receiveBufferBytes: 4096, keeping: live)
            client.send("GET /feeds/\(number) HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try client.receiveHead()
            #expect(try client.receiveChunk() == Array("first".utf8))
            return client
        }
        // The second one is sent more than fits anywhere, and never reads again.
        feeds[1].send([UInt8](repeating: 0, count: 64 << 20))
        var endings: [RequestRecord.Ending] = []
        for round in 1...2 {
            let idle = try live.connect()
            idle.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try idle.receive().text == "hello")
            while endings.filter({ $0 == .completed }).count < round { endings.append(try live.nextRecord().ending) }
            clock.advance(.seconds(100_000))
            #expect(idle.readToEnd() == .closed)
        }
        if endings.count < 3 { endings.append(try live.nextRecord().ending) }
        #expect(endings.filter { $0 == .timedOut }.count == 1)
        #expect(feeds[1].isReleased)
        feeds[0].send(Array("second".utf8))
        #expect(try clients[0].receiveChunk() == Array("second".utf8))
        feeds[0].end()
        #expect(try clients[0].receiveChunk() == nil)
        #expect(clients[1].readToEnd() != .open)
    }

    @Test func `our own work may take as long as it wants`() throws {
        let clock = ManualClock()
        let door = Door()
        let live = try LiveServer(
            routes: [
                door.route,
                Route(.get, "/slow") { _ in
                    var made = 0
                    return .respond(
                        Response(
                            status: 200,
                            body: .stream {
                                made += 1
                                door.pass()
                                return made > 1 ? nil : Array("chunk".utf8)
                            }))
                },
            ], clock: clock, SlowClientTests.oneSecond)
        let working = try live.connect()
        working.send("POST /door HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab")
        #expect(door.awaitArrival())
        let streaming = try live.connect()
        streaming.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(door.awaitArrival())
        for _ in 0..<2 {
            // Idle ones are over: their ends show that the reaper has looked at all connections since.
            let idle = try live.connect()
            idle.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try idle.receive().text == "hello")
            // Now the server waits for the next request, by its clock.
            #expect(try live.nextRecord().ending == .completed)
            clock.advance(.seconds(100_000))
            #expect(idle.readToEnd() == .closed)
        }
        for _ in 0..<2 { door.open() }
        #expect(try working.receive().text == "done")
        #expect(try streaming.receiveHead().status == 200)
        #expect(try streaming.receiveChunk() == Array("chunk".utf8))
        #expect(door.awaitArrival())
        door.open()
        #expect(try streaming.receiveChunk() == nil)
    }

    @Test func `a hundred slow clients are cut and those that moved are served`() throws {
        let clock = ManualClock()
        let live = try LiveServer(clock: clock, SlowClientTests.oneSecond)
        for _ in 0..<3 {
            let slow = try (0..<100).map { _ in try live.connect() }
            for client in slow {
                client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try client.receive().text == "hello")
                #expect(try live.nextRecord().ending == .completed)
                client.send("GET /hello HT")
            }
            clock.advance(.seconds(100))
            for client in slow { #expect(client.readToEnd() == .closed) }
            // Their descriptors are given out again: whoever has them now is not cut for the others.
            let next = try (0..<100).map { _ in try live.connect() }
            for client in next {
                client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
                #expect(try client.receive().text == "abc")
                #expect(try live.nextRecord().status == 200)
            }
        }
    }

    @Test func `a request whose end the library does not tell ends with its connection`() throws {
        let live = try LiveServer { $0.idleTimeoutSeconds = 1 }
        let client = try live.connect()
        let names = (0..<1000).map { "a\($0)" }.joined(separator: "&")
        client.send("GET /hello?\(names) HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.readToEnd() != .open)
        #expect(try live.nextRecord().status == nil)
        live.server.stop()
        #expect(live.server.openRequestCount == 0)
    }

    @Test func `connections that are gone are watched no more`() throws {
        let live = try LiveServer()
        do {
            let clients = try (0..<50).map { _ in try live.connect() }
            for client in clients {
                client.send("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                #expect(try client.receive().text == "hello")
                #expect(client.readToEnd() == .closed)
            }
        }
        live.server.stop()
        #expect(live.server.openConnectionCount == 0)
    }
}
