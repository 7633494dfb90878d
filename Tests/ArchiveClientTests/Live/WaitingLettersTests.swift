import Hashing
import LetterModel
import ReplicaStore
import Synchronization
import SyncTestSupport
import Testing

@testable import ArchiveClient

/// Whether letters wait while a blob travels.
struct WaitingLettersTests {
    private final class Surroundings: Sendable {
        let milliseconds = Mutex(0)
        let told = Mutex<Int?>(nil)
    }

    private let replica = TestReplica.inMemory("ada")
    private let surroundings = Surroundings()
    private let waiting: WaitingLetters

    init() throws {
        try replica.store.addRemote("origin", address: "https://example.org/letters")
        waiting = WaitingLetters(
            store: replica.store, remote: "origin",
            now: { [surroundings] in surroundings.milliseconds.withLock { $0 } },
            told: { [surroundings] in surroundings.told.withLock { $0 } })
    }

    /// What it says a second later.
    private func look() throws -> Bool {
        surroundings.milliseconds.withLock { $0 += 1_000 }
        return try waiting.areThere()
    }

    private func acknowledge(_ revisions: Revision...) throws {
        try replica.store.recordAnswers(
            from: "origin", revisions.map { PushAnswer(revision: $0.id, decision: .acknowledged) })
    }

    @Test func `a letter that is written here waits, and is told of once`() throws {
        #expect(try !look())
        let first = try replica.write(1, "Come home")
        #expect(try look())
        // What could not be exchanged is no reason to try again.
        #expect(try !look())
        try acknowledge(first)
        #expect(try !look())
        try replica.write(1, "Come home soon")
        #expect(try look())
    }

    @Test func `nobody looks more often than once a second`() throws {
        #expect(try !look())
        try replica.write(1, "Come home")
        surroundings.milliseconds.withLock { $0 += 999 }
        #expect(try !waiting.areThere())
        surroundings.milliseconds.withLock { $0 += 1 }
        #expect(try waiting.areThere())
    }

    @Test func `a remote that tells of an end at which we do not stand has letters, told of once for each end`() throws
    {
        surroundings.told.withLock { $0 = 3 }
        #expect(try look())
        #expect(try !look())
        surroundings.told.withLock { $0 = 4 }
        #expect(try look())
        let position = LogPosition(epoch: "00000000000000bb", sequence: 5, chain: .zero)
        try replica.store.advanceCursor(CursorAdvance(remote: "origin", from: nil, to: position))
        surroundings.told.withLock { $0 = 5 }
        #expect(try !look(), "we stand there")
        surroundings.told.withLock { $0 = nil }
        #expect(try !look(), "it tells of nothing")
    }
}
