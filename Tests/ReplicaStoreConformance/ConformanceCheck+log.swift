import Hashing
import LetterMerge
import LetterModel
import ReplicaStore

extension ConformanceCheck {
    static let log: [ConformanceCheck] = [
        ConformanceCheck("an empty log has sequence 0, a chain of zeros and no fingerprint") { make in
            let store = try make()
            let state = try store.logState()
            try expect(state.end.sequence, equals: 0)
            try expect(state.end.chain, equals: .zero)
            try expect(state.count, equals: 0)
            try expect(state.fingerprint, equals: .zero)
            try expect(try store.chain(at: 0), equals: .zero)
            try expect(try store.chain(at: 1), equals: nil)
            try expect(
                try store.standing(at: 0),
                equals: LogStanding(identity: try store.identity(), state: state, chain: .zero))
            try expect(try store.standing(at: 1).chain, equals: nil)
            try expect(try store.logEntries(after: 0, through: 0, maximumBytes: 100), equals: [])
        },
        ConformanceCheck("revisions enter the log in the order given, contiguously, with chain and fingerprint") {
            make in
            let store = try make()
            let maker = RevisionMaker()
            let first = try maker.revision(1, "one")
            let second = try maker.revision(2, "two")
            let third = try maker.revision(1, "three", after: [first])
            let report = try store.ingest(maker.ingestion([first, second, third]))
            try expect(
                report.outcomes, equals: [.accepted(sequence: 1), .accepted(sequence: 2), .accepted(sequence: 3)])
            try expect(report.firstSequence, equals: 1)
            try expect(report.acceptedCount, equals: 3)
            try expect(report.letters, equals: [RevisionMaker.letterID(1), RevisionMaker.letterID(2)])
            try expect(report.state, equals: try store.logState())
            var chain = Digest.zero
            for (index, revision) in [first, second, third].enumerated() {
                chain = LogPosition.chain(chain, extendedBy: revision.id)
                try expect(try store.chain(at: index + 1), equals: chain)
                try expect(
                    try store.standing(at: index + 1),
                    equals: LogStanding(identity: try store.identity(), state: report.state, chain: chain))
            }
            try expect(report.state.end.chain, equals: chain)
            try expect(
                report.state.fingerprint, equals: first.id.digest &+ second.id.digest &+ third.id.digest)
            try expect(try store.allRevisions(), equals: [first, second, third])
            let page = try store.outgoingPage(after: 1, through: 3, maximumBytes: .max, packedBy: nil)
            try expect(page.entries.map(\.id), equals: [second.id, third.id])
            try expect(page.chain, equals: chain)
            try expect(
                try store.outgoingPage(after: 0, through: 3, maximumBytes: 1, packedBy: nil).chain,
                equals: LogPosition.chain(.zero, extendedBy: first.id))
            try expect(
                try store.outgoingPage(after: 3, through: 3, maximumBytes: .max, packedBy: nil),
                equals: OutgoingPage([], chain: nil))
            let next = try store.ingest(maker.ingestion([try maker.revision(3, "four")]))
            try expect(next.firstSequence, equals: 4)
            try expect(next.letters, equals: [RevisionMaker.letterID(3)])
        },
        ConformanceCheck("the chain is known at every entry, and at the end of every page") { make in
            let store = try make()
            let maker = RevisionMaker()
            var chains = [Digest.zero]
            for count in [1, 14, 1, 1, 15, 20] {
                let revisions = try (0..<count).map { try maker.revision(chains.count + $0, "a letter") }
                let report = try store.ingest(maker.ingestion(revisions))
                for revision in revisions {
                    chains.append(LogPosition.chain(chains[chains.count - 1], extendedBy: revision.id))
                }
                try expect(report.state.end.chain, equals: chains[chains.count - 1])
            }
            for (sequence, chain) in chains.enumerated() { try expect(try store.chain(at: sequence), equals: chain) }
            try expect(try store.chain(at: chains.count), equals: nil)
            for sequence in 0..<chains.count - 1 {
                let page = try store.outgoingPage(after: sequence, through: 100, maximumBytes: 1, packedBy: nil)
                try expect(page.chain, equals: chains[sequence + 1])
            }
        },
        ConformanceCheck("bytes come back verbatim, members that nobody knows too") { make in
            let store = try make()
            let maker = RevisionMaker()
            var letter = Letter()
            letter.members["futureMember"] = ["deep": [1, true, "e\u{301} é \u{0} \u{10FFFF}"]]
            let revision = try maker.revision(1, letter: letter)
            _ = try store.ingest(maker.ingestion([revision]))
            let back = try store.revision(revision.id)
            try expect(back?.revision.headerBytes, equals: revision.headerBytes)
            try expect(back?.revision.contentBytes, equals: revision.contentBytes)
            try expect(back?.sequence, equals: 1)
        },
        ConformanceCheck("a duplicate changes nothing, in the same batch and later") { make in
            let store = try make()
            let maker = RevisionMaker()
            let revision = try maker.revision(1, "one")
            let report = try store.ingest(maker.ingestion([revision, revision]))
            try expect(report.outcomes, equals: [.accepted(sequence: 1), .duplicate])
            let again = try store.ingest(maker.ingestion([revision]))
            try expect(again.outcomes, equals: [.duplicate])
            try expect(again.firstSequence, equals: nil)
            try expect(again.acceptedCount, equals: 0)
            try expect(again.state, equals: report.state)
        },
        ConformanceCheck("bytes that are no revision are refused, wherever they stand, and delay nobody else") { make in
            let store = try make()
            let maker = RevisionMaker()
            var batch = RevisionBatch()
            var outcomes: [IngestionOutcome] = []
            var taken: [Revision] = []
            for number in 0..<70 {
                let whole = try maker.revision(number, "letter \(number)")
                let content = number % 9 == 0 || number > 60 ? [123] : whole.contentBytes ?? []
                batch.append(ReceivedRevision(headerBytes: whole.headerBytes, content: .bytes(content)))
                do throws(RevisionError) {
                    taken.append(try Revision(headerBytes: whole.headerBytes, contentBytes: content))
                    outcomes.append(.accepted(sequence: taken.count))
                } catch {
                    outcomes.append(.rejected(error))
                }
            }
            try expect(taken.count, equals: 54)
            let report = try store.ingest(Ingestion(archive: maker.archive, batch: batch))
            try expect(report.outcomes, equals: outcomes)
            try expect(report.acceptedCount, equals: taken.count)
            try expect(try store.allRevisions(), equals: taken)
            try expect(batch.revisions, equals: taken)
        },
        ConformanceCheck("two letters may share a content, and an empty letter is a letter") { make in
            let store = try make()
            let maker = RevisionMaker()
            let revisions = [
                try maker.revision(1, "same"), try maker.revision(2, "same"), try maker.revision(3, letter: Letter()),
            ]
            _ = try store.ingest(maker.ingestion(revisions))
            try expect(try store.allRevisions(), equals: revisions)
        },
        ConformanceCheck("pages of the log hold what fits, at least one") { make in
            let store = try make()
            let maker = RevisionMaker()
            let revisions = try (1...20).map { try maker.revision($0, String(repeating: "\($0)", count: 200)) }
            _ = try store.ingest(maker.ingestion(revisions))
            var read: [RevisionID] = []
            var pages = 0
            while read.count < 15 {
                let page = try store.logEntries(after: read.count, through: 15, maximumBytes: 2_500)
                try expect(!page.isEmpty, "a page is not empty")
                var byteCount = 0
                for entry in page {
                    guard case .intact(let logged) = entry else { throw ConformanceFailure(description: "damaged") }
                    try expect(logged.sequence, equals: read.count + 1)
                    read.append(logged.revision.id)
                    byteCount += logged.revision.headerBytes.count + (logged.revision.contentBytes?.count ?? 0)
                }
                try expect(byteCount <= 2_500, "a page keeps to its limit")
                pages += 1
            }
            try expect(read, equals: revisions.prefix(15).map(\.id))
            try expect(pages > 3, "several pages")
            let tiny = try store.logEntries(after: 3, through: 20, maximumBytes: 1)
            try expect(tiny.count, equals: 1)
            try expect(try store.logEntries(after: 20, through: 20, maximumBytes: 1), equals: [])
        },
        ConformanceCheck("a parent that is missing is named, and delays nobody else") { make in
            let store = try make()
            let maker = RevisionMaker()
            let root = try maker.revision(1, "root")
            let child = try maker.revision(1, "child", after: [root])
            let grandchild = try maker.revision(1, "grandchild", after: [child])
            let other = try maker.revision(2, "other")
            let report = try store.ingest(maker.ingestion([child, grandchild, other]))
            try expect(
                report.outcomes,
                equals: [.missingParents([root.id]), .missingParents([child.id]), .accepted(sequence: 1)])
            try expect(try store.statistics().waiting, equals: 0)
            let all = try store.ingest(maker.ingestion([root, child, grandchild]))
            try expect(
                all.outcomes, equals: [.accepted(sequence: 2), .accepted(sequence: 3), .accepted(sequence: 4)])
        },
        ConformanceCheck("of several parents those that are missing are named") { make in
            let store = try make()
            let maker = RevisionMaker()
            let root = try maker.revision(1, "root")
            let gone = try maker.revision(1, "gone", after: [root])
            let merged = try maker.revision(1, "merged", after: [root, gone])
            let report = try store.ingest(maker.ingestion([root, merged]))
            try expect(report.outcomes, equals: [.accepted(sequence: 1), .missingParents([gone.id])])
            let waiting = try store.ingest(maker.ingestion([merged], .wait))
            try expect(waiting.outcomes, equals: [.waiting])
            try expect(try store.logState().count, equals: 1)
        },
        ConformanceCheck("a parent of another letter is refused, also beside one that is missing") { make in
            let store = try make()
            let maker = RevisionMaker()
            let root = try maker.revision(1, "root")
            let missing = try maker.revision(2, "missing")
            let stranger = try maker.revision(2, "stranger", after: [root])
            let both = try maker.revision(2, "both", after: [root, missing])
            let report = try store.ingest(maker.ingestion([root, stranger, both], .wait))
            try expect(
                report.outcomes,
                equals: [
                    .accepted(sequence: 1), .rejected(RevisionError(.parentLetter)),
                    .rejected(RevisionError(.parentLetter)),
                ])
            try expect(report.letters, equals: [RevisionMaker.letterID(1)])
        },
    ]

