import ArchiveClient
import Foundation
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SQLiteBinding
import Synchronization
import SyncTestSupport

/// Flips bits of a replica's database, one at a time, and looks at what the program makes of it.
struct FlipRun: Sendable {
    let patient: Patient
    /// Of how many flips one is followed by syncs, which take the longest. Those that `verify` does not report always
    /// are, unless no value differs.
    let syncedShare: Int

    /// What became of the flipped bits.
    struct Findings: Sendable {
        var flips = 0
        /// The program refuses to open the file, and says why.
        var refused = 0
        /// `verify` lists it.
        var reported = 0
        /// Of the truth's rows and readable: `verify` names a letter.
        var named = 0
        /// Every value of every table is what it was: the byte is not used, or the value says the same.
        var unused = 0
        /// What nothing can be told from; see `FlipRun.tolerated`.
        var tolerated = 0
        /// Revisions that arrived at others from damaged replicas, each of them right.
        var delivered = 0
        var faults: [String] = []

        static func += (left: inout Findings, right: Findings) {
            left.flips += right.flips
            left.refused += right.refused
            left.reported += right.reported
            left.named += right.named
            left.unused += right.unused
            left.tolerated += right.tolerated
            left.delivered += right.delivered
            left.faults += right.faults
        }
    }

    /// Tables that hold a few values which nothing can be told from: a wrong one costs work, not letters. What a remote
    /// has: sent again, or found by the fingerprint of the next exchange; how far the search index is: it is filled
    /// again; a parent that is waited for: the revision comes again; the numbers of rows; what the search index keeps
    /// for itself to rank by and to look up pages by: `reindex` makes it anew.
    static let tolerated: Set<String> = [
        "remote_mark", "search_state", "waiting_parent", "waiting", "quarantine", "search_docsize", "search_idx",
        "search_data",
    ]

    private static let truth: Set<String> = ["revision", "content", "parent", "letter"]

    /// Flips one bit in each of these bytes, on all processors.
    func run(_ bytes: [Int]) -> Findings {
        let findings = Mutex(Findings())
        let group = DispatchGroup()
        let workers = max(1, ProcessInfo.processInfo.activeProcessorCount)
        for worker in 0..<workers {
            group.enter()
            Thread {
                var found = Findings()
                for index in stride(from: worker, to: bytes.count, by: workers) {
                    let mask = UInt8(1) << UInt8((bytes[index] / 3 + index) % 8)
                    do {
                        try flip(bytes[index], mask, worker: worker, &found)
                    } catch {
                        found.faults.append("byte \(bytes[index]), mask \(mask): \(error)")
                    }
                }
                findings.withLock { $0 += found }
                group.leave()
            }.start()
        }
        group.wait()
        return findings.withLock { $0 }
    }

    private func flip(_ offset: Int, _ mask: UInt8, worker: Int, _ found: inout Findings) throws {
        let disk = Disk()
        guard disk.load(patient.databasePath), disk.flip(patient.databasePath, at: offset, mask: mask) else {
            throw TestFailure("there is no such byte")
        }
        disk.use()
        found.flips += 1
        let folder = try folder(offset, mask, worker: worker)
        let path = folder + "/archive.sqlite"
        let place = "byte \(offset) (\(patient.owner(ofByte: offset))), mask \(mask)"

        let store: SQLiteReplicaStore
        let problems: [VerificationReport.Problem]
        do {
            store = try SQLiteReplicaStore.open(folder: folder, mode: .local, fileSystem: Disk.fileSystem)
        } catch {
            // It says that the file is damaged, foreign, newer or a server's: it is left alone in any case.
            found.refused += 1
            return
        }
        var isStopped = false
        do {
            problems = try store.verify { _, _ in }.problems
        } catch {
            problems = []
            isStopped = true
        }
        // Before anything is synced, which changes what is known of remotes.
        let dump: DatabaseDump?
        do {
            dump = try DatabaseDump(path, fileSystem: Disk.fileSystem)
        } catch is SQLiteError {
            dump = nil
        }

        let differences = dump?.differences(from: patient.dump)
        let isReported = isStopped || !problems.isEmpty
        if offset % syncedShare == 0 || (!isReported && differences != []) {
            try checkThatNothingDamagedLeaves(store, place, &found)
        }
        if isReported {
            found.reported += 1
            // Where the rows of the truth can still be read, the letter has to be named. Not for the page of an index, through which
            // SQLite reads a table without row numbers: the table itself is right.
            if let differences, differences.count == 1, let table = differences.first, Self.truth.contains(table),
                dump?.tables[table] != nil, patient.owner(ofByte: offset).utf8.elementsEqual(table.utf8)
            {
                if problems.contains(where: { $0.letter != nil }) {
                    found.named += 1
                } else {
                    found.faults.append("\(place): no letter is named: \(problems.map(\.text)) \(isStopped)")
                }
            }
        } else if differences == [] {
            found.unused += 1
        } else if let differences, differences.isSubset(of: Self.tolerated) {
            found.tolerated += 1
        } else {
            found.faults.append("\(place): not reported; different: \(differences?.sorted() ?? ["all"])")
        }
    }

    /// The folder of a worker: the store looks at the first bytes of the real file.
    private func folder(_ offset: Int, _ mask: UInt8, worker: Int) throws -> String {
        let folder = "\(patient.folder)-worker-\(worker)"
        if !FileManager.default.fileExists(atPath: folder) {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: patient.folder + "/blobs", toPath: folder + "/blobs")
        }
        let handle = try FileHandle(forReadingFrom: URL(filePath: patient.databasePath))
        var head = try handle.read(upToCount: 4096) ?? Data()
        if offset < head.count { head[offset] ^= mask }
        try head.write(to: URL(filePath: folder + "/archive.sqlite"))
        return folder
    }

    /// Lets a new replica pull from the damaged one, and the damaged one push to a new one: what arrives is right.
    private func checkThatNothingDamagedLeaves(
        _ store: SQLiteReplicaStore, _ place: String, _ found: inout Findings
    ) throws {
        let damaged = TestReplica("damaged", store: store)
        for isPush in [false, true] {
            let target = TestReplica.inMemory("target", archive: 1)
            do {
                _ = isPush ? try damaged.sync(with: target) : try target.sync(with: damaged)
            } catch is StoreError {
                // It cannot even be asked what it syncs with; what arrived is looked at all the same.
            }
            for revision in try target.store.allRevisions() {
                found.delivered += 1
                if patient.revisions[revision.id] != revision {
                    found.faults.append("\(place): a revision arrived that never was: \(revision.id.hex)")
                }
            }
            for reference in try target.store.blobReferences(after: 0, through: .max) {
                guard let bytes = try target.store.blob(reference.blob) else { continue }
                if patient.blobs[reference.blob] != bytes {
                    found.faults.append("\(place): a blob arrived that never was: \(reference.blob.hex)")
                }
            }
        }
    }
}
