import CFaultVFS
import Foundation
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SQLiteBinding
import Synchronization
import Testing
import TestScratch

/// Several command lines on one folder, several threads on one value.
struct ParallelTests {
    private let scratch = Scratch()

    /// Runs a closure on as many threads as asked for, and gives what they threw.
    private func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) -> [String] {
        let failures = Mutex<[String]>([])
        let group = DispatchGroup()
        for number in 0..<count {
            group.enter()
            Thread {
                do {
                    try body(number)
                } catch {
                    failures.withLock { $0.append("\(number): \(error)") }
                }
                group.leave()
            }.start()
        }
        group.wait()
        return failures.withLock { $0 }
    }

    @Test func `parallel command lines on one folder keep every edit`() throws {
        let path = scratch.newPath()
        _ = try SQLiteReplicaStore.filled(path)
        let failures = onThreads(8) { number in
            let maker = RevisionMaker()
            for edit in 0..<10 {
                // A store of its own each time, as a command line has it.
                let store = try SQLiteReplicaStore.open(folder: path, mode: .local)
                let letter = 100 + number * 10 + edit
                let report = try store.ingest(
                    maker.ingestion([try maker.revision(letter, "edit \(edit) of \(number)")]))
                guard report.acceptedCount == 1 else { throw StoreError.busy }
                _ = try store.letters(LetterQuery())
            }
        }
        #expect(failures == [])
        let store = try SQLiteReplicaStore.open(folder: path, mode: .local)
        #expect(try store.logState().count == 86)
        #expect(try store.search("edit", limit: 100, offset: 0).hits.count == 80)
        #expect(try store.verify { _, _ in }.problems == [])
    }

    @Test(arguments: [ReplicaMode.local, .server]) func `threads share one store`(_ mode: ReplicaMode) throws {
        let store = try SQLiteReplicaStore.filled(scratch.newPath(), mode)
        let failures = onThreads(8) { number in
            let maker = RevisionMaker()
            for edit in 0..<10 {
                if number < 4 {
                    _ = try store.ingest(
                        maker.ingestion([try maker.revision(100 + number * 10 + edit, "edit \(edit) of \(number)")]))
                } else {
                    let state = try store.logState()
                    let entries = try store.logEntries(after: 0, through: state.end.sequence, maximumBytes: .max)
                    let sum = entries.count
                    guard sum == state.count else { throw StoreError.damaged(object: "log") }
                    _ = try store.search("edit", limit: 5, offset: 0)
                    _ = try store.letters(LetterQuery())
                }
            }
        }
        #expect(failures == [])
        #expect(try store.logState().count == 46)
        #expect(try store.verify { _, _ in }.problems == [])
    }

    @Test func `writes that share a commit fail alone`() throws {
        let store = try SQLiteReplicaStore.filled(scratch.newPath(), .server)
        let refused = Mutex(0)
        let failures = onThreads(16) { number in
            let maker = RevisionMaker()
            let stranger = RevisionMaker(archive: RevisionMaker.archive(9))
            for edit in 0..<20 {
                let letter = 100 + number * 20 + edit
                let report = try store.ingest(maker.ingestion([try maker.revision(letter, "by \(number)")]))
                guard report.acceptedCount == 1, try store.logState().count >= report.state.count else {
                    throw StoreError.damaged(object: "the report")
                }
                do {
                    _ = try store.ingest(stranger.ingestion([try stranger.revision(letter, "of another archive")]))
                } catch StoreError.archiveMismatch {
                    refused.withLock { $0 += 1 }
                }
            }
        }
        #expect(failures == [])
        #expect(refused.withLock { $0 } == 320)
        #expect(try store.logState().count == 326)
        #expect(try store.verify { _, _ in }.problems == [])
    }

    @Test func `when the disk fails, what was acknowledged to any of many writers is there`() throws {
        let path = scratch.newPath()
        _ = try SQLiteReplicaStore.filled(path, .server)
        let acknowledged = Mutex<Set<Int>>([])
        // Threads are done before they let go of what they were given: they are given a place, which is emptied at the end.
        let shared = Mutex<SQLiteReplicaStore?>(
            try SQLiteReplicaStore.open(
                folder: path, mode: .server, fileSystem: String(cString: fault_vfs_name())))
        let failures = onThreads(8) { number in
            guard let store = shared.withLock({ $0 }) else { return }
            // The disk fails on the thread that leads a group for the so-manieth time.
            fault_vfs_fail_sync(Int32(3 + number))
            let maker = RevisionMaker()
            for edit in 0..<40 {
                let letter = 100 + number * 40 + edit
                _ = try store.ingest(maker.ingestion([try maker.revision(letter, "by \(number)")]))
                acknowledged.withLock { _ = $0.insert(letter) }
            }
        }
        #expect(!failures.isEmpty)
        shared.withLock { $0 = nil }
        let store = try SQLiteReplicaStore.open(folder: path, mode: .server)
        let held = Set(try store.allRevisions().map(\.header.letter))
        let letters = acknowledged.withLock { $0 }
        #expect(!letters.isEmpty)
        #expect(letters.allSatisfy { held.contains(RevisionMaker.letterID($0)) })
        #expect(try store.verify { _, _ in }.problems == [])
    }

    @Test func `who waits for the lock in vain is told that it is busy`() throws {
        let path = scratch.newPath()
        _ = try SQLiteReplicaStore.filled(path)
        let blocker = try Damage(path)
        let store = try SQLiteReplicaStore.open(folder: path, mode: .local, busyTimeoutMilliseconds: 0)
        try blocker.connection.transaction(.immediate) { () throws in
            #expect(throws: StoreError.busy) { try store.setSetting("a", to: "b") }
            #expect(try store.logState().count == 6)
        }
        try store.setSetting("a", to: "b")
    }
}
