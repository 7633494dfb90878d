import Glibc

/// Whether something is so, which another thread or process brings about and nothing announces; false after two minutes in vain.
///
/// How many times one may look until it is so depends on how fast this thread is and how long the other one waits for its turn, so looks are not
/// counted.
public func eventually(_ isSo: () throws -> Bool) rethrows -> Bool {
    let end = ContinuousClock.now + .seconds(120)
    while ContinuousClock.now < end {
        if try isSo() { return true }
        sched_yield()
    }
    return try isSo()
}
