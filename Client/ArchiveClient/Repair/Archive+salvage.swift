public import LetterModel
import ReplicaStore

/// What a salvage brought over.
public struct SalvageReport: Sendable {
    /// Revisions that were read, and are in the log now or were there before.
    public var revisions = 0
    /// Those of them that are new in this replica.
    public var accepted = 0
    /// Revisions that are kept beside the log until what they build on comes from a remote, or a person lets their deletions in.
    public var waiting = 0
    /// Revisions whose header is whole and whose content is not: a remote may have it.
    public var withoutContent: [(id: RevisionID, letter: LetterID)] = []
    /// Contents that no whole header names.
    public var looseContents = 0
    /// Attachments that are whole.
    public var blobs = 0
    /// Attachments that letters name and that are not here, or damaged.
    public var missingBlobs = 0
    /// Remotes that were added.
    public var remotes: [String] = []

    /// Whether everything that was read is in its place. What could not be read at all is known to nobody.
    public var isWhole: Bool { waiting == 0 && withoutContent.isEmpty && looseContents == 0 && missingBlobs == 0 }
}

extension Archive {
    /// Reads what can be proved of a replica whose database does not open any more, and writes it into another replica of the archive:
    /// the one in `folder`, or a new one, which takes the remotes and the author with it. The damaged replica is left alone. Called again,
    /// it goes on.
    ///
    /// - Parameters:
    ///   - damaged: The damaged replica's folder.
    ///   - database: Its database; nil for the one in its folder.
    ///   - folder: Where to put what is read.
    ///   - label: What revisions that are written in a new replica carry as `device`; nil for what the damaged one said.
    ///   - surroundings: The clock and the randomness of a new replica.
    ///   - rest: Given each letter that cannot be shown: of revisions that wait, and of contents without a header, which have no id.
    ///   - progress: Told how far the reading has come, in pages.
    /// - Throws: `StoreError`; `ArchiveError.nothingToSalvage`; `StoreError.archiveMismatch` if `folder` holds another archive.
    public static func salvage(
        _ damaged: String, database: String? = nil, into folder: String, label: String?,
        surroundings: Surroundings = .machine,
        rest: (_ id: LetterID?, _ letter: Letter) throws -> Void = { _, _ in },
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> SalvageReport {
        let salvage = try Salvage(folder: damaged, database: database, progress: progress)
        guard let archive = salvage.archive else { throw ArchiveError.nothingToSalvage(damaged) }
        let (name, knownLabel) = (salvage.identity?.name ?? "letters", salvage.identity?.label ?? "salvaged")
        let store = try openOrCreate(at: folder, name: name, label: label ?? knownLabel, surroundings: surroundings)
            .store
        try store.settleArchive(archive)
        var report = SalvageReport()
        // Letters that were known before count for the guard against mass deletion, as when a bundle is applied.
        let end = try store.logState().end.sequence
        // Into a replica that is in use nobody's remotes are put: the next sync would go there.
        if end == 0 { try bringOver(salvage, store, &report) }
        let partBytes = 4 << 20
        var beside: Set<RevisionID> = []
        report.withoutContent = try salvage.forEachPart(maximumBytes: partBytes) { revisions in
            var batch = RevisionBatch(dictionary: try store.dictionary() ?? salvage.dictionary)
            for revision in revisions { batch.append(revision) }
            let ingested = try store.ingest(
                Ingestion(archive: archive, batch: batch, missingParents: .wait, guardedThrough: end))
            report.revisions += revisions.count
            report.accepted += ingested.acceptedCount
            for (revision, outcome) in zip(revisions, ingested.outcomes) where [.waiting, .held].contains(outcome) {
                beside.insert(revision.id)
            }
        }
        // What they wait for may have come with a later part.
        beside = try beside.filter { try store.revision($0) == nil }
        report.waiting = beside.count
        try salvage.forEachPart(maximumBytes: partBytes, of: beside) { revisions in
            for revision in revisions {
                guard let content = revision.contentBytes else { continue }
                try rest(revision.header.letter, try Revision.letter(parsing: content))
            }
        }
        try salvage.forEachLooseContent { letter in
            report.looseContents += 1
            try rest(nil, letter)
        }
        for reference in try store.missingBlobs(limit: .max) {
            guard let pieces = salvage.blobPieces(reference.blob) else {
                report.missingBlobs += 1
                continue
            }
            _ = try store.storeBlob(pieces)
            report.blobs += 1
        }
        return report
    }

    /// Remotes and settings of a person. What was noted of remotes stays behind: the next sync compares anew.
    private static func bringOver(
        _ salvage: Salvage, _ store: any ReplicaStore, _ report: inout SalvageReport
    ) throws {
        let present = try store.remotes().map(\.name)
        for (name, address) in salvage.remotes where !present.contains(where: { $0.hasSameBytes(as: name) }) {
            try store.addRemote(name, address: address)
            report.remotes.append(name)
        }
        for key in [SettingKey.author, SettingKey.blobs] {
            guard let value = salvage.settings[key], try store.setting(key) == nil else { continue }
            try store.setSetting(key, to: value)
        }
    }
}
