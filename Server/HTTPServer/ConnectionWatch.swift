import Glibc
import Synchronization

/// One connection from its acceptance to its close, with the deadline that it is under.
///
/// **Invariant.** `shutdown` is called under the lock that ``closed()`` takes, and libmicrohttpd tells of the close
/// before it gives the descriptor back to the system: the descriptor of another connection is never shut down.
final class ConnectionWatch: Sendable {
    private struct State {
        var deadline: Deadline
        var isClosed = false
        var isCut = false
        /// The request that the connection is at, kept from its begin to its end.
        var exchange: Exchange?
        /// The other end, once it was asked for.
        var peer: RequestHead.Peer?
    }

    private let descriptor: Int32
    private let limits: ServerConfiguration
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state: Mutex<State>

    init(descriptor: Int32, core: ServerCore) {
        self.descriptor = descriptor
        limits = core.configuration
        now = core.events.now
        state = Mutex(State(deadline: Deadline(.requestLine, at: core.events.now())))
    }

    /// Whether the connection was cut because its client took too long.
    var isCut: Bool { state.withLock { $0.isCut } }

    /// The other end, which is looked up for the first request of a connection.
    func peer(_ lookUp: () -> RequestHead.Peer) -> RequestHead.Peer {
        state.withLock { state in
            let peer = state.peer ?? lookUp()
            state.peer = peer
            return peer
        }
    }

    /// Keeps a request that has begun; returns the one before, if the library has not told of its end.
    func began(_ exchange: Exchange) -> Exchange? {
        state.withLock { state in
            defer { state.exchange = exchange }
            return state.exchange
        }
    }

    /// Keeps a request no longer.
    func ended(_ exchange: Exchange) {
        state.withLock { state in
            if state.exchange === exchange { state.exchange = nil }
        }
    }

    /// The client is to do this next.
    func begin(_ part: Deadline.Part) {
        let now = now()
        state.withLock { $0.deadline = Deadline(part, at: now) }
    }

    /// Counts bytes of a body, in either direction.
    func moved(bytes count: Int) { state.withLock { $0.deadline.moved(bytes: count) } }

    /// The connection waits for us.
    func suspend() {
        let now = now()
        state.withLock { $0.deadline.suspend(at: now) }
    }

    /// The connection waits for the client again.
    func resume() {
        let now = now()
        state.withLock { $0.deadline.resume(at: now) }
    }

    /// The connection is over, and its descriptor is about to be given back. Returns the request whose end the library did
    /// not tell: it forgets to when its memory for the connection is full of names of the query.
    func closed() -> Exchange? {
        state.withLock { state in
            state.isClosed = true
            defer { state.exchange = nil }
            return state.exchange
        }
    }

    /// Shuts the connection down if its client took too long; libmicrohttpd sees that as an end and closes it. Tells it, too, of a client that
    /// will send no more.
    ///
    /// Source: https://man7.org/linux/man-pages/man2/shutdown.2.html
    func look() {
        let now = now()
        state.withLock { state in
            guard !state.isClosed, !state.isCut else { return }
            if state.deadline.isOver(at: now, queuedBytes: queuedBytes(), limits: limits) {
                state.isCut = true
                _ = shutdown(descriptor, Int32(SHUT_RDWR))
            } else if state.deadline.awaitsRequest, hasClientEnded() {
                // The library is told once that there is something to read, and forgets to look for the end behind it. This changes nothing, as
                // nothing can come any more, but tells it again. What it has not read yet can still be read.
                _ = shutdown(descriptor, Int32(SHUT_RD))
            }
        }
    }

    /// POLLRDHUP, which the module of the C library does not show.
    private static let clientEnded: Int16 = 0x2000

    /// Whether the client has closed its side, or all of the connection.
    ///
    /// Source: https://man7.org/linux/man-pages/man2/poll.2.html (POLLRDHUP)
    private func hasClientEnded() -> Bool {
        var waiting = pollfd(fd: descriptor, events: Self.clientEnded, revents: 0)
        return unsafe poll(&waiting, 1, 0) == 1
    }

    /// What the system has not yet brought to the other end, 0 when it does not say.
    ///
    /// Source: https://man7.org/linux/man-pages/man7/tcp.7.html, SIOCOUTQ (which is TIOCOUTQ)
    private func queuedBytes() -> Int {
        var count: Int32 = 0
        guard unsafe ioctl(descriptor, UInt(TIOCOUTQ), &count) == 0 else { return 0 }
        return Int(count)
    }
}
