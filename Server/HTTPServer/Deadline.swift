/// How long a client may take for the part of a request that it is at.
///
/// libmicrohttpd's own timeout counts idle time only: a client that sends a byte now and then holds its connection for
/// ever. This counts from the begin of each part, and asks for a minimum rate where bodies move. A value that is told
/// the time, so that a table tests it without a socket. While the connection is suspended for our own work, nothing
/// counts against the client.
struct Deadline: Equatable {
    /// What the client is to do next.
    enum Part: Equatable {
        /// Send a request line, or nothing at all: the library does not tell when its first byte came.
        case requestLine
        /// Send the rest of the head.
        case head
        /// Send the body, at the minimum rate.
        case body
        /// Send the rest of a body that nobody wants.
        case unwantedBody
        /// Take a response of unknown length, at the minimum rate.
        case stream
        /// Take a message that came from elsewhere, when there is one: each has a window of its own.
        case feed
        /// Take a response of so many bytes, which were handed over at once.
        case response(bytes: Int)
    }

    private(set) var part: Part
    /// When the part began, or the present window of it; suspended time is added.
    private var began: ContinuousClock.Instant
    /// Body bytes that moved in the present window.
    private var movedBytes = 0
    /// Bytes in the system's send queue when the present window began.
    private var queuedBytes = 0
    /// When the connection was suspended, if it is.
    private var suspended: ContinuousClock.Instant?

    init(_ part: Part, at now: ContinuousClock.Instant) {
        self.part = part
        began = now
    }

    /// Whether the client has begun a request, and is to send the rest of it now.
    var awaitsRequest: Bool {
        switch part {
        case .head, .body, .unwantedBody: suspended == nil
        case .requestLine, .stream, .feed, .response: false
        }
    }

    /// Counts bytes of a body, in either direction.
    mutating func moved(bytes count: Int) { movedBytes += count }

    /// The connection waits for us.
    mutating func suspend(at now: ContinuousClock.Instant) { suspended = now }

    /// The connection waits for the client again.
    mutating func resume(at now: ContinuousClock.Instant) {
        if let suspended { began = part == .feed ? now : began + (now - suspended) }
        suspended = nil
    }

    /// Whether the client took too long.
    ///
    /// A window in which enough bytes moved is followed by a new one: what was fast before is no credit for a
    /// client that then sends a byte now and then.
    ///
    /// - Parameter queuedBytes: What the system still has to send: bytes that the client has not taken.
    mutating func isOver(at now: ContinuousClock.Instant, queuedBytes: Int, limits: ServerConfiguration) -> Bool {
        guard suspended == nil else { return false }
        let elapsed = now - began
        switch part {
        case .requestLine: return elapsed >= .seconds(limits.idleTimeoutSeconds) + limits.headDeadline
        case .head: return elapsed >= limits.headDeadline
        case .unwantedBody: return elapsed >= limits.bodyWindow
        case .body:
            guard elapsed >= limits.bodyWindow else { return false }
            let isTooSlow = movedBytes < Deadline.bytes(in: elapsed, limits.minimumBodyBytesPerSecond)
            beginWindow(at: now, queuedBytes: 0)
            return isTooSlow
        case .stream:
            guard elapsed >= limits.responseWindow else { return false }
            let takenBytes = movedBytes + self.queuedBytes - queuedBytes
            let isTooSlow = takenBytes < Deadline.bytes(in: elapsed, limits.minimumResponseBytesPerSecond)
            beginWindow(at: now, queuedBytes: queuedBytes)
            return isTooSlow
        case .feed: return elapsed >= limits.responseWindow
        case .response(let bytes):
            let seconds = Double(bytes) / Double(max(limits.minimumResponseBytesPerSecond, 1))
            return elapsed >= limits.responseWindow + .seconds(seconds)
        }
    }

    private mutating func beginWindow(at now: ContinuousClock.Instant, queuedBytes: Int) {
        began = now
        movedBytes = 0
        self.queuedBytes = queuedBytes
    }

    private static func bytes(in elapsed: Duration, _ bytesPerSecond: Int) -> Int {
        Int(elapsed / .seconds(1) * Double(bytesPerSecond))
    }
}
