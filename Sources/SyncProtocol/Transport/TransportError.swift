/// Why a request got no complete response. An HTTP status is never one of these.
public enum TransportError: Error, Hashable, Sendable {
    /// No connection: the name is unknown, the port closed, the network down. Nothing was sent.
    case unreachable(host: String, reason: String)
    /// The connection could not be trusted: a certificate, a name, a pinned key. Nothing was sent.
    case tls(host: String, reason: String)
    /// Nothing came within the time allowed.
    case timedOut(host: String)
    /// Less came than the least rate allowed.
    case tooSlow(host: String)
    /// The connection broke before the response was complete.
    case cut(host: String, reason: String)
    /// What answered does not speak HTTP.
    case notHTTP(host: String)
    /// The caller's `Cancellation` was set.
    case cancelled
    /// The transport could not be used at all: an address that is none, a library that failed.
    case unusable(reason: String)
}

extension TransportError: CustomStringConvertible {
    /// What failed, and what to do next.
    public var description: String {
        switch self {
        case .unreachable(let host, let reason):
            "\(host) cannot be reached (\(reason)); check the network, then sync again"
        case .tls(let host, let reason):
            "\(host) cannot be trusted (\(reason)); check its certificate, or pin its key"
        case .timedOut(let host): "\(host) did not answer in time; sync again later"
        case .tooSlow(let host): "the connection to \(host) is too slow; sync again on a better network"
        case .cut(let host, let reason): "the connection to \(host) broke (\(reason)); sync again"
        case .notHTTP(let host): "what answers at \(host) is no web server; check the address of the remote"
        case .cancelled: "stopped; everything up to here is kept"
        case .unusable(let reason): "the remote cannot be used (\(reason)); check its address"
        }
    }
}
