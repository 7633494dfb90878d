/// How often requests of one source may be denied: a bucket of attempts that fills again with time.
///
/// Nobody guesses 256 random bits: the bound keeps one broken or hostile client from filling the log and the audit log.
/// So it never stands in the way of a request that is allowed, not even from the same address (behind a proxy all
/// clients share one).
///
/// The table is bounded: when it is full, the source that was quiet for longest is forgotten.
struct DenialLimit {
    /// Denials that a source may have at once.
    static let burst = 30.0
    /// Denials that it may have again for each second.
    static let refillPerSecond = 0.5
    /// Sources that are remembered.
    static let maximumSourceCount = 4096

    private struct Bucket {
        var attempts: Double
        var filledAt: ContinuousClock.Instant
    }

    private var buckets: [String: Bucket] = [:]

    /// The number of sources that are remembered.
    var sourceCount: Int { buckets.count }

    /// Takes one attempt of a source, an address or a token. Nil if it had one; else the whole seconds until it has one again.
    mutating func take(_ source: String, at now: ContinuousClock.Instant) -> Int? {
        var bucket = buckets[source] ?? Bucket(attempts: DenialLimit.burst, filledAt: now)
        let gained = max(0, bucket.filledAt.duration(to: now) / .seconds(1)) * DenialLimit.refillPerSecond
        bucket.attempts = min(DenialLimit.burst, bucket.attempts + gained)
        bucket.filledAt = max(bucket.filledAt, now)
        defer { remember(bucket, for: source) }
        if bucket.attempts >= 1 {
            bucket.attempts -= 1
            return nil
        }
        return max(1, Int(((1 - bucket.attempts) / DenialLimit.refillPerSecond).rounded(.up)))
    }

    private mutating func remember(_ bucket: Bucket, for source: String) {
        if buckets[source] == nil, buckets.count >= DenialLimit.maximumSourceCount,
            let quietest = buckets.min(by: { $0.value.filledAt < $1.value.filledAt })
        {
            buckets[quietest.key] = nil
        }
        buckets[source] = bucket
    }
}
