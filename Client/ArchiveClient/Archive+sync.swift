import CurlTransport
import Hashing
import LetterModel
import Parallelism
import ReplicaStore
import SyncProtocol

extension Archive {
    /// Exchanges letters with a remote: a server, a replica in a folder, or a bundle's file. Reading and writing go on meanwhile.
    ///
    /// Nothing is lost when it fails: what came is kept, and the next sync goes on from there. A cancelled task stops it promptly.
    ///
    /// - Parameters:
    ///   - remote: the remote's name here.
    ///   - token: what its server lets us in with; nothing is asked of a folder.
    ///   - options: which attachments to fetch, and how patient to be; nil for what the archive's settings say. With a bundle all of them travel.
    ///   - progress: told how far it has come, on a thread of its own.
    /// - Returns: what was done, also if it failed in the end: look at `failure`.
    /// - Throws: `StoreError.unknownRemote`, `RemoteAddressError`.
    public nonisolated func sync(
        with remote: String, token: String?, options: SyncOptions? = nil,
        progress: @escaping @Sendable (SyncProgress) -> Void = { _ in }
    ) async throws -> SyncReport {
        let waiting = WaitingLetters(store: store, remote: remote) { nil }
        return try await withEngine(
            for: remote, token: token, options: options, lettersWait: waiting.areThere, progress: progress
        ) { $0.run() }
    }

    /// Runs work with an engine for a remote, on a thread that the cooperative pool does not wait for.
    ///
    /// - Parameter lettersWait: Asked while blobs travel; if so, letters are exchanged first.
    nonisolated func withEngine(
        for remote: String, token: String?, options: SyncOptions?,
        lettersWait: @escaping @Sendable () throws -> Bool = { false },
        progress: @escaping @Sendable (SyncProgress) -> Void, _ work: @escaping @Sendable (SyncEngine) -> SyncReport
    ) async throws -> SyncReport {
        let record = try await remotes().first { $0.name.hasSameBytes(as: remote) }
        guard let record else { throw StoreError.unknownRemote(remote) }
        let address = try RemoteAddress(parsing: record.address)
        let settings = try await syncOptions()
        let cancellation = Cancellation()
        return await withTaskCancellationHandler {
            await WorkPlace.ownThread.run { [store, surroundings] in
                if case .folder(let path) = address, RemoteFolder.isBundle(path) {
                    return BundleSync(
                        store: store, remote: remote, file: BundleFile(path: path), cancellation: cancellation,
                        progress: progress
                    ).run()
                }
                do throws(SyncError) {
                    // Holds a folder's lock until the sync is over.
                    let reached = try Archive.reach(address, token: token)
                    return withExtendedLifetime(reached) {
                        work(
                            SyncEngine(
                                store: store, remote: remote, transport: reached.transport,
                                options: options ?? settings,
                                surroundings: surroundings.sync(at: surroundings.place(of: store)),
                                cancellation: cancellation, lettersWait: lettersWait, progress: progress))
                    }
                } catch {
                    var report = SyncReport(remote: remote)
                    report.failure = error
                    return report
                }
            }
        } onCancel: {
            cancellation.cancel()
        }
    }

    /// Whether a remote can be reached, is a replica of this archive, and lets us in. Nothing changes on either side.
    ///
    /// - Parameters:
    ///   - remote: the remote's name here.
    ///   - token: what its server lets us in with.
    /// - Returns: what a sync would fail with; nil if it would begin.
    /// - Throws: `StoreError.unknownRemote`, `RemoteAddressError`.
    public nonisolated func obstacle(to remote: String, token: String?) async throws -> SyncError? {
        let address = try await RemoteAddress(parsing: self.address(of: remote))
        let cancellation = Cancellation()
        return await withTaskCancellationHandler {
            await WorkPlace.ownThread.run { [store] in
                do {
                    if case .folder(let path) = address, RemoteFolder.isBundle(path) {
                        try BundleSync(
                            store: store, remote: remote, file: BundleFile(path: path), cancellation: cancellation
                        ) { _ in }.knock()
                        return nil
                    }
                    let reached = try Archive.reach(address, token: token)
                    try withExtendedLifetime(reached) {
                        let caller = RemoteCaller(transport: reached.transport, cancellation: cancellation)
                        try SyncReconciliation(store: store, remote: remote, caller: caller) { _ in }.knock()
                    }
                    return nil
                } catch {
                    return SyncEngine.syncError(error)
                }
            }
        } onCancel: {
            cancellation.cancel()
        }
    }

    /// A transport to a remote, and what has to be kept while it is used.
    static func reach(
        _ address: RemoteAddress, token: String?
    ) throws(SyncError) -> (transport: any Transport, folder: RemoteFolder?) {
        switch address {
        case .server(let server): return (CurlTransport(to: server, token: token), nil)
        case .folder(let path):
            do {
                let folder = try RemoteFolder(path)
                return (LoopbackTransport(to: folder.store), folder)
            } catch let error as RemoteFolderError {
                throw .folder(error)
            } catch let error as StoreError {
                throw .store(error)
            } catch {
                throw .folder(.unusable(path: path, reason: "\(error)"))
            }
        }
    }

    /// What this replica's settings say about syncs.
    func syncOptions() throws -> SyncOptions {
        var options = SyncOptions()
        if let text = try store.setting(SettingKey.blobs) { options.blobs = try BlobPolicy(parsing: text) }
        return options
    }
}

extension CurlTransport {
    /// A transport to an archive on a server.
    convenience init(
        to address: ServerAddress, token: String?, configuration: CurlConfiguration = CurlConfiguration()
    ) {
        self.init(
            origin: address.origin, archivePath: "\(address.prefix)/v1/archives/\(address.archive)", token: token,
            configuration: configuration)
    }
}

extension Surroundings {
    /// The same surroundings as a sync takes them, of a replica at this place.
    func sync(at place: String? = nil) -> SyncSurroundings {
        var surroundings = SyncSurroundings(
            now: now, place: place,
            monotonicMilliseconds: MachineClock.monotonicMilliseconds,
            random: { [randomBytes] in randomBytes(8).reduce(0) { $0 << 8 | UInt64($1) } },
            sleep: MachineClock.sleep)
        surroundings.worksBeside = true
        return surroundings
    }

    /// What tells this copy of a replica from every other one: the machine, and the file that its database is. A copy of the folder
    /// is another file; a folder that was moved on its disk is the same. Nil for a replica that is no file.
    fileprivate func place(of store: any ReplicaStore) -> String? {
        guard let files = (store as? SQLiteReplicaStore)?.fileNumbers() else { return nil }
        return SHA256.digest(of: Array("\(machine) \(files)".utf8)).hex
    }
}
