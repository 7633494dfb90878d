import Synchronization
import SyncProtocol

/// Listens to a remote's live events, for as long as it is let: on a thread of its own, with a connection of its own.
///
/// A connection that breaks, a laptop that slept, a server that restarts: it asks again, after a pause that doubles up to a minute.
final class RemoteListener: Sendable {
    private enum State {
        /// Nothing is known: not connected, or not yet.
        case deaf
        /// The remote's log ends here.
        case told(Int)
    }

    private let state = Mutex(State.deaf)

    /// What the remote says of its end; nil while it tells of nothing.
    var told: Int? {
        state.withLock { state in
            guard case .told(let end) = state else { return nil }
            return end
        }
    }

    /// Listens until the cancellation, or until it is clear that this remote tells of nothing.
    func run(_ transport: any Transport, surroundings: SyncSurroundings, cancellation: Cancellation) {
        var failures = 0
        while !cancellation.isCancelled {
            do {
                try listen(transport, cancellation) { failures = 0 }
                // The server ended it: it stops, or restarts.
                failures += 1
            } catch SyncError.notFound {
                return
            } catch {
                failures += 1
            }
            state.withLock { $0 = .deaf }
            let pause = min(
                LiveSchedule.firstPauseMilliseconds << min(max(failures, 1) - 1, 10),
                LiveSchedule.longestPauseMilliseconds)
            var left = pause / 2 + Int(surroundings.random() % UInt64(pause / 2 + 1))
            while left > 0, !cancellation.isCancelled {
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
