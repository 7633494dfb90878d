import Dispatch
import Synchronization

/// The requests that are open at this moment, so that a stop can wait for them and then end them.
final class OpenExchanges: Sendable {
    private struct State {
        var exchanges: [ObjectIdentifier: Exchange] = [:]
        var isEnded = false
        /// Signalled when the last one is gone, while a stop waits for that. That moment is the end: what begins
        /// later is not begun at all, so that no request is cut in the middle for having come late.
        var emptied: DispatchSemaphore?

        mutating func endIfEmpty() {
            guard let emptied, exchanges.isEmpty else { return }
            isEnded = true
            emptied.signal()
        }
    }

    private let state = Mutex(State())

    /// How many there are.
    var count: Int { state.withLock { $0.exchanges.count } }

    /// Adds a request that has begun; one that begins after the end is ended at once.
    func insert(_ exchange: Exchange) {
        let isEnded = state.withLock { state in
            state.exchanges[ObjectIdentifier(exchange)] = exchange
            return state.isEnded
        }
        if isEnded { exchange.suspension.end() }
    }

    /// Takes out a request that is done with.
    func remove(_ exchange: Exchange) {
        state.withLock { state in
            state.exchanges[ObjectIdentifier(exchange)] = nil
            state.endIfEmpty()
        }
    }

    /// Waits until there is none, so many seconds at most; requests that begin after that moment are ended at once.
    func waitUntilEmpty(limitSeconds: Int) {
        let emptied = DispatchSemaphore(value: 0)
        state.withLock { state in
            state.emptied = emptied
            state.endIfEmpty()
        }
        _ = emptied.wait(timeout: .now() + .seconds(limitSeconds))
    }

    /// Ends all that are open and all that will begin; returns how many were cut by that.
    func endAll() -> Int {
        let open = state.withLock { state in
            // Those that came after the end were never begun.
            let open = state.isEnded ? [] : Array(state.exchanges.values)
            state.isEnded = true
            return open
        }
        for exchange in open { exchange.suspension.end() }
        return open.count
    }
}
