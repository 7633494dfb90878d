import CurlTransport
import ReplicaStore
import SyncProtocol

extension Archive {
    /// Keeps this replica in step with a remote: syncs now, and whenever something was written on either side, until the
    /// iteration ends or its task is cancelled.
    ///
    /// ```swift
    /// for try await report in archive.follow("origin", token: token) where report.failure == nil {
    ///     print("sent \(report.pushed), received \(report.pulled)")
    /// }
    /// ```
    /// A lost network, a laptop that slept, a server that restarts: it tries again, after a pause that doubles up to a minute. A server tells
    /// when something new is there; a remote that cannot is asked every half minute. What other programs write into this replica's
    /// folder is sent too.
    ///
    /// - Parameters: as for ``sync(with:token:options:progress:)``.
    /// - Returns: a report of each sync, failed ones too. The sequence throws what `sync` throws.
    public nonisolated func follow(
        _ remote: String, token: String?, options: SyncOptions? = nil,
        progress: @escaping @Sendable (SyncProgress) -> Void = { _ in }
    ) -> AsyncThrowingStream<SyncReport, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                let listener = RemoteListener()
                let cancellation = Cancellation()
                defer { cancellation.cancel() }
                do {
                    try await listen(listener, to: remote, token: token, cancellation: cancellation)
                    var schedule = LiveSchedule()
                    while !Task.isCancelled {
                        let (end, told) = (try await logEnd(), listener.told)
                        let jitter = Double(surroundings.sync().random() % 1000) / 1000
                        let now = MachineClock.monotonicMilliseconds()
                        guard schedule.isDue(end: end, told: told, at: now, jitter: jitter) else {
                            try await Task.sleep(for: Archive.lookInterval)
                            continue
                        }
                        schedule.begin(end: end, told: told)
                        let report = try await sync(with: remote, token: token, options: options, progress: progress)
                        schedule.end(
                            position: try await position(in: remote), isFailed: report.failure != nil,
                            at: MachineClock.monotonicMilliseconds())
                        if !Task.isCancelled { continuation.yield(report) }
                    }
                    continuation.finish()
                } catch is CancellationError {
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    /// How often the end of our log is looked at, for what other programs wrote: one read of one row.
    private static let lookInterval = Duration.milliseconds(300)

    /// Where our log ends.
    private func logEnd() throws -> Int { try store.logState().end.sequence }

    /// Where we stand in a remote's log.
    private func position(in remote: String) throws -> Int? { try store.remote(named: remote).position?.sequence }

    /// Begins to listen to a remote that has a server; others tell of nothing.
    private func listen(
        _ listener: RemoteListener, to remote: String, token: String?, cancellation: Cancellation
    ) throws {
        guard case .server(let address) = try RemoteAddress(parsing: try store.remote(named: remote).address) else {
            return
        }
        var configuration = CurlConfiguration()
        // A byte in a minute is enough: while nothing happens a comment of a few bytes comes every 25 seconds.
        configuration.lowSpeedBytesPerSecond = 1
        Archive.inBackground { [configuration, surroundings] in
            let transport = CurlTransport(to: address, token: token, configuration: configuration)
            listener.run(transport, surroundings: surroundings.sync(), cancellation: cancellation)
        }
    }
}
