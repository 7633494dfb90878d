import LetterModel
import ServerTestSupport
import SyncProtocol
import Testing

@testable import ArchiveServer

/// Live events: where a log ends, told to those who wait.
struct EventsRouteTests {
    let live: LiveServer

    init() throws { live = try LiveServer() }

    /// A client that waits for an archive, past the head of its answer.
    private func wait(_ token: String, archive: String = "letters") throws -> WebClient {
        let client = try WebClient(port: live.server.port)
        let fields = LiveServer.fields(token: token, type: nil)
        try client.send(
            WebClient.head("GET", "/v1/archives/\(archive)/events", fields: fields, bodyByteCount: nil))
        let head = try client.read(until: "\r\n\r\n")
        #expect(head.hasPrefix("HTTP/1.1 200"))
        #expect(head.lowercased().contains("content-type: text/event-stream"))
        return client
    }

    /// The next event's data.
    private func next(_ client: WebClient) throws -> String {
        _ = try client.read(until: "data: ")
        return String(try client.read(until: "\n\n").dropLast(2))
    }

    @Test func `a client is told where the log ends, and each time that it has grown`() throws {
        let token = try live.token(.writer)
        let reader = try live.token(.reader)
        let waiting = [try wait(token), try wait(reader)]
        for client in waiting { #expect(try next(client) == #"{"sequence":0}"#) }
        for number in 1...3 {
            _ = try live.exchange(token, pushing: [try SampleLetters.revision(number)])
            for client in waiting { #expect(try next(client) == #"{"sequence":\#(number)}"#) }
        }
        #expect(try next(wait(reader)) == #"{"sequence":3}"#)
    }

    @Test func `other archives' clients are told nothing`() throws {
        let everywhere = try live.token(.writer, nil)
        let secret = try wait(everywhere, archive: "secret")
        #expect(try next(secret) == #"{"sequence":0}"#)
        _ = try live.exchange(everywhere, pushing: [try SampleLetters.revision(1)])
        _ = try live.exchange(everywhere, archive: "secret", pushing: [try SampleLetters.revision(2)])
        #expect(try next(secret) == #"{"sequence":1}"#)
    }

    @Test func `who waits is sent a comment from time to time`() throws {
        let client = try wait(try live.token(.reader))
        _ = try next(client)
        live.clock.advance(seconds: 24)
        live.server.tidyUp()
        live.clock.advance(seconds: 2)
        live.server.tidyUp()
        let text = try client.read(until: ": waiting\n\n")
        #expect(!text.dropLast(11).contains(": waiting"))
    }

    @Test func `a token that is revoked, or has expired, is told nothing any more`() throws {
        let revoked = try live.token(.reader)
        let expiring = try live.token(.reader, lifetime: .seconds(10))
        let clients = [try wait(revoked), try wait(expiring)]
        for client in clients { _ = try next(client) }
        _ = try live.administration.revokeToken(try live.id(of: revoked))
        live.clock.advance(seconds: 30)
        live.server.tidyUp()
        for client in clients { #expect(try client.read(until: "\r\n0\r\n\r\n").isEmpty == false) }
        // A response is let go of a moment after its end was read.
        let isReleased = eventually {
            live.server.tidyUp()
            return live.server.context.events.count == 0
        }
        #expect(isReleased)
    }

    @Test func `whose archive is deleted is told nothing any more`() throws {
        let client = try wait(try live.token(.reader))
        _ = try next(client)
        _ = try live.administration.deleteArchive(try LiveServer.name("letters"))
        live.clock.advance(seconds: 30)
        live.server.tidyUp()
        _ = try client.read(until: "\r\n0\r\n\r\n")
    }

    @Test func `a server that stops ends them cleanly, at once`() throws {
        let client = try wait(try live.token(.reader))
        _ = try next(client)
        live.server.stop()
        _ = try client.read(until: "0\r\n\r\n")
        #expect(live.lines.all.contains { $0.contains(#""cutRequests":0"#) })
    }
}
