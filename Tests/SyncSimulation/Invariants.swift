import Hashing
import LetterMerge
import LetterModel
import ReplicaStore
import SyncTestSupport

/// What must hold after every event.
extension Simulation {
    /// Looks at every machine that was used, then at what they know of each other.
    func checkAll() throws {
        let touched = machines.filter(\.isTouched)
        for machine in touched { try machine.looking { try look(at: machine) } }
        // A remote that changed says something of everybody's cursors.
        for laptop in machines.dropFirst() where laptop.isTouched || !touched.isEmpty {
            try laptop.looking { try checkLinks(of: laptop) }
        }
    }

    // MARK: The log

    /// The log has what it had, in the same order, and what is new in it was written by somebody, after its parents.
    func look(at machine: Machine) throws {
        let store = try machine.replica()
        let state = try store.logState()
        let known = machine.log.ids.count
        guard state.count >= known, try store.chain(at: known) == machine.log.chain[known] else {
            return fault("\(machine.name) lost or changed what it had: \(known) revisions, now \(state.count)")
        }
        var letters: [LetterID] = []
        let entries = try store.logEntries(after: known, through: state.end.sequence, maximumBytes: .max)
        for entry in entries {
            guard case .intact(let logged) = entry else { return fault("\(machine.name) holds damaged bytes") }
            check(logged.revision, new: machine)
            machine.log.append(logged.revision.id)
            if !letters.contains(logged.revision.header.letter) { letters.append(logged.revision.header.letter) }
        }
        guard state.count == machine.log.ids.count, state.end.sequence == state.count,
            state.end.chain == machine.log.chain[state.count], state.fingerprint == machine.log.fingerprint
        else { return fault("\(machine.name)'s count, chain or fingerprint are not those of its log") }
        for id in machine.promised where machine.log.places[id] == nil {
            fault("\(machine.name) lost \(id.hex.prefix(8)), which it had acknowledged")
        }
        machine.promised = []
        for letter in letters { try checkView(of: letter, on: machine) }
        machine.looked(state.end.epoch)
    }

    private func check(_ revision: Revision, new machine: Machine) {
        guard let written = ledger.revisions[revision.id], written.headerBytes == revision.headerBytes,
            written.contentBytes == revision.contentBytes
        else { return fault("\(machine.name) holds a revision that nobody wrote") }
        if !revision.header.parents.allSatisfy({ machine.log.places[$0] != nil }) {
            fault("\(machine.name) holds \(revision.id.hex.prefix(8)) before its parents")
        }
        if machine.log.places[revision.id] != nil { fault("\(machine.name) holds a revision twice") }
        if machine.isServer && refused.contains(revision.id) { fault("the server took what it refuses") }
    }

    // MARK: Views

    /// What is shown is what the set gives, and nothing that somebody wrote last is missing in it.
    func checkView(of letter: LetterID, on machine: Machine) throws {
        guard let number = ledger.letter(letter) else { return fault("a letter that nobody wrote") }
        let held = machine.log.ids.filter { ledger.revisions[$0]?.header.letter == letter }
        let history = held.compactMap { ledger.revisions[$0] }.map { HistoryRevision($0) }
        guard let view = try machine.replica().view(of: letter) else {
            return fault("\(machine.name) does not show a letter that it has")
        }
        if view != Merge.view(of: history) { fault("\(machine.name) shows something else than its revisions give") }
        for found in ledger.faults(in: view, of: number, held: held) { fault("\(machine.name): \(found)") }
        count("views")
    }

    // MARK: Remotes

    /// What a remote acknowledged it has; what the cursor has passed is here; the cursor goes forward only.
    func checkLinks(of laptop: Machine) throws {
        let store = try laptop.replica()
        let remotes = try store.remotes()
        let held = Set(try store.unconfirmedDeletions().held)
        for remote in machines where remote !== laptop {
            let name = Simulation.remoteName(remote)
            guard let known = remotes.first(where: { $0.name == name }) else { continue }
            checkCursor(known.position, of: laptop, in: remote, held: held)
            guard laptop.links[remote.number]?.trustedRollbacks ?? 0 == remote.rollbacks else { continue }
            var missing = laptop.log.ids.filter { remote.log.places[$0] == nil }
            if missing.isEmpty || known.unsent + known.refused >= laptop.log.ids.count { continue }
            let unsent = Set(try store.unsent(to: name, maximumBytes: .max).revisions.map(\.id))
            let withheld = withDescendants(of: Set(try store.refusals(by: name).map(\.revision)), in: laptop.log.ids)
            missing.removeAll { unsent.contains($0) || withheld.contains($0) }
            if let lost = missing.first {
                fault("\(remote.name) has lost \(lost.hex.prefix(8)), which it had acknowledged to \(laptop.name)")
            }
        }
        laptop.looked(laptop.epoch)
    }

    private func checkCursor(_ position: LogPosition?, of laptop: Machine, in remote: Machine, held: Set<LetterID>) {
        var link = laptop.links[remote.number] ?? Machine.Link()
        if let before = link.position, link.rollbacks == remote.rollbacks, before.epoch == position?.epoch ?? "" {
            if position?.sequence ?? 0 < before.sequence {
                fault("\(laptop.name)'s cursor in \(remote.name) went back from \(before.sequence)")
            }
        }
        if let position, position.sequence <= remote.log.ids.count,
            remote.log.chain[position.sequence] == position.chain
        {
            let passed = remote.log.ids[..<position.sequence]
            if let missing = passed.first(where: {
                laptop.log.places[$0] == nil && !laptop.quarantined.contains($0)
                    && ledger.revisions[$0].map { held.contains($0.header.letter) } != true
            }) {
                fault(
                    "\(laptop.name)'s cursor in \(remote.name) has passed \(missing.hex.prefix(8)), which is not here")
            }
        }
        link.position = position
        link.rollbacks = remote.rollbacks
        laptop.links[remote.number] = link
    }

    /// These, and what builds on them.
    func withDescendants(of ids: Set<RevisionID>, in log: [RevisionID]) -> Set<RevisionID> {
        guard !ids.isEmpty else { return [] }
        var result = ids
        for id in log where ledger.revisions[id]?.header.parents.contains(where: result.contains) == true {
            result.insert(id)
        }
        return result
    }
}
