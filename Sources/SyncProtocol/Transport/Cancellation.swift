import Synchronization

/// A flag that one thread sets to make another one stop. It never goes back.
public final class Cancellation: Sendable {
    private let flag = Atomic(false)

    /// A flag that is not set.
    public init() {}

    /// Asks to stop. May be called from any thread, and more than once.
    public func cancel() {
        flag.store(true, ordering: .relaxed)
    }

    /// Whether somebody asked to stop.
    public var isCancelled: Bool { flag.load(ordering: .relaxed) }
}
