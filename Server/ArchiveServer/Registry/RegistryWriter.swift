import Dispatch
import LetterModel
import Synchronization

/// Writes the audit log and the days on which tokens were used, for a server whose requests must not wait for a disk.
///
/// Entries are committed in groups, in the order in which they came. Whoever changed something waits with ``flush()`` or
/// ``append(_:then:)`` before the client is told; denials and reads do not wait: a power cut may take the last of them.
///
/// One thread commits. Meanwhile the next group gathers, with those who wait for it, so that a group is as large as the disk is slow.
final class RegistryWriter: Sendable {
    /// Entries that wait for the disk at most; past that they are counted, and the count is noted instead of them.
    static let maximumPendingCount = 10_000

    /// What is to be committed together.
    private struct Group {
        var entries: [AuditEntry] = []
        var uses: [TokenID: Timestamp] = [:]
        var droppedCount = 0
        /// Called when the disk has taken or refused it.
        var waiting: [@Sendable () -> Void] = []

        var isEmpty: Bool { entries.isEmpty && uses.isEmpty && droppedCount == 0 }

        mutating func add(_ new: [AuditEntry]) {
            let room = max(0, RegistryWriter.maximumPendingCount - entries.count)
            entries += new.prefix(room)
            droppedCount += max(0, new.count - room)
        }
    }

    private struct State {
        var next = Group()
        /// Whether the thread is at work, or about to be.
        var isBusy = false
    }

    private let registry: ServerRegistry
    private let now: @Sendable () -> Timestamp
    private let log: ServerLog
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "registry writer")

    init(_ registry: ServerRegistry, now: @escaping @Sendable () -> Timestamp, log: ServerLog) {
        self.registry = registry
        self.now = now
        self.log = log
    }

    /// Adds an entry to the audit log, soon.
    func append(_ entry: AuditEntry) { append([entry]) }

    /// Adds entries to the audit log, soon.
    func append(_ entries: [AuditEntry]) {
        enqueue { $0.add(entries) }
    }

    /// Notes the last day on which a token was used, soon.
    func noteUse(of token: TokenID, at time: Timestamp) {
        enqueue { $0.uses[token] = time }
    }

    /// Waits until all that came before is on disk, or the disk refused it.
    func flush() {
        let isDone = DispatchSemaphore(value: 0)
        append([]) { isDone.signal() }
        isDone.wait()
    }

    /// Adds entries to the audit log.
    ///
    /// - Parameter isDone: Called when they and all that came before are on disk, or the disk refused it: short, for the next group waits.
    func append(_ entries: [AuditEntry], then isDone: @escaping @Sendable () -> Void) {
        enqueue {
            $0.add(entries)
            $0.waiting.append(isDone)
        }
    }

    private func enqueue(_ add: (inout Group) -> Void) {
        let mustStart = state.withLock { state in
            add(&state.next)
            defer { state.isBusy = true }
            return !state.isBusy
        }
        if mustStart { queue.async { self.commitAll() } }
    }

    /// Commits group after group until nobody has come. What the disk does not take waits for the next one to come: letters must still be
    /// served when the registry's disk is full.
    private func commitAll() {
        var refused: Group?
        while let group = next(after: refused) {
            refused = group.isEmpty || commit(group) ? nil : group
            for isDone in group.waiting { isDone() }
        }
    }

    /// The next group, with what was refused in front of it; nil when nobody has come, and then what was refused stays.
    private func next(after refused: Group?) -> Group? {
        state.withLock { state in
            let hasComers = !state.next.isEmpty || !state.next.waiting.isEmpty
            if let refused {
                let newer = state.next.entries
                state.next.entries = []
                state.next.add(refused.entries + newer)
                state.next.droppedCount += refused.droppedCount
                state.next.uses.merge(refused.uses) { newer, _ in newer }
            }
            guard hasComers else {
                state.isBusy = false
                return nil
            }
            defer { state.next = Group() }
            return state.next
        }
    }

    /// Whether the disk has taken a group.
    private func commit(_ group: Group) -> Bool {
        var entries = group.entries
        if group.droppedCount > 0 {
            entries.append(
                AuditEntry(
                    time: now(), subject: "server", action: "audit.dropped", object: nil, outcome: .failed,
                    details: ["count": .integer(group.droppedCount)]))
        }
        do throws(ServerFailure) {
            try registry.record(entries, uses: group.uses)
            return true
        } catch {
            log.note(
                .error, "audit log failed",
                ["reason": .string(error.description), "waiting": .integer(group.entries.count)])
            return false
        }
    }
}
