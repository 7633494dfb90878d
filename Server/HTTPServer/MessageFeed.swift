import Synchronization

/// A response body whose messages come from elsewhere, whenever there are any: server-sent events, say.
///
/// ```swift
/// let feed = MessageFeed(first: Array("data: 1\n\n".utf8))
/// keep(feed)                                   // whoever has news calls feed.send(…)
/// return .respond(Response(status: 200, headers: ["Content-Type": "text/event-stream"], body: .feed(feed)))
/// ```
/// While nothing is to be sent the connection is suspended: it takes its buffers and no thread, so that thousands can wait.
/// A message takes the place of one that the client has not been given yet, so a feed holds one message however slow its
/// client is: send states, not differences. A client that leaves is noticed with the next message.
///
/// **Threads.** Every method may be called on any thread, and returns at once.
///
/// **Invariant.** `connection` is there only while the connection is suspended for this feed, and who takes it out resumes it.
public final class MessageFeed: Sendable {
    private struct State {
        /// What the client has not been given yet.
        var pending: [UInt8]?
        /// Whether no message follows.
        var isEnded = false
        /// Whether the response is over: its client left, or it was sent to its end.
        var isReleased = false
        /// The suspended connection.
        var connection: Suspension?
    }

    private let state: Mutex<State>

    /// A feed that begins with this message.
    public init(first: [UInt8]) {
        state = Mutex(State(pending: first))
    }

    /// Whether the response is over: nobody will be given another message.
    public var isReleased: Bool { state.withLock { $0.isReleased } }

    /// Gives the client a message, in the place of one that still waits for it.
    public func send(_ message: [UInt8]) {
        wake { state in
            guard !state.isEnded else { return false }
            state.pending = message
            return true
        }
    }

    /// Gives the client a message if none waits for it: to find out whether it is still there.
    public func sendIfIdle(_ message: [UInt8]) {
        wake { state in
            guard !state.isEnded, !state.isReleased, state.pending == nil else { return false }
            state.pending = message
            return true
        }
    }

    /// Ends the response cleanly after what was sent last.
    public func end() {
        wake { state in
            state.isEnded = true
            return true
        }
    }

    private func wake(_ change: (inout State) -> Bool) {
        let connection = state.withLock { state -> Suspension? in
            guard change(&state) else { return nil }
            defer { state.connection = nil }
            return state.connection
        }
        connection?.resume {}
    }

    // MARK: - The connection's side

    /// What a connection does next.
    enum Step {
        /// Send this.
        case message([UInt8])
        /// Wait: it is suspended now.
        case wait
        /// Send the end mark.
        case end
        /// Break off: the server stops.
        case cut
    }

    /// The next step of the connection, which is suspended if there is nothing to send; on its own callbacks only.
    func next(_ suspension: Suspension) -> Step {
        state.withLock { state in
            if let message = state.pending {
                state.pending = nil
                return .message(message)
            }
            if state.isEnded { return .end }
            guard suspension.suspend() else { return .cut }
            state.connection = suspension
            return .wait
        }
    }

    /// The response is over.
    func release() {
        state.withLock { state in
            state.isReleased = true
            state.pending = nil
            state.connection = nil
        }
    }
}

/// Feeds a connection from a ``MessageFeed``. Belongs to the thread that serves the socket.
final class FedBody: BodySource {
    private let feed: MessageFeed
    private let exchange: Exchange
    private var message: [UInt8] = []
    private var sentOfMessage = 0

    init(_ feed: MessageFeed, exchange: Exchange) {
        self.feed = feed
        self.exchange = exchange
    }

    deinit {
        feed.release()
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        if sentOfMessage == message.count {
            switch feed.next(exchange.suspension) {
            case .message(let next):
                message = next
                sentOfMessage = 0
            case .wait: return 0
            case .end: return BodyMark.end
            case .cut:
                exchange.streamFailed()
                return BodyMark.failed
            }
        }
        let count = min(buffer.count, message.count - sentOfMessage)
        unsafe buffer.copyBytes(from: message[sentOfMessage..<sentOfMessage + count])
        sentOfMessage += count
        exchange.sent(bytes: count)
        return count
    }
}
