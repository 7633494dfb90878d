public import LetterModel
import ReplicaStore
import SyncProtocol

/// What a bundle holds that was made just now.
public struct CreatedBundle: Sendable {
    /// Revisions.
    public let revisions: Int
    /// Attachments.
    public let blobs: Int
    /// The file's size.
    public let byteCount: Int
    /// Where it ends in this replica's log: what the next bundle begins at.
    public let cursor: String
    /// Revisions that are damaged here, and whose bytes are not in it.
    public let damaged: [RevisionID]
    /// Attachments that are damaged here, and are not in it.
    public let leftOutBlobs: [BlobID]
}

/// What became of a bundle that was applied.
public struct AppliedBundle: Sendable {
    /// Revisions that are new here.
    public var accepted = 0
    /// Revisions that were here.
    public var duplicates = 0
    /// Revisions that wait beside the log for what they build on: the bundle begins past what this replica holds.
    public var waiting = 0
    /// Deletions, and what builds on them, that wait for a person's word.
    public var held = 0
    /// Revisions that this replica cannot take, with the reason; their bytes are kept in quarantine.
    public var quarantined: [String] = []
    /// Attachments that came.
    public var blobs = 0
    /// Letters with conflicts in this replica now.
    public var conflicts = 0
    /// Where the bundle begins in its creator's log, in revisions.
    public var begin = 0

    /// Whether all of it is in the log now.
    public var isWhole: Bool { waiting == 0 && held == 0 && quarantined.isEmpty }
}

extension Archive {
    /// Writes what this replica holds into a file, for machines that no network joins. It acknowledges nothing: each remote still counts as it did.
    ///
    /// - Parameters:
    ///   - path: A file that is not there yet. It appears whole or not at all.
    ///   - since: A cursor of this replica's log, as an earlier bundle's `cursor`: only what came after it. Nil for everything.
    ///   - includesBlobs: Whether attachments go with it.
    /// - Throws: `BundleError`, `StoreError`.
    public func createBundle(at path: String, since: String? = nil, includesBlobs: Bool = true) throws -> CreatedBundle
    {
        var cursor: Cursor?
        if let since {
            guard let parsed = Cursor(since) else { throw BundleError.foreignCursor(since) }
            cursor = parsed
        }
        let stream: BundleStream
        do {
            stream = try BundleStream(of: store, since: cursor, includesBlobs: includesBlobs)
        } catch is BundleStream.ForeignCursor {
            throw BundleError.foreignCursor(since ?? "")
        }
        let byteCount = try BundleFile(path: path).write(stream)
        return CreatedBundle(
            revisions: stream.envelope.revisions - stream.damaged.count, blobs: stream.envelope.blobs,
            byteCount: byteCount, cursor: stream.envelope.end.text, damaged: stream.damaged,
            leftOutBlobs: stream.leftOutBlobs)
    }

    /// Takes in what a bundle holds. The whole file is checked first: one that is not whole changes nothing. Applying it twice
    /// changes nothing the second time.
    ///
    /// - Throws: `BundleError`; `StoreError.archiveMismatch` if it is of another archive and this replica holds letters.
    public func applyBundle(at path: String) throws -> AppliedBundle {
        try BundleIntake(of: BundleFile(path: path), into: store).take()
    }

    /// Where this replica's log ends: what a bundle that is made later may begin at.
    public func logCursor() throws -> String { Cursor(try store.logState().end).text }
}
