import LetterModel
import SyncProtocol

/// Sends requests through a transport, and makes of every answer but the one that was asked for a `SyncError`.
struct RemoteCaller {
    let transport: any Transport
    let cancellation: Cancellation

    /// Sends a request and hands out the body of a response with status 200 and this type.
    ///
    /// - Parameters:
    ///   - contentType: What the body has to be; nil for a response without one (200, 201, 204).
    ///   - statuses: Statuses of a response that is handed out; 416 whatever its body is.
    ///   - head: Called first, with the head of such a response.
    /// - Throws: `SyncError`, `TransportError`, or what a callback threw.
    func send(
        _ request: TransportRequest, expecting contentType: String?, statuses: Set<Int> = [200],
        head: (TransportResponse) throws -> Void = { _ in }, chunk: ([UInt8]) throws -> Void
    ) throws {
        var refused: TransportResponse?
        var isBodyless = false
        var problem: [UInt8] = []
        do {
            try transport.send(request, cancellation: cancellation) { response in
                guard RemoteCaller.isWanted(response, contentType, statuses) else {
                    refused = response
                    return
                }
                isBodyless = response.status == 416
                try head(response)
            } chunk: { bytes in
                guard !isBodyless else { return }
                guard refused != nil else { return try chunk(bytes) }
                problem.append(contentsOf: bytes.prefix(ProtocolLimits.problemBytes - problem.count))
                // Nobody has more to say of what went wrong: an answer without an end is not waited for.
                guard problem.count < ProtocolLimits.problemBytes else { throw Enough() }
            }
        } catch is Enough {
            // The head and what came of the body say what there is to say.
        }
        if let refused { throw RemoteCaller.error(refused, body: problem) }
    }

    private struct Enough: Error {}

    /// An answer whose status says what it means.
    struct Answer {
        let head: TransportResponse
        /// The problem details, if there are any.
        let problem: JSONObject?

        var status: Int { head.status }

        func header(_ name: String) -> String? { head.header(name) }
    }

    /// Sends a request and gives the answer if it has one of these statuses.
    ///
    /// - Throws: As `send`, for every other one.
    func answer(to request: TransportRequest, wanting statuses: Set<Int>) throws -> Answer {
        var head = TransportResponse(status: 0, headers: [])
        var body: [UInt8] = []
        do {
            try transport.send(request, cancellation: cancellation) { response in
                head = response
            } chunk: { bytes in
                body.append(contentsOf: bytes.prefix(ProtocolLimits.problemBytes - body.count))
                guard body.count < ProtocolLimits.problemBytes else { throw Enough() }
            }
        } catch is Enough {
            // As above.
        }
        guard statuses.contains(head.status) else { throw RemoteCaller.error(head, body: body) }
        return Answer(head: head, problem: RemoteCaller.problem(head, body))
    }

    private static func isWanted(_ response: TransportResponse, _ contentType: String?, _ statuses: Set<Int>) -> Bool {
        guard let contentType else { return [200, 201, 204].contains(response.status) }
        guard statuses.contains(response.status) else { return false }
        return response.status == 416 || isType(response, contentType)
    }

    private static func isType(_ response: TransportResponse, _ contentType: String) -> Bool {
        let given = (response.header("Content-Type") ?? "").split(separator: ";").first ?? ""
        return given.lowercased().trimmingSpaces().hasSameBytes(as: contentType)
    }

    /// What a status means, with what the problem details say, if there are any.
    static func error(_ response: TransportResponse, body: [UInt8]) -> SyncError {
        let problem = problem(response, body)
        let code = problem?["code"]?.text
        switch response.status {
        case 200..<300:
            let type = response.header("Content-Type") ?? "nothing named"
            return .notAServer(detail: "it answered with \(shown(type)) instead of an archive's data")
        case 300..<400: return .redirected(location: response.header("Location").map(shown))
        case 401: return .unauthorized
        // Without problem details it was something on the way that spoke, or another program.
        case 403: return problem == nil ? .notAServer(detail: "it answered 403 (forbidden)") : .forbidden
        case 404: return problem == nil ? .notAServer(detail: SyncError.plainNotFound) : .notFound
        case 409 where code?.hasSameBytes(as: Problem.Code.baseMissing.rawValue) == true: return .baseMissing
        case 409:
            guard code?.hasSameBytes(as: Problem.Code.archiveMismatch.rawValue) == true,
                let mine = problem?["there"]?.text.flatMap(ArchiveID.init)
            else { return .remoteFailed(status: 409, code: code.map(shown)) }
            return .archiveMismatch(here: mine, there: problem?["here"]?.text.flatMap(ArchiveID.init))
        case 413: return .tooLarge
        case 426: return .version(found: problem?["supported"]?.integer)
        case 429, 503: return .busy(retryAfterSeconds: retryAfter(response))
        case 511: return .notAServer(detail: "the network asks for a login (511)")
        default: return .remoteFailed(status: response.status, code: code.map(shown))
        }
    }

    private static func problem(_ response: TransportResponse, _ body: [UInt8]) -> JSONObject? {
        guard isType(response, "application/problem+json") else { return nil }
        do {
            return try JSONScanner.parse(body).members
        } catch {
            // The status alone says enough; what came with it is no JSON.
            return nil
        }
    }

    /// Seconds; a date is not taken, since nothing here is decided by a wall clock.
    private static func retryAfter(_ response: TransportResponse) -> Int? {
        guard let text = response.header("Retry-After"), (1...6).contains(text.utf8.count) else { return nil }
        return DecimalDigits.value(of: text.utf8)
    }

    /// Text of a stranger, cut and without characters that a terminal would obey or hide, for messages.
    private static func shown(_ text: String) -> String {
        text.unicodeScalars.prefix(100).map { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate: "?"
            default: String(scalar)
            }
        }.joined()
    }
}

extension String {
    fileprivate func trimmingSpaces() -> String {
        let isKept = { (byte: UInt8) in byte != UInt8(ascii: " ") }
        guard let start = utf8.firstIndex(where: isKept), let end = utf8.lastIndex(where: isKept) else { return "" }
        return String(self[start...end])
    }
}
