import Testing

@testable import ArchiveServer

/// The bucket of denials that each address and each token has.
struct DenialLimitTests {
    let start = ContinuousClock.now

    @Test func `a source may be denied thirty times at once, and then as often as time gives back`() {
        var limit = DenialLimit()
        for _ in 0..<30 { #expect(limit.take("a", at: start) == nil) }
        #expect(limit.take("a", at: start) == 2)
        #expect(limit.take("a", at: start + .seconds(1)) == 1)
        #expect(limit.take("a", at: start + .seconds(2)) == nil)
        #expect(limit.take("a", at: start + .seconds(2)) == 2)
        #expect(limit.take("b", at: start + .seconds(2)) == nil)
    }

    @Test func `quiet does not save up more than a burst`() {
        var limit = DenialLimit()
        for _ in 0..<30 { #expect(limit.take("a", at: start) == nil) }
        for _ in 0..<30 { #expect(limit.take("a", at: start + .seconds(86_400)) == nil) }
        #expect(limit.take("a", at: start + .seconds(86_400)) == 2)
    }

    @Test func `the table does not grow, and forgets who was quiet for longest`() {
        var limit = DenialLimit()
        for _ in 0..<30 { #expect(limit.take("busy", at: start) == nil) }
        for number in 0..<5_000 {
            let now = start + .microseconds(number)
            #expect(limit.take("\(number)", at: now) == nil)
            // It comes again and again, so it is never the quietest one, and its empty bucket is not forgotten.
            if number.isMultiple(of: 100) { #expect(limit.take("busy", at: now) == 2) }
        }
        #expect(limit.sourceCount == DenialLimit.maximumSourceCount)
    }
}
