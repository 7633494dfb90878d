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
        var isCommitScheduled = false

        var isEmpty: Bool { entries.isEmpty && uses.isEmpty && droppedCount == 0 }

        mutating func add(_ new: [AuditEntry]) {
            let room = max(0, RegistryWriter.maximumPendingCount - entries.count)
            entries += new.prefix(room)
            droppedCount += max(0, new.count - room)
        }
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
        enqueue { $0.add([entry]) }
    }

    /// Notes the last day on which a token was used, soon.
    func noteUse(of token: TokenID, at time: Timestamp) {
        enqueue { $0.uses[token] = time }
    }

    /// Waits until all that came before is on disk, or the disk refused it.
    func flush() {
        queue.sync { commit() }
    }

    private func enqueue(_ add: (inout Pending) -> Void) {
        let mustSchedule = pending.withLock { pending in
            add(&pending)
            defer { pending.isCommitScheduled = true }
            return !pending.isCommitScheduled
        }
        if mustSchedule { queue.async { self.commit() } }
    }

    /// Commits all that waits. What the disk does not take waits for the next entry to come: letters must still be served
    /// when the registry's disk is full.
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
                .error, "audit log failed",
                ["reason": .string(error.description), "waiting": .integer(group.entries.count)])
            pending.withLock { pending in
                let newer = pending.entries
                pending.entries = []
                pending.add(group.entries + newer)
                pending.droppedCount += group.droppedCount
                pending.uses.merge(group.uses) { newer, _ in newer }
            }
        }
    }
}
