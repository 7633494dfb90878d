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
        let isReserved = reservedBytes.withLock { reserved in
            guard byteCount <= limitBytes - reserved else { return false }
            reserved += byteCount
            return true
        }
        return isReserved ? Reservation(byteCount, of: self) : nil
    }

    /// Bytes that are set aside; they are given back when this is released, however a request ends.
    final class Reservation: Sendable {
        private let byteCount: Int
        private let budget: BodyBudget

        fileprivate init(_ byteCount: Int, of budget: BodyBudget) {
            self.byteCount = byteCount
            self.budget = budget
        }

        deinit {
            budget.reservedBytes.withLock { $0 -= byteCount }
        }
    }
}
