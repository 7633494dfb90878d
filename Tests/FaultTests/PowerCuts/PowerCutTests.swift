import ReplicaStore
import Testing

/// Power that goes at any moment takes nothing that was acknowledged, and leaves nothing half-written.
@Suite(.serialized) struct PowerCutTests {
    private static let images = Amounts.amount("CHANCERY_IMAGES", otherwise: 3_000)

    @Test(arguments: [ReplicaMode.local, .server])
    func `a power cut at any operation of the disk loses no acknowledged step`(_ mode: ReplicaMode) throws {
        let run = PowerCutRun(
            mode: mode, seed: Amounts.seed, steps: Self.images >= 10_000 ? 36 : 14, images: Self.images / 2)
        let found = try run.run()
        Amounts.report(
            "power-cuts-\(mode)",
            [
                ("moments", found.moments), ("images", found.images), ("distinct", found.distinct),
                ("verified", found.verified), ("lost", found.losses.count),
            ])
        for loss in found.losses.prefix(5) {
            Issue.record("\(loss)\n\(Amounts.replay("PowerCutTests", "CHANCERY_IMAGES=\(Self.images)"))")
        }
        #expect(found.images >= Self.images / 2)
        #expect(found.losses.isEmpty, "\(found.losses.count) of \(found.images) images")
    }

    @Test(arguments: [ReplicaMode.local, .server], [Disk.Lie.journal, .all])
    func `a disk that skips syncs is seen to lose what was acknowledged`(_ mode: ReplicaMode, _ lie: Disk.Lie) throws {
        let found = try PowerCutRun(mode: mode, seed: 1, steps: 6, images: 1_000, lie: lie).run()
        #expect(found.losses.count > 10, "\(found.losses.count) of \(found.images) images")
    }
}
