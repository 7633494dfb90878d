import Foundation
import ProgramTestSupport
import SyncSimulation
import Testing

/// The whole system on virtual disks and a virtual network: nothing is lost while faults last, all converge when they end.
///
/// `CHANCERY_SIMULATIONS` says how many seeds are run, `CHANCERY_SIMULATIONS_TWICE` how many of them in two processes. A failure
/// prints the smallest schedule that fails.
struct SimulationTests {
    private static let environment = ProcessInfo.processInfo.environment

    private static func amount(_ name: String, otherwise: UInt64) -> UInt64 {
        environment[name].flatMap { UInt64($0) } ?? otherwise
    }

    @Test(arguments: keptSchedules)
    func `schedules that once failed hold`(kept: KeptSchedule) throws {
        let outcome = Simulation.run(kept.schedule, in: try Workspace())
        #expect(outcome.faults.isEmpty, "\(kept.reason)\n\(kept.schedule.text)")
    }

    @Test func `whatever happens, every invariant holds`() throws {
        let count = Self.amount("CHANCERY_SIMULATIONS", otherwise: 200)
        let result = try Campaign().run(0..<count)
        for (seed, faults) in result.failures {
            let small = try Simulation.shrunk(Schedule(seed: seed), runLimit: 200)
            Issue.record("\(Schedule(seed: seed).replay): \(faults)\nthe smallest that fails:\n\(small.text)")
        }
    }

    @Test func `two processes see the same`() throws {
        // Each process orders dictionaries and sets in its own way.
        let count = Self.amount("CHANCERY_SIMULATIONS_TWICE", otherwise: 10)
        let scratch = FileManager.default.temporaryDirectory
        let traces = try (0..<2).map { _ in
            try Programs.run(
                "simulate", ["--seeds", "\(count)", "--from", "100000", "--digests"], environment: [:], in: scratch)
        }
        #expect(traces[0].status == 0, "\(traces[0].output)")
        #expect(traces[0].output.split(separator: "\n").count == Int(count))
        #expect(traces[0].output == traces[1].output)
    }

    @Test func `a schedule is read as it was written`() throws {
        let schedule = Schedule(seed: 77)
        #expect(try Schedule(text: schedule.text) == schedule)
    }

    @Test func `a failing schedule is made small`() {
        // Fails as long as a backup is restored somewhere after it was made.
        let schedule = Schedule(seed: 5, laptops: 3, steps: 300)
        let shrinker = Shrinker(runLimit: 2_000) { candidate in
            guard let made = candidate.events.firstIndex(where: { $0.kind == .edit }) else { return false }
            return candidate.events[made...].contains { $0.kind == .delete }
        }
        let small = shrinker.shrink(schedule)
        #expect(small.events.map(\.kind) == [.edit, .delete])
        #expect(small.laptops == 1 && small.networkFaultRate == 0)
    }

    @Test func `a disk that only says that it syncs is seen to lose what was acknowledged`() throws {
        let campaign = Campaign(disksLie: true)
        #expect(try !campaign.run(0..<400).failures.isEmpty)
    }
}
