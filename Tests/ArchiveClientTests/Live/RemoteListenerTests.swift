import LetterModel
import SyncProtocol
import Testing

@testable import ArchiveClient

/// Listening to a remote whose connections die without a word, as those of a laptop that slept do.
struct RemoteListenerTests {
    /// Each connection tells of an end and says nothing any more; what the test does meanwhile is `meanwhile`.
    private final class MuteTransport: Transport {
        let ends: [Int]
        var meanwhile: (_ connection: Int) -> Void = { _ in }
        private(set) var connections = 0
        private(set) var wereEnded: [Bool] = []

        init(ends: [Int]) { self.ends = ends }

        var traffic: Traffic { Traffic() }

        func send(
            _ request: TransportRequest, cancellation: Cancellation, head: (TransportResponse) throws -> Void,
            chunk: ([UInt8]) throws -> Void
        ) throws {
            connections += 1
            guard connections <= ends.count else { throw TransportError.cancelled }
            try head(TransportResponse(status: 200, headers: [HeaderField("Content-Type", "text/event-stream")]))
            try chunk(Array("data: {\"sequence\":\(ends[connections - 1])}\n\n".utf8))
            meanwhile(connections)
            wereEnded.append(cancellation.isCancelled)
            throw TransportError.cancelled
        }
    }

    @Test func `after a sleep it hangs up, forgets what it was told, and asks again at once`() {
        let listener = RemoteListener()
        let cancellation = Cancellation()
        let transport = MuteTransport(ends: [7, 9])
        var told: [Int?] = []
        var waits = 0
        transport.meanwhile = { connection in
            told.append(listener.told)
            if connection == 2 { cancellation.cancel() }
            listener.reconnect()
            told.append(listener.told)
        }
        let surroundings = SyncSurroundings(
            now: { Timestamp(milliseconds: 0) }, monotonicMilliseconds: { 0 }, random: { 0 }, sleep: { _ in waits += 1 }
        )
        listener.run(transport, surroundings: surroundings, cancellation: cancellation)
        #expect(told == [7, nil, 9, nil])
        #expect(transport.connections == 2)
        #expect(transport.wereEnded == [true, true])
        #expect(waits == 0)
    }

    @Test func `a connection that ends by itself is made again after a pause, which grows`() {
        let listener = RemoteListener()
        let cancellation = Cancellation()
        let transport = MuteTransport(ends: [])
        var waited = 0
        let surroundings = SyncSurroundings(
            now: { Timestamp(milliseconds: 0) }, monotonicMilliseconds: { 0 }, random: { 0 },
            sleep: { milliseconds in
                waited += milliseconds
                // Half of one, two and four seconds.
                if waited >= 3_500 { cancellation.cancel() }
            })
        listener.run(transport, surroundings: surroundings, cancellation: cancellation)
        #expect(transport.connections == 3 && waited == 3_500)
        #expect(listener.told == nil)
    }
}
