import LetterMerge
import LetterModel
import MergeOracle
import ReplicaStore
import SyncTestSupport

extension Simulation {
    /// Somebody writes on a machine, through the plans that the programs use.
    func write(_ event: Event, on machine: Machine) throws {
        var numbers = SeededNumbers(seed: event.seed)
        switch event.kind {
        case .importFile: try importFile(Int(numbers.next() % UInt64(Ledger.fileCount)), on: machine, seed: event.seed)
        case .edit:
            let isNew = numbers.next() % 8 == 0
            if isNew || machine.log.ids.isEmpty { return try create(on: machine, seed: event.seed) }
            try edit(on: machine, event, &numbers)
        case .refuse:
            if machine.log.ids.isEmpty { return }
            try edit(on: machine, event, &numbers)
        case .open:
            guard let (letter, view) = try pick(on: machine, &numbers), !view.isDeleted else { return }
            machine.drafts.append((letter, try EditPlan(view: view, history: try heads(of: view, on: machine))))
        case .save:
            guard let draft = machine.drafts.popLast() else { return }
            try save(draft.plan, of: draft.letter, on: machine, event)
        case .resolve: try resolve(on: machine, event, &numbers)
        case .delete:
            guard let (letter, view) = try pick(on: machine, &numbers), !view.isDeleted else { return }
            try take(PlannedRevision.deleting(view), of: letter, on: machine, .delete)
        case .importMany:
            for (id, letter) in ledger.manyLetters() where try machine.replica().view(of: id) == nil {
                let header = RevisionHeader(
                    archive: try machine.replica().identity().archive, letter: id, parents: [], content: nil,
                    reason: Reason(.import))
                try take(try Revision(header: header, letter: letter), on: machine)
            }
        case .deleteMany:
            for (id, _) in ledger.manyLetters() {
                guard let letter = ledger.letter(id), let view = try machine.replica().view(of: id), !view.isDeleted,
                    !ledger.tales[letter].isFull
                else { continue }
                try take(PlannedRevision.deleting(view), of: letter, on: machine, .delete)
            }
        case .restoreLetter: try restoreLetter(on: machine, &numbers)
        default: preconditionFailure("\(event.kind) writes nothing")
        }
    }

    // MARK: Reading

    /// One of the letters that the machine shows.
    private func pick(on machine: Machine, _ numbers: inout SeededNumbers) throws -> (Int, LetterView)? {
        var shown: [(Int, LetterView)] = []
        for (number, tale) in ledger.tales.enumerated() where !tale.isOfMany {
            if let view = try machine.replica().view(of: tale.id) { shown.append((number, view)) }
        }
        let choice = numbers.next()
        guard !shown.isEmpty else { return nil }
        let picked = shown[Int(choice % UInt64(shown.count))]
        return ledger.tales[picked.0].isFull ? nil : picked
    }

    private func heads(of view: LetterView, on machine: Machine) throws -> [HistoryRevision] {
        try view.heads.compactMap { try machine.replica().revision($0).map { HistoryRevision($0.revision) } }
    }

    // MARK: Writing

    private func importFile(_ file: Int, on machine: Machine, seed: UInt64) throws {
        let tale = ledger.tales[file]
        guard try machine.replica().view(of: tale.id) == nil, var letter = tale.source, !tale.isFull else { return }
        // Now and then somebody has another edition of the file.
        if seed % 5 == 0 { letter.title = "1" }
        let header = RevisionHeader(
            archive: try machine.replica().identity().archive, letter: tale.id, parents: [], content: nil,
            reason: Reason(.import))
        try take(try Revision(header: header, letter: letter), on: machine)
    }

    private func create(on machine: Machine, seed: UInt64) throws {
        guard let letter = ledger.newLetter(seed: seed) else { return }
        let content = ledger.withEditor(of: letter, seed: seed) { $0.first() }
        try take(parents: [], content, of: letter, on: machine, .create)
    }

    private func edit(on machine: Machine, _ event: Event, _ numbers: inout SeededNumbers) throws {
        guard let (letter, view) = try pick(on: machine, &numbers) else { return }
        if view.isDeleted {
            guard let planned = try PlannedRevision.restoring(nil, in: view) else { return }
            return try take(planned, of: letter, on: machine, .restore)
        }
        let plan = try EditPlan(view: view, history: try heads(of: view, on: machine))
        try save(plan, of: letter, on: machine, event)
    }

