import Foundation
import SyncTestSupport

/// How much is done, and by which seed. Small amounts unless the environment says otherwise: `make check` does.
enum Amounts {
    private static let environment = ProcessInfo.processInfo.environment

    /// The same in every run, so that a commit that passed passes again; `make soak` goes round by `CHANCERY_FAULTS_SEED`.
    static let seed: UInt64 = environment["CHANCERY_FAULTS_SEED"].flatMap { UInt64($0) } ?? 1

    /// An amount from the environment.
    static func amount(_ name: String, otherwise: Int) -> Int {
        environment[name].flatMap { Int($0) } ?? otherwise
    }

    /// Numbers of the run's seed and a purpose.
    static func numbers(_ purpose: UInt64) -> SeededNumbers {
        // A number of the seed, not the seed: the numbers of seeds that are neighbours must not overlap.
        var numbers = SeededNumbers(seed: seed)
        return SeededNumbers(seed: numbers.next() ^ purpose)
    }

    /// The command that repeats what a suite did.
    static func replay(_ suite: String, _ amounts: String...) -> String {
        "replay: CHANCERY_FAULTS_SEED=\(seed) \(amounts.map { $0 + " " }.joined())swift test --filter \(suite)"
    }

    /// Says a figure in the output of the run.
    static func report(_ layer: String, _ figures: [(String, Int)]) {
        let text = figures.map { "\($0.0)=\($0.1)" }.joined(separator: " ")
        FileHandle.standardError.write(Data("figures \(layer) seed=\(seed) \(text)\n".utf8))
    }
}
