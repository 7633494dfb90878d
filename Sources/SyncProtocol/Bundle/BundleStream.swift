import Compression
import Hashing
public import LetterModel
public import ReplicaStore

/// The bytes of a bundle, made while they are pulled: a Zstandard frame with the envelope, one for each megabyte of a blob, one for each page.
///
/// Not `Sendable`: one thread at a time. It holds a megabyte of a blob, or one page. What the log gains meanwhile is not in it.
public final class BundleStream {
    /// A cursor that is not of this replica's log.
    public struct ForeignCursor: Error, Equatable {}

    /// The first line.
    public let envelope: BundleEnvelope
    /// Blobs that letters refer to and that are left out: they are damaged here.
    public let leftOutBlobs: [BlobID]
    /// Revisions that are damaged here: their ids are in the bundle, their bytes are not.
    public var damaged: [RevisionID] { pages.damaged }

    private let store: any ReplicaStore
    private var blobs: [BlobID]
    /// The blob that is being written.
    private var open: OpenBlob?
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
                if try BundleStream.isIntact(blob, in: store) { blobs.append(blob) } else { leftOut.append(blob) }
            }
        }
        leftOutBlobs = leftOut
        envelope = BundleEnvelope(
            archive: ArchiveDescription(
                id: identity.archive, isOpen: identity.isArchiveOpen, mergeRule: identity.mergeRule),
            name: identity.name, replica: identity.label, since: since == nil ? nil : start, end: Cursor(end),
            revisions: end.sequence - start.sequence, blobs: blobs.count)
        blobs.reverse()
        pages = try LogPages(store: store, after: start, through: end.sequence, limitBytes: .max, thinness: .whole)
        isClosed = false
    }

    /// The next bytes; nil at the end.
    public func nextChunk() throws -> [UInt8]? {
        var lines = MessageLines()
        if !isBegun {
            isBegun = true
            lines.append(envelope: envelope.envelope)
        } else if try openBlob() {
            for _ in 0..<BundleStream.piecesInFrame {
                guard let piece = try open?.next() else { break }
                lines.append(piece)
                if piece.offset + piece.bytes.count == piece.size { open = nil }
            }
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

    /// How many pieces go into a frame: a megabyte.
    private static let piecesInFrame = 21

    /// Whether there is a blob to be written, or more of it.
    private func openBlob() throws -> Bool {
        guard open == nil else { return true }
        guard let blob = blobs.popLast() else { return false }
        // It was whole a moment ago; the envelope counts it.
        guard let pieces = try store.blobPieces(blob) else { throw StoreError.damaged(object: blob.hex) }
        open = OpenBlob(blob, pieces)
        return true
    }

    /// Hashes a blob without holding it.
    private static func isIntact(_ id: BlobID, in store: any ReplicaStore) throws(StoreError) -> Bool {
        do throws(StoreError) {
            return try store.blobPieces(id) != nil
        } catch {
            guard case .damaged = error else { throw error }
            return false
        }
    }
}

/// A blob on its way into a bundle, cut into pieces of the size that lines have there.
private struct OpenBlob {
    private let blob: BlobID
    private let pieces: any BlobPieces
    private let size: Int
    private var offset = 0
    private var ahead: ArraySlice<UInt8> = []

    init(_ blob: BlobID, _ pieces: any BlobPieces) {
        self.blob = blob
        self.pieces = pieces
        size = pieces.byteCount
    }

    /// The next piece, full unless it is the last; an empty one of an empty blob.
    mutating func next() throws(StoreError) -> BlobPiece {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(BlobPiece.limitBytes)
        while bytes.count < BlobPiece.limitBytes {
            if ahead.isEmpty { ahead = try pieces.next()?[...] ?? [] }
            guard !ahead.isEmpty else { break }
            let part = ahead.prefix(BlobPiece.limitBytes - bytes.count)
            bytes += part
            ahead = ahead.dropFirst(part.count)
        }
        defer { offset += bytes.count }
        return BlobPiece(blob: blob, offset: offset, size: size, bytes: bytes)
    }
}
