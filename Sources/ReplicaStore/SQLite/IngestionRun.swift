import Canaries
import Compression
import Hashing
import LetterModel
import SQLiteBinding

/// One ingestion inside its transaction: truth first, then what follows from it, then reading back what was written.
struct IngestionRun {
    let truth: TruthTables
    let blobs: BlobTables
    private let batch: RevisionBatch
    let missingParents: Ingestion.MissingParents
    let archive: ArchiveID
    let remote: String?

    private var connection: Connection { truth.connection }
    private var state: StateRow
    private let begin: StateRow
    private let dictionaries: DictionaryTable
    /// The dictionary of the last content, and its number if it is kept.
    private var lastDictionary: (digest: Digest, number: Int?)?
    private let hasRefusals: Bool
    private var hasWaiting: Bool
    private var hasHeld: Bool
    private var hasBeside: Bool
    /// The guard against mass deletion; nil where it is off, or has nothing to look at.
    private var deletions: DeletionCount?
    /// Up to where in the log letters count for it; nil where the ingestion is not guarded.
    private let guardedThrough: Int?
    /// A person is letting everything in.
    private var isReleasing = false
    /// Whether letters enter the list now, or when somebody asks for one.
    private let listsAtOnce: Bool

    private var isGuarded: Bool { guardedThrough != nil }
    /// Waiting revisions whose last parent has come, in the order of that.
    private var ready: [Int] = []
    /// What tells of most new letters that they are; nil where it is not known.
    private let seen: SeenLetters?
    /// What is appended to the log. What is looked for there may be among it.
    private var rows: AppendedRows
    /// Letters with new revisions, each once, in the order of the first.
    private var letters: [TouchedLetter] = []
    private var letterIndices: [Int: Int] = [:]
    /// Log entries that remotes have, because they sent them.
    private var known: [String: [Int]] = [:]

    private struct TouchedLetter {
        let number: Int
        let id: LetterID
        /// The newest revision, so that a letter with one head needs no reading.
        var newest: (sequence: Int, revision: PreparedRevision)
        /// Whether that is all there is of it.
        var hasOneRevision: Bool
    }

    /// - Parameters:
    ///   - ingestion: Its batch is begun.
    ///   - listsAtOnce: Whether letters enter the list now, or when somebody asks for one.
    init(_ connection: Connection, _ ingestion: Ingestion, folder: ReplicaFolder, listsAtOnce: Bool) throws {
        self.listsAtOnce = listsAtOnce
        batch = ingestion.batch
        truth = TruthTables(connection)
        blobs = BlobTables(connection, folder: folder)
        dictionaries = DictionaryTable(connection)
        missingParents = ingestion.missingParents
        archive = ingestion.archive
        remote = ingestion.remote
        state = try StateRow.read(connection)
        begin = state
        rows = try AppendedRows(connection)
        seen = SeenLetters.of(connection, at: state, for: batch.ids.count)
        hasRefusals = try connection.integer("SELECT 1 FROM remote_mark WHERE kind IN (1, 2) LIMIT 1") != nil
        hasWaiting = try connection.integer("SELECT 1 FROM waiting LIMIT 1") != nil
        hasHeld = try !HeldTable(connection).isEmpty()
        hasBeside = try !BesideTable(connection).isEmpty()
        guardedThrough = ingestion.guardedThrough(end: state.sequence)
        guard let through = guardedThrough else { return }
        // The guard counts what the list shows.
        while state.listed < state.sequence { try LetterList(connection).takeIn(&state) }
        let tombstones = batch.tombstones
        if !tombstones.isEmpty || hasHeld {
            deletions = try DeletionCount(connection, through: through, tombstones: tombstones)
        }
    }

    /// Takes the revisions in as they are worked out, and makes what follows from them.
    mutating func run() throws -> [IngestionOutcome] {
        var outcomes: [IngestionOutcome] = []
        outcomes.reserveCapacity(batch.ids.count)
        for prepared in batch.prepared {
            switch prepared {
            case .success(let revision): outcomes.append(try take(revision))
            case .failure(let refused): outcomes.append(.rejected(refused.error))
            }
            #if CANARIES
                if Canary.badRevisionEndsBatch.isOn, case .rejected? = outcomes.last { break }
            #endif
        }
        try finish()
        return outcomes
    }

