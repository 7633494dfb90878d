import Dispatch
import Glibc
import Synchronization

/// A fixed number of threads that run blocking work one piece after the other, oldest first.
///
/// The queue needs no limit of its own: each connection has at most one piece of work, and connections are limited.
/// Not the cooperative pool, whose threads must not block, and not a dispatch queue, which starts threads when its
/// own block.
final class WorkerPool: Sendable {
    private struct State {
        var queue: [@Sendable () -> Void] = []
        /// Index of the oldest piece: taking it does not move the others.
        var first = 0
        var isStopped = false
    }

    private let state = Mutex(State())
    /// Counts the pieces in the queue, and one more for each thread that shall end.
    private let available = DispatchSemaphore(value: 0)
    private let threadCount: Int

    /// Starts so many threads, at least one.
    init(threadCount: Int) throws(ServerError) {
        precondition(threadCount > 0, "work needs a thread")
        self.threadCount = threadCount
        for _ in 0..<threadCount {
            var thread = pthread_t()
            let context = unsafe Unmanaged.passRetained(self)
            // Source: https://man7.org/linux/man-pages/man3/pthread_create.3.html
            let result = unsafe pthread_create(&thread, nil, runWorker, context.toOpaque())
            guard result == 0 else {
                unsafe context.release()
                stop()
                throw .noThread(errno: result)
            }
            pthread_detach(thread)
        }
    }

    /// Queues a piece of work; false when the pool was stopped, and then it never runs.
    func submit(_ work: @escaping @Sendable () -> Void) -> Bool {
        let isTaken = state.withLock { state in
            if !state.isStopped { state.queue.append(work) }
            return !state.isStopped
        }
        if isTaken { available.signal() }
        return isTaken
    }

    /// Takes no more work and lets each thread end after the pieces that are queued now. Does not wait.
    func stop() {
        let wasStopped = state.withLock { state in
            defer { state.isStopped = true }
            return state.isStopped
        }
        if !wasStopped { for _ in 0..<threadCount { available.signal() } }
    }

    /// What each thread does.
    fileprivate func run() {
        while let work = next() { work() }
    }

    private func next() -> (@Sendable () -> Void)? {
        available.wait()
        return state.withLock { state in
            guard state.first < state.queue.count else { return nil }
            let work = state.queue[state.first]
            state.first += 1
            // Half of the array is done: drop it, so that each piece is moved once on average.
            if state.first * 2 >= state.queue.count {
                state.queue.removeFirst(state.first)
                state.first = 0
            }
            return work
        }
    }
}

/// A thread's life: C calls it, so it is a function and no closure.
private func runWorker(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context else { return nil }
    let pool = unsafe Unmanaged<WorkerPool>.fromOpaque(context).takeRetainedValue()
    pool.run()
    return nil
}
