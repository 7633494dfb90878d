import Dispatch
import ReplicaStore
import Synchronization

/// Stores a page while the next one arrives and is checked; one page at a time, so that they are stored in their order.
///
/// Belongs to one thread; only the store's own work runs on another one.
final class PageStoring {
    private let queue: DispatchQueue?
    private let group = DispatchGroup()
    private let result = Shared()

    private final class Shared: Sendable {
        let value = Mutex<Result<IngestionReport, StoreError>?>(nil)
    }

    /// - Parameter isBeside: Whether another thread does it. Where everything has to happen in one order, none does.
    init(isBeside: Bool) {
        queue = isBeside ? DispatchQueue(label: "pages") : nil
    }

    /// Begins to store a page; the one before it has to be finished.
    func begin(_ page: Ingestion, in store: any ReplicaStore) {
        let result = result
        let work: @Sendable () -> Void = {
            do throws(StoreError) {
                let report = try store.ingest(page)
                result.value.withLock { $0 = .success(report) }
            } catch {
                result.value.withLock { $0 = .failure(error) }
            }
        }
        if let queue { queue.async(group: group, execute: work) } else { work() }
    }

    /// Waits until the page is stored.
    func finish() throws(StoreError) -> IngestionReport {
        group.wait()
        guard let result = result.value.withLock({ $0.take() }) else { preconditionFailure("no page was begun") }
        return try result.get()
    }
}