    /// Takes what was held back into the log, and makes what follows from it.
    mutating func releaseHeld() throws {
        isReleasing = true
        for prepared in PreparedRevision.all(try HeldTable(connection).takeAll(), try dictionaries.newest()) {
            try rows.write()
            let letter = try truth.letterNumber(prepared.links.letter)
            switch try find(prepared.links.parents) {
            case .all(let parents) where parents.allSatisfy({ $0.letter == letter }):
                try append(prepared, letter: letter, parents: parents, from: nil)
            case .all:
                try QuarantineTable(connection).add(
                    QuarantinedBytes(prepared.revision, RevisionError(.parentLetter), remote: nil))
            case .missing(let ids):
                // A parent among them was damaged. It is asked for again, and this one waits for it.
                try WaitingTable(connection).add(prepared.revision, missing: ids, remote: nil)
                hasWaiting = true
                continue
            }
            if prepared.links.content == nil, let letter { try DeletionCount.note(letter, connection) }
        }
        try finish()
    }

    private mutating func finish() throws {
        try promoteWaiting()
        try rows.write()
        try IDIndex(connection).settle(from: begin.sequence, to: state.sequence)
        try list()
        try state.write(connection)
        seen?.note(state)
        for (name, sequences) in known.sorted(by: { $0.key.precedesByBytes($1.key) }) {
            try RemoteProgress(connection, name: name)?.acknowledge(sequences.sorted())
        }
        var check = ReadBack(truth, after: begin, through: state, written: rows.written)
        try check.run()
    }

    /// The report on what `run` did.
    func report(_ outcomes: [IngestionOutcome], epoch: String) -> IngestionReport {
        let count = state.sequence - begin.sequence
        return IngestionReport(
            outcomes: outcomes, state: state.logState(epoch: epoch),
            firstSequence: count > 0 ? begin.sequence + 1 : nil, acceptedCount: count, letters: letters.map(\.id))
    }

    // MARK: One revision

    /// A parent that is in the log.
    private struct Parent {
        let sequence: Int
        let letter: Int
    }

    private enum Parents {
        case all([Parent])
        case missing([RevisionID])
    }

    private mutating func take(_ prepared: PreparedRevision) throws -> IngestionOutcome {
        guard prepared.links.archive == archive else { return .rejected(RevisionError(.archive)) }
        // Where nothing depends on it, nothing is looked for but its letter, and itself if that is here.
        let isFree = prepared.links.parents.isEmpty && deletions == nil
        if !isFree || rows.isWaiting(prepared.links.letter) { try rows.write() }
        let isSurelyNew = seen?.mayHold(prepared.links.letter) == false
        let letter = try isSurelyNew ? nil : truth.letterNumber(prepared.links.letter)
        if letter != nil, let sequence = try truth.sequence(of: prepared.id) {
            try heal(sequence, with: prepared)
            if let remote { known[remote, default: []].append(sequence) }
            return .duplicate
        }
        if hasHeld, try HeldTable(connection).contains(prepared.id) {
            // Without the guard it comes in after all, below.
            if isGuarded { return try hold(prepared.revision, from: remote) }
        }
        var parents = try find(prepared.links.parents)
        if case .missing = parents, !ready.isEmpty {
            // A parent may have waited for something that came a moment ago.
            try promoteWaiting()
            parents = try find(prepared.links.parents)
        }
        switch parents {
        case .missing(let ids):
            // Whatever its other parents are, one of another letter can never become right.
            guard try belongsTogether(prepared.links, letter: letter) else {
                return .rejected(RevisionError(.parentLetter))
            }
            let lacking = try hasHeld && isGuarded ? ids.filter { try !HeldTable(connection).contains($0) } : ids
            if lacking.isEmpty { return try hold(prepared.revision, from: remote) }
            switch missingParents {
            case .refuse: return .missingParents(ids)
            case .wait:
                try WaitingTable(connection).add(prepared.revision, missing: lacking, remote: remote)
                hasWaiting = true
                try noteBeside(prepared.id, at: remote)
                return .waiting
            }
        case .all(let parents):
            guard parents.allSatisfy({ $0.letter == letter }) else { return .rejected(RevisionError(.parentLetter)) }
            if isGuarded, try deletions?.holds(prepared.links, letter: letter) == true {
                return try hold(prepared.revision, from: remote)
            }
            try append(prepared, letter: letter, parents: parents, from: remote)
            return .accepted(sequence: state.sequence)
        }
    }