    static let waiting: [ConformanceCheck] = [
        ConformanceCheck("what waits enters the log with its last parent, in turn") { make in
            let store = try make()
            let maker = RevisionMaker()
            let root = try maker.revision(1, "root")
            let left = try maker.revision(1, "left", after: [root])
            let right = try maker.revision(1, "right", after: [root])
            let both = try maker.revision(1, "both", after: [left, right])
            let last = try maker.revision(1, "last", after: [both])
            let early = try store.ingest(maker.ingestion([last, both, right, left], .wait))
            try expect(early.outcomes, equals: [.waiting, .waiting, .waiting, .waiting])
            try expect(early.acceptedCount, equals: 0)
            try expect(try store.statistics().waiting, equals: 4)
            try expect(try store.view(of: RevisionMaker.letterID(1)), equals: nil)
            try expect(try store.revision(last.id), equals: nil)
            let report = try store.ingest(maker.ingestion([root], .wait))
            try expect(report.outcomes, equals: [.accepted(sequence: 1)])
            try expect(report.firstSequence, equals: 1)
            try expect(report.acceptedCount, equals: 5)
            try expect(try store.statistics().waiting, equals: 0)
            let order = try store.allRevisions().map(\.id)
            try expect(order, equals: [root, right, left, both, last].map(\.id))
            try expect(try store.view(of: RevisionMaker.letterID(1))?.letter.body, equals: "last")
        },
        ConformanceCheck("a batch that needs what waits gets it") { make in
            let store = try make()
            let maker = RevisionMaker()
            let root = try maker.revision(1, "root")
            let child = try maker.revision(1, "child", after: [root])
            let grandchild = try maker.revision(1, "grandchild", after: [child])
            _ = try store.ingest(maker.ingestion([child], .wait))
            let report = try store.ingest(maker.ingestion([root, grandchild]))
            try expect(report.outcomes, equals: [.accepted(sequence: 1), .accepted(sequence: 3)])
            try expect(report.acceptedCount, equals: 3)
        },
        ConformanceCheck("what waits and comes again is kept once") { make in
            let store = try make()
            let maker = RevisionMaker()
            let root = try maker.revision(1, "root")
            let child = try maker.revision(1, "child", after: [root])
            _ = try store.ingest(maker.ingestion([child], .wait))
            try expect(try store.ingest(maker.ingestion([child], .wait)).outcomes, equals: [.waiting])
            try expect(try store.statistics().waiting, equals: 1)
            let report = try store.ingest(maker.ingestion([root, child], .wait))
            try expect(report.outcomes, equals: [.accepted(sequence: 1), .accepted(sequence: 2)])
            try expect(try store.statistics().waiting, equals: 0)
            try expect(try store.logState().count, equals: 2)
        },
        ConformanceCheck("what waited for a parent of another letter goes to quarantine") { make in
            let store = try make()
            let maker = RevisionMaker()
            let root = try maker.revision(1, "root")
            let stranger = try maker.revision(2, "stranger", after: [root])
            _ = try store.ingest(maker.ingestion([stranger], .wait))
            let report = try store.ingest(maker.ingestion([root]))
            try expect(report.acceptedCount, equals: 1)
            let statistics = try store.statistics()
            try expect(statistics.waiting, equals: 0)
            try expect(statistics.quarantined, equals: 1)
        },
        ConformanceCheck("a remote has what it sent, also what had to wait") { make in
            let store = try make()
            let maker = RevisionMaker()
            try store.addRemote("origin", address: "https://example.org/letters")
            let root = try maker.revision(1, "root")
            let child = try maker.revision(1, "child", after: [root])
            _ = try store.ingest(maker.ingestion([child], .wait, remote: "origin"))
            _ = try store.ingest(maker.ingestion([root]))
            try expect(try store.unsent(to: "origin", maximumBytes: .max).revisions, equals: [root])
        },
    ]

