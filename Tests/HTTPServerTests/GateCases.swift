import Testing

/// Requests that must be refused, as bytes on the wire; the gate's table and the live server go through the same ones.
struct GateCase: CustomTestStringConvertible, Sendable {
    let name: String
    let bytes: [UInt8]
    let status: Int
    /// Whether libmicrohttpd refuses it before it calls us: then there are no problem details.
    let isRefusedByLibrary: Bool

    var testDescription: String { name }

    init(_ name: String, _ text: String, _ status: Int = 400, byLibrary: Bool = false) {
        self.init(name, Array(text.utf8), status, byLibrary: byLibrary)
    }

    init(_ name: String, _ bytes: [UInt8], _ status: Int = 400, byLibrary: Bool = false) {
        self.name = name
        self.bytes = bytes
        self.status = status
        isRefusedByLibrary = byLibrary
    }

    private static func get(_ target: String) -> String { "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n" }
    private static func get(field: String) -> String { "GET /hello HTTP/1.1\r\nHost: a\r\n\(field)\r\n\r\n" }
    private static func post(_ fields: String, _ body: String) -> String {
        "POST /echo HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n\(body)"
    }

    static let all: [GateCase] = framing + headers + targets + methods + sizes

    static let framing = [
        GateCase("length and chunks", post("Content-Length: 6\r\nTransfer-Encoding: chunked", "0\r\n\r\nX")),
        GateCase("chunks and length", post("Transfer-Encoding: chunked\r\nContent-Length: 6", "0\r\n\r\nX")),
        GateCase("two lengths", post("Content-Length: 3\r\nContent-Length: 5", "abcde")),
        GateCase("the same length twice", post("Content-Length: 3\r\ncontent-length: 3", "abc")),
        GateCase("+5", post("Content-Length: +5", "abcde"), byLibrary: true),
        GateCase("a list of lengths", post("Content-Length: 5,5", "abcde"), byLibrary: true),
        GateCase("a negative length", post("Content-Length: -1", ""), byLibrary: true),
        GateCase("a hexadecimal length", post("Content-Length: 0x5", "abcde"), byLibrary: true),
        GateCase("an empty length", post("Content-Length:", ""), byLibrary: true),
        GateCase("a length of 2^63", post("Content-Length: 9223372036854775808", "abcde")),
        GateCase("a length over 2^64", post("Content-Length: 18446744073709551621", "abcde"), 413, byLibrary: true),
        GateCase("xchunked", post("Transfer-Encoding: xchunked", "0\r\n\r\n")),
        GateCase("gzip, chunked", post("Transfer-Encoding: gzip, chunked", "0\r\n\r\n")),
        GateCase("chunked, chunked", post("Transfer-Encoding: chunked, chunked", "0\r\n\r\n")),
        GateCase(
            "chunked and identity", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "0\r\n\r\n")),
        GateCase("identity", post("Transfer-Encoding: identity", "abc")),
        GateCase("an empty coding", post("Transfer-Encoding:", "abc")),
        GateCase(
            "chunks for HTTP/1.0", "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
        GateCase("a body on GET", get(field: "Content-Length: 5") + "abcde"),
        GateCase("chunks on GET", get(field: "Transfer-Encoding: chunked") + "0\r\n\r\n"),
        GateCase("a body on HEAD", "HEAD /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde"),
    ]

