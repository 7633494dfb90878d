import Compression
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
    /// The letters that the steps are about, in their order.
    public private(set) var letters: [LetterID]
    /// What the source says of each; nil for a deletion.
    fileprivate var sources: [Source?]
    /// The archive whose first revisions were made before.
    fileprivate private(set) var archive: ArchiveID?
    /// Those that could be made.
    fileprivate private(set) var revisions: RevisionBatch

    /// What a source says of a letter.
    fileprivate enum Source: Sendable {
        case letter(Letter)
        /// As the first revision that the letter would get, or why it can get none.
        case root(Result<Revision, any Error>)
        /// As one of the first revisions that were made before, by its place among them.
        case made(Int)
    }

    /// Steps of which nothing is worked out before.
    public init(_ steps: [ImportStep]) {
        letters = steps.map(\.id)
        sources = steps.map(ImportBatch.source)
        archive = nil
        revisions = RevisionBatch()
    }

    /// - Parameter dictionary: What contents are compressed with, once they are known.
    fileprivate init(
        _ steps: [ImportStep], for archive: ArchiveID,
        dictionary: ([[UInt8]]) throws(StoreError) -> CompressionDictionary?
    ) throws(StoreError) {
        var sources: [Source?] = []
        let roots = steps.concurrentMap { ImportBatch.source($0)?.rooted($0.id, in: archive) }
        var revisions = RevisionBatch(dictionary: try dictionary(roots.compactMap { $0?.madeContent }))
        for (step, root) in zip(steps, roots) {
            if case .letter(_, let letter) = step, case .root(.success(let revision))? = root {
                sources.append(.made(revisions.ids.count))
                revisions.append(revision, letter: letter)
            } else {
                sources.append(root)
            }
        }
        letters = steps.map(\.id)
        self.sources = sources
        self.archive = archive
        self.revisions = revisions
    }

    /// Adds the steps that follow.
    ///
    /// - Parameter next: the steps that follow.
    public mutating func append(_ next: ImportBatch) {
        if letters.isEmpty {
            self = next
        } else if archive == next.archive {
            let madeCount = revisions.ids.count
            sources += next.sources.map { if case .made(let index)? = $0 { .made(madeCount + index) } else { $0 } }
            revisions.append(next.revisions)
            letters += next.letters
        } else {
            // The archive's id was settled between them.
            sources = sources.indices.map(source(at:)) + next.sources.indices.map(next.source(at:))
            revisions = RevisionBatch()
            archive = nil
            letters += next.letters
        }
    }

    /// Waits until what could be worked out is. Who makes many batches ready before they are taken calls it now and then: what is not worked out
    /// yet takes three times the memory.
    public func finishBegun() { revisions.finishBegun() }

    private static func source(_ step: ImportStep) -> Source? {
        switch step {
        case .letter(_, let letter): .letter(letter)
        case .deletion: nil
        }
    }

    /// Whether each step is a letter of its own whose first revision was made for this archive.
    fileprivate func isMade(for archive: ArchiveID) -> Bool {
        self.archive == archive && revisions.ids.count == letters.count && Set(letters).count == letters.count
    }

    /// Makes the first revisions of the letters that are not here, unless that was done.
    fileprivate mutating func makeRoots(shown: [LetterView?], in archive: ArchiveID) {
        guard self.archive != archive else { return }
        sources = Array(zip(zip(letters, sources), shown)).concurrentMap { [revisions] step, view in
            let source = step.1?.unpacked(from: revisions)
            return view == nil ? source?.rooted(step.0, in: archive) : source
        }
    }

    /// What the source says, out of what was made before.
    fileprivate func source(at index: Int) -> Source? { sources[index]?.unpacked(from: revisions) }
}

extension ImportBatch.Source {
    /// The content of a first revision that could be made.
    fileprivate var madeContent: [UInt8]? {
        if case .root(.success(let revision)) = self { revision.contentBytes } else { nil }
    }

    fileprivate func unpacked(from revisions: RevisionBatch) -> Self {
        if case .made(let index) = self { .root(Result { try revisions.revision(at: index) }) } else { self }
    }

