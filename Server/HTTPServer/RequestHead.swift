/// All that is known of a request before its body: what a handler decides on.
///
/// Only requests that passed the ``RequestGate`` become one, so that a handler may rely on: one host, at most one
/// length, a path without `.`, `..` or empty segments in its middle, valid UTF-8 everywhere, no control characters,
/// and no query parameter twice.
public struct RequestHead: Sendable {
    /// One `name=value` of the query, both decoded.
    public struct QueryItem: Sendable, Equatable {
        /// The decoded name.
        public let name: String
        /// The decoded value, empty when the query has the name alone.
        public let value: String
    }

    /// Where a request came from, by the address of its connection.
    public struct Peer: Sendable, Equatable {
        /// The numeric address, such as `127.0.0.1` or `::1`; `unknown` when the system does not say.
        public let address: String
        /// The port, 0 when unknown.
        public let port: Int
    }

    /// What the client announced about the body.
    public enum Body: Sendable, Equatable {
        /// No body follows.
        case none
        /// This many bytes follow, more than 0.
        case length(Int)
        /// Chunks follow, nobody knows how many.
        case chunked
    }

    /// The method; HEAD is told to the handler of GET as it came.
    public let method: RequestMethod
    /// The path as sent, still percent-encoded, without the query: printable ASCII, fit for a log line.
    public let rawPath: String
    /// The segments of the path, decoded once. `/` has none, `/a/` has `a` and an empty one.
    public let path: [String]
    /// The parameters of the query in their order; no name is there twice.
    public let query: [QueryItem]
    /// The header fields.
    public let headers: Headers
    /// What is announced about the body.
    public let body: Body
    /// The other end of the connection.
    public let peer: Peer
    /// Whether the client waits for `100 Continue` before it sends the body.
    public let expectsContinue: Bool
    /// The decoded segments that the route's pattern names, filled in by the ``Router``.
    public internal(set) var parameters: [String: String] = [:]

    /// The announced length in bytes: 0 without a body, nil when chunks follow.
    public var contentLength: Int? {
        switch body {
        case .none: 0
        case .length(let bytes): bytes
        case .chunked: nil
        }
    }

    /// The value of a query parameter, or nil when the query does not name it.
    public func queryValue(_ name: String) -> String? {
        query.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }
}
