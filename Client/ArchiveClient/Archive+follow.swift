import CurlTransport
import Parallelism
import ReplicaStore
import SyncProtocol

extension Archive {
    /// Keeps this replica in step with a remote: syncs now, and whenever something was written on either side, until the task
    /// is cancelled.
    ///
    /// ```swift
    /// let task = Task {
    ///     try await archive.follow("origin", token: token) { report in
    ///         print("sent \(report.pushed), received \(report.pulled)")
    ///     }
    /// }
    /// task.cancel()
    /// ```
    /// A lost network, a server that restarts: it tries again, after a pause that doubles up to a minute; after the machine has slept, at once. A server tells
    /// when something new is there; a remote that cannot is asked every half minute. What other programs write into this replica's
    /// folder is sent too. Everything that it began has ended when it returns.
    ///
    /// - Parameters:
    ///   - remote: the remote's name here.
    ///   - token: what its server lets us in with; nothing is asked of a folder.
    ///   - options: as for ``sync(with:token:options:progress:)``.
    ///   - progress: told how far each sync has come, on a thread of its own.
    ///   - report: is told of each sync, failed ones too.
    /// - Throws: what `sync` throws.
    public nonisolated func follow(
        _ remote: String, token: String?, options: SyncOptions? = nil,
        progress: @escaping @Sendable (SyncProgress) -> Void = { _ in },
        report: @escaping @Sendable (SyncReport) async -> Void
    ) async throws {
        let listener = RemoteListener()
        let cancellation = Cancellation()
        let address = try await RemoteAddress(parsing: self.address(of: remote))
        async let listening: Void = listen(listener, to: address, token: token, cancellation: cancellation)
        do {
            try await followUntilCancelled(remote, token, options, listener, progress, report)
        } catch is CancellationError {
            // That is how it ends.
        } catch {
            cancellation.cancel()
            listener.reconnect()
            await listening
            throw error
        }
        cancellation.cancel()
        listener.reconnect()
        await listening
    }

    private nonisolated func followUntilCancelled(
        _ remote: String, _ token: String?, _ options: SyncOptions?, _ listener: RemoteListener,
        _ progress: @escaping @Sendable (SyncProgress) -> Void, _ report: @Sendable (SyncReport) async -> Void
    ) async throws {
        var schedule = LiveSchedule()
        let waiting = WaitingLetters(store: store, remote: remote) { listener.told }
        while !Task.isCancelled {
            // A connection that was open when the machine fell asleep says nothing any more, and does not say that either.
            if schedule.hasSlept(MachineClock.suspendedMilliseconds()) { listener.reconnect() }
            let (end, told) = (try await logEnd(), listener.told)
            let jitter = Double(surroundings.sync().random() % 1000) / 1000
            let now = MachineClock.monotonicMilliseconds()
            guard schedule.isDue(end: end, told: told, at: now, jitter: jitter) else {
                try await Task.sleep(for: Archive.lookInterval)
                continue
            }
            schedule.begin(end: end, told: told)
            let done = try await withEngine(
                for: remote, token: token, options: options, lettersWait: waiting.areThere, progress: progress
            ) { $0.run() }
            schedule.end(
                position: try await position(in: remote), isFailed: done.failure != nil || done.hasLeftBlobs,
                at: MachineClock.monotonicMilliseconds())
            if !Task.isCancelled { await report(done) }
        }
    }

    /// How often the end of our log is looked at, for what other programs wrote: one read of one row.
    static let lookInterval = Duration.milliseconds(300)

    /// Where our log ends.
    private func logEnd() throws -> Int { try store.logState().end.sequence }

    /// Where we stand in a remote's log.
    private func position(in remote: String) throws -> Int? { try store.remote(named: remote).position?.sequence }

    /// The address of a remote.
    func address(of remote: String) throws -> String { try store.remote(named: remote).address }

    /// Listens to a remote that has a server, until the cancellation; others tell of nothing.
    private nonisolated func listen(
        _ listener: RemoteListener, to address: RemoteAddress, token: String?, cancellation: Cancellation
    ) async {
        guard case .server(let address) = address else { return }
        var configuration = CurlConfiguration()
        // A byte in a minute is enough: while nothing happens a comment of a few bytes comes every 25 seconds.
        configuration.lowSpeedBytesPerSecond = 1
        await WorkPlace.ownThread.run { [configuration, surroundings] in
            let transport = CurlTransport(to: address, token: token, configuration: configuration)
            listener.run(transport, surroundings: surroundings.sync(), cancellation: cancellation)
        }
    }
}
