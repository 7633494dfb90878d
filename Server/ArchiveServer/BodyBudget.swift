import Synchronization

/// How many bytes of bodies the server holds in memory at once, over all connections.
final class BodyBudget: Sendable {
    private let limitBytes: Int
    private let reservedBytes = Mutex(0)

    init(limitBytes: Int) {
        self.limitBytes = limitBytes
    }

    /// Sets bytes aside until the reservation is released; nil if there are not so many left.
    func reserve(_ byteCount: Int) -> Reservation? {
        take(byteCount) ? Reservation(byteCount, of: self) : nil
    }

    private func take(_ byteCount: Int) -> Bool {
        reservedBytes.withLock { reserved in
            guard byteCount <= limitBytes - reserved else { return false }
            reserved += byteCount
            return true
        }
    }

    /// Bytes that are set aside; they are given back when this is released, however a request ends.
    final class Reservation: Sendable {
        private let byteCount: Mutex<Int>
        private let budget: BodyBudget

        fileprivate init(_ byteCount: Int, of budget: BodyBudget) {
            self.byteCount = Mutex(byteCount)
            self.budget = budget
        }

        /// Sets more bytes aside if it holds fewer; false if there are not so many left.
        func grow(to total: Int) -> Bool {
            byteCount.withLock { byteCount in
                guard total > byteCount else { return true }
                guard budget.take(total - byteCount) else { return false }
                byteCount = total
                return true
            }
        }

        deinit {
            let byteCount = byteCount.withLock { $0 }
            budget.reservedBytes.withLock { $0 -= byteCount }
        }
    }
}
