public import SyncProtocol

/// What goes wrong with one request.
public enum NetworkFault: Sendable {
    /// Nothing.
    case none
    /// No connection.
    case unreachable
    /// The request never arrives.
    case lostRequest
    /// The request is answered, and the answer is lost.
    case lostAnswer
    /// The request arrives and is answered twice; the second answer comes through.
    case doubled
    /// The connection breaks after so many bytes of the answer's body.
    case cut(afterBytes: Int)
    /// A bit of the answer's body is flipped at this byte.
    case flipped(byte: Int)
    /// Something else answers.
    case answer(status: Int, headers: [HeaderField], body: [UInt8])
}

/// A transport over another one that fails as a test wants it to.
public final class FaultyTransport: Transport {
    private let base: any Transport
    private let plan: (_ number: Int, _ request: TransportRequest) -> NetworkFault
    /// The requests so far, in order.
    public private(set) var requests: [TransportRequest] = []
    /// Body bytes that were handed out.
    public private(set) var handedOutBytes = 0

    /// A transport with a plan: what goes wrong with the request of this number, counted from 0.
    public init(_ base: any Transport, plan: @escaping (_ number: Int, _ request: TransportRequest) -> NetworkFault) {
        self.base = base
        self.plan = plan
    }

    /// What was sent and received.
    public var traffic: Traffic { base.traffic }

    /// Sends a request, or not.
    public func send(
        _ request: TransportRequest, cancellation: Cancellation, head: (TransportResponse) throws -> Void,
        chunk: ([UInt8]) throws -> Void
    ) throws {
        let fault = plan(requests.count, request)
        requests.append(request)
        let lost = TransportError.cut(host: "test", reason: "test")
        func pass(_ change: ([UInt8]) throws -> [UInt8]) throws {
            try base.send(request, cancellation: cancellation, head: head) { bytes in
                let changed = try change(bytes)
                handedOutBytes += changed.count
                if !changed.isEmpty { try chunk(changed) }
            }
        }
        var position = 0
        switch fault {
        case .none: try pass { $0 }
        case .unreachable: throw TransportError.unreachable(host: "test", reason: "test")
        case .lostRequest: throw lost
        case .lostAnswer:
            try base.send(request, cancellation: cancellation, head: { _ in }, chunk: { _ in })
            throw lost
        case .doubled:
            try base.send(request, cancellation: cancellation, head: { _ in }, chunk: { _ in })
            try pass { $0 }
        case .cut(let limit):
            // The last bytes before the cut are handed out one by one: whoever reads must not care.
            try base.send(request, cancellation: cancellation, head: head) { bytes in
                for byte in bytes {
                    guard position < limit else { throw lost }
                    position += 1
                    handedOutBytes += 1
                    try chunk([byte])
                }
            }
            if position == limit { throw lost }
        case .flipped(let byte):
            try pass { bytes in
                defer { position += bytes.count }
                guard (position..<position + bytes.count).contains(byte) else { return bytes }
                var changed = bytes
                changed[byte - position] ^= 0x10
                return changed
            }
        case .answer(let status, let headers, let body):
            try head(TransportResponse(status: status, headers: headers))
            if !body.isEmpty { try chunk(body) }
        }
    }
}
