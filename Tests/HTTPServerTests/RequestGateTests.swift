import Testing

@testable import HTTPServer

/// The gate as a function, without a socket.
@Suite struct RequestGateTests {
    private let gate = RequestGate(maximumHeaderBytes: 16384)
    private let peer = RequestHead.Peer(address: "192.0.2.1", port: 4711)

    /// What a parser makes of the bytes that keeps every one of them.
    private func raw(_ bytes: [UInt8]) -> RawRequest {
        let block = bytes.firstRange(of: Array("\r\n\r\n".utf8)).map { bytes[..<$0.lowerBound] } ?? bytes[...]
        var lines = block.split(separator: Array("\r\n".utf8), omittingEmptySubsequences: false)
        let first = lines.removeFirst()
        let methodEnd = first.firstIndex(of: 0x20) ?? first.endIndex
        let versionStart = first.lastIndex(of: 0x20).map { $0 + 1 } ?? first.endIndex
        let target = first[methodEnd..<max(methodEnd, versionStart - 1)].dropFirst()
        let fields = lines.map { line in
            let nameEnd = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
            return (name: Array(line[..<nameEnd]), value: Array(line[nameEnd...].dropFirst().drop { $0 == 0x20 }))
        }
        return RawRequest(
            method: Array(first[..<methodEnd]), target: Array(target), version: Array(first[versionStart...]),
            fields: fields, headerBytes: block.count + 4, hasHiddenBytes: false)
    }

    private func problem(_ raw: RawRequest) -> ProblemDetails? {
        do {
            _ = try gate.examine(raw, peer: peer)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: GateCase.all.filter { !$0.needsLayout && !$0.isOnlyForLibrary })
    func `is refused by the function`(refused: GateCase) throws {
        let problem = try #require(self.problem(raw(refused.bytes)))
        // A path that the library refuses for its length is too large for the gate as a part of the header block.
        #expect(problem.status == refused.status || (problem.status == 431 && refused.status == 414))
        #expect((problem.headers["Allow"] != nil) == (problem.status == 405))
    }

    @Test func `what is refused says nothing of what was sent`() {
        for refused in GateCase.all where !refused.needsLayout {
            let detail = problem(raw(refused.bytes))?.detail ?? ""
            #expect(!detail.contains("evil") && !detail.contains("passwd"))
        }
    }

    @Test func `hidden bytes are refused whatever is visible`() throws {
        var request = raw(Array("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
        #expect(problem(request) == nil)
        request.hasHiddenBytes = true
        #expect(problem(request)?.status == 400)
    }

    @Test func `headers may take as much as the limit says`() throws {
        var request = raw(Array("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
        request.headerBytes = 16384
        #expect(problem(request) == nil)
        request.headerBytes = 16385
        #expect(problem(request)?.status == 431)
    }

    @Test func `a head tells what was sent, decoded once`() throws {
        let text =
            "POST /v1/archives/M%C3%A4rz%20%252e/sync?since=a%2Bb+c&flag&=x HTTP/1.1\r\nhost: a:80\r\n"
            + "Content-Length: 12\r\nX-A: one \t\r\nX-a: tw\u{F6}\r\nExpect: 100-Continue\r\n\r\n"
        let head = try gate.examine(raw(Array(text.utf8)), peer: peer)
        #expect(head.method == .post)
        #expect(head.rawPath == "/v1/archives/M%C3%A4rz%20%252e/sync")
        #expect(head.path == ["v1", "archives", "M\u{E4}rz %2e", "sync"])
        #expect(head.query.map(\.name) == ["since", "flag", ""])
        #expect(head.queryValue("since") == "a+b c")
        #expect(head.queryValue("flag")?.isEmpty == true)
        #expect(head.queryValue("nothing") == nil)
        #expect(head.headers.values("X-A") == ["one", "tw\u{F6}"])
        #expect(head.body == .length(12))
        #expect(head.contentLength == 12)
        #expect(head.expectsContinue)
        #expect(head.peer == peer)
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", RequestHead.Body.none),
        ("GET / HTTP/1.1\r\nHost:\r\n\r\n", .none),
        ("GET / HTTP/1.0\r\n\r\n", .none),
        ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", .none),
        ("POST / HTTP/1.1\r\nHost: a\r\n\r\n", .none),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: CHUNKED\r\n\r\n", .chunked),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 007\r\nExpect:\r\n\r\n", .length(7)),
        ("PUT /a/?x=1&&y=%26 HTTP/1.1\r\nHost: [::1]:80\r\nContent-Length: 9223372036854775807\r\n\r\n", .length(.max)),
        ("GET /a-._~!$&'()*+,;=:@/%41 HTTP/1.1\r\nHost: a\r\nX-!#$%&'*+.^_`|~: \u{1F4EE}\t.\r\n\r\n", .none),
    ])
    func `ordinary requests pass`(text: String, body: RequestHead.Body) throws {
        #expect(try gate.examine(raw(Array(text.utf8)), peer: peer).body == body)
    }
}

extension GateCase {
    /// Whether only the distances between the parsed strings show what is wrong; see `HeaderLayoutTests`.
    var needsLayout: Bool {
        name.contains("bare") || name.contains("folded") || name.contains("two spaces before")
    }

    /// Whether there is no request that the gate could look at.
    var isOnlyForLibrary: Bool {
        ["no colon", "HTTP/0.9", "http in small letters", "a length over 2^64"].contains(name)
    }
}
