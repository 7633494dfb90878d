import CMicroHTTPD
import Synchronization

/// Whether a connection is suspended, and the one place that suspends and resumes it.
///
/// libmicrohttpd does not touch a suspended connection and does not free it, so that its pointer is good until it is
/// resumed; and it aborts the process when it is stopped with one suspended. Hence: each suspension is resumed exactly
/// once, by its work or by the stop, whichever comes first; and after the stop nothing is suspended any more.
/// Source: https://www.gnu.org/software/libmicrohttpd/manual/html_node/microhttpd_002dflow.html
final class Suspension: Sendable {
    private enum State {
        case running
        case suspended
        case ended
    }

    private let state = Mutex(State.running)
    private let connection: Connection
    /// Told of both, so that the time in between does not count against the client.
    private let watch: ConnectionWatch?

    init(_ connection: Connection, _ watch: ConnectionWatch?) {
        self.connection = connection
        self.watch = watch
    }

    /// Whether the stop came: whatever is still to be said to this connection, it is cut.
    var isEnded: Bool { state.withLock { $0 == .ended } }

    /// Suspends the connection; call it from the connection's own callbacks only. False after the stop.
    func suspend() -> Bool {
        state.withLock { state in
            guard state == .running else { return false }
            connection.suspend()
            watch?.suspend()
            state = .suspended
            return true
        }
    }

    /// Hands over a result and resumes; when the stop came first, does neither.
    func resume(_ handOver: () -> Void) {
        state.withLock { state in
            guard state == .suspended else { return }
            handOver()
            watch?.resume()
            state = .running
            connection.resume()
        }
    }

    /// Ends the exchange: resumes it if it is suspended, and lets it never be suspended again.
    func end() {
        state.withLock { state in
            if state == .suspended { connection.resume() }
            state = .ended
        }
    }
}
