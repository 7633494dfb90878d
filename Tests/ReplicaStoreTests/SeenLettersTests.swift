import Hashing
import LetterModel
import ReplicaStoreConformance
import SQLiteBinding
import TestScratch
import Testing

@testable import ReplicaStore

/// A letter of which nobody looks whether it is here is not here.
struct SeenLettersTests {
    private let scratch = Scratch()
    private let maker = RevisionMaker()

    private static func state(_ sequence: Int, _ chain: Digest = .zero) -> StateRow {
        StateRow(sequence: sequence, chain: chain, fingerprint: .zero, listed: sequence)
    }

    @Test(arguments: ["random", "counting", "by time"])
    func `what was added is never denied, and most of the rest is`(_ kind: String) throws {
        let connection = try Connection(
            path: scratch.newPath(), access: .create, policy: ConnectionPolicy(busyTimeoutMilliseconds: 0, journal: nil)
        )
        let seen = try #require(SeenLetters.of(connection, at: Self.state(0), for: 2_000))
        func id(_ number: Int) -> LetterID {
            switch kind {
            case "random": LetterID.derived(kind: "test", key: Array("\(number)".utf8))
            case "counting": LetterID(uuid: UUIDBytes(high: 0, low: UInt64(number)))
            default: RevisionMaker.letterID(number)
            }
        }
        let (added, others) = (0..<50_000, 50_000..<100_000)
        for number in added { seen.insert(id(number)) }
        #expect(added.allSatisfy { seen.mayHold(id($0)) })
        #expect(others.count { seen.mayHold(id($0)) } < 50)
    }

    @Test func `it is believed at the end of the log that it was told of, and nowhere else`() throws {
        let connection = try Connection(
            path: scratch.newPath(), access: .create, policy: ConnectionPolicy(busyTimeoutMilliseconds: 0, journal: nil)
        )
        let chain = SHA256.digest(of: [1])
        #expect(SeenLetters.of(connection, at: Self.state(7), for: 2_000) == nil)
        for other in [Self.state(8, chain), Self.state(7), Self.state(7, SHA256.digest(of: [2]))] {
            try #require(SeenLetters.of(connection, at: Self.state(0), for: 2_000)).note(Self.state(7, chain))
            #expect(SeenLetters.of(connection, at: Self.state(7, chain), for: 2_000) != nil)
            #expect(SeenLetters.of(connection, at: other, for: 2_000) == nil)
            #expect(SeenLetters.of(connection, at: Self.state(7, chain), for: 2_000) == nil, "it was given up")
        }
        try #require(SeenLetters.of(connection, at: Self.state(0), for: 2_000)).note(Self.state(7, chain))
        #expect(SeenLetters.of(connection, at: Self.state(7, chain), for: 3) == nil)
        #expect(SeenLetters.of(connection, at: Self.state(7, chain), for: 2_000) == nil)
    }

    @Test(arguments: [false, true])
    func `letters are found that came in many, and those that somebody else brought meanwhile`(
        _ hasOther: Bool
    ) throws {
        let path = scratch.newPath()
        let store = try SQLiteReplicaStore.create(
            folder: path, archive: maker.archive, name: "letters", label: "test", epoch: "00000000000000ff",
            mode: .local)
        let first = try (0..<1_200).map { try maker.revision($0, "letter \($0)") }
        #expect(try store.ingest(maker.ingestion(first)).acceptedCount == 1_200)
        let other = try (2_000..<2_010).map { try maker.revision($0, "letter \($0)") }
        let writer = hasOther ? try SQLiteReplicaStore.open(folder: path, mode: .local) : store
        // Together with the others where nobody else is there: few by themselves would end it.
        let more = try (3_000..<4_200).map { try maker.revision($0, "letter \($0)") }
        if hasOther {
            #expect(try writer.ingest(maker.ingestion(other)).acceptedCount == 10)
        } else {
            #expect(try writer.ingest(maker.ingestion(other + more)).acceptedCount == 1_210)
        }
        let again = first.prefix(700) + other + more
        let report = try store.ingest(maker.ingestion(Array(again)))
        #expect(report.outcomes.prefix(710).allSatisfy { $0 == .duplicate })
        #expect(report.acceptedCount == (hasOther ? 1_200 : 0))
        #expect(try Damage(path).connection.integer("SELECT count(*) FROM letter") == 2_410)
        #expect(try store.verify { _, _ in }.problems == [])
    }
}
