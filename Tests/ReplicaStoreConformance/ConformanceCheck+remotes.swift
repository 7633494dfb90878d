import Hashing
import LetterMerge
import LetterModel
import ReplicaStore

extension ConformanceCheck {
    private static func position(_ sequence: Int) -> LogPosition {
        LogPosition(
            epoch: "00000000000000aa", sequence: sequence, chain: SHA256.digest(of: Array("chain \(sequence)".utf8)))
    }

    private static func unsentIDs(_ store: any ReplicaStore, _ remote: String) throws -> [RevisionID] {
        try store.unsent(to: remote, maximumBytes: .max).revisions.map(\.id)
    }

    static let remotes: [ConformanceCheck] = [
        ConformanceCheck("remotes are added, listed by name, and removed") { make in
            let store = try make()
            try store.addRemote("usb", address: "/media/usb/letters")
            try store.addRemote("origin", address: "https://example.org/letters")
            let remotes = try store.remotes()
            try expect(remotes.map(\.name), equals: ["origin", "usb"])
            try expect(
                remotes.first,
                equals: Remote(
                    name: "origin", address: "https://example.org/letters", position: nil, unsent: 0, refused: 0,
                    pushedThrough: 0, blobsOfferedThrough: 0))
            try expect(throws: .remoteExists("usb")) { try store.addRemote("usb", address: "elsewhere") }
            try store.removeRemote("usb")
            try expect(throws: .unknownRemote("usb")) { try store.removeRemote("usb") }
            try expect(try store.remotes().map(\.name), equals: ["origin"])
        },
        ConformanceCheck("every call names a remote that is not there") { make in
            let store = try make()
            let maker = RevisionMaker()
            let none = StoreError.unknownRemote("none")
            try expect(throws: none) { _ = try store.unsent(to: "none", maximumBytes: 1) }
            try expect(throws: none) { try store.recordAnswers(from: "none", []) }
            try expect(throws: none) { _ = try store.refusals(by: "none") }
            try expect(throws: none) { try store.forgetRefusals(by: "none") }
            try expect(throws: none) { try store.forgetProgress(with: "none") }
            try expect(throws: none) { try store.recordBlobsOffered(to: "none", through: 1) }
            try expect(throws: none) {
                try store.advanceCursor(CursorAdvance(remote: "none", from: nil, to: position(1)))
            }
            try expect(throws: none) {
                _ = try store.ingest(maker.ingestion([try maker.revision(1, "one")], remote: "none"))
            }
            try expect(try store.logState().count, equals: 0)
        },
        ConformanceCheck("a cursor moves with its page, and only from where it stood") { make in
            let store = try make()
            let maker = RevisionMaker()
            try store.addRemote("origin", address: "a")
            let step = CursorAdvance(remote: "origin", from: nil, to: position(2))
            _ = try store.ingest(maker.ingestion([try maker.revision(1, "one")], remote: "origin", advance: step))
            try expect(try store.remotes().first?.position, equals: position(2))
            try expect(throws: .cursorMoved(remote: "origin")) {
                _ = try store.ingest(maker.ingestion([try maker.revision(2, "two")], remote: "origin", advance: step))
            }
            try expect(try store.logState().count, equals: 1, "nothing of the page was taken")
            try expect(throws: .cursorMoved(remote: "origin")) { try store.advanceCursor(step) }
            try store.advanceCursor(CursorAdvance(remote: "origin", from: position(2), to: position(7)))
            try expect(try store.remotes().first?.position, equals: position(7))
        },
        ConformanceCheck("answers and a cursor are recorded together, or neither") { make in
            let store = try make()
            let maker = RevisionMaker()
            let revision = try maker.revision(1, "one")
            _ = try store.ingest(maker.ingestion([revision]))
            try store.addRemote("origin", address: "a")
            let answers = [PushAnswer(revision: revision.id, decision: .acknowledged)]
            let step = CursorAdvance(remote: "origin", from: position(2), to: position(3))
            try expect(throws: .cursorMoved(remote: "origin")) {
                try store.recordAnswers(from: "origin", answers, advance: step)
            }
            try expect(try unsentIDs(store, "origin"), equals: [revision.id], "the answer was not recorded either")
            let first = CursorAdvance(remote: "origin", from: nil, to: position(2))
            try store.recordAnswers(from: "origin", answers, advance: first)
            try expect(try unsentIDs(store, "origin"), equals: [])
            try expect(try store.remotes().first?.position, equals: position(2))
        },
        ConformanceCheck("a page without revisions moves the cursor and makes the archive final") { make in
            let store = try make()
            let maker = RevisionMaker(archive: RevisionMaker.archive(4))
            try store.addRemote("origin", address: "a")
            _ = try store.ingest(
                maker.ingestion(
                    [], remote: "origin", advance: CursorAdvance(remote: "origin", from: nil, to: position(0))))
            try expect(try store.identity().archive, equals: RevisionMaker.archive(4))
            try expect(!(try store.identity().isArchiveOpen), "final")
        },
        ConformanceCheck("what a remote acknowledged is not sent again, in any order of the answers") { make in
            let store = try make()
            let maker = RevisionMaker()
            let revisions = try (1...6).map { try maker.revision($0, "letter \($0)") }
            _ = try store.ingest(maker.ingestion(revisions))
            try store.addRemote("origin", address: "a")
            try expect(try unsentIDs(store, "origin"), equals: revisions.map(\.id))
            try expect(try store.remotes().first?.unsent, equals: 6)
            func acknowledge(_ numbers: [Int]) throws {
                try store.recordAnswers(
                    from: "origin",
                    numbers.map { PushAnswer(revision: revisions[$0 - 1].id, decision: .acknowledged) })
            }
            try acknowledge([5, 3])
            try expect(try store.remotes().first?.pushedThrough, equals: 0)
            try expect(try unsentIDs(store, "origin"), equals: [1, 2, 4, 6].map { revisions[$0 - 1].id })
            try acknowledge([1, 1])
            try expect(try store.remotes().first?.pushedThrough, equals: 1)
            try acknowledge([2])
            try expect(try store.remotes().first?.pushedThrough, equals: 3)
            try acknowledge([6, 4, 5])
            try expect(try store.remotes().first?.pushedThrough, equals: 6)
            try expect(try store.remotes().first?.unsent, equals: 0)
            let later = try maker.revision(7, "later")
            _ = try store.ingest(maker.ingestion([later]))
            try expect(try unsentIDs(store, "origin"), equals: [later.id])
        },
        ConformanceCheck("what came from a remote is not sent to it, but to another one") { make in
            let store = try make()
            let maker = RevisionMaker()
            try store.addRemote("a", address: "a")
            try store.addRemote("b", address: "b")
            let local = try maker.revision(1, "local")
            let fromA = try maker.revision(2, "from a")
            let fromB = try maker.revision(3, "from b")
            _ = try store.ingest(maker.ingestion([local]))
            _ = try store.ingest(maker.ingestion([fromA], remote: "a"))
            _ = try store.ingest(maker.ingestion([fromB], remote: "b"))
            try expect(try unsentIDs(store, "a"), equals: [local.id, fromB.id])
            try expect(try unsentIDs(store, "b"), equals: [local.id, fromA.id])
            _ = try store.ingest(maker.ingestion([local, fromA], remote: "b"))
            try expect(try unsentIDs(store, "b"), equals: [])
            try expect(try store.remotes().map(\.unsent), equals: [2, 0])
            try expect(try store.remotes().map(\.pushedThrough), equals: [0, 3])
        },
        ConformanceCheck("unsent revisions come in batches that keep to their bytes") { make in
            let store = try make()
            let maker = RevisionMaker()
            try store.addRemote("origin", address: "a")
            let revisions = try (1...10).map { try maker.revision($0, String(repeating: "x", count: 300)) }
            _ = try store.ingest(maker.ingestion(revisions))
            var sent: [RevisionID] = []
            for _ in 0..<20 {
                let batch = try store.unsent(to: "origin", maximumBytes: 2_000)
                try expect(!batch.revisions.isEmpty, "at least one")
                sent += batch.revisions.map(\.id)
                try expect(batch.hasMore, equals: sent.count < 10)
                try store.recordAnswers(
                    from: "origin", batch.revisions.map { PushAnswer(revision: $0.id, decision: .acknowledged) })
                if !batch.hasMore { break }
            }
            try expect(sent, equals: revisions.map(\.id))
            try expect(
                try store.unsent(to: "origin", maximumBytes: 1),
                equals: UnsentBatch([], entryCount: 0, hasMore: false))
        },
        ConformanceCheck("unsent revisions are read ahead of the answers for those before them") { make in
            let store = try make()
            let maker = RevisionMaker()
            try store.addRemote("origin", address: "a")
            let revisions = try (1...10).map { try maker.revision($0, String(repeating: "x", count: 300)) }
            _ = try store.ingest(maker.ingestion(revisions))
            var read: [RevisionID] = []
            var passed = 0
            for _ in 0..<20 {
                let batch = try store.unsent(to: "origin", after: passed, maximumBytes: 2_000)
                read += batch.revisions.map(\.id)
                passed += batch.entryCount
                try expect(passed, equals: read.count)
                if !batch.hasMore { break }
            }
            try expect(read, equals: revisions.map(\.id))
        },
        ConformanceCheck("progress that is forgotten begins again, for one remote") { make in
            let store = try make()
            let maker = RevisionMaker()
            try store.addRemote("a", address: "a")
            try store.addRemote("b", address: "b")
            let revision = try maker.revision(1, "one")
            _ = try store.ingest(
                maker.ingestion(
                    [revision], remote: "a", advance: CursorAdvance(remote: "a", from: nil, to: position(1))))
            try store.recordAnswers(from: "b", [PushAnswer(revision: revision.id, decision: .acknowledged)])
            try store.forgetProgress(with: "a")
            try expect(try store.remotes().map(\.position), equals: [nil, nil])
            try expect(try unsentIDs(store, "a"), equals: [revision.id])
            try expect(try unsentIDs(store, "b"), equals: [])
        },
        ConformanceCheck("what was offered of blobs never goes back") { make in
            let store = try make()
            try store.addRemote("a", address: "a")
            try store.recordBlobsOffered(to: "a", through: 9)
            try store.recordBlobsOffered(to: "a", through: 4)
            try expect(try store.remotes().first?.blobsOfferedThrough, equals: 9)
        },
        ConformanceCheck("answers for revisions that are not here are passed over") { make in
            let store = try make()
            let maker = RevisionMaker()
            try store.addRemote("a", address: "a")
            let unknown = try maker.revision(1, "unknown")
            try store.recordAnswers(from: "a", [PushAnswer(revision: unknown.id, decision: .acknowledged)])
            try store.recordAnswers(
                from: "a", [PushAnswer(revision: unknown.id, decision: .refused(code: "x", text: "y"))])
            try expect(try store.refusals(by: "a"), equals: [])
        },
    ]

