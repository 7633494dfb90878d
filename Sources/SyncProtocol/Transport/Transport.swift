/// Sends requests to one remote and brings its responses. Blocking: one request at a time, on the caller's thread.
///
/// An implementation is made for one archive's URL (with its token, its TLS settings and its time limits) and keeps its
/// connection open between requests. It follows no redirect, decodes no `Content-Encoding` and retries nothing: those are for
/// its caller to decide. Any HTTP status is a response, not an error.
public protocol Transport: AnyObject {
    /// Sends a request and waits for the response: `head` is called once, then `chunk` for each piece of the body, all on
    /// the calling thread.
    ///
    /// What a callback throws aborts the transfer, closes the connection and is thrown on unchanged.
    /// - Parameter cancellation: looked at several times a second while waiting.
    /// - Throws: `TransportError`, or what a callback threw.
    func send(
        _ request: TransportRequest, cancellation: Cancellation, head: (TransportResponse) throws -> Void,
        chunk: ([UInt8]) throws -> Void
    ) throws

    /// What was sent and received since this transport was made.
    var traffic: Traffic { get }
}

/// One header field. Names are compared without case.
public struct HeaderField: Hashable, Sendable {
    /// The name.
    public let name: String
    /// The value, without white space around it.
    public let value: String

    /// A field of its parts.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// A request below an archive's URL.
public struct TransportRequest: Hashable, Sendable {
    /// What is to be done.
    public enum Method: String, Sendable {
        /// Read.
        case get = "GET"
        /// Read the head only.
        case head = "HEAD"
        /// Ask, or push.
        case post = "POST"
        /// Store.
        case put = "PUT"
    }

    /// What is to be done.
    public var method: Method
    /// The path below the archive's URL, without a slash at either end: `sync`, `blobs/missing`.
    public var path: String
    /// Header fields that belong to this request. `Authorization`, `Host`, `User-Agent` and `Content-Length` are the transport's.
    public var headers: [HeaderField]
    /// The body; nil for none.
    public var body: [UInt8]?

    /// A request of its parts.
    public init(_ method: Method, _ path: String, headers: [HeaderField] = [], body: [UInt8]? = nil) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
    }

    /// The first value of a field.
    public func header(_ name: String) -> String? { headers.first(named: name) }
}

/// The head of a response.
public struct TransportResponse: Hashable, Sendable {
    /// The HTTP status.
    public let status: Int
    /// The header fields in the order received.
    public let headers: [HeaderField]

    /// A head of its parts.
    public init(status: Int, headers: [HeaderField]) {
        self.status = status
        self.headers = headers
    }

    /// The first value of a field.
    public func header(_ name: String) -> String? { headers.first(named: name) }
}

extension [HeaderField] {
    fileprivate func first(named name: String) -> String? {
        first { $0.name.lowercased().utf8.elementsEqual(name.lowercased().utf8) }?.value
    }
}

/// What travelled: request and status lines, headers and bodies, as far as a transport can see them.
public struct Traffic: Hashable, Sendable {
    /// HTTP requests, those that failed included.
    public var requests: Int
    /// Bytes sent.
    public var bytesSent: Int
    /// Bytes received.
    public var bytesReceived: Int

    /// Traffic of its parts; none by default.
    public init(requests: Int = 0, bytesSent: Int = 0, bytesReceived: Int = 0) {
        self.requests = requests
        self.bytesSent = bytesSent
        self.bytesReceived = bytesReceived
    }

    /// What travelled between two readings.
    public static func - (left: Traffic, right: Traffic) -> Traffic {
        Traffic(
            requests: left.requests - right.requests, bytesSent: left.bytesSent - right.bytesSent,
            bytesReceived: left.bytesReceived - right.bytesReceived)
    }
}
