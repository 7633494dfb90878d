public import LetterModel

/// What the program takes from the world and gives to it: the executable brings the machine's, tests their own.
public struct Surroundings: Sendable {
    /// The environment's variables.
    public var environment: [String: String]
    /// The time of day.
    public var now: @Sendable () -> Timestamp
    /// A clock that only goes forward.
    public var uptime: @Sendable () -> ContinuousClock.Instant
    /// Random bytes that nobody can guess.
    public var randomBytes: @Sendable (_ count: Int) -> [UInt8]
    /// The name of the person at the machine, for the audit log.
    public var userName: String
    /// Writes results.
    public var writeOutput: @Sendable (_ bytes: [UInt8]) -> Void
    /// Writes everything else; takes a line as a whole, so that lines of several threads do not mix.
    public var writeError: @Sendable (_ bytes: [UInt8]) -> Void
    /// Asks the person at the terminal and gives the answer; nil where nobody can be asked.
    public var ask: @Sendable (_ question: String) -> String?

    /// Surroundings of their parts.
    public init(
        environment: [String: String], now: @escaping @Sendable () -> Timestamp,
        uptime: @escaping @Sendable () -> ContinuousClock.Instant,
        randomBytes: @escaping @Sendable (_ count: Int) -> [UInt8], userName: String,
        writeOutput: @escaping @Sendable (_ bytes: [UInt8]) -> Void,
        writeError: @escaping @Sendable (_ bytes: [UInt8]) -> Void,
        ask: @escaping @Sendable (_ question: String) -> String?
    ) {
        self.environment = environment
        self.now = now
        self.uptime = uptime
        self.randomBytes = randomBytes
        self.userName = userName
        self.writeOutput = writeOutput
        self.writeError = writeError
        self.ask = ask
    }
}
