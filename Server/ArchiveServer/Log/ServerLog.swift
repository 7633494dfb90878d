import HTTPServer
public import LetterModel

/// The server's log: one JSON object a line, with a constant message and fields, for a program to read.
///
/// No line holds a token, text of a letter, or the query of a request. Lines of several threads do not mix as long as
/// `write` takes each as a whole.
public struct ServerLog: Sendable {
    private let level: LogLevel
    private let now: @Sendable () -> Timestamp
    private let write: @Sendable (_ line: [UInt8]) -> Void

    /// A log.
    ///
    /// - Parameters:
    ///   - level: Lines that matter less are left out.
    ///   - now: The time that lines carry.
    ///   - write: Takes one whole line with its line feed.
    public init(
        level: LogLevel, now: @escaping @Sendable () -> Timestamp, write: @escaping @Sendable (_ line: [UInt8]) -> Void
    ) {
        self.level = level
        self.now = now
        self.write = write
    }

    /// Writes a line.
    ///
    /// - Parameters:
    ///   - level: How much it matters.
    ///   - message: What happened: the same words each time.
    ///   - fields: What differs; the names `time`, `level` and `message` are taken.
    public func note(_ level: LogLevel, _ message: String, _ fields: JSONObject = [:]) {
        guard level >= self.level else { return }
        var line = fields
        line["time"] = .string(now().text)
        line["level"] = .string(level.rawValue)
        line["message"] = .string(message)
        write(line.canonicalBytes + [UInt8(ascii: "\n")])
    }

    /// Writes the line of a request.
    func note(_ record: RequestRecord) {
        let isFault = record.failure != nil || record.status.map { $0 >= 500 } ?? false
        let level: LogLevel = isFault ? .error : .info
        guard level >= self.level else { return }
        var fields: JSONObject = [
            "method": .string(record.method), "path": .string(record.path), "peer": .string(record.peer.address),
            "bytesReceived": .integer(record.bytesReceived), "bytesSent": .integer(record.bytesSent),
            "milliseconds": .integer(Int(record.durationMilliseconds.rounded())),
            "ending": .string(record.ending.rawValue),
        ]
        fields["status"] = record.status.map { .integer($0) }
        fields["code"] = record.problemCode.map { .string($0) }
        fields["failure"] = record.failure.map { .string("\($0)") }
        note(level, "request", fields)
    }
}
