import LetterModel
public import ReplicaStore

/// A transport to a replica in this process: the same messages through the same responders, without a network.
///
/// What a folder on this machine is synced through. `traffic` counts bodies only: nothing else exists here.
public final class LoopbackTransport: Transport {
    private let store: any ReplicaStore
    private let role: String
    private let mayPush: Bool

    /// What was sent and received since this transport was made.
    public private(set) var traffic = Traffic()

    /// A transport to a replica.
    ///
    /// - Parameters:
    ///   - store: The replica that answers.
    ///   - role: What the response says the caller is.
    ///   - mayPush: Whether it takes revisions and blobs.
    public init(to store: any ReplicaStore, role: String = "writer", mayPush: Bool = true) {
        self.store = store
        self.role = role
        self.mayPush = mayPush
    }

    /// Answers a request from the replica.
    public func send(
        _ request: TransportRequest, cancellation: Cancellation, head: (TransportResponse) throws -> Void,
        chunk: ([UInt8]) throws -> Void
    ) throws {
        guard !cancellation.isCancelled else { throw TransportError.cancelled }
        traffic.requests += 1
        traffic.bytesSent += request.body?.count ?? 0
        let answer = try answer(to: request)
        try head(answer.head)
        while let bytes = try LoopbackTransport.nextBytes(answer.next) {
            guard !cancellation.isCancelled else { throw TransportError.cancelled }
            traffic.bytesReceived += bytes.count
            try chunk(bytes)
        }
    }

    /// The next bytes of an answer. What fails on that side in the middle of it is a broken connection to this one.
    private static func nextBytes(_ next: () throws -> [UInt8]?) throws -> [UInt8]? {
        do {
            return try next()
        } catch let error as StoreError {
            throw TransportError.cut(host: "the other replica", reason: error.description)
        }
    }

    private typealias Answer = (head: TransportResponse, next: () throws -> [UInt8]?)

    private func answer(to request: TransportRequest) throws -> Answer {
        do {
            return try route(request)
        } catch let problem as Problem {
            return LoopbackTransport.whole(
                request.method == .head ? [] : problem.body, status: problem.status, problem.fields)
        } catch let error as StoreError {
            let problem = Problem(error)
            return LoopbackTransport.whole(
                request.method == .head ? [] : problem.body, status: problem.status, problem.fields)
        }
    }

    private func route(_ request: TransportRequest) throws -> Answer {
        let body = request.body ?? []
        if request.method == .post, request.path == "sync" { return try exchange(request, body) }
        if request.method == .post, request.path == ReconciliationResponder.path {
            return try reconcile(request, body)
        }
        let blobs = BlobResponder(store: store)
        if request.method == .post, request.path == "blobs/missing" {
            let type = HeaderField("Content-Type", BlobResponder.questionContentType)
            return LoopbackTransport.whole(try blobs.missing(body), status: 200, [type])
        }
        if let id = BlobPath.blob(in: request.path), let answer = try answer(request, about: id, blobs) {
            return answer
        }
        throw Problem(status: 404, code: .notFound, title: "There is no such thing here")
    }

    private func answer(_ request: TransportRequest, about id: BlobID, _ blobs: BlobResponder) throws -> Answer? {
        switch request.method {
        case .get, .head:
            let given = try blobs.give(id, range: request.header("Range"), offersUpload: mayPush)
            var headers = [
                HeaderField("Content-Type", BlobResponder.contentType),
                HeaderField("Content-Length", String(given.pieces.byteCount)),
            ]
            if let range = given.range { headers.append(HeaderField("Content-Range", range.contentRange)) }
            let head = TransportResponse(status: given.status, headers: headers)
            return request.method == .head ? (head, { nil }) : (head, { try given.pieces.next() })
        case .put:
            guard mayPush else { throw Problem(status: 403, code: .forbidden, title: "This role may not write") }
            let taken = try blobs.take(request.body ?? [], as: id, contentRange: request.header("Content-Range"))
            return LoopbackTransport.whole([], status: taken.status, taken.headers)
        case .post: return nil
        }
    }

    private func exchange(_ request: TransportRequest, _ body: [UInt8]) throws -> Answer {
        guard let encoding = ContentEncoding(headerValue: request.header("Content-Encoding")) else {
            throw Problem(status: 415, code: .unsupportedEncoding, title: "This encoding is not spoken here")
        }
        let responder = ExchangeResponder(store: store, encoding: encoding)
        try responder.receive(body)
        let answer = try responder.finish(
            role: role, mayPush: mayPush,
            acceptsZstandard: ContentEncoding.acceptsZstandard(request.header("Accept-Encoding")))
        var headers = [HeaderField("Content-Type", ExchangeAnswer.contentType)]
        if let encoding = answer.encoding.headerValue { headers.append(HeaderField("Content-Encoding", encoding)) }
        return (TransportResponse(status: 200, headers: headers), answer.nextChunk)
    }

    private func reconcile(_ request: TransportRequest, _ body: [UInt8]) throws -> Answer {
        guard let encoding = ContentEncoding(headerValue: request.header("Content-Encoding")) else {
            throw Problem(status: 415, code: .unsupportedEncoding, title: "This encoding is not spoken here")
        }
        let answer = try ReconciliationResponder(store: store).answer(
            body, encoding: encoding,
            acceptsZstandard: ContentEncoding.acceptsZstandard(request.header("Accept-Encoding"))
        ).body
        var headers = [HeaderField("Content-Type", ReconciliationResponder.contentType)]
        if let encoding = answer.encoding.headerValue { headers.append(HeaderField("Content-Encoding", encoding)) }
        return LoopbackTransport.whole(answer.bytes, status: 200, headers)
    }

    private static func whole(_ bytes: [UInt8], status: Int, _ headers: [HeaderField]) -> Answer {
        var rest: [UInt8]? = bytes.isEmpty ? nil : bytes
        return (
            TransportResponse(status: status, headers: headers),
            {
                defer { rest = nil }
                return rest
            }
        )
    }
}

extension Problem {
    fileprivate var fields: [HeaderField] {
        var headers = [HeaderField("Content-Type", "application/problem+json")] + headers
        if let seconds = retryAfterSeconds { headers.append(HeaderField("Retry-After", String(seconds))) }
        return headers
    }
}
