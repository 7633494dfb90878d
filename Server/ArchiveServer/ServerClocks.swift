public import LetterModel

/// The clocks that a server is given: it reads none by itself.
public struct ServerClocks: Sendable {
    /// The time of day in UTC, for expiry, the audit log and the log.
    public let now: @Sendable () -> Timestamp
    /// A clock that only goes forward, for durations.
    public let uptime: @Sendable () -> ContinuousClock.Instant

    /// Clocks of one's own.
    public init(now: @escaping @Sendable () -> Timestamp, uptime: @escaping @Sendable () -> ContinuousClock.Instant) {
        self.now = now
        self.uptime = uptime
    }
}
