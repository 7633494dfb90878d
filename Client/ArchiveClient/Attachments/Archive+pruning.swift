public import LetterModel
import ReplicaStore
import SyncProtocol

/// An attachment whose bytes need not stay on this machine.
public struct PrunableAttachment: Hashable, Sendable {
    /// Why.
    public enum Reason: Hashable, Sendable {
        /// No letter refers to it, in no version: it was stored for a letter that was never saved.
        case unreferenced
        /// The archive's settings ask for none of its size, and this remote holds it whole.
        case heldBy(remote: String)
    }

    /// The attachment.
    public let blob: BlobID
    /// How many bytes it has.
    public let byteCount: Int
    /// Why it need not stay.
    public let reason: Reason
}

/// What pruning found, and did.
public struct PruneReport: Sendable {
    /// What need not stay.
    public var prunable: [PrunableAttachment] = []
    /// What was taken away.
    public var removed: [BlobID] = []
    /// What the settings ask for no longer, but no remote is known to hold: it stays.
    public var keptBlobs = 0
    /// Why a remote could not be asked.
    public var failures: [(remote: String, error: SyncError)] = []
}

extension Archive {
    /// Finds the attachments whose bytes need not stay on this machine, and takes them away if that is asked for.
    ///
    /// Nothing is lost: bytes that a letter refers to go only if a remote has said in this very call that it holds them, having hashed
    /// them. Bytes that no letter refers to go a day after they were stored.
    ///
    /// - Parameters:
    ///   - remotes: Which to ask, in this order, with their tokens.
    ///   - isDryRun: Whether nothing is taken away.
    /// - Throws: `StoreError`, `RemoteAddressError`.
    public nonisolated func pruneAttachments(
        askingRemotes remotes: [(name: String, token: String?)], isDryRun: Bool
    ) async throws -> PruneReport {
        var addresses: [(name: String, address: RemoteAddress, token: String?)] = []
        for remote in remotes {
            addresses.append(
                (remote.name, try RemoteAddress(parsing: try await address(of: remote.name)), remote.token))
        }
        let policy = try await syncOptions().blobs
        return try await unlessCancelled { [store, surroundings, addresses] cancellation in
            let now = surroundings.now()
            var report = PruneReport()
            let yesterday = Timestamp(milliseconds: now.milliseconds - 86_400_000)
            for blob in try store.unreferencedBlobs(before: yesterday) {
                guard let byteCount = try store.blobByteCount(blob) else { continue }
                report.prunable.append(PrunableAttachment(blob: blob, byteCount: byteCount, reason: .unreferenced))
            }
            var unwanted = try Archive.unwanted(by: policy, in: store)
            for remote in addresses where !unwanted.isEmpty {
                do {
                    let reached = try Archive.reach(remote.address, token: remote.token)
                    let caller = RemoteCaller(transport: reached.transport, cancellation: cancellation)
                    try withExtendedLifetime(reached) {
                        unwanted = try unwanted.filter { entry in
                            guard try caller.holds(entry.blob, byteCount: entry.byteCount) else { return true }
                            let reason = PrunableAttachment.Reason.heldBy(remote: remote.name)
                            report.prunable.append(
                                PrunableAttachment(blob: entry.blob, byteCount: entry.byteCount, reason: reason))
                            return false
                        }
                    }
                } catch {
                    report.failures.append((remote.name, SyncEngine.syncError(error)))
                }
            }
            report.keptBlobs = unwanted.count
            guard !isDryRun else { return report }
            for entry in report.prunable {
                let time = entry.reason == .unreferenced ? yesterday : now
                if try store.removeBlob(entry.blob, ifUntouchedSince: time) { report.removed.append(entry.blob) }
            }
            _ = try store.removePartialBlobs(untouchedSince: yesterday)
            return report
        }
    }

    /// The blobs that are here, that letters refer to, and that the policy would not fetch, each once.
    private static func unwanted(
        by policy: BlobPolicy, in store: any ReplicaStore
    ) throws -> [(blob: BlobID, byteCount: Int)] {
        let limit: Int
        switch policy {
        case .all: return []
        case .none: limit = -1
        case .upTo(let byteCount): limit = byteCount
        }
        return try store.blobReferences(after: 0, through: try store.logState().end.sequence).compactMap { reference in
            guard let byteCount = try store.blobByteCount(reference.blob), byteCount > limit else { return nil }
            return (reference.blob, byteCount)
        }
    }
}

extension RemoteCaller {
    /// Whether the remote holds a blob whole: it has hashed it when it says so.
    func holds(_ blob: BlobID, byteCount: Int) throws -> Bool {
        let answer = try answer(to: TransportRequest(.head, BlobPath.path(of: blob)), wanting: [200, 404, 500])
        guard answer.status == 200, let length = answer.header("Content-Length") else { return false }
        return DecimalDigits.value(of: length.utf8) == byteCount
    }
}
