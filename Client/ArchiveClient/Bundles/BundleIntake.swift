import Canaries
import LetterModel
import ReplicaStore
import SyncProtocol

/// Takes what a bundle holds into a replica. The whole file is checked first: one that is not whole changes nothing.
struct BundleIntake {
    /// What the first line says.
    let envelope: BundleEnvelope
    /// What the file holds, revisions that no replica of this version can take included.
    private(set) var contents = RangeSummary()
    /// The attachments in it.
    private(set) var blobs: Set<BlobID> = []
    /// Where it ends in its creator's log; nil only if nothing but its start was looked at.
    private(set) var end: LogPosition?

    private let store: any ReplicaStore
    private let file: BundleFile

    /// Checks a whole bundle.
    ///
    /// - Throws: `BundleError`; `StoreError.archiveMismatch` if it is of another archive and this replica holds letters; what `unlessStopped` throws.
    init(of file: BundleFile, into store: any ReplicaStore, unlessStopped: () throws -> Void = {}) throws {
        self.file = file
        self.store = store
        var envelope: BundleEnvelope?
        var contents = RangeSummary()
        var blobs: Set<BlobID> = []
        func note(_ item: BundleReader.Item) throws {
            try unlessStopped()
            switch item {
            case .envelope(let found): envelope = found
            case .page(let revisions, let unreadable):
                for revision in revisions { contents.add(revision.id) }
                for bytes in unreadable { contents.add(RevisionID(ofHeader: bytes.headerBytes)) }
            case .blob(let piece, let isLast): if isLast { blobs.insert(piece.blob) }
            }
        }
        #if CANARIES
            do {
                end = try file.read(note)
            } catch {
                guard Canary.bundleAppliedUnchecked.isOn else { throw error }
            }
        #else
            end = try file.read(note)
        #endif
        guard let envelope else { throw BundleError.damaged(path: file.path, reason: "it is empty") }
        self.envelope = envelope
        self.contents = contents
        self.blobs = blobs
        try BundleIntake.check(envelope, against: try store.identity())
    }

    /// Whether a bundle may be taken into a replica: never letters of two archives into one.
    static func check(_ envelope: BundleEnvelope, against identity: ReplicaIdentity) throws(StoreError) {
        let isEmpty = envelope.archive.isOpen && envelope.end.sequence == 0
        guard isEmpty || identity.isArchiveOpen || identity.archive == envelope.archive.id else {
            throw .archiveMismatch(expected: identity.archive, found: envelope.archive.id)
        }
    }

    /// Takes all of it in. Doing so twice changes nothing the second time.
    ///
    /// - Parameters:
    ///   - remote: The remote that the bundle is, which therefore has what is in it; nil for a file that somebody brought.
    ///   - damaged: Attachments that are here and have another hash: they are replaced.
    ///   - page: Is called after each page; may throw to stop.
    func take(
        from remote: String? = nil, inPlaceOf damaged: Set<BlobID> = [],
        page: (_ applied: AppliedBundle) throws -> Void = { _ in }
    ) throws -> AppliedBundle {
        var applied = AppliedBundle()
        applied.begin = envelope.since?.sequence ?? 0
        let guardedThrough = try store.logState().end.sequence
        try file.read { item in
            guard case .page(let revisions, let unreadable) = item else { return }
            let report = try store.ingest(
                Ingestion(
                    archive: envelope.archive.id, revisions: revisions, missingParents: .wait, remote: remote,
                    guardedThrough: guardedThrough))
            applied.take(report)
            for bytes in unreadable {
                try store.quarantine(bytes)
                applied.quarantined.append(bytes.text)
            }
            try page(applied)
        }
        applied.blobs = try takeBlobs(inPlaceOf: damaged) { try page(applied) }
        applied.conflicts = try store.conflictCount()
        return applied
    }

    /// After the revisions: an attachment is known only through a letter.
    private func takeBlobs(inPlaceOf damaged: Set<BlobID>, _ piece: () throws -> Void) throws -> Int {
        var count = 0
        var writer: (any BlobWriter)?
        try file.read { item in
            guard case .blob(let next, let isLast) = item else { return }
            try piece()
            if next.offset == 0 {
                let isWanted = try damaged.contains(next.blob) || !store.hasBlob(next.blob)
                let isKnown = try isWanted && store.blobReference(next.blob) != nil
                writer = isKnown ? try store.blobWriter() : nil
            }
            guard let open = writer else { return }
            try open.write(next.bytes)
            guard isLast else { return }
            _ = try open.finish()
            writer = nil
            count += 1
        }
        return count
    }
}

extension AppliedBundle {
    fileprivate mutating func take(_ report: IngestionReport) {
        accepted += report.acceptedCount
        for outcome in report.outcomes {
            switch outcome {
            case .accepted: break
            case .duplicate: duplicates += 1
            case .waiting, .missingParents: waiting += 1
            case .held: held += 1
            case .rejected(let error): quarantined.append(error.description)
            }
        }
    }
}
