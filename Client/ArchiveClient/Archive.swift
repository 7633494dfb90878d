public import LetterMerge
public import LetterModel
public import ReplicaStore
import Synchronization

/// One replica of an archive: read letters, change them, and sync with other replicas. Works without a network.
///
/// ```swift
/// let archive = try Archive.open(at: folder)
/// try await archive.setAuthor("Ada Archivist <ada@example.org>")
/// let id = try await archive.create(letter)
/// let report = try await archive.sync(with: "origin", token: token)
/// ```
///
/// What is written is on disk when the call returns. Every change is a new revision on top of what its author saw: what
/// arrives meanwhile becomes a second head and is merged or shown, never overwritten.
public actor Archive {
    /// The replica behind it. Synchronous; its calls may block on the disk.
    nonisolated let store: any ReplicaStore
    /// The clock and the randomness that new revisions take.
    nonisolated let surroundings: Surroundings
    /// The archive's id, once it was seen to be final.
    nonisolated let finalID = Mutex<ArchiveID?>(nil)
    /// What imports compress letters with.
    nonisolated let importDictionary = ImportDictionary()
    private nonisolated let executor = BlockingExecutor(label: "chancery.archive")

    /// Runs on a thread of its own: the disk is never waited for on the cooperative pool.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// An archive on any implementation of the store.
    public init(store: any ReplicaStore, surroundings: Surroundings = .machine) {
        self.store = store
        self.surroundings = surroundings
    }

    /// Makes an empty replica in a folder that is not there yet, or is empty.
    ///
    /// - Parameters:
    ///   - folder: Where; folders above it are made too.
    ///   - name: What people call the archive.
    ///   - label: What revisions written here carry as `device`: the machine's name, mostly.
    ///   - surroundings: The clock and the randomness that new revisions take.
    /// - Throws: `StoreError.exists` if there is a replica already.
    public static func create(
        at folder: String, name: String, label: String, surroundings: Surroundings = .machine
    ) throws -> Archive {
        let store = try SQLiteReplicaStore.create(
            folder: folder, archive: surroundings.newArchiveID(), name: name, label: label,
            epoch: surroundings.newEpoch(), mode: .local)
        return Archive(store: store, surroundings: surroundings)
    }

    /// Opens the replica in a folder.
    ///
    /// - Parameters:
    ///   - folder: Where it is.
    ///   - busyTimeoutMilliseconds: How long to wait for another process that writes to it.
    ///   - surroundings: The clock and the randomness that new revisions take.
    /// - Throws: `StoreError.notFound`, `.notAReplica`, `.newerSchema`, `.wrongMode`: nothing is touched then.
    public static func open(
        at folder: String, busyTimeoutMilliseconds: Int = 30_000, surroundings: Surroundings = .machine
    ) throws -> Archive {
        let store = try SQLiteReplicaStore.open(
            folder: folder, mode: .local, busyTimeoutMilliseconds: busyTimeoutMilliseconds)
        return Archive(store: store, surroundings: surroundings)
    }

    /// Opens the replica in a folder, or makes an empty one where there is none.
    public static func openOrCreate(
        at folder: String, name: String, label: String, surroundings: Surroundings = .machine
    ) throws -> Archive {
        do {
            return try open(at: folder, surroundings: surroundings)
        } catch StoreError.notFound {
            return try create(at: folder, name: name, label: label, surroundings: surroundings)
        }
    }
}

// MARK: Reading

extension Archive {
    /// Which archive this is a replica of, and what it calls itself.
    public func identity() throws -> ReplicaIdentity { try store.identity() }

    /// The letter that people see.
    ///
    /// - Throws: `ArchiveError.unknownLetter`.
    public func view(of id: LetterID) throws -> LetterView {
        guard let view = try store.view(of: id) else { throw ArchiveError.unknownLetter(id.text) }
        return view
    }

    /// Letters as rows of a list, newest first.
    public func letters(_ query: LetterQuery = LetterQuery()) throws -> [LetterSummary] { try store.letters(query) }

    /// The ids of the same letters, in the same order: quicker, as no letter is read.
    public func letterIDs(_ query: LetterQuery = LetterQuery()) throws -> [LetterID] { try store.letterIDs(query) }

    /// Letters that fit what somebody typed: words, `"phrases"`, `prefix*`, `from:`, `to:`, `tag:`, `before:`, `after:`, `date:`, `has:`, `is:`, and a
    /// hyphen before what must not be. Best first; the newest first where no words are asked for.
    ///
    /// - Throws: `SearchQueryError` for an unknown operator or a date that is none.
    public func search(_ text: String, limit: Int = 50, offset: Int = 0) throws -> SearchResult {
        try store.search(text, limit: limit, offset: offset)
    }

    /// Letters that fit a query, in its order.
    public func search(_ query: SearchQuery, limit: Int = 50, offset: Int = 0) throws -> SearchResult {
        try store.search(query, limit: limit, offset: offset)
    }

    /// All revisions of a letter in the order in which this replica accepted them.
    ///
    /// - Throws: `ArchiveError.unknownLetter`.
    public func history(of id: LetterID) throws -> [LoggedRevision] {
        let history = try store.history(of: id)
        guard !history.isEmpty else { throw ArchiveError.unknownLetter(id.text) }
        return history
    }

    /// Revisions in the order in which this replica accepted them, the newest `limit` of them, newest last.
    public func recentRevisions(limit: Int) throws -> [LoggedRevision] {
        let end = try store.logState().end.sequence
        var after = max(0, end - limit)
        var recent: [LoggedRevision] = []
        while after < end {
            let page = try store.logEntries(after: after, through: end, maximumBytes: 1 << 20)
            for case .intact(let revision) in page { recent.append(revision) }
            after += page.count
        }
        return recent
    }

