import Foundation
import TestScratch
import Testing

/// The parsers that `make fuzz` feeds take what the programs write, whole and damaged, whichever of them it was written for.
struct FuzzTargetTests {
    /// What the programs write.
    private static let seeds: [[UInt8]] = {
        let scratch = Scratch()
        do {
            try FuzzSeeds.write(below: scratch.path)
            return try FileManager.default.subpathsOfDirectory(atPath: scratch.path).sorted()
                .filter { $0.contains("seed-") }
                .map { [UInt8](try Data(contentsOf: scratch.url.appending(path: $0))) }
        } catch {
            preconditionFailure("no seeds: \(error)")
        }
    }()

    private static let damagesOfOne = 6

    @Test(arguments: FuzzTarget.allCases)
    func `nothing that is written or damaged traps`(_ target: FuzzTarget) {
        #expect(Self.seeds.count > 20)
        target.run([])
        for seed in Self.seeds {
            target.run(seed)
            for number in 0..<Self.damagesOfOne {
                let place = seed.count * number / Self.damagesOfOne
                target.run(Array(seed[..<place]))
                var flipped = seed
                if place < flipped.count { flipped[place] ^= UInt8(1) << UInt8(number) }
                target.run(flipped)
            }
        }
    }
}
