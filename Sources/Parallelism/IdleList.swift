public import Synchronization

/// Values that are kept for whoever needs one next, as making one takes longer than using it.
///
/// No call waits for another one: where many threads want something at the same moment, with a mutex each of them would be woken once
/// for it. A value belongs to the one call that took it, and what is not kept, or given up with the list, goes as every object does.
///
/// Inlinable: to look up the types of generic code would take longer than all else here. A class, although each list has one owner: Swift 6.3
/// leaves out the `deinit` of another module's struct where that is not specialised.
@safe public final class IdleList<let limit: Int, Value: AnyObject & Sendable>: Sendable {
    @usableFromInline let places = unsafe InlineArray<limit, Atomic<Unmanaged<Value>?>> { _ in unsafe Atomic(nil) }

    /// A list that keeps nothing yet, and at most `limit` values later.
    @inlinable public init() {}

    @inlinable deinit { while take() != nil {} }

    /// One of those that are kept; nil if there is none. Those that few use at once are few.
    @inlinable public func take() -> Value? {
        for index in unsafe places.indices {
            guard unsafe places[index].load(ordering: .relaxed) != nil else { continue }
            if let value = unsafe places[index].exchange(nil, ordering: .acquiring) {
                return unsafe value.takeRetainedValue()
            }
        }
        return nil
    }

    /// Keeps a value that nobody uses any more, where there is room.
    @inlinable public func keep(_ value: Value) {
        let kept = unsafe Unmanaged.passRetained(value)
        for index in unsafe places.indices
        where unsafe places[index].compareExchange(expected: nil, desired: kept, ordering: .releasing).exchanged {
            return
        }
        unsafe kept.release()
    }

    /// Runs a closure with one of those that are kept, or one that is made for it, and keeps that where the closure does not fail.
    @inlinable public func with<Result, Failure: Error>(
        or make: () throws(Failure) -> Value, _ body: (Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let value = if let kept = take() { kept } else { try make() }
        let result = try body(value)
        keep(value)
        return result
    }
}
