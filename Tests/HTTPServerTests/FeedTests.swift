import Dispatch
import HTTPServer
import ServerTestSupport
import Testing

/// Responses whose messages come from elsewhere, whenever there are any.
@Suite struct FeedTests {
    /// A server with one feed at `/feed`.
    private static func live(_ feed: MessageFeed) throws -> LiveServer {
        try LiveServer(routes: [
            Route(.get, "/feed") { _ in .respond(Response(status: 200, body: .feed(feed))) }
        ])
    }

    private static let request = "GET /feed HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test func `messages arrive as they are sent, and the connection goes on after the end`() throws {
        let feed = MessageFeed(first: Array("first".utf8))
        let client = try Self.live(feed).connect()
        client.send(Self.request)
        #expect(try client.receiveHead().status == 200)
        #expect(try client.receiveChunk() == Array("first".utf8))
        for message in ["second", "third"] {
            feed.send(Array(message.utf8))
            #expect(try client.receiveChunk() == Array(message.utf8))
        }
        feed.end()
        #expect(try client.receiveChunk() == nil)
        client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.receive().text == "hello")
        #expect(feed.isReleased)
    }

    @Test func `a message takes the place of one that was not given yet; what comes after the end is dropped`() throws {
        let feed = MessageFeed(first: [1])
        feed.send([2])
        feed.sendIfIdle([3])
        feed.send([4])
        feed.end()
        feed.send([5])
        #expect(try Self.live(feed).ask(Self.request).body == [4])
    }

    @Test func `a large message comes out whole`() throws {
        let message = [UInt8](repeating: UInt8(ascii: "m"), count: 300_001)
        let feed = MessageFeed(first: message)
        feed.end()
        #expect(try Self.live(feed).ask(Self.request).body == message)
    }

    @Test func `a client that left is noticed with the next message, and its feed released`() throws {
        let feed = MessageFeed(first: [1])
        let live = try Self.live(feed)
        do {
            let client = try live.connect()
            client.send(Self.request)
            _ = try client.receiveHead()
            _ = try client.receiveChunk()
        }
        // The first write may still find room in a socket that nobody reads; one of the next finds it closed.
        let isReleased = eventually {
            feed.sendIfIdle([UInt8](repeating: 0, count: 1000))
            return feed.isReleased
        }
        #expect(isReleased)
        #expect(try live.nextRecord().ending == .cut)
    }

    @Test func `a server stops while clients wait, and cuts them`() throws {
        let feed = MessageFeed(first: [1])
        let live = try LiveServer(routes: [
            Route(.get, "/feed") { _ in .respond(Response(status: 200, body: .feed(feed))) }
        ]) { $0.stopLimitSeconds = 0 }
        let client = try live.connect()
        client.send(Self.request)
        _ = try client.receiveHead()
        _ = try client.receiveChunk()
        #expect(live.server.stop().cutRequestCount == 1)
        #expect(throws: RawClient.Failure.self) { try client.receiveChunk() }
        feed.send([2])
    }

    @Test func `a thousand clients wait at once without a thread each, and all are told`() throws {
        let feeds = (0..<1000).map { _ in MessageFeed(first: [0]) }
        let live = try LiveServer(routes: [
            Route(.get, "/feeds/:number") { head in
                let number = head.parameters["number"].flatMap { Int($0) } ?? 0
                return .respond(Response(status: 200, body: .feed(feeds[number])))
            }
        ]) { $0.workerThreadCount = 1 }
        let clients = try feeds.indices.map { number in
            let client = try live.connect()
            client.send("GET /feeds/\(number) HTTP/1.1\r\nHost: a\r\n\r\n")
            return client
        }
        for client in clients {
            _ = try client.receiveHead()
            #expect(try client.receiveChunk() == [0])
        }
        for feed in feeds { feed.send([1]) }
        for client in clients { #expect(try client.receiveChunk() == [1]) }
        for feed in feeds { feed.end() }
        for client in clients { #expect(try client.receiveChunk() == nil) }
    }
}
