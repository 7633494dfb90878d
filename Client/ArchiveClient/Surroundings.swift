public import LetterModel
import Glibc
import Hashing

/// What an archive takes from the world: the time, for people to read, and randomness, for new ids. Tests bring their own.
public struct Surroundings: Sendable {
    /// The moment that new revisions carry. Nothing is ever decided by it.
    public let now: @Sendable () -> Timestamp
    /// So many random bytes.
    public let randomBytes: @Sendable (_ count: Int) -> [UInt8]

    /// What tells this machine from others, for noticing that a replica's folder was copied; empty if nothing does.
    public let machine: String

    /// Surroundings of one's own.
    public init(
        now: @escaping @Sendable () -> Timestamp, randomBytes: @escaping @Sendable (_ count: Int) -> [UInt8],
        machine: String = ""
    ) {
        self.now = now
        self.randomBytes = randomBytes
        self.machine = machine
    }

    /// The machine's clock and libcrypto's randomness: what every program but a test gives.
    public static let machine = Surroundings(
        now: {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return Timestamp(milliseconds: time.tv_sec * 1000 + time.tv_nsec / 1_000_000)
        },
        randomBytes: { SecureBytes.random(count: $0) }, machine: MachineName.read())

    /// A new LetterID.
    func newLetterID() -> LetterID { .make(time: now(), random: randomBytes(10)) }

    /// A new ArchiveID.
    func newArchiveID() -> ArchiveID { .make(time: now(), random: randomBytes(10)) }

    /// A new epoch of a log.
    func newEpoch() -> String { Hex.encode(randomBytes(8)) }
}

/// How a sync measures and spends time. It decides nothing but how long to wait.
enum MachineClock {
    /// A clock that never goes back.
    static func monotonicMilliseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }

    /// How long the machine has slept since it was started: the clock that never goes back stands still meanwhile.
    ///
    /// Source: https://man7.org/linux/man-pages/man2/clock_gettime.2.html
    static func suspendedMilliseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000 - monotonicMilliseconds()
    }

    /// Waits.
    static func sleep(milliseconds: Int) {
        var time = timespec(tv_sec: milliseconds / 1000, tv_nsec: milliseconds % 1000 * 1_000_000)
        nanosleep(&time, nil)
    }
}

/// The name that an installation of Linux has, if it has one.
///
/// Source: https://www.freedesktop.org/software/systemd/man/latest/machine-id.html
private enum MachineName {
    static func read() -> String {
        let descriptor = open("/etc/machine-id", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : ""
    }
}
