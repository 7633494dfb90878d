import HTTPServer
import Testing

/// The gate's cases as libmicrohttpd hands them over.
@Suite struct GateOverSocketsTests {
    @Test func `every case is refused, and its connection closed`() throws {
        let live = try LiveServer()
        for refused in GateCase.all {
            let client = try live.connect()
            client.send(refused.bytes)
            let response = try client.receive(toHead: refused.name.contains("HEAD"))
            #expect(response.status == refused.status, "\(refused.name)")
            #expect((response["Allow"] != nil) == (response.status == 405), "\(refused.name)")
            #expect(
                (response["Content-Type"] == "application/problem+json") == !refused.isRefusedByLibrary,
                "\(refused.name)")
            #expect(client.readToEnd() != .open, "\(refused.name)")
            // libmicrohttpd writes the head of its own answer to a bad Content-Length twice.
            let rest = String(decoding: client.unread, as: UTF8.self)
            #expect(
                rest.isEmpty || (refused.isRefusedByLibrary && !rest.contains("HTTP/1")), "\(refused.name): \(rest)")
        }
    }

    @Test func `broken chunks are refused`() throws {
        let live = try LiveServer()
        for chunk in ["-1\r\nabc\r\n", "FFFFFFFFFFFFFFFFF\r\nabc\r\n", "0x3\r\nabc\r\n", "zz\r\n", "\r\n\r\n"] {
            let client = try live.connect()
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(chunk)0\r\n\r\n")
            #expect(try [400, 413].contains(client.receive().status), "\(chunk)")
            #expect(client.readToEnd() != .open, "\(chunk)")
        }
    }

    @Test func `a refused request never reaches a handler`() throws {
        let live = try LiveServer()
        let client = try live.connect()
        client.send(
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
        #expect(try client.receive().status == 400)
        let record = try live.nextRecord()
        #expect(record.problemCode == "malformed-request")
        #expect(record.status == 400)
        #expect(record.method == "POST")
    }

    @Test func `what a record shows of a refused request is printable`() throws {
        let live = try LiveServer()
        _ = try live.ask("GET /\u{1B}[31m\u{E4} HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try live.nextRecord().path == "/?[31m??")
    }

    @Test func `a head that comes byte by byte is read as one`() throws {
        let client = try LiveServer().connect()
        let padding = (0..<40).map { "X-Header-\($0): value \($0) \t \r\n" }.joined()
        for byte in Array("\r\nGET /items/slow?q=1 HTTP/1.1\r\nHost:\t a \r\n\(padding)\r\n".utf8) {
            client.send([byte])
        }
        #expect(try client.receive().text == "slow|1")
    }

    @Test func `headers of up to 12 KiB pass, in small parts and at once`() throws {
        let client = try LiveServer().connect()
        for parts in [1, 7, 100] {
            let field = "X-A: " + String(repeating: "a", count: 12 << 10)
            let request = Array("POST /echo HTTP/1.1\r\nHost: a\r\n\(field)\r\nContent-Length: 3\r\n\r\nabc".utf8)
            let size = request.count / parts + 1
            for start in stride(from: 0, to: request.count, by: size) {
                client.send(Array(request[start..<min(start + size, request.count)]))
            }
            #expect(try client.receive().text == "abc")
        }
    }

    @Test func `the configured limit of headers is told with problem details`() throws {
        let live = try LiveServer { $0.maximumHeaderBytes = 1000 }
        let field = "X-A: " + String(repeating: "a", count: 1000)
        let response = try live.ask("GET /hello HTTP/1.1\r\nHost: a\r\n\(field)\r\n\r\n")
        #expect(response.status == 431)
        #expect(response.text.contains("header-too-large"))
    }
}
