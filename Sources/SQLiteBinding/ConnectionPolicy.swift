/// How a connection behaves. The switches that guard against hostile files are always on and not part of it.
public struct ConnectionPolicy: Hashable, Sendable {
    /// How changes are made durable.
    public enum Journal: String, Hashable, Sendable {
        /// Write-ahead log with `synchronous=FULL`, for one writing connection that alone checkpoints.
        case writeAheadLog = "WAL"
        /// Rollback journal that is truncated at commit with `synchronous=FULL`, for several processes.
        case truncate = "TRUNCATE"
    }

    /// How long a connection waits for a lock.
    public var busyTimeoutMilliseconds: Int
    /// How changes are made durable; nil leaves the file as it is, which is all that a reading connection may do.
    public var journal: Journal?
    /// How many pages the write-ahead log may have before this connection moves it into the database; 0: it never does.
    /// Exactly one connection of a database may do so: SQLite 3.7.0 to 3.51.2 can corrupt it otherwise.
    public var checkpointPages: Int
    /// How many KiB of pages are kept in memory.
    public var cacheKibibytes: Int

    /// 32 MiB of SQLite's usual pages. A large push writes most pages of the indexes: those that the next one writes again are moved once.
    public static let defaultCheckpointPages = 8_192

    /// A policy of its parts.
    public init(
        busyTimeoutMilliseconds: Int, journal: Journal?, checkpointPages: Int = defaultCheckpointPages,
        cacheKibibytes: Int = 16 * 1024
    ) {
        self.busyTimeoutMilliseconds = busyTimeoutMilliseconds
        self.journal = journal
        self.checkpointPages = checkpointPages
        self.cacheKibibytes = cacheKibibytes
    }

    /// Several processes at once, each with a connection of its own.
    public static func shared(busyTimeoutMilliseconds: Int) -> ConnectionPolicy {
        ConnectionPolicy(busyTimeoutMilliseconds: busyTimeoutMilliseconds, journal: .truncate)
    }

    /// The one connection of a server that writes.
    public static let writer = writer(checkpointPages: defaultCheckpointPages)

    /// The same, which moves the write-ahead log at so many pages; 0: when it is told to.
    public static func writer(checkpointPages: Int) -> ConnectionPolicy {
        ConnectionPolicy(
            busyTimeoutMilliseconds: 5_000, journal: .writeAheadLog, checkpointPages: checkpointPages)
    }

    /// A connection that only reads what another one writes, and never checkpoints.
    public static let reader = ConnectionPolicy(busyTimeoutMilliseconds: 5_000, journal: nil, checkpointPages: 0)
}