    static let archive: [ConformanceCheck] = [
        ConformanceCheck("an open archive takes the id of the first revision, and keeps it") { make in
            let store = try make()
            try expect(try store.identity().isArchiveOpen, "a new replica's archive is open")
            let maker = RevisionMaker(archive: RevisionMaker.archive(2))
            _ = try store.ingest(maker.ingestion([try maker.revision(1, "one")]))
            try expect(try store.identity().archive, equals: RevisionMaker.archive(2))
            try expect(!(try store.identity().isArchiveOpen), "it is final")
            let other = RevisionMaker(archive: RevisionMaker.archive(3))
            try expect(
                throws: .archiveMismatch(expected: RevisionMaker.archive(2), found: RevisionMaker.archive(3))
            ) {
                _ = try store.ingest(other.ingestion([try other.revision(9, "no")]))
            }
            try expect(try store.logState().count, equals: 1)
        },
        ConformanceCheck("revisions that are all refused decide nothing") { make in
            let store = try make()
            let maker = RevisionMaker(archive: RevisionMaker.archive(2))
            let root = try maker.revision(1, "root")
            let report = try store.ingest(maker.ingestion([try maker.revision(1, "child", after: [root])]))
            try expect(report.outcomes, equals: [.missingParents([root.id])])
            var batch = RevisionBatch()
            batch.append(ReceivedRevision(headerBytes: [123], content: .none))
            let bytes = try store.ingest(Ingestion(archive: maker.archive, batch: batch))
            try expect(bytes.outcomes.count, equals: 1)
            try expect(bytes.acceptedCount, equals: 0)
            try expect(try store.identity().isArchiveOpen, "still open")
            try expect(try store.identity().archive, equals: RevisionMaker.archive(1))
        },
        ConformanceCheck("a revision of another archive than its batch is refused alone") { make in
            let store = try make()
            let maker = RevisionMaker()
            let other = RevisionMaker(archive: RevisionMaker.archive(2))
            let report = try store.ingest(
                maker.ingestion([try other.revision(1, "other"), try maker.revision(1, "one")]))
            try expect(report.outcomes, equals: [.rejected(RevisionError(.archive)), .accepted(sequence: 1)])
        },
        ConformanceCheck("settling an archive is done once") { make in
            let store = try make()
            try store.settleArchive(RevisionMaker.archive(5))
            try store.settleArchive(RevisionMaker.archive(5))
            try expect(try store.identity().archive, equals: RevisionMaker.archive(5))
            try expect(
                throws: .archiveMismatch(expected: RevisionMaker.archive(5), found: RevisionMaker.archive(6))
            ) { try store.settleArchive(RevisionMaker.archive(6)) }
        },
        ConformanceCheck("settings are kept, replaced and removed") { make in
            let store = try make()
            try expect(try store.setting("author"), equals: nil)
            try store.setSetting("author", to: "Ada <ada@example.org>")
            try store.setSetting("e\u{301}", to: "decomposed")
            try expect(try store.setting("author"), equals: "Ada <ada@example.org>")
            try expect(try store.setting("é"), equals: nil)
            try store.setSetting("author", to: "")
            try expect(try store.setting("author"), equals: "")
            try store.setSetting("author", to: nil)
            try expect(try store.setting("author"), equals: nil)
        },
    ]
}
