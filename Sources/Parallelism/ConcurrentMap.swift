public import Dispatch
public import Synchronization

extension Array where Element: Sendable {
    /// What a function makes of each element, in the order of the elements, worked out on all cores.
    ///
    /// For pure work of some microseconds an element: hashing, checking, compressing. Few elements stay on the calling thread, which
    /// waits for the others in any case. Inlinable, so that no element is handed on by generic code, which copies it.
    ///
    /// Source: https://developer.apple.com/documentation/dispatch/dispatchqueue/concurrentperform(iterations:execute:)
    @inlinable public func concurrentMap<Value: Sendable>(_ transform: @Sendable (Element) -> Value) -> [Value] {
        let partCount = (count + Self.partElements - 1) / Self.partElements
        guard partCount > 1 else { return map(transform) }
        let parts = Mutex([[Value]?](repeating: nil, count: partCount))
        DispatchQueue.concurrentPerform(iterations: partCount) { part in
            let begin = part * Self.partElements
            let values = self[begin..<Swift.min(begin + Self.partElements, count)].map(transform)
            parts.withLock { $0[part] = values }
        }
        return parts.withLock { $0.compactMap { $0 }.flatMap { $0 } }
    }

    /// How many elements one core takes at a time.
    @inlinable static var partElements: Int { 32 }
}