    private func save(_ plan: EditPlan, of letter: Int, on machine: Machine, _ event: Event) throws {
        guard !ledger.tales[letter].isFull else { return }
        let edited = ledger.withEditor(of: letter, seed: event.seed) { $0.edit(plan.base) }
        switch plan.outcome(of: edited) {
        case .unchanged: return
        case .refused:
            // Other programs may write what ours refuses.
            if event.seed % 2 == 0 { try take(parents: plan.parents, edited, of: letter, on: machine, .edit, event) }
        case .write(let planned):
            try take(parents: planned.parents, planned.letter, of: letter, on: machine, .edit, event)
        }
    }

    private func resolve(on machine: Machine, _ event: Event, _ numbers: inout SeededNumbers) throws {
        guard let (letter, view) = try pick(on: machine, &numbers), !view.conflicts.isEmpty else { return }
        let history = try heads(of: view, on: machine)
        var plan = try ResolvePlan(view: view, history: history)
        for conflict in plan.unresolved {
            let choice = numbers.next()
            guard let field = conflict.field else {
                try plan.choose(choice % 4 == 0 ? ResolvePlan.Deletion.delete : .keep)
                continue
            }
            let values = conflict.values.map(\.value)
            let heads = history.filter { $0.letter != nil }
            switch choice % 3 {
            case 0: try plan.choose(.provisional, for: field)
            case 1: try plan.choose(.value(values[Int(choice / 3 % UInt64(values.count))]), for: field)
            default: try plan.choose(.head(heads[Int(choice / 3 % UInt64(heads.count))].id), for: field)
            }
        }
        guard case .write(let planned) = plan.outcome() else { return fault("decided, but not written") }
        try take(planned, of: letter, on: machine, .resolve)
    }

    /// A person decides about the deletions that are held back, or that were let in unasked.
    func decideDeletions(on laptop: Machine, areAccepted: Bool) throws {
        let store = try laptop.replica()
        _ = try store.releaseHeldDeletions()
        if !areAccepted {
            for id in try store.unconfirmedDeletions().letIn {
                guard let letter = ledger.letter(id), let view = try store.view(of: id), view.isDeleted,
                    let planned = try PlannedRevision.restoring(nil, in: view), !ledger.tales[letter].isFull
                else { continue }
                try take(planned, of: letter, on: laptop, .restore)
            }
        }
        try store.confirmDeletions()
        tell("\(laptop.name) \(areAccepted ? "accepts" : "rejects") deletions")
    }

    private func restoreLetter(on machine: Machine, _ numbers: inout SeededNumbers) throws {
        guard let (letter, view) = try pick(on: machine, &numbers) else { return }
        let earlier = try machine.replica().history(of: ledger.tales[letter].id).compactMap(\.revision.letter)
        let choice = numbers.next()
        guard !earlier.isEmpty,
            let planned = try PlannedRevision.restoring(earlier[Int(choice % UInt64(earlier.count))], in: view)
        else { return }
        try take(planned, of: letter, on: machine, .restore)
    }

    private func take(_ planned: PlannedRevision, of letter: Int, on machine: Machine, _ kind: ReasonKind) throws {
        try take(parents: planned.parents, planned.letter, of: letter, on: machine, kind)
    }

    private func take(
        parents: [RevisionID], _ content: Letter?, of letter: Int, on machine: Machine, _ kind: ReasonKind,
        _ event: Event? = nil
    ) throws {
        var unknown = JSONObject()
        if let event, event.seed % 7 == 0 { unknown["x-later"] = .string("kept") }
        let header = RevisionHeader(
            archive: try machine.replica().identity().archive, letter: ledger.tales[letter].id, parents: parents,
            content: nil, author: Author(machine.name), device: machine.name, time: machine.time(),
            reason: Reason(kind), unknown: unknown)
        let revision = try Revision(header: header, letter: content)
        if event?.kind == .refuse {
            refused.insert(revision.id)
            server.refuse(revision.id)
        }
        try take(revision, on: machine)
    }

    /// Stores blobs that are new, then the revision. When this returns, it is on disk.
    private func take(_ revision: Revision, on machine: Machine) throws {
        ledger.note(revision)
        let store = try machine.replica()
        for blob in revision.letter?.attachments.compactMap(\.blob) ?? [] {
            guard try store.blobReference(blob) == nil,
                let known = Ledger.blobs.first(where: { $0.id == blob })
            else { continue }
            _ = try store.storeBlob(known.bytes)
        }
        let report = try store.ingest(
            Ingestion(archive: revision.header.archive, revisions: [revision], missingParents: .refuse))
        switch report.outcomes.first {
        case .accepted?, .duplicate?: break
        default: return fault("\(machine.name) did not take its own revision: \(report.outcomes)")
        }
        machine.promised.append(revision.id)
        count("edits")
        tell("\(machine.name) writes \(revision.header.reason.kind?.rawValue ?? "") \(revision.id.hex.prefix(8))")
    }
}
