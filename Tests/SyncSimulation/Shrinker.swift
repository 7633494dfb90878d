/// Makes a failing schedule small: fewer events, fewer laptops, no faults, as long as it still fails.
package struct Shrinker {
    /// At most so many runs are made.
    private let runLimit: Int
    private let fails: (Schedule) -> Bool

    /// A shrinker that asks whether a schedule fails.
    package init(runLimit: Int, fails: @escaping (Schedule) -> Bool) {
        self.runLimit = runLimit
        self.fails = fails
    }

    /// The smallest failing schedule that was found.
    package func shrink(_ schedule: Schedule) -> Schedule {
        var best = schedule
        var runs = 0
        func attempt(_ candidate: Schedule) -> Bool {
            guard candidate != best, runs < runLimit else { return false }
            runs += 1
            guard fails(candidate) else { return false }
            best = candidate
            return true
        }
        var isSmaller = true
        while isSmaller && runs < runLimit {
            isSmaller = false
            var size = max(1, best.events.count / 2)
            // Delta debugging: leave out ever smaller stretches.
            while size >= 1 {
                var start = best.events.count - size
                while start >= 0 {
                    var events = best.events
                    events.removeSubrange(start..<min(start + size, events.count))
                    if attempt(best.with(events)) { isSmaller = true }
                    start = min(start - size, best.events.count - size)
                }
                size /= 2
            }
            var calm = best
            calm.networkFaultRate = 0
            if attempt(calm) { isSmaller = true }
            var fewer = best
            fewer.laptops -= 1
            if fewer.laptops >= 1, attempt(fewer) { isSmaller = true }
        }
        return best
    }
}
