public import Dispatch
import Synchronization

/// Work that goes on beside its caller, one piece at a time.
///
/// Belongs to one thread; only the work itself runs on another one. What was begun and is not waited for comes to its end all the same.
public final class WorkBeside<Value: Sendable, Failure: Error> {
    private let queue: DispatchQueue?
    private var running: Running?

    /// One piece of work, until somebody takes what it gave.
    private final class Running: Sendable {
        let group = DispatchGroup()
        let result = Mutex<Result<Value, Failure>?>(nil)
    }

    /// - Parameter queue: Where it runs; nil where everything has to happen in one order: then it is done when `begin` returns.
    public init(on queue: DispatchQueue?) {
        self.queue = queue
    }

    /// Whether something was begun whose result nobody took.
    public var isBegun: Bool { running != nil }

    /// Begins a piece of work. The result of the one before it has to be taken.
    public func begin(_ work: @escaping @Sendable () throws(Failure) -> Value) {
        precondition(running == nil, "one piece of work at a time")
        let running = Running()
        self.running = running
        let step: @Sendable () -> Void = {
            do throws(Failure) {
                let value = try work()
                running.result.withLock { $0 = .success(value) }
            } catch {
                running.result.withLock { $0 = .failure(error) }
            }
        }
        if let queue { queue.async(group: running.group, execute: step) } else { step() }
    }

    /// Waits for the work that was begun, and gives its result; nil if none was.
    public func finish() throws(Failure) -> Value? {
        guard let running = running.take() else { return nil }
        running.group.wait()
        return try running.result.withLock { $0.take() }?.get()
    }
}