    /// The one letter whose id is, or begins with, a text.
    ///
    /// - Throws: `ArchiveError.unknownLetter`, `.ambiguousLetter`.
    public func letterID(_ text: String) throws -> LetterID {
        if let id = LetterID(text), try store.view(of: id) != nil { return id }
        let found = text.utf8.isEmpty ? [] : try store.letters(withPrefix: text, limit: 10)
        guard let id = found.first else { throw ArchiveError.unknownLetter(text) }
        guard found.count == 1 else { throw ArchiveError.ambiguousLetter(text, candidates: found) }
        return id
    }

    /// The letters whose ids begin so, ascending, deleted ones too.
    package func letterIDs(beginning text: String, limit: Int) throws -> [LetterID] {
        try store.letters(withPrefix: text, limit: limit)
    }

    /// Every tag that a letter has which is not deleted, each once, sorted by bytes.
    public func tags() throws -> [String] { try store.tags() }

    /// The one revision of a letter whose id is, or begins with, a text.
    ///
    /// - Throws: `ArchiveError.unknownRevision`, `.ambiguousRevision`.
    public func revision(_ text: String, of letter: LetterID) throws -> Revision {
        let found = try history(of: letter).map(\.revision).filter { $0.id.hex.utf8.starts(with: text.utf8) }
        guard let revision = found.first, !text.utf8.isEmpty else { throw ArchiveError.unknownRevision(text) }
        guard found.count == 1 else { throw ArchiveError.ambiguousRevision(text, candidates: found.map(\.id)) }
        return revision
    }

    /// The letter as it stood when a revision had been written: the content of that revision; nil for a tombstone.
    ///
    /// - Throws: `ArchiveError.unknownRevision` if the letter has no such revision.
    public func letter(_ id: LetterID, at revision: RevisionID) throws -> Letter? {
        guard let logged = try store.revision(revision), logged.revision.header.letter == id else {
            throw ArchiveError.unknownRevision(revision.hex)
        }
        return logged.revision.letter
    }

    /// Counts of letters, revisions, conflicts and what else `status` tells.
    public func statistics() throws -> ReplicaStatistics { try store.statistics() }

    /// What was recorded in each month, in order; what carries no time comes last.
    public func growth() throws -> [Growth] { try store.growth() }

    /// How many letters have conflicts; costs nothing in an archive without any.
    public func conflictCount() throws -> Int { try store.conflictCount() }

    /// Does what large imports put off of the list, so that the next one who asks for it does not wait for that.
    package func completeList() throws { try store.completeList() }

    /// Re-hashes everything and compares what is derived with what it is derived from.
    ///
    /// - Parameter progress: told how many of how many objects are done.
    public func verify(
        progress: @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> VerificationReport {
        try store.verify(progress: progress)
    }

    /// A look that takes no longer for a large archive: the noted end of the log, its newest entries, and the small tables.
    public func verifyQuickly() throws -> VerificationReport { try store.verifyQuickly() }

    /// Verifies the next stretch of the log with its letters and attachments, from where the last sample ended: taken from time to time,
    /// samples cover everything.
    ///
    /// - Parameter count: How many revisions.
    public func verifySample(count: Int) throws -> VerificationSample { try store.verifySample(count: count) }

    /// Makes everything that is derived anew from the revisions.
    public func reindex() throws { try store.reindex() }
}

// MARK: Settings

extension Archive {
    /// Who is named as the author of new revisions, as `Name <mail>`; nil if nobody was set.
    public func author() throws -> String? { try store.setting(SettingKey.author) }

    /// Sets who is named as the author of new revisions.
    ///
    /// - Throws: `ArchiveError.invalidLetter` if there is no name in it.
    public func setAuthor(_ author: String) throws {
        guard Author(author) != nil else {
            throw ArchiveError.invalidLetter("an author is written as \"Name <mail>\", or a name alone")
        }
        try store.setSetting(SettingKey.author, to: author)
    }

    /// A setting of this replica; nil if it was never set.
    public func setting(_ key: String) throws -> String? { try store.setting(key) }

    /// Sets or (nil) removes a setting of this replica.
    public func setSetting(_ key: String, to value: String?) throws { try store.setSetting(key, to: value) }
}

/// The names under which a replica keeps its settings.
public enum SettingKey {
    /// Who is named as the author of new revisions.
    public static let author = "author"
    /// Which blobs a sync fetches: `all`, `none`, or a number of bytes up to which they are fetched.
    public static let blobs = "blobs"
}

// MARK: Remotes

extension Archive {
    /// The replicas that this one syncs with, by name.
    public func remotes() throws -> [Remote] { try store.remotes() }

    /// Records a replica to sync with.
    ///
    /// - Parameters:
    ///   - name: What it is called here.
    ///   - address: `https://host[:port][/prefix]/ARCHIVE`, or the path of a folder.
    public func addRemote(_ name: String, address: String) throws {
        try store.addRemote(name, address: address)
    }

    /// Forgets a replica; letters stay.
    public func removeRemote(_ name: String) throws { try store.removeRemote(name) }

    /// The revisions that a remote refused, with its reasons.
    public func refusals(by remote: String) throws -> [Refusal] { try store.refusals(by: remote) }

    /// Sends refused revisions again with the next sync.
    public func forgetRefusals(by remote: String) throws { try store.forgetRefusals(by: remote) }
}
