import SQLiteBinding
import Synchronization

/// Tells whether archives or tokens may have changed since they were read, for the price of reading 28 bytes.
///
/// **Invariant.** A generation stands for one content of the tables `archive` and `token`. `counter` is the file's change counter at a commit
/// with which that content was on disk, so as long as the file has this counter, nobody has committed since, in whatever process. The counter
/// grows with each commit and is seen here before that commit returns.
///
/// `@unchecked Sendable`: a connection has one owner at a time; `state` guards it. The connection is only asked for the header, and
/// never closed before the registry is: one that others wait for must not go away under them.
final class RegistryGeneration: @unchecked Sendable {
    private struct State {
        var counter: UInt32?
        var generation = 0
    }

    private let path: String
    private let state = Mutex(State())
    private var connection: Connection?

    init(path: String) {
        self.path = path
    }

    /// The generation of the content that is on disk at this moment; nil if it has to be read to know that.
    var current: Int? {
        state.withLock { state in
            guard let counter = state.counter, counter == fileCounter() else { return nil }
            return state.generation
        }
    }

    /// The generation of the content that the open transaction reads, once it has read something.
    func ofOpenTransaction() -> Int {
        state.withLock { state in
            let counter = fileCounter()
            // Without a counter each content is a new one.
            if counter == nil || counter != state.counter { state.generation += 1 }
            state.counter = counter
            return state.generation
        }
    }

    /// The counter that the transaction which is open, and may write, began with, if it is that of the generation; nil if others have
    /// committed since that was looked at.
    func counterBeforeWriting() -> UInt32? {
        state.withLock { state in
            guard let counter = state.counter, counter == fileCounter() else { return nil }
            return counter
        }
    }

    /// Notes that a transaction was committed that certainly wrote, and not to the tables of archives and tokens.
    ///
    /// - Parameter counter: What ``counterBeforeWriting()`` said inside it.
    func keep(after counter: UInt32) {
        state.withLock { state in
            // Nobody else commits during a transaction that writes, so this one has counted once.
            if state.counter == counter { state.counter = counter &+ 1 }
        }
    }

    /// Call it inside `state`'s lock.
    private func fileCounter() -> UInt32? {
        if connection == nil {
            do {
                connection = try Connection(path: path, access: .read, policy: .reader)
            } catch {
                // Then everything is read each time, which tells what is wrong.
                return nil
            }
        }
        return connection?.fileChangeCounter()
    }
}
