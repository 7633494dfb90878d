import Dispatch
import SQLiteBinding
import Synchronization

/// Brings the writes of several threads into one transaction, so that they share its fsyncs: a disk makes some hundred commits a second,
/// a server is asked for thousands of small ones.
///
/// Nobody waits for others to come: who finds nobody at work takes what is there, alone if need be, and meanwhile the next group gathers. Each
/// write is all or nothing by itself, and returns when the group is on disk.
final class CommitGroup: Sendable {
    private static let maximumCount = 64

    /// One write. Unchecked: its thread waits while the leader of its group has it.
    private final class Job: @unchecked Sendable {
        /// Nil when its thread has gone on: who led its group may hold the job a moment longer.
        var perform: ((Connection) throws -> Void)?
        let isDone = DispatchSemaphore(value: 0)
        var error: (any Error)?
        /// Woken to lead the next group, and not because it is done.
        var mustLead = false

        init(_ perform: @escaping (Connection) throws -> Void) {
            self.perform = perform
        }
    }

    private struct Queue {
        var jobs: [Job] = []
        var isLed = false
    }

    private let queue = Mutex(Queue())

    /// Runs a write in a transaction that `transaction` opens; all of it or nothing.
    func write<Value>(
        _ body: (Connection) throws -> Value,
        transaction: ((Connection) throws -> Void) throws -> Void
    ) throws -> Value {
        try withoutActuallyEscaping(body) { body in
            var value: Value?
            let job = Job { value = try body($0) }
            defer { job.perform = nil }
            try perform(job, transaction)
            guard let value else { preconditionFailure("a write that did not fail has a value") }
            return value
        }
    }

    private func perform(_ job: Job, _ transaction: ((Connection) throws -> Void) throws -> Void) throws {
        let isLeader = queue.withLock { queue in
            queue.jobs.append(job)
            defer { queue.isLed = true }
            return !queue.isLed
        }
        if !isLeader { job.isDone.wait() }
        if isLeader || job.mustLead {
            let group = queue.withLock { queue in
                defer { queue.jobs.removeFirst(min(CommitGroup.maximumCount, queue.jobs.count)) }
                return Array(queue.jobs.prefix(CommitGroup.maximumCount))
            }
            CommitGroup.commit(group, transaction)
            let next = queue.withLock { queue in
                queue.isLed = !queue.jobs.isEmpty
                return queue.jobs.first
            }
            next?.mustLead = true
            next?.isDone.signal()
            for other in group where other !== job { other.isDone.signal() }
        }
        if let error = job.error { throw error }
    }

    private static func commit(_ group: [Job], _ transaction: ((Connection) throws -> Void) throws -> Void) {
        do {
            try transaction { connection in
                guard group.count > 1 else { return try group[0].perform?(connection) ?? () }
                for job in group {
                    do {
                        try connection.savepoint { try job.perform?(connection) }
                    } catch {
                        // A transaction that SQLite has left, as on a full disk, is nobody's any more.
                        guard !connection.isInAutocommit else { throw error }
                        job.error = error
                    }
                }
            }
        } catch {
            for job in group where job.error == nil { job.error = error }
        }
    }
}
