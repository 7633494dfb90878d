/// What a handler answers with.
///
/// ```swift
/// Response(status: 200, headers: ["Content-Type": "text/plain"], body: .bytes(Array("hello".utf8)))
/// ```
/// Not `Sendable`, because a stream is not: make a response where it is returned.
public struct Response {
    /// The bytes of a response.
    public enum Body {
        /// All of it at once; sent with `Content-Length`.
        case bytes([UInt8])
        /// Chunk by chunk as they come; sent with chunked encoding (HTTP/1.0: until the connection closes).
        case stream(any ResponseBodyStream)
        /// Chunk by chunk, so many bytes in all; sent with `Content-Length`. Of a stream that gives more, the rest is not sent; one that
        /// gives fewer cuts the connection.
        case sizedStream(any ResponseBodyStream, byteCount: Int)
        /// Message by message, whenever there is one; sent like a stream.
        case feed(MessageFeed)
    }

    /// The status code, 200 to 599.
    public var status: Int
    /// The header fields. `Content-Length`, `Transfer-Encoding` and `Date` are written by the server; names of the
    /// configuration's default headers that are set here win.
    public var headers: Headers
    /// The body; ignored for HEAD, whose answer only tells what GET would send.
    public var body: Body
    /// The problem's code for the access log, nil for a success; ``ProblemDetails`` fill it in.
    public var problemCode: String?

    /// What has to happen before this may be sent, say that something is on disk, for the answer of ``RequestBodyReceiver/finish()``; nil if
    /// nothing has to. It is called once, on a worker thread, and calls `release` once, from any thread and when it is time: no thread waits
    /// for that.
    public var hold: (@Sendable (_ release: @escaping @Sendable () -> Void) -> Void)?

    /// A response; `precondition`: the status is one that can end a request (200 to 599).
    public init(status: Int, headers: Headers = [:], body: Body = .bytes([])) {
        precondition((200...599).contains(status), "a response has a final status, not \(status)")
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// A response body that is made while it is sent.
///
/// **Threads.** `next()` runs on one of the server's worker threads, never on a thread that serves sockets: it may
/// read a database or compress. One call at a time, not always on the same thread, and none before the chunk before
/// has been handed to the connection, so that a slow client holds back its own stream and nothing else; the server
/// holds one chunk of each stream. The stream is released when the response ends, also when the client went away.
/// While `next()` runs, nobody looks at the connection: do not wait in it for something that may never come.
public protocol ResponseBodyStream {
    /// The next chunk, sent as it is (an empty one is skipped), or nil at the clean end. Keep chunks to 64 KiB or so.
    ///
    /// A throw cuts the connection without the end mark: the client sees a truncated body, never a complete one.
    mutating func next() throws -> [UInt8]?
}

extension Response.Body {
    /// A stream whose chunks a closure makes; see ``ResponseBodyStream`` for where and when it runs.
    public static func stream(_ next: @escaping () throws -> [UInt8]?) -> Response.Body {
        .stream(ClosureStream(pull: next))
    }
}

private struct ClosureStream: ResponseBodyStream {
    let pull: () throws -> [UInt8]?

    func next() throws -> [UInt8]? { try pull() }
}
