import Dispatch
import LetterModel
import Synchronization

/// Writes the audit log and the days on which tokens were used, for a server whose requests must not wait for a disk.
///
/// Entries are committed in groups, in the order in which they came. Whoever changed something waits with ``flush()``
/// before the client is told; denials and reads do not wait: a power cut may take the last of them.
final class RegistryWriter: Sendable {
    /// Entries that wait for the disk at most; past that they are counted, and the count is noted instead of them.
    static let maximumPendingCount = 10_000

    private struct Pending {
        var entries: [AuditEntry] = []
        var uses: [TokenID: Timestamp] = [:]
        var droppedCount = 0

        var isEmpty: Bool { entries.isEmpty && uses.isEmpty && droppedCount == 0 }
    }

    private let registry: ServerRegistry
    private let now: @Sendable () -> Timestamp
    private let log: ServerLog
    private let pending = Mutex(Pending())
    private let queue = DispatchQueue(label: "registry writer")

    init(_ registry: ServerRegistry, now: @escaping @Sendable () -> Timestamp, log: ServerLog) {
        self.registry = registry
        self.now = now
        self.log = log
    }

    /// Adds an entry to the audit log, soon.
    func append(_ entry: AuditEntry) {
        enqueue { pending in
            if pending.entries.count < RegistryWriter.maximumPendingCount {
                pending.entries.append(entry)
            } else {
                pending.droppedCount += 1
            }
        }
    }

    /// Notes the last day on which a token was used, soon.
    func noteUse(of token: TokenID, at time: Timestamp) {
        enqueue { $0.uses[token] = time }
    }

    /// Waits until all that came before is on disk, as far as the disk takes it.
    func flush() {
        queue.sync { commit() }
    }

    private func enqueue(_ add: (inout Pending) -> Void) {
        let wasEmpty = pending.withLock { pending in
            let wasEmpty = pending.isEmpty
            add(&pending)
            return wasEmpty
        }
        if wasEmpty { queue.async { self.commit() } }
    }

    /// Commits all that waits. What the disk does not take is gone from the audit log, and the server's log says so:
    /// letters must still be served when the registry's disk is full.
    private func commit() {
        let group = pending.withLock { pending in
            defer { pending = Pending() }
            return pending
        }
        guard !group.isEmpty else { return }
        var entries = group.entries
        if group.droppedCount > 0 {
            entries.append(
                AuditEntry(
                    time: now(), subject: "server", action: "audit.dropped", object: nil, outcome: .failed,
                    details: ["count": .integer(group.droppedCount)]))
        }
        do throws(ServerFailure) {
            try registry.record(entries, uses: group.uses)
        } catch {
            log.note(
                .error, "audit log failed", ["reason": .string(error.description), "entries": .integer(entries.count)])
        }
    }
}
