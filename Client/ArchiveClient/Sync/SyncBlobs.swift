import LetterModel
import ReplicaStore
import SyncProtocol

/// The asking side for blobs: which are to travel. What one blob meets delays no other one.
struct SyncBlobs {
    let store: any ReplicaStore
    let remote: String
    let caller: RemoteCaller
    let policy: BlobPolicy
    /// How the pieces of blobs travel on this connection.
    let pace: BlobPace
    /// Is told of bytes of the blob in hand: how many are there, and of how many. What it throws ends the transfer; what moved is kept.
    let progress: (_ done: Int, _ total: Int) throws -> Void

    init(
        store: any ReplicaStore, remote: String, caller: RemoteCaller, policy: BlobPolicy, pace: BlobPace = BlobPace(),
        progress: @escaping (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) {
        self.store = store
        self.remote = remote
        self.caller = caller
        self.policy = policy
        self.pace = pace
        self.progress = progress
    }

    /// The blobs that are here, that letters refer to since the last offer, and that the remote lacks; and the sequence up to
    /// which they were looked for: unchanged, so that nothing is to be noted, if no letter since then refers to one. No request if there are
    /// none to ask for.
    func wanted() throws -> (blobs: [BlobWork], through: Int) {
        let through = try store.logState().end.sequence
        let isAgain = try store.setting(offerAgainKey(remote)) != nil
        let offered = isAgain ? 0 : try store.remote(named: remote).blobsOfferedThrough
        let references = try offered < through ? store.blobReferences(after: offered, through: through) : []
        guard !references.isEmpty else { return ([], offered) }
        let lacking = try ask(references.map(\.blob).filter(store.hasBlob))
        let work = try lacking.map { blob in
            BlobWork(blob: blob, limitBytes: Limits.blobBytes, byteCount: try store.blobByteCount(blob) ?? 0)
        }
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
    ///
    /// - Parameter chosen: Blobs that somebody asked for, whatever the policy says; nil for what the policy says.
    func lacking(chosen: [BlobID]? = nil) throws -> (blobs: [BlobWork], unavailable: Int) {
        var wanted: [BlobWork] = []
        if let chosen {
            for blob in chosen where try !store.hasBlob(blob) {
                let size = try store.blobReference(blob)?.byteCount ?? 0
                wanted.append(BlobWork(blob: blob, limitBytes: Limits.blobBytes, byteCount: size))
            }
        } else {
            guard let limit = limitBytes else { return ([], 0) }
            wanted = try store.missingBlobs(limit: .max).filter { ($0.byteCount ?? 0) <= limit }.map { reference in
                BlobWork(blob: reference.blob, limitBytes: limit, byteCount: reference.byteCount ?? 0)
            }
        }
        let unavailable = Set(try ask(wanted.map(\.blob)))
        return (wanted.filter { !unavailable.contains($0.blob) }, unavailable.count)
    }

    private var limitBytes: Int? {
        switch policy {
        case .none: nil
        case .upTo(let byteCount): min(byteCount, Limits.blobBytes)
        case .all: Limits.blobBytes
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
}
