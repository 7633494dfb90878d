import Synchronization
import SyncProtocol

/// Listens to a remote's live events, for as long as it is let: on a thread of its own, with a connection of its own.
///
/// A connection that breaks, a server that restarts: it asks again, after a pause that doubles up to a minute; at once when it is told that the
/// machine has slept.
final class RemoteListener: Sendable {
    private enum State {
        /// Nothing is known: not connected, or not yet.
        case deaf
        /// The remote's log ends here.
        case told(Int)
    }

    private let state = Mutex(State.deaf)
    /// Ends the connection that there is, and the pause before the next one.
    private let attempt = Mutex(Cancellation())

    /// What the remote says of its end; nil while it tells of nothing.
    var told: Int? {
        state.withLock { state in
            guard case .told(let end) = state else { return nil }
            return end
        }
    }

    /// Hangs up and asks again at once: what is known of the remote is old.
    func reconnect() {
        state.withLock { $0 = .deaf }
        attempt.withLock { $0.cancel() }
    }

    /// A new attempt, which `reconnect` ends.
    private func begin() -> Cancellation {
        attempt.withLock { attempt in
            attempt = Cancellation()
            return attempt
        }
    }

    /// Listens until the cancellation, or until it is clear that this remote tells of nothing.
    func run(_ transport: any Transport, surroundings: SyncSurroundings, cancellation: Cancellation) {
        var failures = 0
        while true {
            let attempt = begin()
            // After the attempt was made: whoever cancels ends the one that there is, and nothing begins behind it.
            guard !cancellation.isCancelled else { return }
            do {
                try listen(transport, attempt) { failures = 0 }
                // The server ended it: it stops, or restarts.
                failures += 1
            } catch SyncError.notFound {
                return
            } catch {
                failures += 1
            }
            state.withLock { $0 = .deaf }
            if attempt.isCancelled { failures = 0 }
            let pause = min(
                LiveSchedule.firstPauseMilliseconds << min(max(failures, 1) - 1, 10),
                LiveSchedule.longestPauseMilliseconds)
            var left = pause / 2 + Int(surroundings.random() % UInt64(pause / 2 + 1))
            while left > 0, !cancellation.isCancelled, !attempt.isCancelled {
                surroundings.sleep(min(left, 100))
                left -= 100
            }
        }
    }

    private func listen(
        _ transport: any Transport, _ cancellation: Cancellation, hears: () -> Void
    ) throws {
        var reader = EventStreamReader()
        let request = TransportRequest(.get, "events", headers: [HeaderField("Accept", "text/event-stream")])
        try RemoteCaller(transport: transport, cancellation: cancellation)
            .send(request, expecting: "text/event-stream") { bytes in
                guard let end = try reader.read(bytes) else { return }
                hears()
                state.withLock { $0 = .told(end) }
            }
    }
}
