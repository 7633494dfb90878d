/// How much a line of the log matters.
public enum LogLevel: String, Sendable, CaseIterable, Comparable {
    /// For those who look for a fault.
    case debug
    /// What the server does.
    case info
    /// What somebody should look at some time.
    case warning
    /// What somebody has to look at.
    case error

    /// Whether the left matters less.
    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .debug: 0
        case .info: 1
        case .warning: 2
        case .error: 3
        }
    }
}
