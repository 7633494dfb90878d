import Hashing
import LetterModel
import ReplicaStore

extension ConformanceCheck {
    private static func summary(_ ids: [RevisionID]) -> RangeSummary {
        ids.reduce(into: RangeSummary()) { $0.add($1) }
    }

    static let reconciliation: [ConformanceCheck] = [
        ConformanceCheck("ranges of ids give count, sum and ids, wherever they begin and end") { make in
            let store = try make()
            let maker = RevisionMaker()
            let revisions = try (1...300).map { try maker.revision($0, "letter \($0)") }
            _ = try store.ingest(maker.ingestion(revisions))
            let ids = revisions.map(\.id).sorted()
            try expect(try store.summaries(of: [.all]), equals: [summary(ids)])
            try expect(try store.logState().fingerprint, equals: summary(ids).fingerprint)
            let single = try IDRange(ids[7].hex).unwrapped()
            let sets: [[IDRange]] = [
                IDRange.all.parts, IDRange.all.parts.flatMap(\.parts), Array(IDRange.all.parts.dropFirst(3)),
                [IDRange.all.parts[0], IDRange.all.parts[2], IDRange.all.parts[15]], [single], [],
            ]
            for ranges in sets {
                let inRanges = ranges.map { range in ids.filter(range.contains) }
                try expect(try store.revisionIDs(in: ranges), equals: inRanges)
                try expect(try store.summaries(of: ranges), equals: inRanges.map(summary))
            }
            try expect(try store.revisionIDs(in: [single]), equals: [[ids[7]]])
        },
        ConformanceCheck("revisions are given by id in log order, up to so many bytes, each once") { make in
            let store = try make()
            let maker = RevisionMaker()
            let root = try maker.revision(1, "root")
            let child = try maker.revision(1, nil, after: [root])
            let other = try maker.revision(2, "other")
            _ = try store.ingest(maker.ingestion([root, other, child]))
            let unknown = try maker.revision(3, "unknown")
            let wanted = [child, unknown, other, root, child].map(\.id)
            func given(_ maximumBytes: Int) throws -> [RevisionID] {
                try store.logEntries(of: wanted, maximumBytes: maximumBytes).map { entry in
                    guard case .intact(let logged) = entry else {
                        throw StoreError.damaged(object: "a test's revision")
                    }
                    return logged.revision.id
                }
            }
            try expect(try given(.max), equals: [root.id, other.id, child.id])
            try expect(try given(1), equals: [root.id])
            try expect(try store.logEntries(of: [unknown.id], maximumBytes: 1), equals: [])
        },
        ConformanceCheck("what is unknown is neither in the log nor beside it") { make in
            let store = try make()
            let maker = RevisionMaker()
            try store.addRemote("a", address: "a")
            let root = try maker.revision(1, "root")
            let child = try maker.revision(1, "child", after: [root])
            let other = try maker.revision(2, "other")
            _ = try store.ingest(maker.ingestion([child, other], .wait, remote: "a"))
            try expect(try store.unknown(among: [child.id, root.id, other.id]), equals: [root.id])
        },
        ConformanceCheck("what both sides have in common leaves out what is unsent or refused, and takes in what waits")
        { make in
            let store = try make()
            let maker = RevisionMaker()
            try store.addRemote("a", address: "a")
            try store.addRemote("b", address: "b")
            let there = try maker.revision(1, "there")
            let refused = try maker.revision(2, "refused")
            let child = try maker.revision(2, "child", after: [refused])
            let unsent = try maker.revision(3, "unsent")
            let lost = try maker.revision(4, "lost")
            let waiting = try maker.revision(4, "waiting", after: [lost])
            _ = try store.ingest(maker.ingestion([refused, child, unsent]))
            _ = try store.ingest(maker.ingestion([there, waiting], .wait, remote: "a"))
            try store.recordAnswers(
                from: "a", [PushAnswer(revision: refused.id, decision: .refused(code: "c", text: "t"))])
            let shared = try store.sharedSet(with: "a")
            try expect(shared.log, equals: try store.logState())
            try expect(shared.lacking, equals: [refused, child, unsent].map(\.id).sorted())
            try expect(shared.beside, equals: [waiting.id])
            try expect(shared.expected, equals: summary([there.id, waiting.id]))
            try expect(try store.sharedSet(with: "b").expected, equals: RangeSummary())
            // The other remote turns out to have what waits here.
            try store.recordAnswers(from: "b", [PushAnswer(revision: waiting.id, decision: .acknowledged)])
            try expect(try store.sharedSet(with: "b").expected, equals: summary([waiting.id]))
            try store.recordLost(by: "a", [waiting.id])
            try expect(try store.sharedSet(with: "a").beside, equals: [])
            // When its parent comes, those who have it are not sent it again.
            _ = try store.ingest(maker.ingestion([lost], .wait, remote: "a"))
            try expect(try store.sharedSet(with: "b").expected, equals: summary([waiting.id]))
            try expect(try store.sharedSet(with: "b").beside, equals: [])
            try expect(try store.sharedSet(with: "a").lacking.contains(waiting.id), "it is said to lack it")
        },
        ConformanceCheck("what a remote has lost is sent again, whatever was acknowledged before and after it") {
            make in
            let store = try make()
            let maker = RevisionMaker()
            try store.addRemote("a", address: "a")
            let revisions = try (1...8).map { try maker.revision($0, "letter \($0)") }
            _ = try store.ingest(maker.ingestion(revisions))
            let acknowledged = [1, 2, 3, 4, 5, 7].map { revisions[$0 - 1] }
            try store.recordAnswers(
                from: "a",
                acknowledged.map { PushAnswer(revision: $0.id, decision: .acknowledged) }
                    + [PushAnswer(revision: revisions[7].id, decision: .refused(code: "c", text: "t"))])
            func unsent() throws -> [RevisionID] {
                try store.unsent(to: "a", maximumBytes: .max).revisions.map(\.id)
            }
            try expect(try unsent(), equals: [revisions[5].id])
            try store.recordLost(by: "a", [7, 2, 4, 8].map { revisions[$0 - 1].id })
            try expect(try unsent(), equals: [2, 4, 6, 7].map { revisions[$0 - 1].id })
            try expect(try store.remotes().first?.unsent, equals: 4)
            try expect(try store.remotes().first?.pushedThrough, equals: 1)
            try expect(try store.refusals(by: "a").map(\.revision), equals: [revisions[7].id])
            try store.recordAnswers(
                from: "a", [2, 4, 6, 7].map { PushAnswer(revision: revisions[$0 - 1].id, decision: .acknowledged) })
            try expect(try unsent(), equals: [])
            try expect(try store.remotes().first?.pushedThrough, equals: 8)
            try expect(throws: .unknownRemote("none")) { try store.recordLost(by: "none", []) }
            try expect(throws: .unknownRemote("none")) { _ = try store.sharedSet(with: "none") }
        },
        ConformanceCheck("evidence is kept in order, outlives its remote, and has an end") { make in
            let store = try make()
            try store.addRemote("a", address: "a")
            let position = LogPosition(epoch: "00000000000000aa", sequence: 9, chain: SHA256.digest(of: [1]))
            func seen(_ remote: String, _ number: Int) -> RemoteEvidence {
                RemoteEvidence(
                    remote: remote, time: Timestamp(milliseconds: number), kind: "forked",
                    position: number.isMultiple(of: 2) ? position : nil, statedCursor: "cursor \(number)",
                    statedCount: number, statedFingerprint: SHA256.digest(of: [2]))
            }
            for number in 1...3 { try store.recordEvidence(seen("a", number)) }
            try store.recordEvidence(seen("b", 4))
            try store.removeRemote("a")
            try expect(try store.evidence(), equals: [seen("a", 1), seen("a", 2), seen("a", 3), seen("b", 4)])
        },
    ]
}

extension Optional {
    /// The value; fails the check if there is none.
    func unwrapped() throws -> Wrapped {
        guard let self else { throw ConformanceFailure(description: "a value is missing") }
        return self
    }
}
