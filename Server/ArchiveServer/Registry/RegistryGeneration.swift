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
        /// Whether a transaction of this process is open that writes, and not to these tables: nobody else can commit until it ends, and when it
        /// has, the file counts one more. Where its commit fails, what another process commits before that is noted here counts as that: for
        /// microseconds, as if it had come a request later.
        var isWritingElsewhere = false

        func stands(at fileCounter: UInt32?) -> Bool {
            guard let counter, let fileCounter else { return false }
            return fileCounter == counter || isWritingElsewhere && fileCounter == counter &+ 1
        }
    }

    private let path: String
    private let state = Mutex(State())
    private var connection: Connection?

    init(path: String) {
        self.path = path
    }

    /// The generation of the content that is on disk at this moment; nil if it has to be read to know that.
    var current: Int? {
        state.withLock { $0.stands(at: fileCounter()) ? $0.generation : nil }
    }

    /// The generation of the content that the open transaction reads, once it has read something.
    func ofOpenTransaction() -> Int {
        state.withLock { state in
            let counter = fileCounter()
            // Without a counter each content is a new one.
            if !state.stands(at: counter) { state.generation += 1 }
            (state.counter, state.isWritingElsewhere) = (counter, false)
            return state.generation
        }
    }

    /// Notes that the open transaction, which has the lock of those who write, certainly writes, and not to the tables of archives and tokens. What
    /// was read stays good while the disk takes it.
    func beginWritingElsewhere() {
        state.withLock { $0.isWritingElsewhere = $0.stands(at: fileCounter()) }
    }

    /// Notes that this transaction has ended.
    func endWritingElsewhere(isCommitted: Bool) {
        state.withLock { state in
            // Nobody else has committed during it, so it has counted once.
            if isCommitted, state.isWritingElsewhere { state.counter? &+= 1 }
            state.isWritingElsewhere = false
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
