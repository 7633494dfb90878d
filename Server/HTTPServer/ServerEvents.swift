/// Where a server tells what happens: it prints nothing by itself.
///
/// The closures run on the threads that serve sockets, several at a time: write a line and return.
public struct ServerEvents: Sendable {
    /// Told after each request, also those that were refused or cut.
    public var requestEnded: @Sendable (RequestRecord) -> Void
    /// Told what libmicrohttpd has to say: one line without its end, made printable, at most 512 bytes.
    ///
    /// It may quote what a client sent.
    public var libraryMessage: @Sendable (String) -> Void
    /// A clock that only goes forward, for durations.
    public var now: @Sendable () -> ContinuousClock.Instant

    /// Hooks; nothing is told where none is given.
    public init(
        now: @escaping @Sendable () -> ContinuousClock.Instant,
        requestEnded: @escaping @Sendable (RequestRecord) -> Void = { _ in },
        libraryMessage: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.now = now
        self.requestEnded = requestEnded
        self.libraryMessage = libraryMessage
    }
}

/// One request for the access log.
public struct RequestRecord: Sendable {
    /// How a request came to its end.
    public enum Ending: String, Sendable {
        /// The response was sent to its last byte.
        case completed
        /// The connection ended before: by the client, by a failing stream, or because a limit was passed.
        case cut
        /// Nothing moved for too long, or too little: a deadline of the configuration was passed.
        case timedOut = "timed-out"
        /// The server was stopped before the response was sent.
        case stopped
    }

    /// The method as sent, printable, at most 32 bytes; empty when the request was refused before it was read.
    public let method: String
    /// The path as sent, without the query, printable, at most 512 bytes.
    public let path: String
    /// The status that was answered, or nil when the connection ended without an answer.
    public let status: Int?
    /// Body bytes received, as transferred.
    public let bytesReceived: Int
    /// Body bytes handed to the connection, before chunk framing and TLS.
    public let bytesSent: Int
    /// From the request line to the end of the response.
    public let durationMilliseconds: Double
    /// The other end of the connection.
    public let peer: RequestHead.Peer
    /// The code of the problem that was answered, nil for a success.
    public let problemCode: String?
    /// How it ended.
    public let ending: Ending
    /// What a receiver, a stream or work threw that was not a problem of its own making: a fault to look into.
    public let failure: (any Error)?
}