    fileprivate func letter() throws -> Letter {
        switch self {
        case .letter(let letter): return letter
        case .root(let root):
            guard let letter = try root.get().letter else { preconditionFailure("a first revision is no tombstone") }
            return letter
        case .made: preconditionFailure("it is unpacked before it is looked at")
        }
    }

    /// The same as the first revision of the letter.
    fileprivate func rooted(_ id: LetterID, in archive: ArchiveID) -> Self {
        .root(Result { try root(of: id, in: archive) })
    }

    /// The first revision of the letter, or one that knows of no other.
    fileprivate func root(of id: LetterID, in archive: ArchiveID) throws -> Revision {
        if case .root(let root) = self, try root.get().header.archive == archive { return try root.get() }
        let letter = try letter()
        try Archive.check(letter)
        let header = RevisionHeader(
            archive: archive, letter: id, parents: [], content: nil, reason: Reason(.import))
        return try Revision(header: header, letter: letter)
    }
}

extension Archive {
    /// Works out what can be before steps are taken: worth it while other steps are being taken, where most letters are new.
    ///
    /// - Parameter steps: what the source says, in its order.
    public nonisolated func batch(of steps: [ImportStep]) async throws -> ImportBatch {
        // Whoever writes meanwhile is not waited for.
        let archive = if let known = finalID.withLock({ $0 }) { known } else { try await presentID() }
        return try ImportBatch(steps, for: archive) { [store, importDictionary] contents throws(StoreError) in
            try importDictionary.dictionary(for: contents, in: store)
        }
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
        let archive = try presentID()
        // All at once: a read of its own for each letter takes as long as the letter's own work.
        let shown = try store.views(of: batch.letters)
        if !rules.isDryRun, batch.isMade(for: archive), shown.allSatisfy({ $0 == nil }) {
            try ingest(batch.revisions, to: archive)
            return batch.letters.map { _ in .created }
        }
        var outcomes: [ImportStepOutcome] = []
        var pending: [Revision] = []
        var touched: Set<LetterID> = []
        var steps = batch
        steps.makeRoots(shown: shown, in: archive)
        var isFlushed = false
        for (index, (id, view)) in zip(batch.letters, shown).enumerated() {
            if touched.contains(id) {
                // The letter stands twice in the source: the second time is on top of the first.
                try flush(&pending, to: archive)
                touched = []
                isFlushed = true
            }
            do {
                let current = isFlushed ? try store.view(of: id) : view
                let (outcome, revision) = try plan(id, steps.source(at: index), on: current, of: archive, rules, author)
                if let revision, !rules.isDryRun {
                    pending.append(revision)
                    touched.insert(id)
                }
                outcomes.append(outcome)
            } catch let error as ArchiveError where error != .noAuthor {
                outcomes.append(.refused(error))
            } catch let error as RevisionError {
                outcomes.append(.refused(.invalidLetter(error.description)))
            }
        }
        try flush(&pending, to: archive)
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
        _ id: LetterID, _ source: ImportBatch.Source?, on shown: LetterView?, of archive: ArchiveID,
        _ rules: ImportRules, _ author: Author?
    ) throws -> (ImportStepOutcome, Revision?) {
        switch (source, shown) {
        case (let source?, nil):
            return (.created, try source.root(of: id, in: archive))
        case (let source?, let view?):
            switch rules.existing {
            case .stays: return (.unchanged, nil)
            case .changes:
                let letter = try source.letter()
                try Archive.check(letter)
                guard let planned = try change(view, to: letter, id) else { return (.unchanged, nil) }
                return (.changed, try revision(of: id, planned, author))
            case .merges:
                let root = try source.root(of: id, in: archive)
                if !view.isDeleted, view.conflicts.isEmpty, try view.letter == source.letter() {
                    return (.unchanged, nil)
                }
                return try store.revision(root.id) == nil ? (.changed, root) : (.unchanged, nil)
            }
        case (nil, nil):
            throw ArchiveError.unknownLetter(id.text)
        case (nil, let view?):
            if view.isDeleted { return (.unchanged, nil) }
            let planned = try PlannedRevision.deleting(view)
            return (.deleted, try revision(of: id, planned, author))
        }
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
