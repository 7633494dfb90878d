import Foundation
import HTTPServer
import ServerTestSupport
import Testing

/// How a server stops. A connection that is suspended at that moment would make libmicrohttpd abort the process.
@Suite struct StopTests {
    /// Connects until the server refuses.
    private func awaitRefusal(port: Int) -> Bool {
        eventually {
            do {
                _ = try RawClient(port: port)
                return false
            } catch let failure as RawClient.Failure {
                // Not because this machine has no more ports or descriptors.
                return failure.errno == ECONNREFUSED
            } catch {
                return false
            }
        }
    }

    @Test func `a request in flight is answered while new connections are refused`() throws {
        let door = Door()
        let live = try LiveServer(routes: [door.route])
        let client = try live.connect()
        client.send(Door.request)
        #expect(door.awaitArrival())
        let stopped = DispatchSemaphore(value: 0)
        let server = live.server
        // Not on a queue: there it would wait for the other tests.
        Thread.detachNewThread {
            #expect(server.stop().cutRequestCount == 0)
            stopped.signal()
        }
        #expect(awaitRefusal(port: server.port))
        door.open()
        let response = try client.receive()
        #expect(response.text == "done")
        #expect(response["Connection"] == "close")
        #expect(client.readToEnd() == .closed)
        #expect(stopped.wait(timeout: .now() + 120) == .success)
        #expect(server.stop().cutRequestCount == 0)
    }

    @Test func `requests that take longer than the limit are cut, suspended or not`() throws {
        let door = Door()
        let stuckStream = Route(.get, "/stuck") { _ in
            .respond(
                Response(
                    status: 200,
                    body: .stream {
                        door.pass()
                        return nil
                    }))
        }
        let live = try LiveServer(routes: [door.route, stuckStream]) { $0.stopLimitSeconds = 0 }
        let working = try live.connect()
        working.send(Door.request)
        #expect(door.awaitArrival())
        let streaming = try live.connect()
        streaming.send("GET /stuck HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(door.awaitArrival())
        let receiving = try live.connect()
        receiving.send("POST /door HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        #expect(try receiving.receive().status == 100)
        let idle = try live.connect()
        idle.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try idle.receive().text == "hello")
        #expect(try live.nextRecord().status == 200)
        #expect(live.server.openRequestCount == 3)

        #expect(live.server.stop().cutRequestCount == 3)
        #expect(live.server.openRequestCount == 0)
        #expect(working.readToEnd() == .closed)
        #expect(working.unread.isEmpty)
        #expect(receiving.readToEnd() == .closed)
        #expect(idle.readToEnd() == .closed)
        #expect(try streaming.receiveHead().status == 200)
        #expect(throws: RawClient.Failure.self) { try streaming.receiveChunk() }
        for _ in 0..<3 { #expect(try live.nextRecord().ending != .completed) }
        // The work of cut requests ends after the stop, and nobody is harmed.
        door.open()
        door.open()
    }

    @Test func `stopping under load never aborts and loses no answer that was begun`() throws {
        for _ in 0..<20 {
            let live = try LiveServer { $0.stopLimitSeconds = 60 }
            let clients = try (0..<20).map { _ in try live.connect() }
            for client in clients {
                client.send("GET /worker HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try client.receive().status == 200)
            }
            for (index, client) in clients.enumerated() {
                let path = index % 2 == 0 ? "/worker" : "/stream?chunks=20&bytes=3000"
                client.send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
            }
            let report = live.server.stop()
            #expect(report.cutRequestCount == 0)
        }
    }

    @Test func `a server that is let go stops`() throws {
        var live: LiveServer? = try LiveServer()
        let port = try #require(live?.server.port)
        live = nil
        #expect(throws: RawClient.Failure.self) { try RawClient(port: port) }
    }

    @Test func `a port that is taken and an address that is none are told apart`() throws {
        let live = try LiveServer()
        let port = live.server.port
        #expect(throws: ServerError.cannotListen("127.0.0.1", port: port, errno: 98)) {
            try LiveServer { $0.port = port }
        }
        #expect(throws: ServerError.invalidAddress("localhost", port: 0)) {
            try LiveServer { $0.address = "localhost" }
        }
        #expect(throws: ServerError.invalidAddress("::1", port: 65536)) {
            try LiveServer {
                $0.address = "::1"
                $0.port = 65536
            }
        }
    }
}
