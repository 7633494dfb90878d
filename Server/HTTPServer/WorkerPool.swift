import Dispatch
import Glibc
import Synchronization

/// A fixed number of threads that run blocking work one piece after the other, oldest first.
///
/// Of the threads that wait, the one that waited for the shortest time is called: a stream that is the only one is made by one thread, whose
/// memory is at hand, and not by each in turn, where each would keep a page's worth of it.
///
/// The queue needs no limit of its own: each connection has at most one piece of work, and connections are limited.
/// Not the cooperative pool, whose threads must not block, and not a dispatch queue, which starts threads when its
/// own block.
final class WorkerPool: Sendable {
    /// One thread. Unchecked: `work` is set under the pool's lock while the thread waits, and taken by the thread when it was called.
    fileprivate final class Worker: @unchecked Sendable {
        let pool: WorkerPool
        let isCalled = DispatchSemaphore(value: 0)
        /// What it is called for; nil to look at the queue.
        var work: (@Sendable () -> Void)?

        init(_ pool: WorkerPool) {
            self.pool = pool
        }
    }

    private struct State {
        /// Work for which no thread was waiting.
        var queue: [@Sendable () -> Void] = []
        /// Index of the oldest piece: taking it does not move the others.
        var first = 0
        /// The threads that wait, those that have come last at the end.
        var waiting: [Worker] = []
        var isStopped = false
    }

    private let state = Mutex(State())

    /// Starts so many threads, at least one.
    init(threadCount: Int) throws(ServerError) {
        precondition(threadCount > 0, "work needs a thread")
        for _ in 0..<threadCount {
            var thread = pthread_t()
            let context = unsafe Unmanaged.passRetained(Worker(self))
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
        let (isTaken, worker) = state.withLock { state -> (Bool, Worker?) in
            guard !state.isStopped else { return (false, nil) }
            guard let worker = state.waiting.popLast() else {
                state.queue.append(work)
                return (true, nil)
            }
            worker.work = work
            return (true, worker)
        }
        worker?.isCalled.signal()
        return isTaken
    }

    /// Takes no more work and lets each thread end after the pieces that are queued now. Does not wait.
    func stop() {
        let waiting = state.withLock { state in
            state.isStopped = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for worker in waiting { worker.isCalled.signal() }
    }

    /// What each thread does.
    fileprivate func run(_ worker: Worker) {
        while let work = next(for: worker) { work() }
    }

    private enum Next {
        case work(@Sendable () -> Void)
        case wait
        case end
    }

    private func next(for worker: Worker) -> (@Sendable () -> Void)? {
        while true {
            let next = state.withLock { state -> Next in
                if let work = WorkerPool.oldest(&state) { return .work(work) }
                guard !state.isStopped else { return .end }
                state.waiting.append(worker)
                return .wait
            }
            switch next {
            case .work(let work): return work
            case .end: return nil
            case .wait:
                worker.isCalled.wait()
                if let work = worker.work.take() { return work }
            }
        }
    }

    private static func oldest(_ state: inout State) -> (@Sendable () -> Void)? {
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

/// A thread's life: C calls it, so it is a function and no closure.
private func runWorker(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context else { return nil }
    let worker = unsafe Unmanaged<WorkerPool.Worker>.fromOpaque(context).takeRetainedValue()
    worker.pool.run(worker)
    return nil
}