    /// Keeps a revision beside the log until a person lets it in. What waited for it is held next.
    private mutating func hold(_ revision: Revision, from remote: String?) throws -> IngestionOutcome {
        try HeldTable(connection).add(revision)
        hasHeld = true
        if hasWaiting { ready += try WaitingTable(connection).noteArrival(of: revision.id) }
        try noteBeside(revision.id, at: remote)
        return .held
    }

    private mutating func noteBeside(_ id: RevisionID, at remote: String?) throws {
        guard let remote, let number = try RemoteProgress(connection, name: remote)?.number else { return }
        try BesideTable(connection).add(id, at: number)
        hasBeside = true
    }

    private func find(_ ids: [RevisionID]) throws -> Parents {
        var found: [Parent] = []
        var missing: [RevisionID] = []
        for id in ids {
            let parent = try connection.first(
                "SELECT sequence, letter FROM revision WHERE \(IDIndex.isNamed)", [.bytes(id.digest.bytes)]
            ) { (row) throws(SQLiteError) in Parent(sequence: row.integer(0), letter: row.integer(1)) }
            if let parent { found.append(parent) } else { missing.append(id) }
        }
        #if CANARIES
            if Canary.missingParentAccepted.isOn, !found.isEmpty { return .all(found) }
        #endif
        return missing.isEmpty ? .all(found) : .missing(missing)
    }

    private func belongsTogether(_ links: RevisionLinks, letter: Int?) throws -> Bool {
        for id in links.parents {
            let found = try connection.integer(
                "SELECT letter FROM revision WHERE \(IDIndex.isNamed)", [.bytes(id.digest.bytes)])
            if let found, found != letter { return false }
        }
        return true
    }

    /// - Parameter knownLetter: Its letter's number; nil if the letter is new.
    private mutating func append(
        _ prepared: PreparedRevision, letter knownLetter: Int?, parents: [Parent], from remote: String?
    ) throws {
        let isNew = knownLetter == nil
        if isNew { seen?.insert(prepared.links.letter) }
        if !isNew { try rows.write() }
        let content = try content(of: prepared, knownLetter: knownLetter)
        let letter = try knownLetter ?? rows.addLetter(prepared.links.letter, at: state.sequence + 1)
        state.append(prepared.id)
        try rows.append(prepared, at: state, letter: letter, content: content)
        if !parents.isEmpty { try rows.write() }
        if !isNew || letter != state.sequence { try enterHead(state.sequence, ofLetter: letter, parents) }
        if let remote { known[remote, default: []].append(state.sequence) }
        if hasWaiting { ready += try WaitingTable(connection).noteArrival(of: prepared.id) }
        if hasHeld { try HeldTable(connection).remove(prepared.id) }
        if hasBeside {
            let beside = BesideTable(connection)
            for name in try beside.remotes(with: prepared.id) { known[name, default: []].append(state.sequence) }
            try beside.forget(prepared.id.digest.bytes)
        }
        try blobs.add(prepared.blobs, at: state.sequence)
        note(letter, prepared, at: state.sequence, isNew: isNew)
    }

