import SyncProtocol
import SyncTestSupport

/// The way from a machine to another one, through the real responders of that one. Whoever answers is looked up for each request:
/// a server that was restarted meanwhile is there again.
final class MachineTransport: Transport {
    private let remote: Machine
    private let mayPush: Bool
    private(set) var traffic = Traffic()

    init(to remote: Machine, mayPush: Bool) {
        self.remote = remote
        self.mayPush = mayPush
    }

    func send(
        _ request: TransportRequest, cancellation: Cancellation, head: (TransportResponse) throws -> Void,
        chunk: ([UInt8]) throws -> Void
    ) throws {
        guard let store = remote.running else {
            throw TransportError.unreachable(host: remote.name, reason: "it is not running")
        }
        let role = mayPush ? "writer" : "reader"
        let loopback = LoopbackTransport(to: store, role: role, mayPush: mayPush)
        defer {
            traffic.requests += loopback.traffic.requests
            traffic.bytesSent += loopback.traffic.bytesSent
            traffic.bytesReceived += loopback.traffic.bytesReceived
        }
        try loopback.send(request, cancellation: cancellation, head: head, chunk: chunk)
    }
}

/// What the network does to the requests of one sync.
struct NetworkWeather {
    /// Once in so many requests something goes wrong; 0 for never.
    let faultRate: Int
    var numbers: SeededNumbers
    /// Whether bits are flipped too.
    var hasFlips = true

    mutating func next() -> NetworkFault {
        guard faultRate > 0, numbers.next() % UInt64(faultRate) == 0 else { return .none }
        let place = Int(numbers.next() % [60, 600, 6_000][Int(numbers.next() % 3)])
        switch numbers.next() % 7 {
        case 0: return .unreachable
        case 1: return .lostRequest
        case 2: return .lostAnswer
        case 3: return .doubled
        case 4, 5: return .cut(afterBytes: place)
        default: return hasFlips ? .flipped(byte: place) : .cut(afterBytes: place)
        }
    }
}

/// A request that somebody on the way keeps, and delivers later, again.
struct DelayedRequest {
    let request: TransportRequest
    let remote: Int
    let mayPush: Bool
}
