import Compression
import Hashing
public import LetterModel
public import ReplicaStore

/// The bytes of a bundle, made while they are pulled: a Zstandard frame with the envelope, one for each blob, one for each page.
///
/// Not `Sendable`: one thread at a time. It holds one blob or one page. What the log gains meanwhile is not in it.
public final class BundleStream {
    /// A cursor that is not of this replica's log.
    public struct ForeignCursor: Error, Equatable {}

    /// The first line.
    public let envelope: BundleEnvelope
    /// Blobs that letters refer to and that are left out: they are larger than what travels in one piece, or damaged here.
    public let leftOutBlobs: [BlobID]
    /// Revisions that are damaged here: their ids are in the bundle, their bytes are not.
    public var damaged: [RevisionID] { pages.damaged }

    private let store: any ReplicaStore
    private var blobs: [BlobID]
    private var pages: LogPages
    private var isBegun = false
    private var isClosed: Bool

    /// A bundle of what a replica's log holds after a cursor.
    ///
    /// - Throws: `StoreError`, `ForeignCursor`.
    public init(of store: any ReplicaStore, since: Cursor?, includesBlobs: Bool) throws {
        self.store = store
        let identity = try store.identity()
        let end = try store.logState().end
        var start = LogPosition(epoch: end.epoch, sequence: 0, chain: .zero)
        if let since {
            guard since.sequence <= end.sequence, let chain = try store.chain(at: since.sequence), since.fits(chain)
            else { throw ForeignCursor() }
            start = LogPosition(epoch: end.epoch, sequence: since.sequence, chain: chain)
        }
        var leftOut: [BlobID] = []
        blobs = []
        if includesBlobs {
            for blob in try store.blobReferences(after: start.sequence, through: end.sequence).map(\.blob) {
                guard try store.hasBlob(blob) else { continue }
                if try BundleStream.wholeBlob(blob, in: store) == nil {
                    leftOut.append(blob)
                } else {
                    blobs.append(blob)
                }
            }
        }
        leftOutBlobs = leftOut
        envelope = BundleEnvelope(
            archive: ArchiveDescription(
                id: identity.archive, isOpen: identity.isArchiveOpen, mergeRule: identity.mergeRule),
            name: identity.name, replica: identity.label, since: since == nil ? nil : start, end: Cursor(end),
            revisions: end.sequence - start.sequence, blobs: blobs.count)
        blobs.reverse()
        pages = LogPages(store: store, after: start, through: end.sequence, limitBytes: .max, areThin: false)
        isClosed = false
    }

    /// The next bytes; nil at the end.
    public func nextChunk() throws -> [UInt8]? {
        var lines = MessageLines()
        if !isBegun {
            isBegun = true
            lines.append(envelope: envelope.envelope)
        } else if let blob = blobs.popLast() {
            // It was whole a moment ago; the envelope counts it.
            guard let bytes = try BundleStream.wholeBlob(blob, in: store) else {
                throw StoreError.damaged(object: blob.hex)
            }
            for piece in BlobPiece.pieces(of: blob, bytes) { lines.append(piece) }
        } else if !pages.isAtEnd {
            _ = try pages.appendPage(to: &lines)
            isClosed = true
        } else if !isClosed {
            // Without revisions too the last line is a checkpoint: a file that is cut is told by its absence.
            isClosed = true
            lines.append(checkpoint: envelope.end)
        } else {
            return nil
        }
        return Zstandard.compress(lines.bytes)
    }

    private static func wholeBlob(_ id: BlobID, in store: any ReplicaStore) throws(StoreError) -> [UInt8]? {
        do throws(StoreError) {
            let bytes = try store.blob(id)
            return (bytes?.count ?? 0) <= ProtocolLimits.blobInOnePieceBytes ? bytes : nil
        } catch {
            guard case .damaged = error else { throw error }
            return nil
        }
    }
}
