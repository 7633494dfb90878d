import LetterModel
import ReplicaStore
import SyncProtocol

/// A sync with a bundle in a file, on a disk that is carried or on a share of several machines: takes in what it holds, and writes it anew,
/// whole, where this replica holds more.
///
/// Nothing depends on what was there the last time: the file is compared with this replica, so that one that somebody else replaced,
/// with whatever, is mended by the next sync. At every moment there is a whole file of that name, the old or the new one.
struct BundleSync {
    let store: any ReplicaStore
    let remote: String
    let file: BundleFile
    let cancellation: Cancellation
    let progress: (SyncProgress) -> Void

    /// How often it is read again because another process replaced it meanwhile.
    private static let attempts = 5

    /// Syncs. A failure is in the report.
    func run() -> SyncReport {
        let start = MachineClock.monotonicMilliseconds()
        var report = SyncReport(remote: remote)
        do {
            var left = BundleSync.attempts
            while try !exchange(&report) {
                left -= 1
                guard left > 0 else { throw BundleError.busy(path: file.path) }
            }
            report.conflicts = try store.conflictCount()
            let held = try store.unconfirmedDeletions().held.count
            if held > 0 { report.note(.deletionsHeld(letters: held)) }
        } catch {
            report.failure = SyncEngine.syncError(error)
        }
        report.seconds = Double(MachineClock.monotonicMilliseconds() - start) / 1000
        return report
    }

    /// Whether the file is a bundle that a sync would take.
    func knock() throws {
        try check(try file.envelope())
    }

    private func check(_ envelope: BundleEnvelope) throws {
        do {
            try BundleIntake.check(envelope, against: try store.identity())
        } catch StoreError.archiveMismatch(let here, let there) {
            throw SyncError.archiveMismatch(here: here, there: there)
        }
    }

    /// One comparison.
    ///
    /// - Returns: False if somebody replaced the file meanwhile, and nothing was written.
    private func exchange(_ report: inout SyncReport) throws -> Bool {
        let version = try file.version()
        let envelope = try file.envelope()
        try check(envelope)
        if try isInStep(envelope) { return true }
        let intake = try BundleIntake(of: file, into: store, unlessStopped: stop)
        report.bytesReceived += version.byteCount
        if !envelope.archive.isOpen { try store.settleArchive(envelope.archive.id) }
        let applied = try intake.take(from: remote) { applied in
            try stop()
            report.pulled = max(report.pulled, applied.accepted)
            progress(
                SyncProgress(
                    phase: .pulling, done: applied.accepted + applied.duplicates, total: envelope.revisions))
        }
        report.blobsReceived += applied.blobs
        // What is only beside our log would be lost to others by a new file.
        guard applied.isWhole else {
            if applied.waiting > 0 { report.note(.bundleWaits(revisions: applied.waiting)) }
            if !applied.quarantined.isEmpty { report.note(.bundleUnreadable(revisions: applied.quarantined.count)) }
            return true
        }
        let state = try store.logState()
        let isEqual = intake.contents.count == state.count && intake.contents.fingerprint == state.fingerprint
        if isEqual, envelope.since == nil, try blobsHere().isSubset(of: intake.blobs), let end = intake.end {
            try acknowledge(through: state.end.sequence, position: end)
            return true
        }
        return try write(over: version, intake, &report)
    }

    /// Writes the file anew.
    private func write(over version: BundleFile.Version, _ intake: BundleIntake, _ report: inout SyncReport) throws
        -> Bool
    {
        let stream = try BundleStream(of: store, since: nil, includesBlobs: true)
        // A file that lacks what is damaged here would take the place of one that may have it.
        if let blob = stream.leftOutBlobs.first { throw StoreError.damaged(object: blob.hex) }
        let total = stream.envelope.revisions
        var isOurs = true
        let byteCount = try file.replace(version, isReplaced: &isOurs) {
            try stop()
            progress(SyncProgress(phase: .pushing, done: 0, total: total))
            let chunk = try stream.nextChunk()
            if let id = stream.damaged.first { throw StoreError.damaged(object: id.hex) }
            return chunk
        }
        guard isOurs else { return false }
        report.bytesSent += byteCount
        report.pushed += max(total - intake.contents.count, 0)
        report.blobsSent += max(stream.envelope.blobs - intake.blobs.count, 0)
        let end = stream.envelope.end
        guard let chain = try store.chain(at: end.sequence) else { return true }
        try acknowledge(
            through: end.sequence, position: LogPosition(epoch: end.epoch, sequence: end.sequence, chain: chain))
        return true
    }

    /// Whether the file is the one that was compared last, and nothing is new here: then its first line is enough.
    private func isInStep(_ envelope: BundleEnvelope) throws -> Bool {
        guard envelope.since == nil, let position = try store.remote(named: remote).position,
            Cursor(position) == envelope.end,
            try store.unsent(to: remote, maximumBytes: 1).revisions.isEmpty
        else { return false }
        return try blobsHere().count == envelope.blobs
    }

    /// The attachments that letters refer to and whose bytes are here.
    private func blobsHere() throws -> Set<BlobID> {
        let references = try store.blobReferences(after: 0, through: try store.logState().end.sequence)
        return Set(try references.map(\.blob).filter { try store.hasBlob($0) })
    }

    /// Notes that the file holds our log up to a place, and where it ends itself: what `status` counts as sent. Nothing relies on it.
    private func acknowledge(through sequence: Int, position: LogPosition) throws {
        var known = try store.remote(named: remote).pushedThrough
        while known < sequence {
            let page = try store.logEntries(after: known, through: sequence, maximumBytes: 1 << 20)
            guard !page.isEmpty else { break }
            let answers = page.map { entry in
                switch entry {
                case .intact(let logged): PushAnswer(revision: logged.revision.id, decision: .acknowledged)
                case .damaged(_, let id): PushAnswer(revision: id, decision: .acknowledged)
                }
            }
            try store.recordAnswers(from: remote, answers)
            known += page.count
        }
        let before = try store.remote(named: remote).position
        guard before != position else { return }
        try store.advanceCursor(CursorAdvance(remote: remote, from: before, to: position))
    }

    private func stop() throws(SyncError) {
        guard !cancellation.isCancelled else { throw .cancelled }
    }
}
