import Testing

@testable import HTTPServer

/// The deadlines as a value that is told the time.
@Suite struct DeadlineTests {
    private static let start = ContinuousClock.now
    private static let limits: ServerConfiguration = {
        var limits = ServerConfiguration()
        limits.idleTimeoutSeconds = 60
        limits.headDeadline = .seconds(30)
        limits.bodyWindow = .seconds(20)
        limits.minimumBodyBytesPerSecond = 100
        limits.responseWindow = .seconds(10)
        limits.minimumResponseBytesPerSecond = 50
        return limits
    }()

    private func isOver(_ deadline: inout Deadline, after seconds: Double, queuedBytes: Int = 0) -> Bool {
        deadline.isOver(
            at: DeadlineTests.start + .seconds(seconds), queuedBytes: queuedBytes, limits: DeadlineTests.limits)
    }

    @Test(arguments: [
        (Deadline.Part.requestLine, 90.0), (.head, 30), (.body, 20), (.unwantedBody, 20), (.stream, 10),
        (.feed, 10),
        (.response(bytes: 0), 10), (.response(bytes: 1000), 30),
    ])
    func `a part in which nothing moves ends at its limit and not before`(part: Deadline.Part, seconds: Double) {
        var deadline = Deadline(part, at: DeadlineTests.start)
        #expect(!isOver(&deadline, after: seconds - 0.001))
        #expect(isOver(&deadline, after: seconds))
    }

    @Test func `bytes do not prolong what is no body`() {
        for (part, seconds) in [(Deadline.Part.requestLine, 90.0), (.head, 30), (.unwantedBody, 20)] {
            var deadline = Deadline(part, at: DeadlineTests.start)
            deadline.moved(bytes: 1 << 30)
            #expect(isOver(&deadline, after: seconds))
        }
    }

    @Test func `the minimum rate is enough, in each window anew`() {
        var deadline = Deadline(.body, at: DeadlineTests.start)
        for window in 1...100 {
            deadline.moved(bytes: 2000)
            #expect(!isOver(&deadline, after: Double(window) * 20))
        }
        deadline.moved(bytes: 1999)
        #expect(isOver(&deadline, after: 101 * 20))
    }

    @Test func `what was fast before is no credit`() {
        var deadline = Deadline(.body, at: DeadlineTests.start)
        deadline.moved(bytes: 1 << 40)
        #expect(!isOver(&deadline, after: 20))
        deadline.moved(bytes: 1)
        #expect(isOver(&deadline, after: 40))
    }

    @Test func `a window that was looked at late asks for as much more`() {
        var deadline = Deadline(.body, at: DeadlineTests.start)
        deadline.moved(bytes: 3999)
        #expect(isOver(&deadline, after: 40))
    }

    @Test func `what the system holds for the client was not taken by it`() {
        var deadline = Deadline(.stream, at: DeadlineTests.start)
        deadline.moved(bytes: 100_000)
        #expect(!isOver(&deadline, after: 10, queuedBytes: 99_000))
        // Nothing more was handed over, but the client takes what is queued.
        #expect(!isOver(&deadline, after: 20, queuedBytes: 98_500))
        #expect(isOver(&deadline, after: 30, queuedBytes: 98_001))
    }

    @Test func `suspended time is nobody's`() {
        for (part, seconds) in [(Deadline.Part.body, 20.0), (.stream, 10), (.head, 30), (.response(bytes: 0), 10)] {
            var deadline = Deadline(part, at: DeadlineTests.start)
            deadline.suspend(at: DeadlineTests.start + .seconds(5))
            #expect(!isOver(&deadline, after: 100_000))
            deadline.resume(at: DeadlineTests.start + .seconds(1000))
            #expect(!isOver(&deadline, after: 995 + seconds - 0.001))
            #expect(isOver(&deadline, after: 995 + seconds))
        }
    }

    @Test func `each message of a feed has a window of its own`() {
        var deadline = Deadline(.feed, at: DeadlineTests.start)
        for message in 1...1000 {
            deadline.suspend(at: DeadlineTests.start + .seconds(message * 10 - 1))
            deadline.resume(at: DeadlineTests.start + .seconds(message * 10))
        }
        #expect(!isOver(&deadline, after: 10_009))
        #expect(isOver(&deadline, after: 10_010))
    }

    @Test func `a resume without a suspension changes nothing`() {
        var deadline = Deadline(.head, at: DeadlineTests.start)
        deadline.resume(at: DeadlineTests.start + .seconds(1000))
        #expect(deadline == Deadline(.head, at: DeadlineTests.start))
    }
}
