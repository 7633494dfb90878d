package import LetterModel

/// Which blobs a sync fetches.
public enum BlobPolicy: Hashable, Sendable {
    /// None.
    case none
    /// Those of at most so many bytes; of unknown size too, up to so many bytes.
    case upTo(byteCount: Int)
    /// All.
    case all
}

/// How a sync goes about it.
public struct SyncOptions: Hashable, Sendable {
    /// Which blobs to fetch.
    public var blobs: BlobPolicy
    /// How many times in a row something may fail, without anything gained in between, before the sync gives up.
    public var maximumFailures: Int
    /// The longest `Retry-After` that is waited for, in seconds; a longer one ends the sync.
    public var maximumRetryAfterSeconds: Int
    /// After about so many decoded bytes a response may end at a checkpoint; nil for no such bound.
    public var responseLimitBytes: Int?

    /// Options of one's own; by default blobs up to 5 MB, as `clone` does.
    public init(
        blobs: BlobPolicy = .upTo(byteCount: 5_000_000), maximumFailures: Int = 5, maximumRetryAfterSeconds: Int = 60,
        responseLimitBytes: Int? = nil
    ) {
        self.blobs = blobs
        self.maximumFailures = maximumFailures
        self.maximumRetryAfterSeconds = maximumRetryAfterSeconds
        self.responseLimitBytes = responseLimitBytes
    }
}

/// What a sync takes from the world. Tests bring their own, and move time by hand.
package struct SyncSurroundings {
    /// The time, for the evidence that is kept of what was seen of a remote. Nothing is decided by it.
    package let now: () -> Timestamp
    /// What tells this copy of the replica from every other one: the machine and the file. Nil if nothing does.
    package let place: String?
    /// A clock that never goes back, in milliseconds: for the report, and for how long pages are gathered before they are stored.
    package let monotonicMilliseconds: () -> Int
    /// A random number, for the jitter of waits.
    package let random: () -> UInt64
    /// Waits so many milliseconds; never asked for more than 100 at once, so that stopping is prompt.
    package let sleep: (_ milliseconds: Int) -> Void
    /// Whether pages are gathered, and stored by a thread of their own while the next ones come, and the next push is made ready while the
    /// remote works on this one; not where everything has to happen in one order.
    package var worksBeside = false

    /// Surroundings of one's own.
    package init(
        now: @escaping () -> Timestamp, place: String? = nil, monotonicMilliseconds: @escaping () -> Int,
        random: @escaping () -> UInt64, sleep: @escaping (_ milliseconds: Int) -> Void
    ) {
        self.now = now
        self.place = place
        self.monotonicMilliseconds = monotonicMilliseconds
        self.random = random
        self.sleep = sleep
    }
}

/// How far a sync has come: for progress bars.
public struct SyncProgress: Hashable, Sendable {
    /// What is being done.
    public enum Phase: String, Sendable {
        /// Revisions go to the remote.
        case pushing
        /// Revisions come from the remote.
        case pulling
        /// Blobs go to the remote.
        case sendingBlobs
        /// Blobs come from the remote.
        case fetchingBlobs
        /// Nothing: the remote is asked again after a pause.
        case waiting
    }

    /// What is being done.
    public let phase: Phase
    /// Revisions or blobs that are done.
    public let done: Int
    /// How many there are, as far as is known.
    public let total: Int
    /// Bytes of blobs that are where they belong, those of the blob in hand included; 0 while revisions travel.
    public let doneBytes: Int
    /// Bytes of all blobs that travel this way, as far as is known; 0 while revisions travel.
    public let totalBytes: Int

    init(phase: Phase, done: Int, total: Int, doneBytes: Int = 0, totalBytes: Int = 0) {
        self.phase = phase
        self.done = done
        self.total = total
        self.doneBytes = doneBytes
        self.totalBytes = totalBytes
    }
}
