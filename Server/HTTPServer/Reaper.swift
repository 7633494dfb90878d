import Dispatch
import Glibc
import Synchronization

/// A thread that looks at every connection several times within the shortest deadline, and cuts those that are over.
/// It also notices clients that end in the middle of a request, at most a second later.
///
/// Looking at ten thousand takes a millisecond or two; a heap of deadlines would have to be kept up with each chunk.
final class Reaper: Sendable {
    private struct State {
        var watches: [ObjectIdentifier: ConnectionWatch] = [:]
        var isStopped = false
    }

    private let state = Mutex(State())
    private let stopped = DispatchSemaphore(value: 0)
    private let intervalMilliseconds: Int

    /// Starts the thread.
    init(_ configuration: ServerConfiguration) throws(ServerError) {
        let shortest = min(configuration.headDeadline, configuration.bodyWindow, configuration.responseWindow)
        intervalMilliseconds = min(max(Int(shortest / .milliseconds(4)), 5), 1000)
        var thread = pthread_t()
        let context = unsafe Unmanaged.passRetained(self)
        // Source: https://man7.org/linux/man-pages/man3/pthread_create.3.html
        let result = unsafe pthread_create(&thread, nil, runReaper, context.toOpaque())
        guard result == 0 else {
            unsafe context.release()
            throw .noThread(errno: result)
        }
        pthread_detach(thread)
    }

    /// Connections at this moment.
    var connectionCount: Int { state.withLock { $0.watches.count } }

    /// Watches a connection from now on.
    func insert(_ watch: ConnectionWatch) { state.withLock { $0.watches[ObjectIdentifier(watch)] = watch } }

    /// Watches a connection no more.
    func remove(_ watch: ConnectionWatch) { state.withLock { $0.watches[ObjectIdentifier(watch)] = nil } }

    /// Lets the thread end. Does not wait.
    func stop() {
        let wasStopped = state.withLock { state in
            defer { state.isStopped = true }
            return state.isStopped
        }
        if !wasStopped { stopped.signal() }
    }

    /// What the thread does.
    fileprivate func run() {
        while stopped.wait(timeout: .now() + .milliseconds(intervalMilliseconds)) == .timedOut {
            let watches = state.withLock { Array($0.watches.values) }
            for watch in watches { watch.look() }
        }
    }
}

/// The thread's life: C calls it, so it is a function and no closure.
private func runReaper(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context else { return nil }
    unsafe Unmanaged<Reaper>.fromOpaque(context).takeRetainedValue().run()
    return nil
}
