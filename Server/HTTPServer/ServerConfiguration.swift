/// How a server listens and what it grants each client. Every limit has a value: nothing is unbounded.
public struct ServerConfiguration: Sendable {
    /// A certificate and its key for TLS, both as the text of a PEM file; never shown in descriptions.
    public struct TLS: Sendable, CustomStringConvertible {
        /// The certificate chain, the server's own first.
        let certificatePEM: String
        /// The private key, not encrypted.
        let privateKeyPEM: String

        /// A certificate chain and the key that belongs to it.
        public init(certificatePEM: String, privateKeyPEM: String) {
            self.certificatePEM = certificatePEM
            self.privateKeyPEM = privateKeyPEM
        }

        /// Says that there is a key, without showing it.
        public var description: String { "TLS(certificate and key)" }
    }

    /// The numeric IPv4 or IPv6 address to listen on, such as `127.0.0.1`, `0.0.0.0`, `::1` or `::` (also IPv4).
    public var address: String
    /// The port, or 0 for one that the system picks; ``HTTPServer/port`` tells which.
    public var port: Int
    /// TLS, or nil for plain HTTP.
    public var tls: TLS?
    /// Threads that serve sockets.
    public var socketThreadCount = 2
    /// Threads that run receivers' `finish()` and streams' `next()`: as many of these can wait for a database, and share its commits. A
    /// thread that waits costs some KiB.
    public var workerThreadCount = 64
    /// Memory that one connection may take for its buffers, in bytes; ten thousand idle clients take this each.
    public var connectionMemoryBytes = 16 * 1024
    /// The largest block of request line and headers, in bytes; more is refused with 431. What does not fit into
    /// `connectionMemoryBytes` together with the parser's own records is refused by libmicrohttpd, also with 431 (414
    /// for a long request line), but without problem details.
    public var maximumHeaderBytes = 16 * 1024
    /// Connections at the same time; further ones wait in the system's queue.
    public var maximumConnectionCount = 12_000
    /// Connections from one address at the same time, further ones are closed at once; 0 for no such bound, which is right behind a
    /// proxy: there all clients have its address.
    public var connectionsPerAddress = 0
    /// Seconds without a byte in either direction after which a connection is closed; not while work runs for it.
    public var idleTimeoutSeconds = 60
    /// From the end of the request line to the end of the head. The whole head fits into one packet or a few; half a
    /// minute is enough for a line that loses every second one. The request line itself has to be there this long after
    /// `idleTimeoutSeconds`, counted from the connection's begin (its TLS handshake included) or its last response.
    public var headDeadline: Duration = .seconds(30)
    /// In each such window of a body that comes in, `minimumBodyBytesPerSecond` have to come on average. Time in which
    /// the connection is suspended for our own work is not counted. A body that nobody wants has one window in all.
    public var bodyWindow: Duration = .seconds(30)
    /// The slowest upload that is served: a fifth of what an old mobile network gives. With the limit of its body, this is
    /// an absolute deadline for each request.
    public var minimumBodyBytesPerSecond = 1024
    /// In each such window of a response, `minimumResponseBytesPerSecond` have to be taken on average; suspended time
    /// (a stream that waits for its next chunk) is not counted.
    public var responseWindow: Duration = .seconds(30)
    /// The slowest download that is served, counted by what the client's system has acknowledged.
    public var minimumResponseBytesPerSecond = 1024
    /// Seconds that open requests have to finish when the server is stopped; then they are cut.
    public var stopLimitSeconds = 30
    /// Bytes of an unwanted body that are read and thrown away so that the client sees the answer.
    public var discardLimitBytes = 1024 * 1024
    /// Headers of every response that does not set them itself.
    public var defaultHeaders: Headers = ["X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"]

    /// A configuration for an address and a port with the limits given above.
    public init(address: String = "127.0.0.1", port: Int = 0) {
        self.address = address
        self.port = port
    }
}
