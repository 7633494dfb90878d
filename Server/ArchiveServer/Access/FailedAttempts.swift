/// How often each address may come with a bad token: a bucket of attempts that fills again with time.
///
/// Nobody guesses 256 random bits: the bound keeps one broken or hostile client from filling the log and the audit log.
/// So it never stands in the way of a good token, not even from the same address (behind a proxy all clients share one).
///
/// The table is bounded: when it is full, the address that was quiet for longest is forgotten.
struct FailedAttempts {
    /// Attempts that an address may make at once.
    static let burst = 30.0
    /// Attempts that it gets back in a second.
    static let refillPerSecond = 0.5
    /// Addresses that are remembered.
    static let maximumAddressCount = 4096

    private struct Bucket {
        var attempts: Double
        var filledAt: ContinuousClock.Instant
    }

    private var buckets: [String: Bucket] = [:]

    /// The number of addresses that are remembered.
    var addressCount: Int { buckets.count }

    /// Takes one attempt of an address. Nil if it had one; else the whole seconds until it has one again.
    mutating func take(_ address: String, at now: ContinuousClock.Instant) -> Int? {
        var bucket = buckets[address] ?? Bucket(attempts: FailedAttempts.burst, filledAt: now)
        let gained = max(0, bucket.filledAt.duration(to: now) / .seconds(1)) * FailedAttempts.refillPerSecond
        bucket.attempts = min(FailedAttempts.burst, bucket.attempts + gained)
        bucket.filledAt = max(bucket.filledAt, now)
        defer { remember(bucket, for: address) }
        if bucket.attempts >= 1 {
            bucket.attempts -= 1
            return nil
        }
        return max(1, Int(((1 - bucket.attempts) / FailedAttempts.refillPerSecond).rounded(.up)))
    }

    private mutating func remember(_ bucket: Bucket, for address: String) {
        if buckets[address] == nil, buckets.count >= FailedAttempts.maximumAddressCount,
            let quietest = buckets.min(by: { $0.value.filledAt < $1.value.filledAt })
        {
            buckets[quietest.key] = nil
        }
        buckets[address] = bucket
    }
}