    /// Enters a head, with its parents, which are heads no longer. The first revision of a letter needs no row as long as it is the only one.
    private func enterHead(_ sequence: Int, ofLetter letter: Int, _ parents: [Parent]) throws {
        try connection.run(
            """
            INSERT INTO head SELECT letter, sequence FROM revision
            WHERE sequence = ?1 AND letter = ?1 AND NOT EXISTS (SELECT 1 FROM head WHERE letter = ?1)
            """, [.integer(letter)])
        for parent in parents {
            #if CANARIES
                if Canary.secondParentLeftOut.isOn, parent.sequence != parents[0].sequence { continue }
            #endif
            try connection.run(
                "INSERT INTO parent (revision, parent) VALUES (?, ?)",
                [.integer(sequence), .integer(parent.sequence)])
            try connection.run(
                "DELETE FROM head WHERE letter = ? AND revision = ?", [.integer(letter), .integer(parent.sequence)])
            if hasRefusals { try withhold(sequence, after: parent.sequence) }
        }
        #if CANARIES
            if Canary.headDropped.isOn { try connection.run("DELETE FROM head WHERE letter = ?", [.integer(letter)]) }
        #endif
        try connection.run("INSERT INTO head (letter, revision) VALUES (?, ?)", [.integer(letter), .integer(sequence)])
    }

    /// - Parameter letter: Its letter, unless that is new.
    private mutating func content(
        of prepared: PreparedRevision, knownLetter letter: Int?
    ) throws -> AppendedRows.Content {
        guard let content = prepared.content, let hash = prepared.links.content else { return .none }
        if let letter, let known = try knownContent(hash, ofLetter: letter) { return .known(known) }
        return .new(try row(of: content, hash, fixity: prepared.fixity))
    }

    /// The content of this hash, if one of the letter's last revisions has it whole: who undoes an edit, or settles a conflict for one side, writes
    /// what was there.
    private func knownContent(_ hash: Digest, ofLetter letter: Int) throws -> Int? {
        let recent = try connection.rows(
            """
            SELECT header, content, sequence FROM revision WHERE \(TruthTables.isOfLetter) ORDER BY sequence DESC LIMIT 16
            """, [.integer(letter)]
        ) { row throws in
            (header: HeaderShorthand.expand(row.bytes(0)), content: row.optionalInteger(1), sequence: row.integer(2))
        }
        guard let known = recent.first(where: { TruthTables.header($0.header)?.content == hash }),
            let number = known.content, let stored = try truth.stored(known.sequence), let content = stored.content,
            content.hash == hash
        else { return nil }
        // It was written long ago: what is kept beside it may be damaged.
        if !content.fits(stored.fixity, hash) { try Healing(connection).replaceContent(number, content, hash) }
        return number
    }

    /// How a content is stored here. Nearly all of an ingestion have one dictionary, which is looked for once.
    private mutating func row(
        of content: StoredContent, _ hash: Digest, fixity: Int?
    ) throws -> DictionaryTable.ContentRow {
        if let fixity, let dictionary = content.dictionary, let last = lastDictionary, last.digest == dictionary.digest,
            let number = last.number
        {
            return DictionaryTable.ContentRow(frame: content.frame, dictionary: number, fixity: fixity)
        }
        let row = try dictionaries.row(of: content, hash, fixity: fixity)
        lastDictionary = content.dictionary.map { ($0.digest, row.dictionary) }
        return row
    }

    /// A child of what a remote refused is not sent to it either.
    private func withhold(_ sequence: Int, after parent: Int) throws(SQLiteError) {
        try connection.run(
            """
            INSERT OR IGNORE INTO remote_mark (remote, revision, kind)
            SELECT remote, ?, ? FROM remote_mark WHERE revision = ? AND kind IN (1, 2)
            """,
            [.integer(sequence), .integer(RemoteProgress.Mark.withheld.rawValue), .integer(parent)])
    }

    private mutating func note(_ letter: Int, _ prepared: PreparedRevision, at sequence: Int, isNew: Bool) {
        if let index = letterIndices[letter] {
            letters[index].newest = (sequence, prepared)
            letters[index].hasOneRevision = false
        } else {
            letterIndices[letter] = letters.count
            letters.append(
                TouchedLetter(
                    number: letter, id: prepared.links.letter, newest: (sequence, prepared),
                    hasOneRevision: isNew))
        }
    }