    static let refusals: [ConformanceCheck] = [
        ConformanceCheck("a refused revision and its descendants are not sent, and nobody else suffers") { make in
            let store = try make()
            let maker = RevisionMaker()
            try store.addRemote("a", address: "a")
            try store.addRemote("b", address: "b")
            let root = try maker.revision(1, "root")
            let child = try maker.revision(1, "child", after: [root])
            let other = try maker.revision(2, "other")
            _ = try store.ingest(maker.ingestion([root, child, other]))
            try store.recordAnswers(
                from: "a", [PushAnswer(revision: root.id, decision: .refused(code: "tooLarge", text: "too large"))])
            try expect(try unsentIDs(store, "a"), equals: [other.id])
            try expect(try unsentIDs(store, "b"), equals: [root.id, child.id, other.id])
            let grandchild = try maker.revision(1, "grandchild", after: [child])
            let sibling = try maker.revision(2, "sibling", after: [other])
            _ = try store.ingest(maker.ingestion([grandchild, sibling]))
            try expect(try unsentIDs(store, "a"), equals: [other.id, sibling.id])
            let remote = try store.remotes().first
            try expect(remote?.unsent, equals: 2)
            try expect(remote?.refused, equals: 1)
            try expect(
                try store.refusals(by: "a"),
                equals: [
                    Refusal(
                        revision: root.id, letter: RevisionMaker.letterID(1), code: "tooLarge", text: "too large")
                ])
            try expect(try store.view(of: RevisionMaker.letterID(1))?.letter.body, equals: "grandchild")
        },
        ConformanceCheck("refusals that are forgotten are sent again, also far behind what was acknowledged") { make in
            let store = try make()
            let maker = RevisionMaker()
            try store.addRemote("a", address: "a")
            let root = try maker.revision(1, "root")
            let child = try maker.revision(1, "child", after: [root])
            let others = try (2...5).map { try maker.revision($0, "other \($0)") }
            _ = try store.ingest(maker.ingestion([root, others[0], child] + others.dropFirst()))
            try store.recordAnswers(
                from: "a",
                [PushAnswer(revision: root.id, decision: .refused(code: "c", text: "t"))]
                    + others.map { PushAnswer(revision: $0.id, decision: .acknowledged) })
            try expect(try unsentIDs(store, "a"), equals: [])
            try expect(try store.remotes().first?.pushedThrough, equals: 6)
            try store.forgetRefusals(by: "a")
            try expect(try store.refusals(by: "a"), equals: [])
            try expect(try unsentIDs(store, "a"), equals: [root.id, child.id])
            try expect(try store.remotes().first?.unsent, equals: 2)
            try expect(try store.remotes().first?.pushedThrough, equals: 0)
            try store.recordAnswers(from: "a", [PushAnswer(revision: root.id, decision: .acknowledged)])
            try expect(try unsentIDs(store, "a"), equals: [child.id])
            try expect(try store.remotes().first?.pushedThrough, equals: 2)
            try store.recordAnswers(from: "a", [PushAnswer(revision: child.id, decision: .acknowledged)])
            try expect(try store.remotes().first?.pushedThrough, equals: 6)
        },
        ConformanceCheck("a refused revision that the remote has after all is no refusal any more") { make in
            let store = try make()
            let maker = RevisionMaker()
            try store.addRemote("a", address: "a")
            let first = try maker.revision(1, "first")
            let second = try maker.revision(1, "second", author: "Bo")
            let both = try maker.revision(1, "both", after: [first, second])
            let last = try maker.revision(1, "last", after: [first])
            _ = try store.ingest(maker.ingestion([first, second, both, last]))
            try store.recordAnswers(
                from: "a",
                [first, second].map { PushAnswer(revision: $0.id, decision: .refused(code: "c", text: "t")) })
            try expect(try unsentIDs(store, "a"), equals: [])
            // It comes back from the remote, by way of somebody else.
            _ = try store.ingest(maker.ingestion([first], remote: "a"))
            try expect(try store.refusals(by: "a").map(\.revision), equals: [second.id])
            try expect(try unsentIDs(store, "a"), equals: [last.id])
            try store.recordAnswers(from: "a", [PushAnswer(revision: second.id, decision: .acknowledged)])
            try expect(try unsentIDs(store, "a"), equals: [both.id, last.id])
        },
        ConformanceCheck("a refusal that is repeated keeps the newest reason") { make in
            let store = try make()
            let maker = RevisionMaker()
            try store.addRemote("a", address: "a")
            let revision = try maker.revision(1, "one")
            _ = try store.ingest(maker.ingestion([revision]))
            for code in ["old", "new"] {
                try store.recordAnswers(
                    from: "a", [PushAnswer(revision: revision.id, decision: .refused(code: code, text: code))])
            }
            try expect(try store.refusals(by: "a").map(\.code), equals: ["new"])
        },
    ]
}
