import Canaries

/// A request as libmicrohttpd parsed it, before anybody trusts it.
struct RawRequest: Sendable {
    /// The method's bytes.
    var method: [UInt8]
    /// The request target's bytes, not decoded.
    var target: [UInt8]
    /// The version's bytes, such as `HTTP/1.1`.
    var version: [UInt8]
    /// Names and values of the header fields, in order.
    var fields: [(name: [UInt8], value: [UInt8])]
    /// Bytes from the method to the empty line, both included.
    var headerBytes: Int
    /// Whether there were bytes between these parts that are neither one space, nor a colon and white space, nor CRLF:
    /// libmicrohttpd cuts strings at NUL, and takes folded lines and bare line feeds. See ``HeaderLayout``.
    var hasHiddenBytes: Bool
}

/// Refuses requests that libmicrohttpd lets through and that two parsers could read in two ways.
///
/// A pure function over a value, so that a table tests it without a socket. The connection of a refused request is
/// closed: nobody knows where the next request begins.
struct RequestGate: Sendable {
    /// The largest block of request line and headers in bytes.
    let maximumHeaderBytes: Int

    /// The head of a request that passed, or the problem to answer with.
    func examine(_ raw: RawRequest, peer: RequestHead.Peer) throws(ProblemDetails) -> RequestHead {
        #if CANARIES
            var raw = raw
            if Canary.hiddenBytesAccepted.isOn { raw.hasHiddenBytes = false }
        #endif
        guard !raw.hasHiddenBytes else { throw malformed("the header block has NUL, folded lines or bare line ends") }
        guard raw.headerBytes <= maximumHeaderBytes else {
            throw ProblemDetails(
                status: 431, code: "header-too-large", title: "The headers are too large",
                detail: "request line and headers may take \(maximumHeaderBytes) bytes")
        }
        let isVersion1_1 = raw.version == Array("HTTP/1.1".utf8)
        guard isVersion1_1 || raw.version == Array("HTTP/1.0".utf8) else {
            throw ProblemDetails(
                status: 505, code: "version-not-supported", title: "Only HTTP/1.1 and HTTP/1.0 are spoken here")
        }
        let headers = try headers(raw.fields)
        try checkHost(headers, isRequired: isVersion1_1)
        let body = try body(headers, isVersion1_1: isVersion1_1)
        guard let method = RequestMethod.allCases.first(where: { Array($0.rawValue.utf8) == raw.method }) else {
            throw Router.methodNotAllowed(RequestMethod.allCases)
        }
        guard method.allowsBody || body == .none else { throw malformed("\(method.rawValue) takes no body") }
        let target = try RequestTarget(raw.target)
        return RequestHead(
            method: method, rawPath: target.rawPath, path: target.path, query: target.query, headers: headers,
            body: body, peer: peer, expectsContinue: try expectsContinue(headers, isVersion1_1: isVersion1_1))
    }

    /// Names are tokens; values are UTF-8 without control characters but tab. White space behind a value goes.
    /// Source: https://www.rfc-editor.org/rfc/rfc9110#section-5.5
    private func headers(_ fields: [(name: [UInt8], value: [UInt8])]) throws(ProblemDetails) -> Headers {
        var headers = Headers()
        for (name, value) in fields {
            guard !name.isEmpty, name.allSatisfy(RequestGate.isTokenByte),
                let name = String(validating: name, as: UTF8.self)
            else { throw malformed("a header's name is no token") }
            guard value.allSatisfy({ ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }) else {
                throw malformed("a header's value has control characters")
            }
            let end = value.lastIndex { $0 != 0x20 && $0 != 0x09 }.map { $0 + 1 } ?? 0
            guard let value = String(validating: value[..<end], as: UTF8.self) else {
                throw malformed("a header's value is not UTF-8")
            }
            headers.add(name, value)
        }
        return headers
    }

    /// Exactly one Host for HTTP/1.1, at most one for HTTP/1.0, without white space or a comma in it.
    /// Source: https://www.rfc-editor.org/rfc/rfc9112#section-3.2
    private func checkHost(_ headers: Headers, isRequired: Bool) throws(ProblemDetails) {
        let hosts = headers.values("Host")
        guard hosts.count == 1 || (hosts.isEmpty && !isRequired) else { throw malformed("there must be one Host") }
        let forbidden = Array(" \t,/?#@\\\"<>".utf8)
        guard hosts.allSatisfy({ host in !host.utf8.contains { forbidden.contains($0) } }) else {
            throw malformed("the Host is no host")
        }
    }

    /// What follows the head. Length and chunks together, two of either, and other codings are refused.
    /// Source: https://www.rfc-editor.org/rfc/rfc9112#section-6.3
    private func body(_ headers: Headers, isVersion1_1: Bool) throws(ProblemDetails) -> RequestHead.Body {
        let lengths = headers.values("Content-Length")
        let codings = headers.values("Transfer-Encoding")
        guard lengths.isEmpty || codings.isEmpty else { throw malformed("Content-Length and Transfer-Encoding") }
        guard lengths.count <= 1 else { throw malformed("two Content-Lengths") }
        guard codings.count <= 1 else { throw malformed("two Transfer-Encodings") }
        if let coding = codings.first {
            guard Headers.sameName(coding, "chunked") else {
                throw malformed("only chunked transfer encoding is taken")
            }
            guard isVersion1_1 else { throw malformed("HTTP/1.0 has no chunked transfer encoding") }
            return .chunked
        }
        guard let text = lengths.first else { return .none }
        // Int("+5") is 5, so look at the digits first.
        let isNumber = !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard isNumber, let bytes = Int(text) else { throw malformed("Content-Length is no number") }
        return bytes == 0 ? .none : .length(bytes)
    }

    /// Whether the client waits for `100 Continue`. An empty field asks for nothing; HTTP/1.0 cannot ask.
    /// Source: https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1
    private func expectsContinue(_ headers: Headers, isVersion1_1: Bool) throws(ProblemDetails) -> Bool {
        let expectations = headers.values("Expect").filter { !$0.isEmpty }
        guard expectations.allSatisfy({ Headers.sameName($0, "100-continue") }) else {
            throw ProblemDetails(
                status: 417, code: "expectation-failed", title: "Only 100-continue can be expected")
        }
        return isVersion1_1 && !expectations.isEmpty
    }

    private func malformed(_ detail: String) -> ProblemDetails { .malformedRequest(detail) }

    /// The characters of a header's name.
    /// Source: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}

extension ProblemDetails {
    /// The 400 for a request that can be read in two ways or in none.
    static func malformedRequest(_ detail: String) -> ProblemDetails {
        ProblemDetails(status: 400, code: "malformed-request", title: "The request is malformed", detail: detail)
    }
}
