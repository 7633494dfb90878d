import Foundation
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SQLiteBinding
import SyncTestSupport

/// A replica whose bits are flipped one at a time, and what is known of it while it is well.
struct Patient: Sendable {
    let folder: String
    let byteCount: Int
    let pageByteCount: Int
    let dump: DatabaseDump
    let revisions: [RevisionID: Revision]
    let blobs: [BlobID: [UInt8]]

    var databasePath: String { folder + "/archive.sqlite" }

    /// Makes a replica with something in every table and a number of letters.
    init(_ folder: String, letters: Int) throws {
        self.folder = folder
        var blobs: [BlobID: [UInt8]] = [:]
        do {
            let store = try SQLiteReplicaStore.create(
                folder: folder, archive: RevisionMaker.archive(1), name: "letters", label: "test",
                epoch: "00000000000000ff", mode: .local)
            var workload = Workload(seed: 1)
            try workload.begin(store)
            // Blobs of one byte are what the workload's letters refer to.
            for byte in UInt8(0)..<8 { blobs[try store.storeBlob([byte])] = [byte] }
            for step in 1...11 { try workload.step(step, store) }
            var step = 11
            while try store.statistics().letters < letters {
                try workload.step(step, store)
                step += 12
            }
            try store.catchUpSearchIndex()
            let problems = try store.verify { _, _ in }.problems
            guard problems.isEmpty else { throw TestFailure("the replica is not well: \(problems)") }
            revisions = Dictionary(uniqueKeysWithValues: try store.allRevisions().map { ($0.id, $0) })
        }
        self.blobs = blobs
        let bytes = try Data(contentsOf: URL(filePath: folder + "/archive.sqlite"))
        byteCount = bytes.count
        // Source: https://www.sqlite.org/fileformat2.html#the_database_header
        pageByteCount = Int(bytes[16]) << 8 | Int(bytes[17])
        dump = try DatabaseDump(folder + "/archive.sqlite", fileSystem: nil, ofPages: true)
    }

    /// The table or index that a byte belongs to; `free` for pages that none uses.
    func owner(ofByte offset: Int) -> String {
        offset < 100 ? "header" : dump.owners[offset / pageByteCount + 1] ?? "free"
    }
}
