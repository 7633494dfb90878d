public import Dispatch
import Synchronization

/// Work that has begun, and what it gives once somebody waits for it, as often as somebody does.
public final class BegunWork<Value: Sendable, Failure: Error>: Sendable {
    private let group = DispatchGroup()
    /// Nil until it is done.
    private let result = Mutex<Result<Value, Failure>?>(nil)

    /// Begins it.
    ///
    /// - Parameters:
    ///   - queue: Where it runs; nil where everything has to happen in one order: then it is done at once.
    ///   - work: What is to be done.
    public init(on queue: DispatchQueue?, _ work: @escaping @Sendable () throws(Failure) -> Value) {
        let step: @Sendable () -> Void = { [self] in
            do throws(Failure) {
                let value = try work()
                result.withLock { $0 = .success(value) }
            } catch {
                result.withLock { $0 = .failure(error) }
            }
        }
        if let queue { queue.async(group: group, execute: step) } else { step() }
    }

    /// Waits until it is done.
    public func wait() throws(Failure) -> Value {
        group.wait()
        guard let result = result.withLock({ $0 }) else {
            preconditionFailure("the group left before the work was done")
        }
        return try result.get()
    }
}
