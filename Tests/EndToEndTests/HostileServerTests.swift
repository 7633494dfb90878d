import Foundation
import ProgramTestSupport
import Testing

/// Servers that answer with anything but the protocol: the real client ends with an error that says so, keeps its letter, and
/// still counts it as unsent.
struct HostileServerTests {
    /// What a server answers to whatever it is asked.
    struct Answer: Sendable, CustomTestStringConvertible {
        let name: String
        let text: String

        var testDescription: String { name }
    }

    private static func ok(_ body: String, _ fields: String = "Content-Type: application/x-ndjson\r\n") -> String {
        "HTTP/1.1 200 OK\r\n\(fields)Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
    }

    private static let hash = String(repeating: "a", count: 64)
    private static let cursor = String(repeating: "A", count: 43)

    /// An envelope that is well-formed and lies.
    private static func envelope(
        _ accepted: String, count: String = "0", archive: String = "00000000-0000-7000-8000-000000000000"
    ) -> String {
        #"{"accepted":\#(accepted),"archive":{"id":"\#(archive)","mergeRule":1},"cursor":"ok","end":{"chain":"\#(hash)","count":\#(count),"cursor":"\#(cursor)","fingerprint":"\#(hash)"},"push":"taken","role":"writer","totals":{"revisions":0},"v":1}"#
            + "\n"
    }

    static let answers: [Answer] = [
        Answer(name: "a page of HTML", text: ok("<html>SECRETPAGE</html>", "Content-Type: text/html\r\n")),
        Answer(name: "HTML that says it is ours", text: ok("<html>SECRETPAGE</html>")),
        Answer(name: "an empty answer", text: ok("")),
        Answer(name: "JSON of another program", text: ok("{\"status\":\"SECRETPAGE\"}\n")),
        Answer(name: "another version", text: ok("{\"v\":99}\n")),
        Answer(
            name: "a redirect to itself",
            text: "HTTP/1.1 302 Found\r\nLocation: /letters\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
        Answer(
            name: "a redirect elsewhere",
            text:
                "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        ),
        Answer(name: "no HTTP", text: "220 mail.example.org ESMTP\r\n"),
        Answer(name: "a status line that never was", text: "HTTP/1.1 9999 What\r\n\r\n"),
        Answer(
            name: "a thousand interim responses",
            text: String(repeating: "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n", count: 1000)
                + ok("<html>SECRETPAGE</html>")),
        Answer(
            name: "a header of 8 MB", text: "HTTP/1.1 200 OK\r\nX-A: \(String(repeating: "a", count: 8 << 20))\r\n\r\n"),
        Answer(
            name: "a hundred thousand headers",
            text: "HTTP/1.1 200 OK\r\n" + String(repeating: "X-A: bbbbbbbbbbbbbbbbbbbb\r\n", count: 100_000)
                + "\r\n<html>"),
        Answer(
            name: "an encoding that nobody speaks",
            text: ok("abc", "Content-Encoding: br\r\nContent-Type: application/x-ndjson\r\n")),
        Answer(
            name: "zstd that is none",
            text: ok("abc", "Content-Encoding: zstd\r\nContent-Type: application/x-ndjson\r\n")),
        Answer(name: "a line of 20 MB", text: ok("{" + String(repeating: " ", count: 20 << 20))),
        Answer(
            name: "come back in a century",
            text:
                "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 999999\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        ),
        Answer(
            name: "a problem that is none",
            text:
                "HTTP/1.1 400 Bad Request\r\nContent-Type: application/problem+json\r\nContent-Length: 9\r\nConnection: close\r\n\r\n{\"code\":["
        ),
        Answer(name: "an envelope without an end", text: ok("{\"v\":1,\"role\":\"writer\"}\n")),
        Answer(name: "more accepted than was sent", text: ok(envelope("{\"count\":1000000,\"first\":1}"))),
        Answer(name: "another archive", text: ok(envelope("{\"count\":0}"))),
        Answer(
            name: "the largest count there is",
            text: ok(envelope("{\"count\":9007199254740991,\"first\":9007199254740991}", count: "9007199254740991"))),
        Answer(name: "a negative count", text: ok(envelope("{\"count\":-1}"))),
    ]

    @Test(arguments: answers)
    func `a server that lies is told apart, and nothing is lost`(answer: Answer) throws {
        let server = try Portal(answer: answer.text)
        let ada = try BadInputTests.machine()
        try ada.expect("remote", "add", "origin", "http://127.0.0.1:\(server.port)/letters")
        let ended = try ada.expect(1, "sync", with: ["CHANCERY_TOKEN": "chy_AAAAAAAAAAA.AAAA.AAAA"])
        #expect(!ended.error.isEmpty)
        #expect(!ended.error.contains("SECRETPAGE"), "what the page says is not for the terminal")
        #expect(!ended.error.contains("chy_AAAAAAAAAAA"))
        #expect(try ada.expect("list", "--json").objects().count == 1)
        #expect(try ada.expect("status", "--json").object()["unsent"] as? Int == 1)
        try ada.expect("verify")
    }
}
