import Dispatch
import Synchronization

/// The requests that are open at this moment, so that a stop can wait for them and then end them.
final class OpenExchanges: Sendable {
    private struct State {
        var exchanges: [ObjectIdentifier: Exchange] = [:]
        var isEnded = false
        /// Signalled when the last one is gone, while a stop waits for that.
        var emptied: DispatchSemaphore?
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
            if state.exchanges.isEmpty { state.emptied?.signal() }
        }
    }

    /// Waits until there is none, so many seconds at most.
    func waitUntilEmpty(limitSeconds: Int) {
        let emptied = DispatchSemaphore(value: 0)
        let isEmpty = state.withLock { state in
            state.emptied = emptied
            return state.exchanges.isEmpty
        }
        if !isEmpty { _ = emptied.wait(timeout: .now() + .seconds(limitSeconds)) }
    }

    /// Ends all that are open and all that will begin; returns how many were open.
    func endAll() -> Int {
        let open = state.withLock { state in
            state.isEnded = true
            return Array(state.exchanges.values)
        }
        for exchange in open { exchange.suspension.end() }
        return open.count
    }
}
