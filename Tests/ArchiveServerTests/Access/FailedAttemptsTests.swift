import Testing

@testable import ArchiveServer

/// The bucket of bad tokens that each address has.
struct FailedAttemptsTests {
    let start = ContinuousClock.now

    @Test func `an address may fail thirty times at once, and then as often as time gives back`() {
        var attempts = FailedAttempts()
        for _ in 0..<30 { #expect(attempts.take("a", at: start) == nil) }
        #expect(attempts.take("a", at: start) == 2)
        #expect(attempts.take("a", at: start + .seconds(1)) == 1)
        #expect(attempts.take("a", at: start + .seconds(2)) == nil)
        #expect(attempts.take("a", at: start + .seconds(2)) == 2)
        #expect(attempts.take("b", at: start + .seconds(2)) == nil)
    }

    @Test func `quiet does not save up more than a burst`() {
        var attempts = FailedAttempts()
        for _ in 0..<30 { #expect(attempts.take("a", at: start) == nil) }
        for _ in 0..<30 { #expect(attempts.take("a", at: start + .seconds(86_400)) == nil) }
        #expect(attempts.take("a", at: start + .seconds(86_400)) == 2)
    }

    @Test func `the table does not grow, and forgets who was quiet for longest`() {
        var attempts = FailedAttempts()
        for _ in 0..<30 { #expect(attempts.take("busy", at: start) == nil) }
        for number in 0..<5_000 {
            let now = start + .microseconds(number)
            #expect(attempts.take("\(number)", at: now) == nil)
            // It comes again and again, so it is never the quietest one, and its empty bucket is not forgotten.
            if number.isMultiple(of: 100) { #expect(attempts.take("busy", at: now) == 2) }
        }
        #expect(attempts.addressCount == FailedAttempts.maximumAddressCount)
    }
}
