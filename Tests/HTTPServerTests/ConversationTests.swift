import Dispatch
import HTTPServer
import Synchronization
import Testing

/// Ordinary requests over real sockets.
@Suite struct ConversationTests {
    @Test func `an answer has its length, its default headers and its own`() throws {
        let live = try LiveServer()
        let response = try live.ask("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(response.status == 200)
        #expect(response.text == "hello")
        #expect(response["Content-Length"] == "5")
        #expect(response["Content-Type"] == "text/plain")
        #expect(response["X-Content-Type-Options"] == "nosniff")
        #expect(response["Cache-Control"] == "no-store")
        #expect(response["Connection"] == nil)
    }

    @Test func `a header of the response wins over the default one`() throws {
        let response = try LiveServer().ask("GET /cached HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(response.fields.filter { $0.name.lowercased() == "cache-control" }.map(\.value) == ["max-age=5"])
    }

    @Test func `one connection carries many requests, also pipelined ones`() throws {
        let live = try LiveServer()
        let client = try live.connect()
        for index in 0..<200 {
            client.send("GET /items/\(index)?q=a+b%20c HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.receive().text == "\(index)|a b c")
        }
        client.send("GET /worker HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.receive().text == "from a worker")
        #expect(try client.receive().text == "hello")
        client.send(
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.receive().text == "abc")
        #expect(try client.receive().text == "hello")
    }

    @Test func `HTTP 1.0 is answered and closed, or kept alive when it asks`() throws {
        let live = try LiveServer()
        let client = try live.connect()
        client.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        #expect(try client.receive().text == "hello")
        client.send("GET /hello HTTP/1.0\r\n\r\n")
        #expect(try client.receive().text == "hello")
        #expect(client.readToEnd() == .closed)
    }

    @Test func `HEAD tells the length of GET and sends no body`() throws {
        let live = try LiveServer()
        let client = try live.connect()
        client.send("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.receive(toHead: true)["Content-Length"] == "5")
        client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.receive().text == "hello")
        #expect(try live.nextRecord().bytesSent == 0)
    }

    @Test func `HEAD of a stream makes none of it`() throws {
        let live = try LiveServer()
        let client = try live.connect()
        client.send("HEAD /breaking HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.receive(toHead: true).status == 200)
        #expect(client.readToEnd() == .closed)
        #expect(client.unread.isEmpty)
        #expect(try live.nextRecord().failure == nil)
    }

    @Test func `an answer without a body has none, and the connection goes on`() throws {
        let client = try LiveServer().connect()
        client.send("GET /empty HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.receive().status == 204)
        #expect(try client.receive().text == "hello")
    }

    @Test func `unknown paths are 404 and other methods 405, as problem details`() throws {
        let live = try LiveServer()
        let missing = try live.ask("GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(missing.status == 404)
        #expect(missing["Content-Type"] == "application/problem+json")
        #expect(missing.text.contains(#""code":"not-found""#))
        let other = try live.ask("DELETE /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(other.status == 405)
        #expect(other["Allow"] == "GET, HEAD")
    }

    @Test func `work that throws a problem answers with it, any other error is 500 and told to the log`() throws {
        let live = try LiveServer()
        let problem = try live.ask("GET /problem HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(problem.status == 409)
        #expect(problem["Retry-After"] == "5")
        #expect(try live.nextRecord().problemCode == "archive-exists")
        let fault = try live.ask("GET /fault HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(fault.status == 500)
        #expect(!fault.text.contains("StreamFault"))
        let record = try live.nextRecord()
        #expect(record.problemCode == "internal-error")
        #expect(record.failure is StreamFault)
    }

    @Test func `a header with a line break is never written`() throws {
        let response = try LiveServer().ask("GET /bad-header HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(response.status == 500)
        #expect(response["Set-Cookie"] == nil)
    }

    @Test func `the access log has a record of each request`() throws {
        let live = try LiveServer()
        let client = try live.connect()
        client.send("POST /echo?token=secret HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12345")
        #expect(try client.receive().text == "12345")
        let record = try live.nextRecord()
        #expect(record.method == "POST")
        #expect(record.path == "/echo")
        #expect(record.status == 200)
        #expect(record.bytesReceived == 5)
        #expect(record.bytesSent == 5)
        #expect(record.durationMilliseconds >= 0)
        #expect(record.peer.address == "127.0.0.1")
        #expect(record.peer.port > 0)
        #expect(record.problemCode == nil)
        #expect(record.ending == .completed)
        #expect(record.failure == nil)
    }

    @Test func `a hundred connections are served at the same time`() throws {
        let door = Door()
        let live = try LiveServer(routes: [
            Route(.get, "/door") { _ in
                .perform { _ in
                    door.pass()
                    return textResponse("open")
                }
            }
        ])
        let first = try live.connect()
        first.send("GET /door HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(door.awaitArrival())
        let clients = try (0..<100).map { _ in try live.connect() }
        for (index, client) in clients.enumerated() {
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n")
            client.send([UInt8](repeating: UInt8(index), count: 500))
        }
        // All of them are open now, in the middle of their bodies.
        for (index, client) in clients.enumerated() { client.send([UInt8](repeating: UInt8(index), count: 500)) }
        for (index, client) in clients.enumerated() {
            #expect(try client.receive().body == [UInt8](repeating: UInt8(index), count: 1000))
        }
        door.open()
        #expect(try first.receive().text == "open")
    }

    @Test func `an answer that is held is sent when it is released, and no worker waits for that`() throws {
        let held = Held()
        let live = try LiveServer(routes: [held.route]) { $0.workerThreadCount = 1 }
        let client = try live.connect()
        client.send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n")
        let release = held.next()
        #expect(try live.ask("GET /worker HTTP/1.1\r\nHost: a\r\n\r\n").text == "from a worker")
        release()
        #expect(try client.receive().text == "released")
        client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.receive().text == "hello")
    }

    @Test func `an answer that is still held when the server stops is cut, and its release does nothing any more`()
        throws
    {
        let held = Held()
        let live = try LiveServer(routes: [held.route]) { $0.stopLimitSeconds = 0 }
        let client = try live.connect()
        client.send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n")
        let release = held.next()
        #expect(live.server.stop().cutRequestCount == 1)
        #expect(client.readToEnd() == .closed)
        release()
    }
}

/// Keeps what releases an answer until the test asks for it.
private final class Held: Sendable {
    private let releases = Mutex<[@Sendable () -> Void]>([])
    private let available = DispatchSemaphore(value: 0)

    /// `/held`: what it answers waits for its release.
    var route: Route {
        Route(.get, "/held") { _ in
            .perform { _ in
                var response = textResponse("released")
                response.hold = { self.keep($0) }
                return response
            }
        }
    }

    private func keep(_ release: @escaping @Sendable () -> Void) {
        releases.withLock { $0.append(release) }
        available.signal()
    }

    func next() -> @Sendable () -> Void {
        guard available.wait(timeout: .now() + 120) == .success else { return {} }
        return releases.withLock { $0.removeFirst() }
    }
}
