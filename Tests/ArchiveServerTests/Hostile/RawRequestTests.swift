import ArchiveServer
import HTTPServer
import ServerTestSupport
import Testing

/// Raw bytes against the whole server, over real sockets: what comes back, whether the connection is kept, and that the
/// server still answers others.
struct RawRequestTests {
    static let cases: [RawCase] =
        RawCase.framing + RawCase.chunks + RawCase.requestLines + RawCase.targets + RawCase.fields + RawCase.tokens
        + RawCase.types + RawCase.sequences + RawCase.truncations

    @Test func `there are at least 150 cases, and no two are the same`() {
        #expect(Self.cases.count >= 150)
        #expect(Set(Self.cases.map(\.name)).count == Self.cases.count)
        #expect(Set(Self.cases.map(\.bytes)).count >= Self.cases.count - 2)
    }

    @Test func `every case is answered as the table says, and the next client is served`() throws {
        // An end that comes together with the last bytes is noticed when the connection was idle for so long;
        // on a busy machine a client that is well may take a few seconds itself.
        let live = try LiveServer { $0.idleTimeoutSeconds = 10 }
        let token = try live.token(.writer)
        // Those that stop sending are begun together: the waits for their ends are one wait.
        let stopped = try Self.cases.filter(\.finishesSending).map { raw in
            (raw, try Self.begin(raw, port: live.server.port, token: token))
        }
        for (raw, connection) in stopped { try Self.expect(raw, of: connection) }
        for raw in Self.cases where !raw.finishesSending {
            // Time gives denied attempts back.
            live.clock.advance(seconds: 60)
            try Self.expect(raw, of: try Self.begin(raw, port: live.server.port, token: token))
            #expect(try live.send("GET", "/healthz").status == 200, "\(raw.name): the server is gone")
        }
        // Nothing is left open.
        live.server.stop()
        #expect(live.lines.all.contains { $0.contains("\"cutRequests\":0") })
    }

    private static func begin(_ raw: RawCase, port: Int, token: String) throws -> RawConnection {
        let connection = try RawConnection(port: port)
        connection.send(Self.bytes(raw.bytes, token: token))
        if raw.finishesSending { connection.finishSending() }
        return connection
    }

    private static func expect(_ raw: RawCase, of connection: RawConnection) throws {
        var answers: [RawCase.Expected] = []
        do {
            while answers.count < raw.answers.count, let answer = try connection.answer(toHead: raw.isToHead) {
                answers.append(.init(status: answer.status, code: raw.isToHead ? nil : answer.problemCode))
                if answer.status >= 400, !raw.isToHead, answer.problemCode == nil {
                    // Whatever libmicrohttpd says by itself is no letter and no token.
                    #expect(answer.body.count < 1000, "\(raw.name)")
                }
            }
        } catch {
            Issue.record("\(raw.name): \(answers), then \(error)")
            return
        }
        let expected = raw.isToHead ? raw.answers.map { RawCase.Expected(status: $0.status, code: nil) } : raw.answers
        #expect(answers == expected, "\(raw.name)")
        guard answers == expected else { return }
        switch raw.ending {
        case .kept:
            connection.send(Array("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
            let next = try connection.answer()
            #expect(next?.status == 200, "\(raw.name): the connection is not kept")
        case .closed:
            let rest = String(decoding: try connection.rest(), as: UTF8.self)
            // libmicrohttpd writes the head of its own answer to a bad Content-Length twice.
            #expect(!rest.contains("HTTP/1."), "\(raw.name): \(rest)")
        }
    }

    /// The bytes with the token where it belongs.
    private static func bytes(_ bytes: [UInt8], token: String) -> [UInt8] {
        let mark = Array("TOKEN".utf8)
        var made: [UInt8] = []
        made.reserveCapacity(bytes.count + 100)
        var index = 0
        while index < bytes.count {
            if bytes[index] == mark[0], bytes[index...].starts(with: mark) {
                made += Array(token.utf8)
                index += mark.count
            } else {
                made.append(bytes[index])
                index += 1
            }
        }
        return made
    }
}
