import Foundation
import SyncTestSupport
import Synchronization

/// Many simulations, one after another on each processor.
package struct Campaign {
    /// What a campaign found.
    package struct Result: Sendable {
        /// How many seeds were run.
        package var seeds = 0
        /// What failed: seed, and what was wrong.
        package var failures: [(seed: UInt64, faults: [String])] = []
        /// Hashes of the traces, by seed.
        package var digests: [UInt64: String] = [:]
        /// Sums of the figures; of "most rounds" the most.
        package var figures: [String: Int] = [:]
        /// The first seed that was not run.
        package var next: UInt64 = 0

        mutating func add(_ seed: UInt64, _ outcome: Outcome) {
            seeds += 1
            digests[seed] = outcome.digest
            if !outcome.faults.isEmpty { failures.append((seed, outcome.faults)) }
            for (name, value) in outcome.figures {
                figures[name] = name.hasPrefix("most") ? max(figures[name] ?? 0, value) : (figures[name] ?? 0) + value
            }
        }
    }

    /// How many simulations run at once.
    package var workers = max(1, ProcessInfo.processInfo.activeProcessorCount)
    /// After so many failures it ends.
    package var failureLimit = 5
    package var laptops: Int?
    package var steps: Int?

    private let disksLie: Bool

    /// A campaign; on disks that only say that they sync, it must fail.
    package init(disksLie: Bool = false) { self.disksLie = disksLie }

    /// Runs seeds in order until there are none, or until `isOver` says so.
    package func run(_ seeds: Range<UInt64>, until isOver: @escaping @Sendable () -> Bool = { false }) throws -> Result
    {
        let shared = Mutex((next: seeds.lowerBound, result: Result()))
        let broken = Mutex<String?>(nil)
        let group = DispatchGroup()
        for _ in 0..<workers {
            group.enter()
            let thread = Thread {
                defer { group.leave() }
                do {
                    let workspace = try Workspace()
                    while true {
                        let seed = shared.withLock { shared -> UInt64? in
                            guard shared.next < seeds.upperBound, shared.result.failures.count < failureLimit, !isOver()
                            else { return nil }
                            defer { shared.next += 1 }
                            return shared.next
                        }
                        guard let seed else { return }
                        let schedule = Schedule(seed: seed, laptops: laptops, steps: steps)
                        let outcome = Simulation.run(schedule, disksLie: disksLie, in: workspace)
                        shared.withLock { $0.result.add(seed, outcome) }
                    }
                } catch {
                    broken.withLock { $0 = "\(error)" }
                }
            }
            thread.stackSize = 8 << 20
            thread.start()
        }
        group.wait()
        if let reason = broken.withLock({ $0 }) { throw TestFailure(reason) }
        return shared.withLock { shared in
            var result = shared.result
            result.next = shared.next
            result.failures.sort { $0.seed < $1.seed }
            return result
        }
    }
}
