public import Hashing
import LetterMerge
public import LetterModel
import Parallelism
public import ReplicaStore
import Synchronization

/// What a source says of one letter.
public enum ImportStep: Sendable {
    /// The letter is this.
    case letter(LetterID, Letter)
    /// The letter is deleted.
    case deletion(LetterID)

    /// The letter that the step is about.
    public var id: LetterID {
        switch self {
        case .letter(let id, _), .deletion(let id): id
        }
    }
}

/// What became of a step of an import.
public enum ImportStepOutcome: Hashable, Sendable {
    /// The letter was new.
    case created
    /// The letter was there and said something else: it has a new revision.
    case changed
    /// The letter was there and is as it was.
    case unchanged
    /// The letter was deleted.
    case deleted
    /// The step was not taken.
    case refused(ArchiveError)
}

/// How an import treats what is there.
public struct ImportRules: Sendable {
    /// What becomes of a letter that is there and says something else.
    public enum Existing: Hashable, Sendable {
        /// It stays as it is.
        case stays
        /// What the source says becomes a new revision on top of it.
        case changes
        /// What the source says is put beside it, as if somebody had written it who knew nothing of it: both are merged, and what they
        /// disagree on is a conflict.
        case merges
    }

    /// What becomes of a letter that is there and says something else.
    public var existing: Existing
    /// Whether nothing is written.
    public var isDryRun: Bool

    /// Rules of their parts.
    public init(existing: Existing, isDryRun: Bool = false) {
        self.existing = existing
        self.isDryRun = isDryRun
    }
}

/// Steps of an import, and what could be worked out of them before they are taken.
public struct ImportBatch: Sendable {
    /// What a source says, in its order.
    public let steps: [ImportStep]
    /// The first revisions of the letters, for this archive.
    fileprivate let roots: (archive: ArchiveID, results: [Result<Revision, any Error>?])?
    /// Those of them that could be made.
    fileprivate let revisions: RevisionBatch

    /// Steps of which nothing is worked out before.
    public init(_ steps: [ImportStep]) {
        self.steps = steps
        roots = nil
        revisions = RevisionBatch()
    }

    fileprivate init(_ steps: [ImportStep], for archive: ArchiveID) {
        self.steps = steps
        let results = steps.concurrentMap { Archive.root(of: $0, in: archive) }
        roots = (archive, results)
        var revisions = RevisionBatch()
        for case .success(let revision)? in results { revisions.append(revision) }
        self.revisions = revisions
    }
}

extension Archive {
    /// Works out what can be before steps are taken: worth it while other steps are being taken, where most letters are new.
    ///
    /// - Parameter steps: what the source says, in its order.
    public nonisolated func batch(of steps: [ImportStep]) async throws -> ImportBatch {
        // Whoever writes meanwhile is not waited for.
        if let archive = finalID.withLock({ $0 }) { return ImportBatch(steps, for: archive) }
        return ImportBatch(steps, for: try await presentID())
    }

    private func presentID() throws -> ArchiveID {
        let identity = try store.identity()
        if !identity.isArchiveOpen { finalID.withLock { $0 = identity.archive } }
        return identity.archive
    }

    /// Takes what a source says, in one transaction. Call it with a few hundred steps at a time.
    ///
    /// A letter that is new gets a root without author, device or time: two machines that import the same thing make the same
    /// revision. A step that cannot be taken delays no other one.
    ///
    /// - Parameters:
    ///   - steps: what the source says, in its order.
    ///   - rules: what becomes of letters that are there, and whether anything is written.
    ///   - author: who is named where letters that are there are changed; nil for the archive's own author.
    /// - Returns: one outcome for each step.
    public func take(_ steps: [ImportStep], rules: ImportRules, author: Author? = nil) throws -> [ImportStepOutcome] {
        try take(ImportBatch(steps), rules: rules, author: author)
    }

    /// Takes what a source says, in one transaction, like ``take(_:rules:author:)-([ImportStep],_,_)``.
    ///
    /// - Parameters:
    ///   - batch: a few hundred steps, or thousands.
    ///   - rules: what becomes of letters that are there, and whether anything is written.
    ///   - author: who is named where letters that are there are changed; nil for the archive's own author.
    /// - Returns: one outcome for each step.
    public func take(_ batch: ImportBatch, rules: ImportRules, author: Author? = nil) throws -> [ImportStepOutcome] {
        let steps = batch.steps
        var outcomes: [ImportStepOutcome] = []
        var pending: [Revision] = []
        var touched: Set<LetterID> = []
        let archive = try presentID()
        // All at once: a read of its own for each letter takes as long as the letter's own work.
        let shown = try store.views(of: steps.map(\.id))
        let ready = batch.roots.flatMap { $0.archive == archive ? $0.results : nil }
        let roots =
            ready
            ?? Array(zip(steps, shown)).concurrentMap { step, view in
                view == nil ? Archive.root(of: step, in: archive) : nil
            }
        var isFlushed = false
        for ((step, view), root) in zip(zip(steps, shown), roots) {
            if touched.contains(step.id) {
                // The letter stands twice in the source: the second time is on top of the first.
                try flush(&pending, to: archive)
                touched = []
                isFlushed = true
            }
            do {
                let current = isFlushed ? try store.view(of: step.id) : view
                let (outcome, revision) = try plan(step, on: current, of: archive, root, rules, author)
                if let revision, !rules.isDryRun {
                    pending.append(revision)
                    touched.insert(step.id)
                }
                outcomes.append(outcome)
            } catch let error as ArchiveError where error != .noAuthor {
                outcomes.append(.refused(error))
            } catch let error as RevisionError {
                outcomes.append(.refused(.invalidLetter(error.description)))
            }
        }
        let isAllNew = ready != nil && !isFlushed && outcomes.allSatisfy { $0 == .created }
        if isAllNew, !pending.isEmpty, pending.count == batch.revisions.revisions.count {
            try ingest(batch.revisions, to: archive)
        } else {
            try flush(&pending, to: archive)
        }
        return outcomes
    }

