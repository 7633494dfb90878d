import Canaries
public import LetterMerge
public import LetterModel
import ReplicaStore

// Every change is one revision. It names the heads that its author saw, never those at the time of saving.

extension Archive {
    /// Writes a new letter and returns its id.
    ///
    /// - Parameters:
    ///   - letter: what it says.
    ///   - author: who writes; nil for the archive's own author.
    ///   - message: why, for the history.
    /// - Throws: `ArchiveError.invalidLetter` with the member and what to do, `.noAuthor`.
    public func create(_ letter: Letter, author: Author? = nil, message: String? = nil) throws -> LetterID {
        let id = surroundings.newLetterID()
        try writeRevision(of: id, replacing: [], letter, as: .create, author, message)
        return id
    }

    /// Opens a letter for editing.
    ///
    /// - Throws: `ArchiveError.unknownLetter`, `.deleted`.
    public func draft(of id: LetterID) throws -> Draft {
        let view = try view(of: id)
        let plan = try refusing(id) { try EditPlan(view: view, history: heads(of: view)) }
        return Draft(id: id, plan: plan)
    }

    /// Saves what was made of a letter. A draft that changes nothing writes nothing.
    ///
    /// - Returns: the new revision; nil if nothing was changed.
    /// - Throws: `ArchiveError.resolveFirst` if it touches what the heads disagree on, `.invalidLetter`, `.noAuthor`.
    @discardableResult
    public func save(_ draft: Draft, author: Author? = nil, message: String? = nil) throws -> RevisionID? {
        #if CANARIES
            if Canary.headsNamedAtSaveTime.isOn {
                let heads = try view(of: draft.id).heads
                return try writeRevision(of: draft.id, replacing: heads, draft.letter, as: .edit, author, message)
            }
        #endif
        switch draft.plan.outcome(of: draft.letter) {
        case .unchanged: return nil
        case .refused(let refusal): throw ArchiveError(refusal, draft.id)
        case .write(let planned): return try write(planned, of: draft.id, as: .edit, author, message)
        }
    }

    /// Deletes a letter: hides it behind a tombstone. Nothing is erased.
    ///
    /// - Throws: `ArchiveError.unknownLetter`, `.deleted` if it is deleted already.
    @discardableResult
    public func delete(_ id: LetterID, author: Author? = nil, message: String? = nil) throws -> RevisionID {
        let planned = try refusing(id) { try PlannedRevision.deleting(view(of: id)) }
        return try write(planned, of: id, as: .delete, author, message)
    }

    /// Brings back a deleted letter, or an earlier version of one.
    ///
    /// - Parameters:
    ///   - id: the letter.
    ///   - revision: the version to go back to; nil for what a deleted letter said last.
    ///   - author: who writes; nil for the archive's own author.
    ///   - message: why, for the history.
    /// - Returns: the revision that says so; the leading head if the letter says it already.
    /// - Throws: `ArchiveError.unknownRevision`, `.notDeleted` if no version is named and the letter is there.
    @discardableResult
    public func restore(
        _ id: LetterID, to revision: RevisionID? = nil, author: Author? = nil, message: String? = nil
    ) throws -> RevisionID {
        var earlier: Letter?
        if let revision {
            guard let content = try letter(id, at: revision) else { throw ArchiveError.unknownRevision(revision.hex) }
            earlier = content
        }
        let view = try view(of: id)
        guard let planned = try refusing(id, { try PlannedRevision.restoring(earlier, in: view) }) else {
            return view.leadingHead ?? view.heads[0]
        }
        return try write(planned, of: id, as: .restore, author, message)
    }

    /// Settles the conflicts of a letter as somebody decided who saw them in `view`.
    ///
    /// - Throws: `ArchiveError.noConflicts`, `.undecided` with the fields that were left out, `.noSuchConflict`.
    @discardableResult
    public func resolve(
        _ id: LetterID, seeing view: LetterView, _ decisions: Decisions, author: Author? = nil, message: String? = nil
    ) throws -> RevisionID {
        try write(settling(id, view, decisions), of: id, as: .resolve, author, message)
    }

    /// What a letter would be if its conflicts were settled so; nil if it would be deleted. Writes nothing.
    ///
    /// - Throws: the same as ``resolve(_:seeing:_:author:message:)``.
    public func resolution(of id: LetterID, seeing view: LetterView, _ decisions: Decisions) throws -> Letter? {
        try settling(id, view, decisions).letter
    }

    private func settling(_ id: LetterID, _ view: LetterView, _ decisions: Decisions) throws -> PlannedRevision {
        guard !view.conflicts.isEmpty else { throw ArchiveError.noConflicts(id) }
        let plan = try refusing(id) {
            var plan = try ResolvePlan(view: view, history: heads(of: view))
            try decisions.decide(&plan)
            return plan
        }
        switch plan.outcome() {
        case .write(let planned): return planned
        case .unresolved(let conflicts):
            throw ArchiveError.undecided(
                id, fields: conflicts.map { $0.field?.description ?? "whether to keep or delete it" })
        }
    }

