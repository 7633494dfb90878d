import CPowerCutVFS
import Foundation
import ReplicaStore
import ReplicaStoreConformance
import Synchronization
import SyncTestSupport
import TestScratch

/// A workload on a real store whose power is cut at every operation of its disk, in several ways each.
struct PowerCutRun {
    let mode: ReplicaMode
    let seed: UInt64
    let steps: Int
    /// How many images are wanted.
    let images: Int
    var lie = Disk.Lie.none

    /// What was found.
    struct Findings: Sendable {
        var images = 0
        var distinct = 0
        var verified = 0
        var moments = 0
        var losses: [String] = []

        static func += (left: inout Findings, right: Findings) {
            left.images += right.images
            left.distinct += right.distinct
            left.verified += right.verified
            left.losses += right.losses
        }
    }

    /// How many pages the write-ahead log has when it is moved: often enough for many checkpoints in a workload.
    private static let checkpointPages = 60
    /// One image of so many is verified in full and written to.
    private static let verifiedShare: UInt64 = 100

    /// Does the work, then cuts it everywhere.
    func run() throws -> Findings {
        let scratch = Scratch(mayStay: true)
        let source = scratch.path("source")
        let recording = try record(source)
        let findings = Mutex(Findings())
        let failure = Mutex<String?>(nil)
        let group = DispatchGroup()
        let workers = max(1, ProcessInfo.processInfo.activeProcessorCount)
        for worker in 0..<workers {
            group.enter()
            Thread {
                do {
                    let folder = scratch.path("worker-\(worker)")
                    let found = try check(recording, copyOf: source, folder, worker: worker, of: workers)
                    findings.withLock { $0 += found }
                } catch {
                    failure.withLock { $0 = "\(error)" }
                }
                group.leave()
            }.start()
        }
        group.wait()
        if let failure = failure.withLock({ $0 }) { throw TestFailure(failure) }
        return findings.withLock { found in
            found.moments = recording.disk.operationCount
            return found
        }
    }

    /// What was done, and what the replica told after each step. Unchecked: nobody changes it any more.
    private struct Recording: @unchecked Sendable {
        let disk: Disk
        /// `portraits[n]` is after step n; 0 is the beginning.
        let portraits: [Portrait]
    }

    private func record(_ folder: String) throws -> Recording {
        var workload = Workload(seed: seed)
        do {
            let store = try SQLiteReplicaStore.create(
                folder: folder, archive: RevisionMaker.archive(1), name: "letters", label: "test",
                epoch: "00000000000000ff", mode: mode)
            try workload.begin(store)
        }
        let disk = Disk()
        guard disk.load(folder + "/archive.sqlite") else { throw TestFailure("the replica cannot be read") }
        disk.use()
        let store = try SQLiteReplicaStore.open(
            folder: folder, mode: mode, fileSystem: Disk.fileSystem, checkpointPages: Self.checkpointPages)
        var portraits = [try Portrait(store)]
        disk.record(lie)
        for step in 1...steps {
            try workload.step(step, store)
            disk.acknowledge(step)
            portraits.append(try Portrait(store))
        }
        let problems = try store.verify { _, _ in }.problems
        guard problems.isEmpty else { throw TestFailure("the workload itself is wrong: \(problems)") }
        return Recording(disk: disk, portraits: portraits)
    }

    // MARK: Checking

    private func check(
        _ recording: Recording, copyOf source: String, _ folder: String, worker: Int, of workers: Int
    ) throws -> Findings {
        // The store looks at the first bytes of the real file, and takes the lock of a real folder.
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: source + "/archive.sqlite", toPath: folder + "/archive.sqlite")
        let image = Disk()
        image.use()
        let replay = Replay(recording.disk)
        let moments = recording.disk.operationCount
        // A moment with nothing in flight gives one image: the others give a quarter more than their share.
        let variants = max(3, (images + images / 4 + moments - 1) / moments)
        var seen: Set<UInt64> = []
        var findings = Findings()
        for moment in stride(from: worker, through: moments, by: workers) {
            replay.advance(to: moment)
            // With nothing in flight all variants are the same.
            for variant in 0..<(replay.pending == 0 ? 1 : variants) {
                let imageSeed = seed &* 1_000_003 &+ UInt64(moment) &* 4_099 &+ UInt64(variant)
                let digest = replay.image(variant, seed: imageSeed, into: image)
                findings.images += 1
                guard seen.insert(digest &+ UInt64(replay.acknowledged)).inserted else { continue }
                findings.distinct += 1
                let isFull = imageSeed % Self.verifiedShare == 0
                if isFull { findings.verified += 1 }
                let loss = try Self.loss(
                    folder, mode, recording.portraits, acknowledged: replay.acknowledged, isFull: isFull)
                if let loss {
                    findings.losses.append(
                        "\(mode), seed \(seed), moment \(moment), variant \(variant), \(replay.pending) pending, step "
                            + "\(replay.acknowledged) acknowledged: \(loss)")
                }
            }
        }
        return findings
    }

    /// What is wrong with the replica on the disk of this thread; nil if all is well: it is exactly what it was after
    /// the last acknowledged step, or after the one that was going on.
    private static func loss(
        _ folder: String, _ mode: ReplicaMode, _ portraits: [Portrait], acknowledged: Int, isFull: Bool
    ) throws -> String? {
        do {
            let store = try SQLiteReplicaStore.open(
                folder: folder, mode: mode, busyTimeoutMilliseconds: 0, fileSystem: Disk.fileSystem,
                checkpointPages: Self.checkpointPages)
            let portrait = try Portrait(store)
            let allowed = portraits[acknowledged...min(acknowledged + 1, portraits.count - 1)]
            guard allowed.contains(portrait) else {
                let step = portraits.firstIndex(of: portrait).map { "that of step \($0)" } ?? "that of no step"
                return "the replica is \(step)"
            }
            guard isFull else { return nil }
            let maker = RevisionMaker()
            _ = try store.ingest(maker.ingestion([try maker.revision(900_000, "written after the cut")]))
            let problems = try store.verify { _, _ in }.problems
            return problems.isEmpty ? nil : "\(problems)"
        } catch {
            return "the replica cannot be used: \(error)"
        }
    }
}
