import Testing

@testable import ChanceryCommands

/// How fast bytes move, as a progress bar tells it.
struct TransferRateTests {
    private let start = ContinuousClock.now

    private func rate(_ samples: [(milliseconds: Int, bytes: Int)]) -> TransferRate {
        var rate = TransferRate()
        for sample in samples { rate.note(sample.bytes, at: start + .milliseconds(sample.milliseconds)) }
        return rate
    }

    @Test func `nothing is told before two moments are known`() {
        #expect(rate([]).bytesPerSecond == nil)
        #expect(rate([(0, 1_000_000)]).bytesPerSecond == nil)
        #expect(rate([(0, 0), (199, 1_000_000)]).bytesPerSecond == nil, "within one moment")
        #expect(rate([(0, 0)]).text(5_000_000, of: 0) == ByteText.of(5_000_000))
    }

    @Test func `the rate is that of the last seconds`() {
        #expect(rate([(0, 0), (1_000, 2_000_000)]).bytesPerSecond == 2_000_000)
        // A second at a time: slow for ten seconds, then fast for six.
        let slow = (0...10).map { (milliseconds: $0 * 1_000, bytes: $0 * 1_000) }
        let fast = (1...6).map { (milliseconds: 10_000 + $0 * 1_000, bytes: 10_000 + $0 * 1_000_000) }
        #expect(rate(slow).bytesPerSecond == 1_000)
        #expect(rate(slow + fast).bytesPerSecond == 1_000_000)
        // A connection that stands still is told as soon as the window is over.
        let still = (1...6).map { (milliseconds: 16_000 + $0 * 1_000, bytes: 6_010_000) }
        #expect(rate(slow + fast + still).bytesPerSecond == 0)
    }

    @Test func `what is left is told with the time that it takes, unless nothing moves`() {
        let moving = rate([(0, 0), (1_000, 10_000_000)])
        #expect(
            moving.text(20_000_000, of: 600_000_000)
                == "\(ByteText.of(20_000_000)) of \(ByteText.of(600_000_000)), \(ByteText.of(10_000_000))/s, 58 s left")
        #expect(moving.text(600_000_000, of: 600_000_000).hasSuffix("/s"))
        #expect(!rate([(0, 5), (1_000, 5)]).text(5, of: 10).contains("left"))
    }

    @Test func `other bytes begin anew instead of running backwards`() {
        #expect(rate([(0, 9_000_000), (1_000, 0)]).bytesPerSecond == nil)
        #expect(rate([(0, 9_000_000), (1_000, 0), (2_000, 500)]).bytesPerSecond == 500)
    }

    @Test func `it is drawn five times a second at most`() {
        var rate = TransferRate()
        let drawn = [0, 100, 199, 200, 399, 400].map { rate.isDrawn(at: start + .milliseconds($0)) }
        #expect(drawn == [true, false, false, true, false, true])
    }

    @Test(arguments: [
        (0, "1 s"), (99, "99 s"), (100, "2 min"), (149, "2 min"), (150, "3 min"), (5_399, "90 min"), (5_400, "2 h"),
        (86_400, "24 h"),
    ]) func `durations are told as roughly as they are known`(seconds: Int, text: String) {
        #expect(TransferRate.duration(seconds) == text)
    }
}
