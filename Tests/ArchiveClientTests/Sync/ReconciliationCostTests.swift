import ArchiveClient
import Foundation
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SyncProtocol
import SyncTestSupport
import Testing
import TestScratch

/// What it costs to mend a difference that no cursor tells of, on SQLite at full size: round trips and bytes, and that it is mended to
/// the last revision.
///
/// `CHANCERY_RECONCILIATION` sets how many revisions both sides share: 100,000 in `make check`. With `CHANCERY_FIGURES` set, what each case cost
/// goes to standard error, a line of JSON each.
struct ReconciliationCostTests {
    /// How many revisions only the server has, and only the laptop.
    struct Difference: Sendable {
        let there: Int
        let here: Int
    }

    private static let sharedCount =
        ProcessInfo.processInfo.environment["CHANCERY_RECONCILIATION"].flatMap(Int.init) ?? 2_000

    private static let differences = [
        (0, 0), (1, 0), (0, 1), (10, 0), (0, 10), (10, 10), (1000, 0), (0, 1000), (1000, 1000),
    ]
    .map { Difference(there: $0, here: $1) }

    private let scratch = Scratch()

    @Test func `a difference is mended exactly, in few round trips and bytes, whatever the size of the archive`() throws
    {
        let maker = RevisionMaker()
        let server = try SQLiteReplicaStore.create(
            folder: scratch.path("server"), archive: maker.archive, name: "letters", label: "server",
            epoch: "00000000000000ff", mode: .local)
        try server.addRemote("origin", address: "x")
        // A tenth as many letters as revisions, so that there are parents too.
        var heads: [Int: Revision] = [:]
        var number = 0
        func next() throws -> Revision {
            number += 1
            let letter = number % max(1, Self.sharedCount / 10)
            let revision = try maker.revision(letter, "revision \(number)", after: [heads[letter]].compactMap { $0 })
            heads[letter] = revision
            return revision
        }
        while number < Self.sharedCount {
            let page = try (0..<min(2_000, Self.sharedCount - number)).map { _ in try next() }
            _ = try server.ingest(maker.ingestion(page, remote: "origin"))
        }
        try SQLiteReplicaStore.backUp(folder: scratch.path("server"), to: scratch.path("laptop"))
        let laptop = TestReplica(
            "laptop", store: try SQLiteReplicaStore.open(folder: scratch.path("laptop"), mode: .local))
        try laptop.store.advanceCursor(CursorAdvance(remote: "origin", from: nil, to: try server.logState().end))

        for difference in Self.differences {
            // Roots of letters of their own: neither side needs the other's.
            let fresh = try (0..<difference.there + difference.here).map { _ in
                number += 1
                return try maker.revision(1_000_000 + number, "only one side has \(number)")
            }
            let before = try server.logState().end.sequence
            if difference.there > 0 { _ = try server.ingest(maker.ingestion(Array(fresh.prefix(difference.there)))) }
            // The laptop believes to stand at the server's end, and the server to have all that the laptop has.
            try laptop.store.advanceCursor(
                CursorAdvance(
                    remote: "origin", from: try laptop.origin().position, to: try server.logState().end))
            if difference.here > 0 {
                _ = try laptop.store.ingest(
                    maker.ingestion(Array(fresh.suffix(difference.here)), remote: "origin"))
            }
            let transport = FaultyTransport(LoopbackTransport(to: server)) { _, _ in .none }
            let report = try laptop.sync(over: transport, options: SyncOptions(blobs: .none))
            #expect(report.failure == nil && !report.isPartial, "\(difference): \(report.notices)")
            #expect(report.pushed == difference.here && report.pulled == difference.there, "\(difference)")
            let (ours, theirs) = (try laptop.store.logState(), try server.logState())
            #expect(ours.count == theirs.count && ours.fingerprint == theirs.fingerprint, "\(difference)")
            #expect(theirs.end.sequence == before + difference.there + difference.here, "nothing is there twice")
            let questions = transport.requests.filter { $0.path == "reconcile" }.count
            let fetches = difference.there > 0 ? 1 : 0
            #expect(questions - fetches <= (difference.there + difference.here == 0 ? 0 : 3), "\(difference)")
            Self.tell(difference, questions: questions - fetches, report)
        }
    }

    private static func tell(_ difference: Difference, questions: Int, _ report: SyncReport) {
        guard ProcessInfo.processInfo.environment["CHANCERY_FIGURES"] != nil else { return }
        let line: JSONObject = [
            "shared": .integer(sharedCount), "onlyThere": .integer(difference.there),
            "onlyHere": .integer(difference.here), "questions": .integer(questions),
            "requests": .integer(report.requests), "bytesSent": .integer(report.bytesSent),
            "bytesReceived": .integer(report.bytesReceived),
        ]
        FileHandle.standardError.write(Data(line.canonicalBytes + [UInt8(ascii: "\n")]))
    }
}
