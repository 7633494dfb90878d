/// The application's side of the server: looks at each request before its body and says what shall happen.
///
/// **Threads.** `accept` runs on the threads that serve the sockets, for many requests at the same time. It must be
/// quick: look things up in memory, or do one indexed read; nothing that waits for a writer. What takes longer
/// belongs into the work of ``Acceptance/perform(maximumBodyBytes:_:)`` or into a receiver's `finish()`.
public protocol Handler: Sendable {
    /// Decides about a request from its head: 401, 403, 404, 405, 411, 413 by length and 415 are told here, before
    /// the client has sent the body.
    func accept(_ head: RequestHead) -> Acceptance
}

/// What a handler decided about a request whose body is still to come.
public enum Acceptance {
    /// This is the answer; the body, if any, is not wanted.
    ///
    /// A client that waits for `100 Continue` is answered at once and never sends the body. From another one up to
    /// the configuration's `discardLimitBytes` are read and thrown away first, because an answer in the middle of an
    /// upload is often lost; if it announced more than that, it is answered at once and the connection closed.
    case respond(Response)
    /// The body goes to this receiver, and its `finish()` makes the answer.
    case receive(any RequestBodyReceiver)

    /// Takes a request without a body (or with one of up to so many bytes, which the closure is given) and answers
    /// with what the closure returns on a worker thread; see ``RequestBodyReceiver/finish()`` about errors.
    public static func perform(
        maximumBodyBytes: Int = 0, _ work: @escaping (_ body: [UInt8]) throws -> Response
    ) -> Acceptance {
        .receive(BufferingReceiver(maximumBodyBytes: maximumBodyBytes, work: work))
    }
}

/// Takes the body of one request, piece by piece, and makes the answer.
///
/// **Threads.** Calls come one at a time, in order, never two at once, on changing threads. `receive` runs on a
/// thread that serves sockets: decompress, parse, append, but do not wait (other connections wait too). `finish` runs
/// on one of a limited number of worker threads while the connection is suspended: it may take the database's
/// writer and commit. A receiver is released without `finish` when the client goes away before the end of the body or
/// when the server is stopped; work in `finish` is never interrupted, but then nobody reads its answer.
public protocol RequestBodyReceiver {
    /// The largest body to take in bytes, as transferred. More is refused with 413: at the head if the length is
    /// announced, else while it streams.
    var maximumBodyBytes: Int { get }

    /// Takes the next bytes, at most the configuration's `connectionMemoryBytes` and never none.
    ///
    /// A thrown ``ProblemDetails`` (say 413 when the decompressed size passes its limit) becomes the answer: up to
    /// `discardLimitBytes` more are read and thrown away, then it is sent; past that the connection is cut. Any other
    /// error is answered with 500 and told to the access log.
    mutating func receive(_ chunk: [UInt8]) throws

    /// Makes the answer after the last byte. Errors as with `receive`.
    mutating func finish() throws -> Response
}

/// Collects a small body and hands it to a closure.
private struct BufferingReceiver: RequestBodyReceiver {
    let maximumBodyBytes: Int
    let work: ([UInt8]) throws -> Response
    var body: [UInt8] = []

    mutating func receive(_ chunk: [UInt8]) {
        body.append(contentsOf: chunk)
    }

    func finish() throws -> Response {
        try work(body)
    }

    init(maximumBodyBytes: Int, work: @escaping ([UInt8]) throws -> Response) {
        self.maximumBodyBytes = maximumBodyBytes
        self.work = work
    }
}