    /// What the letter said before a head was written: the view of the head's parents; an empty letter for a root.
    public func letterBefore(_ id: LetterID, head: RevisionID) throws -> Letter {
        let history = try history(of: id).map(\.revision)
        var wanted = Set(history.first { $0.id == head }?.header.parents ?? [])
        guard !wanted.isEmpty else { return Letter() }
        var ancestors: [HistoryRevision] = []
        // Children come after their parents in the log: one pass from the end finds all ancestors.
        for revision in history.reversed() where wanted.contains(revision.id) {
            ancestors.append(HistoryRevision(revision))
            wanted.formUnion(revision.header.parents)
        }
        return Merge.view(of: ancestors).letter
    }
}

// MARK: Writing revisions

extension Archive {
    /// Writes what was planned; in several revisions if there are more heads than one can name. Returns the last.
    private func write(
        _ planned: PlannedRevision, of id: LetterID, as reason: ReasonKind, _ author: Author?, _ message: String?
    ) throws -> RevisionID {
        var planned = planned
        while true {
            let written = try writeRevision(
                of: id, replacing: planned.parents, planned.letter, as: reason, author, message)
            guard let next = planned.following(written) else { return written }
            planned = next
        }
    }

    @discardableResult
    private func writeRevision(
        of id: LetterID, replacing parents: [RevisionID], _ content: Letter?, as reason: ReasonKind, _ author: Author?,
        _ message: String?
    ) throws -> RevisionID {
        let revision = try revision(of: id, replacing: parents, content, as: reason, author, message)
        try take([revision])
        return revision.id
    }

    /// A revision that this replica's author writes now.
    func revision(
        of id: LetterID, replacing parents: [RevisionID], _ content: Letter?, as reason: ReasonKind, _ author: Author?,
        _ message: String?
    ) throws -> Revision {
        if let content { try Archive.check(content) }
        let identity = try store.identity()
        guard let writer = try author ?? self.author().flatMap(Author.init) else { throw ArchiveError.noAuthor }
        let header = RevisionHeader(
            archive: identity.archive, letter: id, parents: parents, content: nil, author: writer,
            device: identity.label, time: surroundings.now(), reason: Reason(reason, message: message))
        return try Revision(header: header, letter: content)
    }

    /// Takes revisions that were made here, all of them or none.
    func take(_ revisions: [Revision]) throws {
        let report = try store.ingest(Ingestion(archive: store.identity().archive, revisions: revisions))
        for (outcome, revision) in zip(report.outcomes, revisions) {
            switch outcome {
            case .rejected(let error): throw error
            case .missingParents, .waiting, .held:
                throw StoreError.damaged(object: "the history of letter \(revision.header.letter)")
            case .accepted, .duplicate: break
            }
        }
    }

    /// Refuses a letter that no replica should hold.
    static func check(_ letter: Letter) throws(ArchiveError) {
        do throws(LetterError) {
            try letter.validate()
        } catch {
            throw .invalidLetter(error.description)
        }
    }

    /// The heads of a view with their contents.
    func heads(of view: LetterView) throws(StoreError) -> [HistoryRevision] {
        var heads: [HistoryRevision] = []
        for id in view.heads {
            if let logged = try store.revision(id) { heads.append(HistoryRevision(logged.revision)) }
        }
        return heads
    }

    /// Turns a refusal of the plan into an error that names the letter.
    private func refusing<Value>(_ id: LetterID, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let refusal as PlanRefusal {
            throw ArchiveError(refusal, id)
        }
    }
}

extension ArchiveError {
    init(_ refusal: PlanRefusal, _ id: LetterID) {
        self =
            switch refusal {
            case .deleted, .alreadyDeleted: .deleted(id)
            case .notDeleted: .notDeleted(id)
            case .undecided(let fields): .resolveFirst(id, members: fields.map(\.description))
            case .noConflict(let field): .noSuchConflict(id, field: field.description)
            case .noDeletion: .noSuchConflict(id, field: "whether to keep or delete it")
            case .unknownHead(let head), .missingContent(let head): .unknownRevision(head.hex)
            }
    }
}

extension Decisions {
    /// Enters the decisions into a plan.
    fileprivate func decide(_ plan: inout ResolvePlan) throws(PlanRefusal) {
        for (field, choice) in choices { try plan.choose(choice, for: field) }
        for (field, value) in values { try plan.choose(.value(value), for: field) }
        switch deletion {
        case .keep: try plan.choose(ResolvePlan.Deletion.keep)
        case .delete: try plan.choose(ResolvePlan.Deletion.delete)
        case nil: break
        }
        if let whole { plan.settle(with: whole) }
        switch rest {
        case .undecided: break
        case .head(let head): try plan.take(head)
        case .provisional: plan.takeProvisional()
        }
    }
}
