import LetterMerge
import LetterModel
import ReplicaStore

extension ConformanceCheck {
    /// A replica with so many letters and two remotes.
    private static func replica(
        _ make: Factory, letters count: Int
    ) throws -> (store: any ReplicaStore, maker: RevisionMaker, letters: [Revision]) {
        let store = try make()
        let maker = RevisionMaker()
        try store.addRemote("a", address: "a")
        try store.addRemote("b", address: "b")
        let letters = try (1...count).map { try maker.revision($0, "letter \($0)") }
        _ = try store.ingest(maker.ingestion(letters))
        return (store, maker, letters)
    }

    /// Pulls revisions from a remote, guarded from the end of the log.
    @discardableResult
    private static func pull(
        _ revisions: [Revision], into store: any ReplicaStore, from remote: String = "a", through: Int? = nil
    ) throws -> [IngestionOutcome] {
        let end = try through ?? store.logState().end.sequence
        var ingestion = RevisionMaker().ingestion(revisions, .wait, remote: remote)
        ingestion.guardedThrough = end
        return try store.ingest(ingestion).outcomes
    }

    private static func shown(_ store: any ReplicaStore) throws -> Int { try store.statistics().letters }

    static let deletions: [ConformanceCheck] = [
        ConformanceCheck("few deletions are let in, and counted") { make in
            let (store, maker, letters) = try replica(make, letters: 30)
            let tombstones = try (1...10).map { try maker.revision($0, nil, after: [letters[$0 - 1]]) }
            try expect(try pull(tombstones, into: store).allSatisfy { $0 != .held }, "ten are never too many")
            try expect(try shown(store), equals: 20)
            let deletions = try store.unconfirmedDeletions()
            try expect(deletions.letIn, equals: (1...10).map(RevisionMaker.letterID))
            try expect(deletions.held, equals: [])
        },
        ConformanceCheck("more than ten and more than a fifth at once are held, all of them, and counted as known") {
            make in
            let (store, maker, letters) = try replica(make, letters: 54)
            let tombstones = try (1...11).map { try maker.revision($0, nil, after: [letters[$0 - 1]]) }
            let edit = try maker.revision(20, "an edit", after: [letters[19]])
            let outcomes = try pull(tombstones + [edit], into: store)
            try expect(outcomes.prefix(11).allSatisfy { $0 == .held }, "all deletions are held")
            try expect(outcomes.last, equals: .accepted(sequence: 55))
            try expect(try shown(store), equals: 54)
            let deletions = try store.unconfirmedDeletions()
            try expect(deletions.held, equals: (1...11).map(RevisionMaker.letterID))
            try expect(deletions.heldRevisions, equals: 11)
            try expect(try store.sharedSet(with: "a").beside, equals: tombstones.map(\.id).sorted())
            try expect(try store.unknown(among: tombstones.map(\.id)), equals: [])
            try expect(try pull(tombstones, into: store).allSatisfy { $0 == .held }, "held once")
            try expect(try store.unconfirmedDeletions().heldRevisions, equals: 11)
        },
        ConformanceCheck("a fifth of the letters is not too many") { make in
            let (store, maker, letters) = try replica(make, letters: 55)
            let tombstones = try (1...11).map { try maker.revision($0, nil, after: [letters[$0 - 1]]) }
            try pull(tombstones, into: store)
            try expect(try shown(store), equals: 44)
        },
        ConformanceCheck("many small pulls from several remotes add up") { make in
            let (store, maker, letters) = try replica(make, letters: 30)
            var held = 0
            for number in 1...20 {
                let tombstone = try maker.revision(number, nil, after: [letters[number - 1]])
                let outcomes = try pull([tombstone], into: store, from: number.isMultiple(of: 2) ? "a" : "b")
                if outcomes == [.held] { held += 1 }
            }
            try expect(held, equals: 10)
            try expect(try shown(store), equals: 20)
            try expect(try store.unconfirmedDeletions().letIn.count, equals: 10)
        },
        ConformanceCheck("what descends from what is held is held too, through edits, several parents and waiting") {
            make in
            let (store, maker, letters) = try replica(make, letters: 20)
            let tombstones = try (1...15).map { try maker.revision($0, nil, after: [letters[$0 - 1]]) }
            let edit = try maker.revision(1, "an edit on top", after: [tombstones[0]])
            let late = try maker.revision(2, "waits for the tombstone", after: [tombstones[1]])
            try expect(try pull([late], into: store), equals: [.waiting])
            try pull(tombstones, into: store)
            let both = try maker.revision(1, "on top of the edit and of the letter", after: [edit, letters[0]])
            try expect(try pull([edit], into: store), equals: [.held])
            try expect(try pull([both], into: store, from: "b"), equals: [.held])
            try expect(try store.unconfirmedDeletions().heldRevisions, equals: 18)
            try expect(try store.statistics().waiting, equals: 0)
            try expect(try store.view(of: RevisionMaker.letterID(1))?.letter.body, equals: "letter 1")
            try expect(try store.sharedSet(with: "b").beside, equals: [both.id])
        },
        ConformanceCheck("letters that came with the same pull do not count, however many pages it has") { make in
            let store = try make()
            let maker = RevisionMaker()
            try store.addRemote("a", address: "a")
            let letters = try (1...40).map { try maker.revision($0, "letter \($0)") }
            let tombstones = try (1...30).map { try maker.revision($0, nil, after: [letters[$0 - 1]]) }
            try pull(letters, into: store, through: 0)
            try pull(tombstones, into: store, through: 0)
            try expect(try shown(store), equals: 10)
            try expect(try store.unconfirmedDeletions(), equals: UnconfirmedDeletions())
        },
        ConformanceCheck("one's own deletions, and pushes to a server, are never held") { make in
            let (store, maker, letters) = try replica(make, letters: 20)
            let tombstones = try (1...20).map { try maker.revision($0, nil, after: [letters[$0 - 1]]) }
            _ = try store.ingest(maker.ingestion(tombstones))
            try expect(try shown(store), equals: 0)
            try expect(try store.unconfirmedDeletions(), equals: UnconfirmedDeletions())
        },
        ConformanceCheck("what comes from elsewhere is guarded, also if nobody says from where on letters count") {
            make in
            for remote in ["a", nil] {
                let (store, maker, letters) = try replica(make, letters: 20)
                let tombstones = try (1...12).map { try maker.revision($0, nil, after: [letters[$0 - 1]]) }
                let outcomes = try store.ingest(maker.ingestion(tombstones, .wait, remote: remote)).outcomes
                try expect(outcomes.allSatisfy { $0 == .held }, "all are held")
            }
        },
        ConformanceCheck(
            "what is held comes in when a person says so, its senders are not sent it, and counting begins anew"
        ) { make in
            let (store, maker, letters) = try replica(make, letters: 30)
            let tombstones = try (1...12).map { try maker.revision($0, nil, after: [letters[$0 - 1]]) }
            let edit = try maker.revision(1, "on top", after: [tombstones[0]])
            try pull(tombstones + [edit], into: store)
            let report = try store.releaseHeldDeletions()
            try expect(report.acceptedCount, equals: 13)
            try expect(report.firstSequence, equals: 31)
            try expect(try shown(store), equals: 19)
            try expect(try store.view(of: RevisionMaker.letterID(1))?.letter.body, equals: "on top")
            try expect(try store.sharedSet(with: "a").expected.count, equals: 13)
            try expect(try store.sharedSet(with: "a").beside, equals: [])
            try expect(
                try store.unconfirmedDeletions(),
                equals: UnconfirmedDeletions(letIn: (1...12).map(RevisionMaker.letterID)))
            try store.confirmDeletions()
            try expect(try store.unconfirmedDeletions(), equals: UnconfirmedDeletions())
            let more = try (13...22).map { try maker.revision($0, nil, after: [letters[$0 - 1]]) }
            try pull(more, into: store)
            try expect(try shown(store), equals: 9)
            try expect(try store.releaseHeldDeletions().acceptedCount, equals: 0)
            try expect(try store.verify { _, _ in }.problems, equals: [])
        },
        ConformanceCheck(
            "a held revision that somebody pushes, or that is written here, is in the log and held no longer"
        ) { make in
            let (store, maker, letters) = try replica(make, letters: 20)
            let tombstones = try (1...12).map { try maker.revision($0, nil, after: [letters[$0 - 1]]) }
            try pull(tombstones, into: store)
            try expect(
                try store.ingest(maker.ingestion([tombstones[0]])).outcomes, equals: [.accepted(sequence: 21)])
            try expect(try store.unconfirmedDeletions().heldRevisions, equals: 11)
            try expect(try store.unsent(to: "a", maximumBytes: .max).revisions.contains(tombstones[0]), equals: false)
        },
    ]
}
