import Dispatch
public import SyncProtocol

/// The HTTP way to one archive on a server: one connection, kept open between requests, by libcurl.
///
/// Follows no redirect, speaks http and https only, verifies the server's certificate and name, and sends the token to the
/// archive's own origin and nowhere else.
public final class CurlTransport: Transport {
    private let configuration: CurlConfiguration
    private lazy var handle = CurlHandle(configuration)
    private let archiveURL: String
    private let host: String
    private let token: String?

    /// What travelled since this transport was made: request and status lines, headers and bodies.
    public private(set) var traffic = Traffic()

    /// A transport to one archive.
    ///
    /// - Parameters:
    ///   - origin: scheme, host and port, such as `https://letters.example.org`.
    ///   - archivePath: the path of the archive's resources there, such as `/v1/archives/letters`.
    ///   - token: what the server lets us in with; nil to ask without.
    public init(
        origin: String, archivePath: String, token: String?, configuration: CurlConfiguration = CurlConfiguration()
    ) {
        self.configuration = configuration
        // Until the first request there is other work to do.
        DispatchQueue.global().async { CurlHandle.load() }
        archiveURL = origin + archivePath
        host = String(origin.split(separator: "/", omittingEmptySubsequences: true).last ?? "")
        self.token = token
    }

    /// Sends a request and waits for the response. See `Transport.send`.
    public func send(
        _ request: TransportRequest, cancellation: Cancellation, head: (TransportResponse) throws -> Void,
        chunk: ([UInt8]) throws -> Void
    ) throws {
        guard !cancellation.isCancelled else { throw TransportError.cancelled }
        guard let handle else {
            throw TransportError.unusable(reason: "libcurl is not installed: install Debian's libcurl4")
        }
        var headers = request.headers.map { ($0.name, $0.value) }
        if let token { headers.append(("Authorization", "Bearer \(token)")) }
        let curlRequest = CurlHandle.Request(
            method: request.method.rawValue, url: "\(archiveURL)/\(request.path)", headers: headers, body: request.body)
        try withoutActuallyEscaping(head) { head in
            try withoutActuallyEscaping(chunk) { chunk in
                let receiver = CurlReceiver(
                    isCancelled: { cancellation.isCancelled },
                    onHead: { try head(CurlTransport.response($0, $1)) }, onBody: chunk)
                let outcome = handle.perform(curlRequest, receiver: receiver)
                traffic.requests += 1
                traffic.bytesSent += receiver.bytesSent
                traffic.bytesReceived += receiver.bytesReceived
                if let failure = receiver.failure { throw failure }
                if cancellation.isCancelled { throw TransportError.cancelled }
                if let error = outcome.error(host: host) { throw error }
                guard receiver.isHeadComplete else {
                    throw TransportError.cut(host: host, reason: "the connection ended within the head of the response")
                }
                try receiver.deliverHead(status: outcome.status)
            }
        }
    }

    private static func response(_ status: Int, _ headers: [(name: String, value: String)]) -> TransportResponse {
        TransportResponse(status: status, headers: headers.map { HeaderField($0.name, $0.value) })
    }
}
