import HTTPServer
import LetterModel
import SyncProtocol

/// The problems that routes answer with, as the sync protocol names them. Codes never change their meaning.
extension ProblemDetails {
    private init(
        _ status: Int, _ code: Problem.Code, _ title: String, detail: String? = nil, headers: Headers = [:]
    ) {
        self.init(status: status, code: code.rawValue, title: title, detail: detail, headers: headers)
    }

    /// 401: a token is needed, and none was sent.
    ///
    /// Source: https://www.rfc-editor.org/rfc/rfc6750#section-3
    static let tokenNeeded = ProblemDetails(
        401, .unauthorized, "A token is needed",
        detail: "send a header field of this form: Authorization: Bearer chy_…",
        headers: ["WWW-Authenticate": "Bearer realm=\"chancery\""])

    /// 401: the token is not known, has expired or was revoked.
    static let tokenRefused = ProblemDetails(
        401, .unauthorized, "The token is not known, has expired or was revoked",
        headers: ["WWW-Authenticate": "Bearer realm=\"chancery\", error=\"invalid_token\""])

    /// 429: too many requests of this address or token were denied.
    static func tooManyDenials(retryAfterSeconds: Int) -> ProblemDetails {
        ProblemDetails(
            429, .tooManyRequests, "Too many requests were denied",
            headers: ["Retry-After": String(retryAfterSeconds)])
    }

    /// 404, byte for byte the same for an archive that does not exist and for one that the token may not know of.
    static let archiveNotFound = ProblemDetails(
        404, .notFound, "There is no such archive, or this token is not for it")

    /// 403: the subject knows the archive and may not do this.
    static let forbidden = ProblemDetails(403, .forbidden, "The role of this token does not allow this")

    /// 411: the length of the body has to be announced.
    static let lengthRequired = ProblemDetails(
        status: 411, code: "length-required", title: "The length of the body has to be announced with Content-Length")

    /// 413: the body is larger than what is taken.
    static func tooLarge(maximumBytes: Int) -> ProblemDetails {
        ProblemDetails(
            413, .tooLarge, "The request is too large", detail: "at most \(maximumBytes) bytes are taken here")
    }

    /// 415: the body is of another type or encoding than is understood here.
    static func unsupported(expected: String) -> ProblemDetails {
        ProblemDetails(
            415, .unsupportedEncoding, "The body's type or encoding is not understood here",
            detail: "expected \(expected)")
    }

    /// 503: so many uploads are going on that there is no room for another one.
    static let overloaded = ProblemDetails(
        503, .busy, "The server takes no more uploads at this moment", headers: ["Retry-After": "5"])

    /// 503: nobody can be admitted, because the registry cannot be read.
    static let registryFailed = ProblemDetails(
        503, .busy, "The server cannot look up tokens at this moment", headers: ["Retry-After": "5"])

    /// 400: the path names no blob.
    static let noBlobName = ProblemDetails(
        400, .malformed, "The request is no message of this protocol",
        detail: "a blob is named by 64 lower-case hexadecimal digits")
}

extension ProblemDetails {
    /// A problem of the protocol whose members are all text.
    init(_ problem: Problem) {
        var headers = Headers()
        headers["Retry-After"] = problem.retryAfterSeconds.map { String($0) }
        for field in problem.headers { headers[field.name] = field.value }
        self.init(
            status: problem.status, code: problem.code.rawValue, title: problem.title, detail: problem.detail,
            members: problem.members.members.map { (name: $0.key, value: $0.value.text ?? $0.value.canonicalText) },
            headers: headers)
    }
}

extension Response {
    /// The response that carries a problem of the protocol.
    init(_ problem: Problem) {
        self.init(
            status: problem.status, headers: ["Content-Type": "application/problem+json"], body: .bytes(problem.body))
        headers["Retry-After"] = problem.retryAfterSeconds.map { String($0) }
        for field in problem.headers { headers[field.name] = field.value }
        // Which version to speak: the answer of 426 has to name it. Source: https://www.rfc-editor.org/rfc/rfc9110#section-15.5.22
        if problem.status == 426 { headers["Upgrade"] = "chancery-sync/\(ProtocolLimits.version)" }
        problemCode = problem.code.rawValue
    }

    /// A response of JSON.
    static func json(_ value: JSONValue) -> Response {
        Response(
            status: 200, headers: ["Content-Type": "application/json"],
            body: .bytes(value.canonicalBytes + [UInt8(ascii: "\n")]))
    }
}
