import Foundation
import SyncTestSupport

/// The program `simulate`. Returns its exit status: 0 if every invariant held, 1 if one did not, 64 for wrong arguments.
///
/// - `--seed N [--replicas R] [--steps K]` runs one seed and tells what happens.
/// - `--schedule FILE` runs a schedule from a file.
/// - `--seeds N [--from SEED]` runs many; with `--digests`, says the hash of each trace.
/// - `--seconds N [--from SEED] [--state FILE]` runs until the time is over; the file keeps where to go on.
package func simulate(_ arguments: [String]) -> Int32 {
    do {
        return try SimulateCommand(arguments).run()
    } catch {
        FileHandle.standardError.write(Data("simulate: \(error)\n".utf8))
        return 64
    }
}

private struct SimulateCommand {
    private var values: [String: String] = [:]
    private var hasDigests = false

    private static let names = ["seed", "replicas", "steps", "schedule", "seeds", "from", "seconds", "state", "shrink"]

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let name = rest.popFirst() {
            if name == "--digests" {
                hasDigests = true
                continue
            }
            guard name.hasPrefix("--"), SimulateCommand.names.contains(String(name.dropFirst(2))),
                let value = rest.popFirst()
            else { throw TestFailure("\(name) is no option, or has no value; see Tests/SyncSimulation/Command.swift") }
            values[String(name.dropFirst(2))] = value
        }
    }

    private func number(_ name: String) throws -> Int? {
        guard let text = values[name], !text.isEmpty else { return nil }
        guard let number = Int(text), number >= 0 else { throw TestFailure("--\(name) takes a number, not \(text)") }
        return number
    }

    /// All replicas but the server's.
    private func laptops() throws -> Int? { try number("replicas").map { max(1, $0 - 1) } }

    func run() throws -> Int32 {
        if let file = values["schedule"] {
            return try single(try Schedule(text: try String(contentsOfFile: file, encoding: .utf8)))
        }
        if let seed = try number("seed") {
            return try single(
                Schedule(seed: UInt64(seed), laptops: try laptops(), steps: try number("steps")))
        }
        return try many()
    }

    // MARK: One

    private func single(_ schedule: Schedule) throws -> Int32 {
        let outcome = Simulation.run(schedule, in: try Workspace())
        print(outcome.trace.joined(separator: "\n"))
        guard outcome.faults.isEmpty else {
            try tellFailure(of: schedule, outcome.faults)
            return 1
        }
        print("every invariant held; trace \(outcome.digest)")
        return 0
    }

    /// Shrinks a failing schedule and says how to run it again.
    private func tellFailure(of schedule: Schedule, _ faults: [String]) throws {
        print("FAILED: seed \(schedule.seed)")
        for fault in faults { print("  \(fault)") }
        let small = try Simulation.shrunk(schedule, runLimit: try number("shrink") ?? 400)
        let outcome = Simulation.run(small, in: try Workspace())
        print("the smallest schedule that fails, \(small.events.count) events:\n")
        print(small.text)
        print(outcome.trace.map { "# \($0)" }.joined(separator: "\n"))
        for fault in outcome.faults { print("# \(fault)") }
        print("\nreplay: \(schedule.replay), or put the lines above into a file: make simulate SCHEDULE=file")
    }

    // MARK: Many

    private func many() throws -> Int32 {
        var campaign = Campaign()
        campaign.laptops = try laptops()
        campaign.steps = try number("steps")
        var first = UInt64(try number("from") ?? 0)
        if let file = values["state"], FileManager.default.fileExists(atPath: file) {
            let text = try String(contentsOfFile: file, encoding: .utf8)
            first = UInt64(text.filter(\.isNumber)) ?? first
        }
        let start = DispatchTime.now().uptimeNanoseconds
        let seconds = try number("seconds")
        let seeds = try number("seeds").map { UInt64($0) } ?? (seconds == nil ? 200 : UInt64.max / 2)
        let result = try campaign.run(first..<(first + seeds)) {
            guard let seconds else { return false }
            return DispatchTime.now().uptimeNanoseconds - start >= UInt64(seconds) * 1_000_000_000
        }
        let took = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
        if hasDigests {
            for seed in result.digests.keys.sorted() { print("\(seed) \(result.digests[seed] ?? "")") }
        }
        if let file = values["state"] {
            let next = result.failures.first?.seed ?? result.next
            try "\(next)\n".write(toFile: file, atomically: true, encoding: .utf8)
        }
        if !hasDigests {
            let figures = result.figures.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            print("figures simulation: \(result.seeds) seeds from \(first), \(figures.joined(separator: ", "))")
            print(String(format: "%.1f seeds a second, next seed %llu", Double(result.seeds) / took, result.next))
        }
        for (seed, faults) in result.failures.prefix(1) {
            try tellFailure(of: Schedule(seed: seed, laptops: campaign.laptops, steps: campaign.steps), faults)
        }
        for (seed, faults) in result.failures.dropFirst() { print("FAILED too: seed \(seed): \(faults[0])") }
        return result.failures.isEmpty ? 0 : 1
    }
}

extension Simulation {
    /// The smallest schedule, found in so many runs, that fails as this one does.
    package static func shrunk(_ schedule: Schedule, runLimit: Int) throws -> Schedule {
        let workspace = try Workspace()
        return Shrinker(runLimit: runLimit) { !Simulation.run($0, in: workspace).faults.isEmpty }.shrink(schedule)
    }
}

extension Schedule {
    /// The command that runs it again.
    package var replay: String { "make simulate SEED=\(seed) REPLICAS=\(laptops + 1) STEPS=\(events.count)" }
}
