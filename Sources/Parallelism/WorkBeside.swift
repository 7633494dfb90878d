public import Dispatch

/// Work that goes on beside its caller, one piece at a time.
///
/// Belongs to one thread; only the work itself runs on another one. What was begun and is not waited for comes to its end all the same.
public final class WorkBeside<Value: Sendable, Failure: Error> {
    private let queue: DispatchQueue?
    private var running: BegunWork<Value, Failure>?

    /// - Parameter queue: Where it runs; nil where everything has to happen in one order: then it is done when `begin` returns.
    public init(on queue: DispatchQueue?) {
        self.queue = queue
    }

    /// Whether something was begun whose result nobody took.
    public var isBegun: Bool { running != nil }

    /// Begins a piece of work. The result of the one before it has to be taken.
    public func begin(_ work: @escaping @Sendable () throws(Failure) -> Value) {
        precondition(running == nil, "one piece of work at a time")
        running = BegunWork(on: queue, work)
    }

    /// Waits for the work that was begun, and gives its result; nil if none was.
    public func finish() throws(Failure) -> Value? {
        try running.take()?.wait()
    }
}
