/// How far the blobs that travel in one direction have come: for progress.
struct BlobTally {
    let phase: SyncProgress.Phase
    private var done = 0
    private let total: Int
    private var doneBytes = 0
    private var totalBytes: Int

    init(phase: SyncProgress.Phase, work: [BlobWork]) {
        self.phase = phase
        total = work.count
        totalBytes = work.reduce(0) { $0 + $1.byteCount }
    }

    /// The progress while so many bytes of the blob in hand are where they belong.
    func progress(_ bytes: Int, of size: Int) -> SyncProgress {
        SyncProgress(
            phase: phase, done: done, total: total, doneBytes: doneBytes + bytes,
            totalBytes: max(totalBytes, doneBytes + size))
    }

    /// A blob is done with, one way or the other.
    mutating func finish(_ work: BlobWork) {
        done += 1
        doneBytes += work.byteCount
    }
}
