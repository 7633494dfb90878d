import Dispatch
import Synchronization

/// Work that has begun, and what it gives once somebody waits for it, as often as somebody does.
public final class BegunWork<Value: Sendable, Failure: Error>: Sendable {
    private let group = DispatchGroup()
    /// Nil until it is done.
    private let result = Mutex<Result<Value, Failure>?>(nil)

    /// Begins it.
    ///
    /// - Parameters:
    ///   - place: Where it runs.
    ///   - work: What is to be done.
    public init(_ place: WorkPlace, _ work: @escaping @Sendable () throws(Failure) -> Value) {
        let step: @Sendable () -> Void = { [self] in
            do throws(Failure) {
                let value = try work()
                result.withLock { $0 = .success(value) }
            } catch {
                result.withLock { $0 = .failure(error) }
            }
        }
        place.begin(in: group, step)
    }

    /// Whether it is done: then nobody has to wait for it.
    public var isDone: Bool { result.withLock { $0 != nil } }

    /// Waits until it is done.
    public func wait() throws(Failure) -> Value {
        group.wait()
        guard let result = result.withLock({ $0 }) else {
            preconditionFailure("the group left before the work was done")
        }
        return try result.get()
    }
}
