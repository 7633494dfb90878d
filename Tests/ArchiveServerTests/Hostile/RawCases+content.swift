/// What is in a request: tokens, types, encodings, expectations; and what comes after it, or does not.
extension RawCase {
    private static let sync = "POST /v1/archives/letters/sync HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer TOKEN\r\n"
    private static let put =
        "PUT /v1/archives/letters/blobs/\(String(repeating: "0", count: 64)) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer TOKEN\r\n"
    /// The SHA-256 of `abc`.
    private static let abcHash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    private static let unauthorized = status(401, "unauthorized")
    private static func list(_ lines: String) -> String { get(lines, target: "/v1/archives") }

    static let tokens: [RawCase] = [
        taken("a token", list("Authorization: Bearer TOKEN\r\n")),
        taken("bearer in small letters", list("Authorization: bearer TOKEN\r\n")),
        RawCase("no token", list(""), [unauthorized], .kept),
        RawCase("an empty Authorization", list("Authorization:\r\n"), [unauthorized], .kept),
        RawCase("Bearer alone", list("Authorization: Bearer\r\n"), [unauthorized], .kept),
        RawCase("Basic", list("Authorization: Basic dXNlcjpwYXNz\r\n"), [unauthorized], .kept),
        RawCase("Basic with the token", list("Authorization: Basic TOKEN\r\n"), [unauthorized], .kept),
        RawCase("the token without a scheme", list("Authorization: TOKEN\r\n"), [unauthorized], .kept),
        RawCase(
            "the token twice in one field", list("Authorization: Bearer TOKEN, Bearer TOKEN\r\n"), [unauthorized], .kept
        ),
        RawCase(
            "two Authorizations", list("Authorization: Bearer TOKEN\r\nAuthorization: Bearer TOKEN\r\n"),
            [unauthorized], .kept),
        RawCase(
            "a wrong token and the right one", list("Authorization: Bearer x\r\nAuthorization: Bearer TOKEN\r\n"),
            [unauthorized], .kept),
        RawCase("the token in the query", get(target: "/v1/archives?access_token=TOKEN"), [unauthorized], .kept),
        RawCase("the token in a cookie", list("Cookie: token=TOKEN\r\n"), [unauthorized], .kept),
        RawCase("the token for the proxy", list("Proxy-Authorization: Bearer TOKEN\r\n"), [unauthorized], .kept),
        RawCase("the token and a letter more", list("Authorization: Bearer TOKENA\r\n"), [unauthorized], .kept),
        RawCase("the token in quotes", list("Authorization: Bearer \"TOKEN\"\r\n"), [unauthorized], .kept),
        RawCase(
            "a token of 10,000 letters", list("Authorization: Bearer chy_\(String(repeating: "A", count: 10000))\r\n"),
            [unauthorized], .kept),
        RawCase("a token that is SQL", list("Authorization: Bearer chy_' OR 1=1 --\r\n"), [unauthorized], .kept),
        RawCase(
            "a token of letters beyond ASCII", list("Authorization: Bearer chy_\u{416}.\u{416}.\u{416}\r\n"),
            [unauthorized], .kept),
        RawCase("a token of points", list("Authorization: Bearer chy_...\r\n"), [unauthorized], .kept),
    ]

