/// Decides when a replica that follows a remote syncs again. A pure value: it reads no clock; times are milliseconds of one
/// that never goes back.
///
/// A sync is due when something was written here, when the remote says that its log ends elsewhere than we stand, when a remote that
/// tells of nothing has not been asked for a while, and after a failure when its pause is over. Nothing is asked twice for the same
/// reason: what a sync could not bring, a second one at once would not bring either.
package struct LiveSchedule {
    /// How long a remote that tells of nothing is left alone.
    package static let pollMilliseconds = 30_000
    /// The first pause after a failure; each further one doubles.
    package static let firstPauseMilliseconds = 1_000
    /// No pause is longer.
    package static let longestPauseMilliseconds = 60_000

    /// Two clocks are not read at one moment: less is no sleep.
    package static let shortestSleepMilliseconds = 1_000

    /// The end of our log when the last sync began.
    private var endAtStart: Int?
    /// What the remote had told of its end when the last sync began.
    private var toldAtStart: Int?
    /// Where we stood in the remote's log after it.
    private var position: Int?
    private var syncedAt = 0
    private var failures = 0
    /// How long the machine had slept when that was looked at last.
    private var suspended: Int?

    package init() {}

    /// Tells whether the machine has slept since this was asked last. After that a sync is due at once, and whatever pause there was is over: what
    /// was known of the remote is old, and its connections are dead without knowing it.
    ///
    /// - Parameter suspended: How long the machine has slept altogether.
    package mutating func hasSlept(_ suspended: Int) -> Bool {
        defer { self.suspended = suspended }
        guard let last = self.suspended, suspended - last >= LiveSchedule.shortestSleepMilliseconds else {
            return false
        }
        endAtStart = nil
        failures = 0
        return true
    }

    /// Whether to sync now.
    ///
    /// - Parameters:
    ///   - end: The end of our log.
    ///   - told: What the remote says of its end; nil while it tells of nothing.
    ///   - now: The time.
    ///   - jitter: 0 to 1: how much of the random half of a pause is waited.
    package func isDue(end: Int, told: Int?, at now: Int, jitter: Double = 0) -> Bool {
        guard let endAtStart else { return true }
        if failures > 0 {
            let pause = min(
                LiveSchedule.firstPauseMilliseconds << min(failures - 1, 10), LiveSchedule.longestPauseMilliseconds)
            return now - syncedAt >= pause / 2 + Int(Double(pause / 2) * jitter)
        }
        if end != endAtStart { return true }
        guard let told else { return now - syncedAt >= LiveSchedule.pollMilliseconds }
        return told != position && told != toldAtStart
    }

    /// A sync begins.
    package mutating func begin(end: Int, told: Int?) {
        endAtStart = end
        toldAtStart = told
    }

    /// It is over.
    ///
    /// - Parameters:
    ///   - position: Where we stand in the remote's log now.
    ///   - isFailed: Whether it failed, so that it is tried again after a pause.
    package mutating func end(position: Int?, isFailed: Bool, at now: Int) {
        self.position = position
        syncedAt = now
        failures = isFailed ? failures + 1 : 0
    }
}