    static let headers = [
        GateCase("no Host", "GET /hello HTTP/1.1\r\nX-A: b\r\n\r\n"),
        GateCase("no header at all", "GET /hello HTTP/1.1\r\n\r\n"),
        GateCase("two Hosts", get(field: "Host: b")),
        GateCase("the same Host twice", get(field: "HOST: a")),
        GateCase("two Hosts for HTTP/1.0", "GET /hello HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"),
        GateCase("a Host with a path", "GET /hello HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        GateCase("a Host with a user", "GET /hello HTTP/1.1\r\nHost: u@b\r\n\r\n"),
        GateCase("a list of Hosts", "GET /hello HTTP/1.1\r\nHost: a, b\r\n\r\n"),
        GateCase("a space before the colon", post("Content-Length : 5", "abcde")),
        GateCase("a tab before the colon", get(field: "X-A\t: b")),
        GateCase("a name with a bracket", get(field: "X[A]: b")),
        GateCase("a name beyond ASCII", get(field: "X-\u{C4}: b")),
        GateCase("no name", get(field: ": b")),
        GateCase("no colon", get(field: "X-A"), byLibrary: true),
        GateCase("a folded line", get(field: "X-A: one\r\n two")),
        GateCase("a line folded by a tab", get(field: "X-A: one\r\n\ttwo")),
        GateCase("bare LF everywhere", "GET /hello HTTP/1.1\nHost: a\nX-A: lf\n\n"),
        GateCase("a bare LF in the middle", "GET /hello HTTP/1.1\r\nHost: a\nX-A: b\r\n\r\n"),
        GateCase("a bare LF at the end", "GET /hello HTTP/1.1\r\nHost: a\r\n\n"),
        GateCase("a bare CR in a value", get(field: "X-A: a\rb")),
        GateCase("a bare CR that hides a header", get(field: "X-A: a\rContent-Length: 5")),
        GateCase("NUL in the last value", get(field: "X-A: a\0b")),
        GateCase("NUL in a value before others", "GET /hello HTTP/1.1\r\nX-A: a\0b\r\nHost: a\r\n\r\n"),
        GateCase("NUL at the end of a value", "GET /hello HTTP/1.1\r\nX-A: a\0\r\nHost: a\r\n\r\n"),
        GateCase("NUL instead of a value", "GET /hello HTTP/1.1\r\nX-A:\0b\r\nHost: a\r\n\r\n"),
        GateCase("NUL in a name", get(field: "X\0A: b"), byLibrary: true),
        GateCase("NUL in the Host", "GET /hello HTTP/1.1\r\nHost: a\0b\r\n\r\n"),
        GateCase("an escape character in a value", get(field: "X-A: \u{1B}[31m")),
        GateCase("DEL in a value", get(field: "X-A: \u{7F}")),
        GateCase(
            "a value that is not UTF-8", Array("GET /hello HTTP/1.1\r\nHost: a\r\nX-A: ".utf8) + [0xFF, 13, 10, 13, 10]),
        GateCase("an unknown expectation", get(field: "Expect: tea"), 417),
        GateCase("two expectations", get(field: "Expect: 100-continue, tea"), 417),
    ]

    static let targets = [
        GateCase("NUL in the path", get("/hello\0b")),
        GateCase("NUL at the end of the path", get("/hello\0")),
        GateCase("escaped NUL in the path", get("/items/a%00b")),
        GateCase("escaped NUL in the query", get("/items/a?q=1%002")),
        GateCase("an escaped line feed", get("/items/a%0Ab")),
        GateCase("escaped DEL", get("/items/a%7f")),
        GateCase("no hexadecimal digits", get("/items/%zz")),
        GateCase("half an escape", get("/items/%4")),
        GateCase("a percent sign alone", get("/items/%")),
        GateCase("a bad escape in the query", get("/hello?q=%g")),
        GateCase("a bad escape in a name of the query", get("/hello?%q=1")),
        GateCase("dots", get("/../../etc/passwd")),
        GateCase("dots at the end", get("/items/..")),
        GateCase("one dot", get("/./hello")),
        GateCase("escaped dots", get("/items/%2e%2E")),
        GateCase("escaped dots and slash", get("/x/%2e%2e%2fetc")),
        GateCase("an escaped slash", get("/items/a%2Fb")),
        GateCase("two slashes", get("/items//a")),
        GateCase("two slashes at the begin", get("//hello")),
        GateCase("two slashes at the end", get("/hello//")),
        GateCase("the absolute form", get("http://evil/hello")),
        GateCase("an asterisk", get("*")),
        GateCase("no slash", get("hello")),
        GateCase("only a query", get("?q=1")),
        GateCase("a space in the path", get("/items/a b")),
        GateCase("a tab in the path", get("/items/a\tb")),
        GateCase("two spaces before the path", get(" /hello")),
        GateCase("a fragment", get("/hello#top")),
        GateCase("bytes beyond ASCII", get("/items/\u{E4}")),
        GateCase(
            "bytes that are not UTF-8",
            Array("GET /items/".utf8) + [0xFF, 0xFE] + Array(" HTTP/1.1\r\nHost: a\r\n\r\n".utf8)),
        GateCase("escapes that are not UTF-8", get("/items/%ff%fe")),
        GateCase("an escaped surrogate", get("/items/%ED%A0%80")),
        GateCase("an overlong slash", get("/items/%C0%AF")),
        GateCase("a query that is not UTF-8", get("/hello?q=%ff")),
        GateCase("a query parameter twice", get("/hello?q=1&r=2&q=3")),
        GateCase("a query parameter twice, once escaped", get("/hello?q=1&%71=1")),
    ]

    static let methods = [
        GateCase("TRACE", "TRACE /hello HTTP/1.1\r\nHost: a\r\n\r\n", 405),
        GateCase("CONNECT", "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 405),
        GateCase("OPTIONS", "OPTIONS /hello HTTP/1.1\r\nHost: a\r\n\r\n", 405),
        GateCase("a method that nobody knows", "FOO-BAR /hello HTTP/1.1\r\nHost: a\r\n\r\n", 405),
        GateCase("a method in small letters", "get /hello HTTP/1.1\r\nHost: a\r\n\r\n", 405),
        GateCase("HTTP/9.9", "GET /hello HTTP/9.9\r\nHost: a\r\n\r\n", 505, byLibrary: true),
        GateCase("HTTP/2.0", "GET /hello HTTP/2.0\r\nHost: a\r\n\r\n", 505, byLibrary: true),
        GateCase("http in small letters", "GET /hello http/1.1\r\nHost: a\r\n\r\n", 400, byLibrary: true),
        GateCase("HTTP/0.9", "GET /hello\r\n\r\n", 400, byLibrary: true),
    ]

    static let sizes = [
        GateCase(
            "a header of 17 KiB", get(field: "X-A: " + String(repeating: "a", count: 17 << 10)), 431, byLibrary: true),
        GateCase(
            "a header of 40 KiB", get(field: "X-A: " + String(repeating: "a", count: 40 << 10)), 431, byLibrary: true),
        GateCase(
            "two thousand headers", get(field: (0..<2000).map { "h\($0): v" }.joined(separator: "\r\n")), 431,
            byLibrary: true),
        GateCase("a path of 40 KiB", get("/" + String(repeating: "a", count: 40 << 10)), 414, byLibrary: true),
    ]
}