    static let types: [RawCase] = [
        taken(
            "a type in capitals", post("Content-Length: 18\r\n", question, type: "Content-Type: APPLICATION/JSON\r\n")),
        taken(
            "a type with a charset",
            post("Content-Length: 18\r\n", question, type: "Content-Type: application/json; charset=utf-8\r\n")),
        RawCase(
            "no type", post("Content-Length: 18\r\n", question, type: ""), [status(415, "unsupported-encoding")], .kept),
        RawCase(
            "an empty type", post("Content-Length: 18\r\n", question, type: "Content-Type:\r\n"),
            [status(415, "unsupported-encoding")], .kept),
        RawCase(
            "another type", post("Content-Length: 18\r\n", question, type: "Content-Type: text/plain\r\n"),
            [status(415, "unsupported-encoding")], .kept),
        RawCase(
            "a form",
            post("Content-Length: 18\r\n", question, type: "Content-Type: application/x-www-form-urlencoded\r\n"),
            [status(415, "unsupported-encoding")], .kept),
        RawCase(
            "parts",
            post("Content-Length: 18\r\n", question, type: "Content-Type: multipart/form-data; boundary=x\r\n"),
            [status(415, "unsupported-encoding")], .kept),
        RawCase(
            "two types",
            post(
                "Content-Length: 18\r\n", question,
                type: "Content-Type: application/json\r\nContent-Type: application/json\r\n"),
            [status(415, "unsupported-encoding")], .kept),
        RawCase(
            "a type that begins so",
            post("Content-Length: 18\r\n", question, type: "Content-Type: application/jsonx\r\n"),
            [status(415, "unsupported-encoding")], .kept),
        RawCase(
            "a question in gzip", post("Content-Encoding: gzip\r\nContent-Length: 18\r\n", question),
            [status(415, "unsupported-encoding")], .kept),
        RawCase(
            "a sync without a type", sync + "Content-Length: 2\r\n\r\n{}", [status(415, "unsupported-encoding")], .kept),
        RawCase(
            "a sync in gzip",
            sync + "Content-Type: application/x-ndjson\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
            [status(415, "unsupported-encoding")], .kept),
        RawCase(
            "a sync in zstd twice",
            sync + "Content-Type: application/x-ndjson\r\nContent-Encoding: zstd, zstd\r\nContent-Length: 2\r\n\r\n{}",
            [status(415, "unsupported-encoding")], .kept),
        RawCase(
            "a sync with two encodings",
            sync
                + "Content-Type: application/x-ndjson\r\nContent-Encoding: zstd\r\nContent-Encoding: zstd\r\nContent-Length: 2\r\n\r\n{}",
            [status(415, "unsupported-encoding")], .kept),
        RawCase(
            "a sync that says zstd and is none",
            sync + "Content-Type: application/x-ndjson\r\nContent-Encoding: zstd\r\nContent-Length: 2\r\n\r\n{}",
            [status(400, "malformed")], .kept),
        RawCase(
            "a sync that is HTML", sync + "Content-Type: application/x-ndjson\r\nContent-Length: 6\r\n\r\n<html>",
            [status(400, "malformed")], .kept),
        RawCase(
            "an empty sync", sync + "Content-Type: application/x-ndjson\r\nContent-Length: 0\r\n\r\n",
            [status(400, "malformed")], .kept),
        RawCase(
            "a blob without a length", put + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            [status(411, "length-required")], .kept),
        RawCase(
            "a blob in gzip", put + "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
            [status(415, "unsupported-encoding")], .kept),
        RawCase(
            "a blob of other bytes", put + "Content-Length: 3\r\n\r\nabc", [status(422, "blob-hash")], .kept),
        RawCase(
            "a blob that nobody refers to",
            put.replacing(String(repeating: "0", count: 64), with: abcHash) + "Content-Length: 3\r\n\r\nabc",
            [status(409, "blob-unreferenced")], .kept),
        RawCase("a blob of 33 MiB", put + "Content-Length: \(33 << 20)\r\n\r\n", [status(413, "too-large")], .closed),
        RawCase(
            "a question of 1 MiB", post("Content-Length: \(1 << 20)\r\n", String(repeating: " ", count: 1 << 20)),
            [status(413, "too-large")], .kept),
        RawCase(
            "a sync of 33 MiB", sync + "Content-Type: application/x-ndjson\r\nContent-Length: \(33 << 20)\r\n\r\n",
            [status(413, "too-large")], .closed),
    ]

