/// How fast bytes move, over the last seconds. A pure value: it is told the time.
struct TransferRate {
    private static let window = Duration.seconds(5)
    private static let drawInterval = Duration.milliseconds(200)

    /// What was done when, oldest first: one for each moment in which something is drawn.
    private var samples: [(time: ContinuousClock.Instant, bytes: Int)] = []
    private var drawn: ContinuousClock.Instant?

    /// So many bytes are done now.
    mutating func note(_ bytes: Int, at now: ContinuousClock.Instant) {
        if let last = samples.last, now - last.time < TransferRate.drawInterval { return }
        // Fewer than before: other bytes are counted now.
        if let last = samples.last, bytes < last.bytes { samples = [] }
        samples.append((now, bytes))
        while samples.count > 2, now - samples[0].time > TransferRate.window { samples.removeFirst() }
    }

    /// Whether enough time has passed since the last time that this said so.
    mutating func isDrawn(at now: ContinuousClock.Instant) -> Bool {
        if let drawn, now - drawn < TransferRate.drawInterval { return false }
        drawn = now
        return true
    }

    /// Bytes in a second; nil while that is not known.
    var bytesPerSecond: Int? {
        guard let first = samples.first, let last = samples.last, last.time > first.time else { return nil }
        return Int(Double(last.bytes - first.bytes) / ((last.time - first.time) / .seconds(1)))
    }

    /// `12 MB of 2.0 GB, 34 MB/s, 58 s left`.
    func text(_ done: Int, of total: Int) -> String {
        var parts = [total > 0 ? "\(ByteText.of(done)) of \(ByteText.of(total))" : ByteText.of(done)]
        if let rate = bytesPerSecond, rate > 0 {
            parts.append("\(ByteText.of(rate))/s")
            if total > done { parts.append("\(TransferRate.duration((total - done) / rate)) left") }
        }
        return parts.joined(separator: ", ")
    }

    /// `58 s`, `12 min`, `3 h`.
    static func duration(_ seconds: Int) -> String {
        switch seconds {
        case ..<100: "\(max(1, seconds)) s"
        case ..<5_400: "\((seconds + 30) / 60) min"
        default: "\((seconds + 1_800) / 3_600) h"
        }
    }
}
