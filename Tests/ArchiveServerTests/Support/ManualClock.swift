import ArchiveServer
import LetterModel
import Synchronization

/// A clock that a test moves by hand.
final class ManualClock: Sendable {
    private let milliseconds = Mutex(1_800_000_000_000)
    private let start = ContinuousClock.now

    var now: Timestamp { Timestamp(milliseconds: milliseconds.withLock { $0 }) }

    func advance(seconds: Int) {
        milliseconds.withLock { $0 += seconds * 1000 }
    }

    /// Both of a server's clocks, which move together.
    var clocks: ServerClocks {
        let first = now.milliseconds
        return ServerClocks(
            now: { self.now }, uptime: { self.start + .milliseconds(self.now.milliseconds - first) })
    }
}