    static let sequences: [RawCase] = [
        RawCase("two requests at once", get() + get(), [ok, ok], .kept),
        RawCase(
            "fifty requests at once", String(repeating: get(), count: 50), [Expected](repeating: ok, count: 50), .kept),
        RawCase("a question and a request at once", post("Content-Length: 18\r\n", question) + get(), [ok, ok], .kept),
        RawCase("chunks and a request at once", chunked("12\r\n\(question)\r\n0\r\n\r\n") + get(), [ok, ok], .kept),
        RawCase("a request behind one that closes", get("Connection: close\r\n") + get(), [ok], .closed),
        RawCase("a request behind a refused one", get(target: "/..") + get(), [malformed], .closed),
        RawCase(
            "a request behind length and chunks",
            post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n") + get(), [malformed], .closed),
        RawCase(
            "a request inside a body", post("Content-Length: \(get().utf8.count)\r\n", get()),
            [status(400, "malformed")], .kept),
        RawCase(
            "a request inside an unwanted body",
            "POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: \(get().utf8.count)\r\n\r\n\(get())",
            [status(404, "not-found")], .kept),
        RawCase(
            "a request behind an unwanted body",
            "POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc\(get())",
            [status(404, "not-found"), ok], .kept),
        RawCase("a 404 and a request", get(target: "/nothing") + get(), [status(404, "not-found"), ok], .kept),
        RawCase("empty lines between requests", get() + "\r\n" + get(), [ok, ok], .kept),
        RawCase("garbage behind a request", get() + "\u{1}\u{2}\u{3}\r\n\r\n", [ok], .closed),
        RawCase(
            "a body that waits to be asked for", post("Expect: 100-continue\r\nContent-Length: 18\r\n", question),
            [status(100), ok], .kept),
        RawCase(
            "an unwanted body that waits to be asked for",
            "POST /nothing HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 18\r\n\r\n",
            [status(404, "not-found")], .closed),
        RawCase(
            "a body that waits, without a token",
            "POST /v1/archives/letters/blobs/missing HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 18\r\n\r\n",
            [unauthorized], .closed),
        RawCase(
            "a large body without a token",
            "POST /v1/archives/letters/blobs/missing HTTP/1.1\r\nHost: a\r\nContent-Length: \(1 << 30)\r\n\r\n",
            [unauthorized], .closed),
        RawCase(
            "an expectation of HTTP/1.0",
            "POST /nothing HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab", [status(404, "not-found")],
            .closed),
    ]

    static let truncations: [RawCase] = [
        RawCase("nothing at all", "", [], .closed).finished,
        RawCase("one letter", "G", [], .closed).finished,
        RawCase("a line end", "\r\n", [], .closed).finished,
        RawCase("half a request line", "GET /hea", [], .closed).finished,
        RawCase("a request line", "GET /healthz HTTP/1.1\r\n", [], .closed).finished,
        RawCase("half a header", "GET /healthz HTTP/1.1\r\nHost: a", [], .closed).finished,
        RawCase("a head without its last byte", String(get().dropLast()) + "\r", [], .closed).finished,
        RawCase("a whole request", get(), [ok], .closed).finished,
        RawCase("a head without its body", post("Content-Length: 18\r\n", ""), [], .closed).finished,
        RawCase("half a body", post("Content-Length: 18\r\n", "{\"blobs"), [], .closed).finished,
        RawCase(
            "a body without its last byte", post("Content-Length: 18\r\n", String(question.dropLast())), [], .closed
        ).finished,
        RawCase("half a chunk size", chunked("1"), [], .closed).finished,
        RawCase("half a chunk", chunked("12\r\n{\"blobs"), [], .closed).finished,
        RawCase("chunks without the last one", chunked("12\r\n\(question)\r\n"), [], .closed).finished,
        RawCase("chunks without the last line", chunked("12\r\n\(question)\r\n0\r\n"), [], .closed).finished,
        RawCase(
            "an unwanted body cut short", "POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc", [],
            .closed
        ).finished,
    ]
}
