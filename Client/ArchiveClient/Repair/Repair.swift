import LetterModel
import Parallelism
public import ReplicaStore
import SyncProtocol

/// What a repair did.
public struct RepairReport: Sendable {
    /// Where the database is kept as it was before; nil if nothing was damaged.
    public var copy: String?
    /// Revisions that were damaged.
    public var damagedRevisions = 0
    /// Those that a remote gave again.
    public var healedRevisions = 0
    /// Attachments that were damaged.
    public var damagedBlobs = 0
    /// Those that a remote gave again.
    public var healedBlobs = 0
    /// Remotes that could not be asked, with the reason.
    public var failures: [(remote: String, error: SyncError)] = []
    /// What is wrong still.
    public var remaining = VerificationReport(revisions: 0, blobs: 0, problems: [])

    /// Whether all is well now.
    public var isWell: Bool { remaining.problems.isEmpty }
}

/// Repairs a replica with what its remotes hold: copies first, makes the log's columns again
/// from its headers, fetches damaged revisions and attachments by their hash, makes the
/// projections anew, and keeps aside what nobody can give. Nothing is invented, and nothing dropped.
struct Repair {
    let store: any ReplicaStore
    let cancellation: Cancellation
    private(set) var report = RepairReport()
    private var damaged: [RevisionID] = []
    private var blobs: [BlobID] = []

    init(store: any ReplicaStore, cancellation: Cancellation) {
        self.store = store
        self.cancellation = cancellation
    }

    /// Whether a remote need be asked.
    var needsRemote: Bool { !damaged.isEmpty || !blobs.isEmpty }

    /// Looks for what is damaged, and copies the database if anything is.
    ///
    /// - Returns: Whether anything is wrong.
    mutating func begin(progress: (_ done: Int, _ total: Int) -> Void) throws -> Bool {
        report.remaining = try store.verify(progress: progress)
        guard !report.isWell else { return false }
        report.copy = try store.keepCopy()
        // Names first: a remote is asked for a revision by its name.
        try store.mendLog()
        damaged = try damagedRevisions()
        blobs = try damagedBlobs()
        report.damagedRevisions = damaged.count
        report.damagedBlobs = blobs.count
        return true
    }

    /// Fetches from a remote what is damaged still. One that cannot be reached is told of, and delays no other one.
    mutating func fetch(from remote: String, at address: RemoteAddress, token: String?) {
        do {
            if case .folder(let path) = address, RemoteFolder.isBundle(path) {
                return try take(from: remote, BundleFile(path: path))
            }
            let reached = try Archive.reach(address, token: token)
            try withExtendedLifetime(reached) {
                try heal(from: remote, RemoteCaller(transport: reached.transport, cancellation: cancellation))
            }
        } catch {
            report.failures.append((remote, SyncEngine.syncError(error)))
        }
    }

    /// Takes from a bundle that is a remote what is damaged still, with all else that it holds.
    private mutating func take(from remote: String, _ file: BundleFile) throws {
        let intake = try BundleIntake(of: file, into: store)
        _ = try intake.take(from: remote, inPlaceOf: Set(blobs))
        let (revisions, attachments) = (try damagedRevisions(), try damagedBlobs())
        report.healedRevisions += damaged.count - revisions.count
        report.healedBlobs += blobs.count - attachments.count
        (damaged, blobs) = (revisions, attachments)
    }

    private mutating func heal(from remote: String, _ caller: RemoteCaller) throws {
        var sync = SyncReport(remote: remote)
        if !damaged.isEmpty {
            let reconciliation = try SyncReconciliation(store: store, remote: remote, caller: caller) { _ in }
            try reconciliation.fetchAgain(damaged, report: &sync)
            let left = try damagedRevisions()
            report.healedRevisions += damaged.count - left.count
            damaged = left
        }
        let side = SyncBlobs(store: store, remote: remote, caller: caller, policy: .all)
        var left: [BlobID] = []
        for blob in blobs {
            let before = sync.blobsReceived
            try side.fetch(BlobWork(blob: blob, limitBytes: Limits.blobBytes), report: &sync)
            if sync.blobsReceived > before { report.healedBlobs += 1 } else { left.append(blob) }
        }
        blobs = left
    }

    /// Makes the projections anew, keeps aside what is damaged still, and looks at everything again.
    mutating func finish(progress: (_ done: Int, _ total: Int) -> Void) throws {
        if !damaged.isEmpty { try store.quarantineDamaged(damaged) }
        // What came has headers again, and they say where it belongs.
        try store.mendLog()
        try store.reindex()
        report.remaining = try store.verify(progress: progress)
    }

    private func damagedRevisions() throws(StoreError) -> [RevisionID] {
        var found: [RevisionID] = []
        let end = try store.logState().end.sequence
        var after = 0
        while after < end {
            let entries = try store.logEntries(after: after, through: end, maximumBytes: ProtocolLimits.pushBytes)
            guard !entries.isEmpty else { return found }
            for entry in entries {
                switch entry {
                case .intact(let logged): after = max(after, logged.sequence)
                case .damaged(let sequence, let id):
                    after = max(after, sequence)
                    found.append(id)
                }
            }
        }
        return found
    }

    private func damagedBlobs() throws(StoreError) -> [BlobID] {
        var found: [BlobID] = []
        for blob in try store.blobReferences(after: 0, through: try store.logState().end.sequence).map(\.blob) {
            do throws(StoreError) {
                guard try store.hasBlob(blob) else { continue }
                // Hashes it without holding it.
                _ = try store.blobPieces(blob)
            } catch {
                guard case .damaged = error else { throw error }
                found.append(blob)
            }
        }
        return found
    }
}

extension Archive {
    /// Repairs this replica with what its remotes hold. Its database is copied first, and what nobody can give is kept in quarantine.
    ///
    /// - Parameters:
    ///   - remotes: Which to ask, in this order, with their tokens.
    ///   - progress: Told how far a verification has come, on a thread of its own.
    /// - Returns: What was done, and what is wrong still. What comes heals only what has the right hash.
    public nonisolated func repair(
        from remotes: [(name: String, token: String?)],
        progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) async throws -> RepairReport {
        var addresses: [(String, RemoteAddress, String?)] = []
        for remote in remotes {
            let address = try await RemoteAddress(parsing: self.address(of: remote.name))
            addresses.append((remote.name, address, remote.token))
        }
        let cancellation = Cancellation()
        let result: Result<RepairReport, any Error> = await withTaskCancellationHandler {
            await WorkPlace.ownThread.run { [store, addresses] in
                Result {
                    var repair = Repair(store: store, cancellation: cancellation)
                    guard try repair.begin(progress: progress) else { return repair.report }
                    for (name, address, token) in addresses where repair.needsRemote {
                        repair.fetch(from: name, at: address, token: token)
                    }
                    try repair.finish(progress: progress)
                    return repair.report
                }
            }
        } onCancel: {
            cancellation.cancel()
        }
        return try result.get()
    }
}