    /// Puts the right bytes in the place of damaged ones, if somebody sends them again.
    private mutating func heal(_ sequence: Int, with prepared: PreparedRevision) throws {
        let stored = try truth.stored(sequence)
        let isIntact = stored?.intact() != nil
        let fits = prepared.links.content.map { stored?.content?.fits(stored?.fixity, $0) == true } ?? true
        guard !isIntact || !fits else { return }
        try Healing(connection).replace(sequence, with: prepared)
        // A reindexing while it was damaged could not know its attachments.
        try connection.run("DELETE FROM blob_reference WHERE revision = ?", [.integer(sequence)])
        try blobs.add(prepared.blobs, at: sequence)
        if let letter = try truth.letterNumber(prepared.links.letter) {
            note(letter, prepared, at: sequence, isNew: false)
        }
    }

    // MARK: Waiting revisions

    /// Takes in all waiting revisions whose last parent has come, and those that waited for them in turn.
    private mutating func promoteWaiting() throws {
        let waiting = WaitingTable(connection)
        var next = 0
        while next < ready.count {
            let number = ready[next]
            next += 1
            try rows.write()
            switch try waiting.take(number) {
            case .gone: break
            case .intact(let revision, let remote):
                let letter = try truth.letterNumber(revision.header.letter)
                if try isHeldBack(revision, letter: letter, from: remote) {
                    _ = try hold(revision, from: remote)
                    continue
                }
                guard revision.header.archive == archive, case .all(let parents) = try find(revision.header.parents),
                    parents.allSatisfy({ $0.letter == letter })
                else {
                    try QuarantineTable(connection).add(
                        QuarantinedBytes(revision, RevisionError(.parentLetter), remote: remote))
                    continue
                }
                // Which remotes have it was noted beside it.
                let prepared = PreparedRevision(revision, dictionary: try dictionaries.newest(), level: .letter)
                try append(prepared, letter: letter, parents: parents, from: nil)
            }
        }
        ready = []
    }

    /// Whether a revision that waited is held back now: it came from a remote, also if its parent came another way.
    private mutating func isHeldBack(_ revision: Revision, letter: Int?, from remote: String?) throws -> Bool {
        guard !isReleasing, remote != nil || hasHeld else { return false }
        if deletions == nil, hasHeld || revision.header.content == nil {
            let through = guardedThrough ?? begin.sequence
            deletions = try DeletionCount(connection, through: through, tombstones: [])
        }
        return try deletions?.holds(RevisionLinks(revision.header), letter: letter) == true
    }

    // MARK: What follows

    /// Enters the letters into the list. Where that is done later, those that are in it already change: they were healed.
    private mutating func list() throws {
        let list = LetterList(connection)
        if listsAtOnce { try list.putOffIndex(for: letters.count) }
        let summaries = SummaryTable(connection)
        var others: [LetterList.Letter] = []
        var rowCount = 0
        var new: [(number: Int, id: LetterID, values: [SQLiteValue])] = []
        // By index, and with no array of heads for the many that have one revision: nothing is made that is only looked at.
        for index in letters.indices where listsAtOnce || letters[index].newest.sequence <= state.listed {
            let (number, id, newest) = (letters[index].number, letters[index].id, letters[index].newest.sequence)
            let heads = try letters[index].hasOneRevision ? nil : truth.heads(ofLetter: number)
            if heads.map({ $0 == [newest] }) ?? true, let values = letters[index].newest.revision.summary {
                if letters[index].hasOneRevision {
                    new.append((number, id, values))
                    guard new.count >= Self.rowsSeenTogether else { continue }
                    try summaries.add(new)
                    new = []
                } else {
                    try summaries.write(number, id, values)
                }
            } else if let other = try list.letter(number, id, heads: heads ?? [newest]) {
                others.append(other)
                rowCount += other.rows.rows.count
                guard rowCount >= Self.rowsSeenTogether else { continue }
                try list.write(others)
                (others, rowCount) = ([], 0)
            }
        }
        try summaries.add(new)
        try list.write(others)
        if listsAtOnce { state.listed = state.sequence }
    }

    private static let rowsSeenTogether = 512
}
