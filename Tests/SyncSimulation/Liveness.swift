import ArchiveClient
import Hashing
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SyncTestSupport

/// The faults have ended: soon all hold the same, show the same, and have nothing more to say to each other.
extension Simulation {
    /// How many times each laptop may sync until everything is quiet.
    private static let roundLimit = 5

    func settle() throws {
        tell("the faults end")
        for machine in machines {
            if machine.hasFailed { try recover(machine) }
            machine.heal()
            // A blob that came while the disk was full is noted when the server starts again.
            if machine.isServer { try machine.restart(nil) }
            machine.isOffline = false
            machine.mayPush = true
        }
        try checkAll()
        var everything: Set<RevisionID> = []
        for machine in machines { everything.formUnion(machine.log.ids) }
        try settle("the server") { laptop, _ in [laptop, machines[0]] }
        guard outcome.faults.isEmpty else { return }
        // What is held back waits for a person, who now lets it in.
        for laptop in machines.dropFirst() where try !laptop.replica().unconfirmedDeletions().held.isEmpty {
            count("guarded replicas")
            try decideDeletions(on: laptop, areAccepted: true)
        }
        try checkAll()
        try settle("the server") { laptop, _ in [laptop, machines[0]] }
        try settle("the next laptop") { laptop, number in
            // Each with the next, as a ring; those that never met have nothing to clear up, but for one pair.
            let next = machines[1 + (number + 1) % (machines.count - 1)]
            let haveMet = number == 0 || laptop.links[next.number]?.position != nil
            return next === laptop || !haveMet ? [] : [laptop, next]
        }
        guard outcome.faults.isEmpty else { return }
        try expectSameEverywhere(everything)
        // The server, and one of the others.
        try compareWithOracle(server)
        try compareWithOracle(laptop(Int(schedule.seed % 1_000)))
    }

    private func settle(_ whom: String, _ pair: (_ laptop: Machine, _ number: Int) -> [Machine]) throws {
        var rounds = 0
        var isQuiet = false
        while !isQuiet && outcome.faults.isEmpty {
            rounds += 1
            guard rounds <= Simulation.roundLimit else {
                return fault("no quiet with \(whom) after \(rounds - 1) rounds")
            }
            isQuiet = true
            for (number, laptop) in machines.dropFirst().enumerated() {
                let both = pair(laptop, number)
                guard both.count == 2 else { continue }
                let calm = NetworkWeather(faultRate: 0, numbers: SeededNumbers(seed: 0))
                let report = try sync(laptop, with: both[1], calm, SyncOptions(), seed: UInt64(rounds))
                if let failure = report.failure { return fault("\(laptop.name) cannot sync: \(failure)") }
                if report.requests > 20 { fault("\(laptop.name) needs \(report.requests) requests without faults") }
                // Who lacks a blob that nobody has any more asks for it each time.
                let enough = try laptop.replica().missingBlobs(limit: 1).isEmpty ? 1 : 2
                if report.requests > enough || report.pushed > 0 || report.pulled > 0 { isQuiet = false }
                try checkAll()
            }
        }
        outcome.figures["most rounds"] = max(outcome.figures["most rounds"] ?? 0, rounds)
    }

    /// Nothing was lost, nothing is anywhere that others lack, but for what the server refuses.
    private func expectSameEverywhere(_ everything: Set<RevisionID>) throws {
        var union: Set<RevisionID> = []
        for machine in machines { union.formUnion(machine.log.ids) }
        if union != everything { fault("an edit was lost while all converged") }
        let shared = Set(server.log.ids)
        for laptop in machines.dropFirst() {
            let ids = Set(laptop.log.ids)
            if !shared.isSubset(of: ids) { fault("\(laptop.name) lacks something that the server has") }
            let own = ids.subtracting(shared).subtracting(withDescendants(of: refused, in: laptop.log.ids))
            if !own.isEmpty { fault("the server lacks something that \(laptop.name) has") }
            for tale in ledger.tales where refused.isEmpty {
                if try laptop.replica().view(of: tale.id) != server.replica().view(of: tale.id) {
                    fault("\(laptop.name) shows another letter than the server")
                }
            }
            if refused.isEmpty, try laptop.replica().logState().fingerprint != server.replica().logState().fingerprint {
                fault("\(laptop.name) has another fingerprint than the server")
            }
            let statistics = try laptop.replica().statistics()
            if statistics.waiting > 0 { fault("\(laptop.name) keeps revisions waiting") }
            if statistics.quarantined > 0 && laptop.quarantined.isEmpty {
                fault("\(laptop.name) keeps bytes in quarantine that no sync told of")
            }
        }
        for blob in Ledger.blobs {
            let holders = try machines.filter { try $0.replica().hasBlob(blob.id) }
            for machine in machines where try machine.replica().blobReference(blob.id) != nil {
                if holders.isEmpty || holders.contains(where: { $0 === machine }) { continue }
                fault("\(machine.name) lacks a blob that \(holders[0].name) has")
            }
        }
    }

    /// A replica that forgets everything, and works everything out anew, shows the same.
    private func compareWithOracle(_ machine: Machine) throws {
        let store = try machine.replica()
        let oracle = InMemoryReplicaStore(archive: try store.identity().archive, epoch: machine.epoch)
        let revisions = machine.log.ids.compactMap { ledger.revisions[$0] }
        let maker = RevisionMaker(archive: try store.identity().archive)
        _ = try oracle.ingest(maker.ingestion(revisions))
        for tale in ledger.tales where try store.view(of: tale.id) != oracle.view(of: tale.id) {
            fault("\(machine.name) shows another letter than the oracle")
        }
        var deleted = LetterQuery()
        deleted.onlyDeleted = true
        for query in [LetterQuery(), deleted] where try store.letters(query) != oracle.letters(query) {
            fault("\(machine.name) lists other letters than the oracle")
        }
        let (left, right) = (try store.statistics(), try oracle.statistics())
        if left.revisions != right.revisions || left.letters != right.letters || left.conflicts != right.conflicts {
            fault("\(machine.name) counts otherwise than the oracle")
        }
        let problems = try store.verify { _, _ in }.problems
        if !problems.isEmpty { fault("\(machine.name) does not verify: \(problems)") }
        // Idempotence: everything once more changes nothing.
        let before = try store.logState()
        let again = try store.ingest(
            maker.ingestion(revisions.filter { !(machine.isServer && refused.contains($0.id)) }))
        if again.acceptedCount > 0 || again.outcomes.contains(where: { $0 != .duplicate }) || again.state != before {
            fault("\(machine.name) takes the same revisions twice")
        }
        tell("\(machine.name) ends with \(before.end.chain.hex) \(left.letters) \(left.conflicts)")
        count("replicas")
    }
}
