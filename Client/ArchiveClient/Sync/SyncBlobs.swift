import LetterModel
import ReplicaStore
import SyncProtocol

/// The asking side for blobs. What one blob meets delays no other one.
struct SyncBlobs {
    let store: any ReplicaStore
    let remote: String
    let caller: RemoteCaller
    let policy: BlobPolicy

    /// The blobs that are here, that letters refer to since the last offer, and that the remote lacks; and the sequence up to
    /// which they were looked for. No request if there are none to ask for.
    func wanted() throws -> (blobs: [BlobWork], through: Int) {
        let through = try store.logState().end.sequence
        let isAgain = try store.setting(offerAgainKey(remote)) != nil
        let offered = isAgain ? 0 : try store.remote(named: remote).blobsOfferedThrough
        guard offered < through else { return ([], offered) }
        let here = try store.blobReferences(after: offered, through: through).map(\.blob).filter(store.hasBlob)
        let lacking = try ask(here)
        let work = lacking.map { BlobWork(blob: $0, limitBytes: ProtocolLimits.blobInOnePieceBytes) }
        return (work, through)
    }

    /// Notes that all blobs here which the log refers to up to a sequence were offered.
    func recordOffered(through sequence: Int) throws {
        if try store.remote(named: remote).blobsOfferedThrough < sequence {
            try store.recordBlobsOffered(to: remote, through: sequence)
        }
        let key = offerAgainKey(remote)
        if try store.setting(key) != nil { try store.setSetting(key, to: nil) }
    }

    /// Notes that blobs came whose letters were here before: the other remotes may lack them too.
    func offerAgainToOthers() throws {
        for other in try store.remotes() where !other.name.hasSameBytes(as: remote) {
            try store.setSetting(offerAgainKey(other.name), to: "yes")
        }
    }

    /// Notes that the remote may lack blobs that it had.
    func offerAgain() throws(StoreError) {
        try store.setSetting(offerAgainKey(remote), to: "yes")
    }

    private func offerAgainKey(_ remote: String) -> String { "sync.\(remote).offerBlobsAgain" }

    /// The blobs that this replica lacks and wants, and that the remote has; and how many it does not have.
    func lacking() throws -> (blobs: [BlobWork], unavailable: Int) {
        guard let limit = limitBytes else { return ([], 0) }
        let wanted = try store.missingBlobs(limit: .max).filter { ($0.byteCount ?? 0) <= limit }.map(\.blob)
        let unavailable = Set(try ask(wanted))
        let work = wanted.filter { !unavailable.contains($0) }.map { BlobWork(blob: $0, limitBytes: limit) }
        return (work, unavailable.count)
    }

    private var limitBytes: Int? {
        switch policy {
        case .none: nil
        case .upTo(let byteCount): min(byteCount, ProtocolLimits.blobInOnePieceBytes)
        case .all: ProtocolLimits.blobInOnePieceBytes
        }
    }

    /// Which of these the remote lacks, in the order asked.
    private func ask(_ blobs: [BlobID]) throws -> [BlobID] {
        var lacking: [BlobID] = []
        var start = 0
        while start < blobs.count {
            let end = min(start + ProtocolLimits.blobsPerQuestion, blobs.count)
            let question = BlobList(.question, Array(blobs[start..<end])).bytes
            let type = BlobResponder.questionContentType
            let headers = [HeaderField("Content-Type", type)]
            var answer: [UInt8] = []
            try caller.send(
                TransportRequest(.post, BlobPath.missing, headers: headers, body: question), expecting: type
            ) { bytes in
                answer.append(contentsOf: bytes)
                guard answer.count <= ProtocolLimits.blobQuestionBytes else {
                    throw SyncError.malformedResponse(detail: "the list of blobs has no end")
                }
            }
            do {
                lacking += try BlobList(.answer, parsing: answer).blobs
            } catch {
                throw SyncError.malformedResponse(detail: error.description)
            }
            start = end
        }
        return lacking
    }

    /// Sends a blob. What the remote, or our own disk, has against this one is noted and delays no other.
    func send(_ work: BlobWork, report: inout SyncReport) throws {
        guard let bytes = try intactBytes(of: work.blob, report: &report) else { return }
        guard bytes.count <= work.limitBytes else {
            report.note(.blobRefused(work.blob, code: "too-large"))
            return
        }
        let headers = [HeaderField("Content-Type", BlobResponder.contentType)]
        let request = TransportRequest(.put, BlobPath.path(of: work.blob), headers: headers, body: bytes)
        do {
            try caller.send(request, expecting: nil) { _ in }
            report.blobsSent += 1
        } catch SyncError.tooLarge {
            report.note(.blobRefused(work.blob, code: "too-large"))
        } catch SyncError.forbidden {
            report.note(.blobRefused(work.blob, code: "forbidden"))
        } catch SyncError.remoteFailed(let status, let code) where (400..<500).contains(status) {
            report.note(.blobRefused(work.blob, code: code ?? String(status)))
        }
    }

    /// The bytes of a blob that is here; nil if they are damaged, or gone meanwhile.
    private func intactBytes(of blob: BlobID, report: inout SyncReport) throws -> [UInt8]? {
        do {
            return try store.blob(blob)
        } catch {
            guard case .damaged = error else { throw error }
            report.note(.damagedBlob(blob))
            return nil
        }
    }

    /// Fetches a blob. One that is not there, or not whole, or larger than wanted, is counted as missing.
    func fetch(_ work: BlobWork, report: inout SyncReport) throws {
        struct TooLarge: Error {}
        var bytes: [UInt8] = []
        do {
            let request = TransportRequest(.get, BlobPath.path(of: work.blob))
            try caller.send(request, expecting: BlobResponder.contentType) { chunk in
                bytes.append(contentsOf: chunk)
                guard bytes.count <= work.limitBytes else { throw TooLarge() }
            }
        } catch is TooLarge {
            report.blobsMissing += 1
            return
        } catch SyncError.notFound {
            report.blobsMissing += 1
            return
        }
        guard BlobID(ofContent: bytes) == work.blob else {
            report.blobsMissing += 1
            return
        }
        _ = try store.storeBlob(bytes)
        report.blobsReceived += 1
    }
}
