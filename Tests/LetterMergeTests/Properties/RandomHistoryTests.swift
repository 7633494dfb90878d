import Foundation
import LetterMerge
import Testing

/// Nothing is lost, nothing superseded is shown, and everybody sees the same, whatever replicas do.
struct RandomHistoryTests {
    /// `CHANCERY_SEED` replays one history; `CHANCERY_HISTORIES` says how many are made, `CHANCERY_HISTORIES_FROM` which
    /// is the first.
    static let seeds: Range<UInt64> = {
        let environment = ProcessInfo.processInfo.environment
        if let seed = environment["CHANCERY_SEED"].flatMap({ UInt64($0) }) { return seed..<(seed + 1) }
        let first = environment["CHANCERY_HISTORIES_FROM"].flatMap { UInt64($0) } ?? 0
        return first..<(first + (environment["CHANCERY_HISTORIES"].flatMap { UInt64($0) } ?? 2_000))
    }()

    @Test func `random histories keep every promise`() async {
        let faults = await inParallel(Self.seeds) { seed in
            let history = RandomHistory(seed: seed)
            return history.faults.first.map { fault in
                "\(fault)\nreplay: CHANCERY_SEED=\(seed) swift test --filter LetterMergeTests\n\(history.told)"
            }
        }
        let told = "figures merge seed=\(Self.seeds.lowerBound) histories=\(Self.seeds.count) faults=\(faults.count)\n"
        FileHandle.standardError.write(Data(told.utf8))
        for fault in faults.prefix(10) { Issue.record(Comment(rawValue: fault)) }
        #expect(faults.isEmpty, "\(faults.count) of \(Self.seeds.count) histories broke a promise")
    }
}

/// Runs a check for every number on all processors, and collects what it finds, in order.
func inParallel(
    _ numbers: Range<UInt64>, _ check: @escaping @Sendable (UInt64) -> String?
) async -> [String] {
    let workers = UInt64(max(1, ProcessInfo.processInfo.activeProcessorCount))
    return await withTaskGroup(of: [(UInt64, String)].self) { group in
        for worker in 0..<workers {
            group.addTask {
                var found: [(UInt64, String)] = []
                for number in stride(from: numbers.lowerBound + worker, to: numbers.upperBound, by: Int(workers)) {
                    if let fault = check(number) { found.append((number, fault)) }
                }
                return found
            }
        }
        var all: [(UInt64, String)] = []
        for await found in group { all += found }
        return all.sorted { $0.0 < $1.0 }.map(\.1)
    }
}
