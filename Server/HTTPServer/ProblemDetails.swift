/// An error as HTTP tells it: a status, a stable code to act on, and words for people.
///
/// Handlers answer with ``response()``; receivers and work throw it. Details must not hold letter text or tokens.
/// ```swift
/// throw ProblemDetails(status: 409, code: "archive-exists", title: "The archive exists already")
/// ```
/// Source: https://www.rfc-editor.org/rfc/rfc9457
public struct ProblemDetails: Error, Sendable, Equatable {
    /// The status code, 400 to 599.
    public var status: Int
    /// The stable name of the problem, such as `not-found`: what programs act on, and what the access log shows.
    public var code: String
    /// A short sentence that is the same for each problem of this code.
    public var title: String
    /// What happened this time, or nil.
    public var detail: String?
    /// Further members, in this order; names `type`, `title`, `status`, `detail` and `code` are taken.
    public var members: [(name: String, value: String)]
    /// Further header fields, such as `Allow`, `Retry-After` or `WWW-Authenticate`.
    public var headers: Headers

    /// A problem; `precondition`: the status is an error (400 to 599).
    public init(
        status: Int, code: String, title: String, detail: String? = nil,
        members: [(name: String, value: String)] = [], headers: Headers = [:]
    ) {
        precondition((400...599).contains(status), "a problem has the status of an error, not \(status)")
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.members = members
        self.headers = headers
    }

    /// Whether two problems say the same, byte for byte.
    public static func == (left: ProblemDetails, right: ProblemDetails) -> Bool {
        left.status == right.status && left.headers == right.headers && left.json == right.json
    }

    /// The response that carries this problem as `application/problem+json`.
    public func response() -> Response {
        var response = Response(status: status, headers: headers, body: .bytes(json))
        response.headers["Content-Type"] = "application/problem+json"
        response.problemCode = code
        return response
    }

    /// The JSON object, in UTF-8.
    var json: [UInt8] {
        var text: [UInt8] = Array("{\"type\":\"about:blank\",\"title\":".utf8)
        ProblemDetails.append(quoted: title, to: &text)
        text.append(contentsOf: ",\"status\":\(status),\"code\":".utf8)
        ProblemDetails.append(quoted: code, to: &text)
        for (name, value) in (detail.map { [(name: "detail", value: $0)] } ?? []) + members {
            text.append(UInt8(ascii: ","))
            ProblemDetails.append(quoted: name, to: &text)
            text.append(UInt8(ascii: ":"))
            ProblemDetails.append(quoted: value, to: &text)
        }
        text.append(UInt8(ascii: "}"))
        return text
    }

    /// Appends a JSON string. Goes by bytes: a walk over Characters misses a quote that a combining mark follows.
    private static func append(quoted text: String, to json: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        json.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                json += [UInt8(ascii: "\\"), byte]
            case 0..<0x20:
                json += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default:
                json.append(byte)
            }
        }
        json.append(UInt8(ascii: "\""))
    }
}
