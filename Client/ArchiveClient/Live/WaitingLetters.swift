import ReplicaStore
import Synchronization

/// Tells a sync in whose hands a blob is whether letters wait on one of the sides: letters never wait for blobs.
///
/// Looked at once a second at most. What could not be exchanged is no reason to try again: of one state of both logs it tells once.
final class WaitingLetters: Sendable {
    private struct State {
        var lookedAt: Int?
        /// The end of our log, and what the remote had told of its own, when it said last that letters wait.
        var end: Int?
        var told: Int?
    }

    private static let lookMilliseconds = 1_000

    private let store: any ReplicaStore
    private let remote: String
    private let told: @Sendable () -> Int?
    private let now: @Sendable () -> Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - store: The replica.
    ///   - remote: The remote that it syncs with.
    ///   - now: A clock that never goes back, in milliseconds.
    ///   - told: What the remote tells of the end of its log; nil while it tells of nothing.
    init(
        store: any ReplicaStore, remote: String,
        now: @escaping @Sendable () -> Int = MachineClock.monotonicMilliseconds,
        told: @escaping @Sendable () -> Int?
    ) {
        self.store = store
        self.remote = remote
        self.now = now
        self.told = told
    }

    /// Whether letters wait that have not been told of.
    func areThere() throws -> Bool {
        let now = now()
        let isDue = state.withLock { state in
            if let lookedAt = state.lookedAt, now - lookedAt < WaitingLetters.lookMilliseconds { return false }
            state.lookedAt = now
            return true
        }
        guard isDue else { return false }
        let end = try store.logState().end.sequence
        let hasUnsent = try !store.unsent(to: remote, maximumBytes: 1).revisions.isEmpty
        let position = try store.remote(named: remote).position?.sequence
        let told = told()
        return state.withLock { state in
            let isNewHere = hasUnsent && end != state.end
            let isNewThere = told != nil && told != position && told != state.told
            guard isNewHere || isNewThere else { return false }
            state.end = end
            state.told = told
            return true
        }
    }
}