    /// All imports that this replica keeps a note of, the latest first. Letters that carry their own ids (JSON Lines) leave no note.
    public func importRecords() throws -> [ImportRecord] { try store.importRecords() }

    /// What an import of a source made here before; nil if its bytes are new to this replica.
    ///
    /// - Parameter source: the SHA-256 of its bytes.
    public func importRecord(of source: Digest) throws -> ImportRecord? {
        try store.importRecord(sourceSHA256: source)
    }

    /// Notes which letters a source gave, for this replica only.
    ///
    /// - Parameters:
    ///   - source: the SHA-256 of its bytes.
    ///   - fileName: what the file was called.
    ///   - importer: the format that it was read as.
    ///   - letters: the letters that it gave, those that were there before too.
    ///   - author: who imported it, by name.
    public func recordImport(
        of source: Digest, fileName: String, importer: String, letters: [LetterID], author: String?
    ) throws {
        try store.recordImport(
            ImportRecord(
                sourceSHA256: source, fileName: fileName, importer: importer,
                time: surroundings.now(), author: author, letters: letters))
    }

    private func flush(_ pending: inout [Revision], to archive: ArchiveID) throws {
        guard !pending.isEmpty else { return }
        try ingest(RevisionBatch(pending), to: archive)
        pending = []
    }

    private func ingest(_ batch: RevisionBatch, to archive: ArchiveID) throws {
        let report = try store.ingest(Ingestion(archive: archive, batch: batch))
        for case .rejected(let error) in report.outcomes { throw error }
    }

    private func plan(
        _ step: ImportStep, on shown: LetterView?, of archive: ArchiveID, _ root: Result<Revision, any Error>?,
        _ rules: ImportRules, _ author: Author?
    ) throws -> (ImportStepOutcome, Revision?) {
        switch (step, shown) {
        case (.letter(let id, let letter), nil):
            return (.created, try root?.get() ?? Archive.root(of: id, letter, in: archive))
        case (.letter(let id, let letter), let view?):
            switch rules.existing {
            case .stays: return (.unchanged, nil)
            case .changes:
                try Archive.check(letter)
                guard let planned = try change(view, to: letter, id) else { return (.unchanged, nil) }
                return (.changed, try revision(of: id, planned, author))
            case .merges:
                let root = try root?.get() ?? Archive.root(of: id, letter, in: archive)
                if !view.isDeleted, view.conflicts.isEmpty, view.letter == letter { return (.unchanged, nil) }
                return try store.revision(root.id) == nil ? (.changed, root) : (.unchanged, nil)
            }
        case (.deletion(let id), nil):
            throw ArchiveError.unknownLetter(id.text)
        case (.deletion(let id), let view?):
            if view.isDeleted { return (.unchanged, nil) }
            let planned = try PlannedRevision.deleting(view)
            return (.deleted, try revision(of: id, planned, author))
        }
    }

    /// The first revision of a letter, should it be new; nil for any other step.
    fileprivate static func root(of step: ImportStep, in archive: ArchiveID) -> Result<Revision, any Error>? {
        guard case .letter(let id, let letter) = step else { return nil }
        return Result { try root(of: id, letter, in: archive) }
    }

    /// The first revision of a letter, or one that knows of no other.
    private static func root(of id: LetterID, _ letter: Letter, in archive: ArchiveID) throws -> Revision {
        try Archive.check(letter)
        let header = RevisionHeader(
            archive: archive, letter: id, parents: [], content: nil, reason: Reason(.import))
        return try Revision(header: header, letter: letter)
    }

    /// The revision by which a letter comes to say something else; nil if it says so already.
    private func change(_ view: LetterView, to letter: Letter, _ id: LetterID) throws -> PlannedRevision? {
        if view.isDeleted { return try PlannedRevision.restoring(letter, in: view) }
        if view.conflicts.isEmpty, view.letter == letter { return nil }
        let plan = try EditPlan(view: view, history: heads(of: view))
        switch plan.outcome(of: letter) {
        case .unchanged: return nil
        case .refused(let refusal): throw ArchiveError(refusal, id)
        case .write(let planned): return planned
        }
    }

    private func revision(of id: LetterID, _ planned: PlannedRevision, _ author: Author?) throws -> Revision {
        let identity = try store.identity()
        guard let writer = try author ?? self.author().flatMap(Author.init) else { throw ArchiveError.noAuthor }
        let header = RevisionHeader(
            archive: identity.archive, letter: id, parents: planned.parents, content: nil, author: writer,
            device: identity.label, time: surroundings.now(),
            reason: Reason(planned.letter == nil ? .delete : .import))
        return try Revision(header: header, letter: planned.letter)
    }
}
