import LetterModel
import ReplicaStore
import SyncProtocol

extension SyncBlobs {
    /// Fetches a blob. One that is not there, or larger than wanted, is counted as missing; one with another hash too, and is said.
    ///
    /// It goes on from where the last attempt came, in this process or another, and nothing of it counts before all of it has the hash.
    func fetch(_ work: BlobWork, report: inout SyncReport) throws {
        let start = try store.partialBlobByteCount(work.blob)
        switch try fetch(work, from: start) {
        case .completed: report.blobsReceived += 1
        case .absent: report.blobsMissing += 1
        case .wrongHash:
            // What was here before may have been wrong; it is thrown away now.
            if start > 0, case .completed = try fetch(work, from: 0) {
                report.blobsReceived += 1
            } else {
                report.blobsMissing += 1
                report.note(.wrongBlob(work.blob))
            }
        }
    }

    private enum FetchOutcome {
        case completed
        case absent
        case wrongHash
    }

    private func fetch(_ work: BlobWork, from start: Int) throws -> FetchOutcome {
        struct TooLarge: Error {}
        var request = TransportRequest(.get, BlobPath.path(of: work.blob))
        if start > 0 { request.headers.append(HeaderField("Range", BlobRange.asking(from: start))) }
        var incoming = IncomingBlob(work.blob, store: store, start: start)
        do {
            try caller.send(request, expecting: BlobResponder.contentType, statuses: [200, 206, 416]) { head in
                try incoming.begin(head)
                guard incoming.size <= work.limitBytes else { throw TooLarge() }
            } chunk: { bytes in
                let before = incoming.offset
                try incoming.take(bytes)
                guard incoming.offset > before else { return }
                pace.moved(incoming.offset - before)
                try progress(incoming.offset, incoming.size)
            }
        } catch is TooLarge {
            return .absent
        } catch SyncError.notFound {
            return .absent
        } catch {
            // What came counts: the next attempt goes on behind it.
            let before = incoming.offset
            try incoming.keep()
            pace.moved(incoming.offset - before)
            throw error
        }
        let isComplete = try incoming.finish()
        try progress(incoming.size, incoming.size)
        return isComplete ? .completed : .wrongHash
    }
}

/// The bytes of a blob on their way into the store.
private struct IncomingBlob {
    private let blob: BlobID
    private let store: any ReplicaStore
    /// How many bytes are on the disk.
    private(set) var offset: Int
    /// How many bytes the blob has, as the remote says.
    private(set) var size = 0
    /// Bytes that come and are here already.
    private var skipped = 0
    private var buffer: [UInt8] = []
    private var outcome: BlobPieceOutcome?

    init(_ blob: BlobID, store: any ReplicaStore, start: Int) {
        self.blob = blob
        self.store = store
        offset = start
    }

    /// Looks at what the remote says of the bytes that follow.
    mutating func begin(_ head: TransportResponse) throws {
        let range = head.header("Content-Range").flatMap(BlobRange.init(contentRange:))
        switch head.status {
        case 200:
            guard let length = head.header("Content-Length").flatMap({ DecimalDigits.value(of: $0.utf8) }) else {
                throw SyncError.malformedResponse(detail: "it does not say how many bytes a blob has")
            }
            size = length
            skipped = min(offset, length)
        case 206:
            guard let range, range.bytes == offset..<range.size else {
                throw SyncError.malformedResponse(detail: "it gives another part of a blob than was asked for")
            }
            size = range.size
        default:
            guard let range, range.bytes == nil, range.size <= offset else {
                throw SyncError.malformedResponse(detail: "it refuses a part of a blob that it has")
            }
            size = range.size
        }
        if offset > size {
            // What is here is longer than the blob: it is thrown away, and all of it comes with the next request.
            _ = try store.takeBlobPiece([], of: blob, at: size, byteCount: size)
            throw SyncError.malformedResponse(detail: "a blob is shorter than what came of it")
        }
    }

    mutating func take(_ bytes: [UInt8]) throws {
        var bytes = bytes[...]
        if skipped > 0 {
            let count = min(skipped, bytes.count)
            bytes = bytes.dropFirst(count)
            skipped -= count
        }
        guard !bytes.isEmpty else { return }
        guard outcome == nil, offset + buffer.count + bytes.count <= size else {
            throw SyncError.malformedResponse(detail: "a blob is longer than it was said to be")
        }
        buffer += bytes
        if buffer.count >= ProtocolLimits.blobBufferBytes, offset + buffer.count < size { try keep() }
    }

    /// Writes down what came.
    mutating func keep() throws {
        guard !buffer.isEmpty else { return }
        let piece = buffer
        buffer = []
        let outcome = try store.takeBlobPiece(piece, of: blob, at: offset, byteCount: size)
        switch outcome {
        case .kept(let byteCount): offset = byteCount
        case .completed, .wrongHash:
            offset = size
            self.outcome = outcome
        // Another process fetches it too: a little later it is seen how far that has come.
        case .misplaced: throw StoreError.busy
        }
    }

    /// Whether the bytes have the hash, when all have come.
    mutating func finish() throws -> Bool {
        if offset + buffer.count < size {
            throw SyncError.malformedResponse(detail: "a blob is shorter than it was said to be")
        }
        try keep()
        // All bytes were here, and nobody had looked at them as a whole.
        if outcome == nil { outcome = try store.takeBlobPiece([], of: blob, at: size, byteCount: size) }
        return outcome == .completed
    }
}
