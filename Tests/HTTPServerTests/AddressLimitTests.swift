import HTTPServer
import ServerTestSupport
import Testing

/// How many connections one address may have.
@Suite struct AddressLimitTests {
    private static let request = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"

    /// Whether a new connection is served.
    private func isServed(_ live: LiveServer) throws -> RawClient? {
        let client = try live.connect()
        client.send(Self.request)
        do {
            return try client.receive().text == "hello" ? client : nil
        } catch {
            return nil
        }
    }

    @Test func `further connections are closed, the others go on, and one that ends makes room`() throws {
        let live = try LiveServer { $0.connectionsPerAddress = 3 }
        var clients: [RawClient] = []
        for _ in 0..<3 { clients.append(try #require(try isServed(live))) }
        for _ in 0..<5 { #expect(try isServed(live) == nil) }
        for client in clients {
            client.send(Self.request)
            #expect(try client.receive().text == "hello")
        }
        clients.removeLast()
        // The server takes a moment to notice that it is gone.
        #expect(try eventually { try isServed(live) != nil })
    }

    @Test func `without a limit there is none`() throws {
        let live = try LiveServer()
        var clients: [RawClient] = []
        for _ in 0..<300 { clients.append(try #require(try isServed(live))) }
    }
}
