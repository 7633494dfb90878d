import ArchiveServer
import Hashing
import LetterModel
import ServerTestSupport
import SyncProtocol
import Testing

/// Blobs in pieces over real HTTP: what an honest client relies on, and what a hostile one tries.
struct BlobPieceRouteTests {
    let live: LiveServer
    let writer: String
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    let id: BlobID
    let path: String

    /// An archive with a letter whose scan is not there yet.
    init() throws {
        live = try LiveServer()
        writer = try live.token(.writer)
        id = BlobID(SHA256.digest(of: bytes))
        path = "/v1/archives/letters/blobs/\(id.hex)"
        _ = try live.exchange(writer, pushing: [try SampleLetters.revision(1, attaching: id)])
    }

    func put(
        _ part: Range<Int>, as range: String? = nil, bytes other: [UInt8]? = nil, token: String? = nil
    ) throws -> WebClient.Answer {
        try live.send(
            "PUT", path, token: token ?? writer,
            fields: [("Content-Range", range ?? "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(bytes.count)")],
            body: other ?? Array(bytes[part]))
    }

    func offset() throws -> String? {
        let head = try live.send("HEAD", path, token: writer)
        #expect(head.status == 404)
        #expect(head.body.isEmpty)
        return head.fields["upload-offset"]
    }

    @Test func `pieces that follow each other become the blob, across a restart too`() throws {
        #expect(try offset() == "0")
        let first = try put(0..<40_000)
        #expect(first.status == 202)
        #expect(first.fields["upload-offset"] == "40000")
        #expect(try offset() == "40000")
        // The same connection and another one; what is there is not taken again.
        let again = try put(0..<40_000)
        #expect(again.status == 409)
        #expect(again.problemCode == "blob-offset")
        #expect(again.fields["upload-offset"] == "40000")
        #expect(try live.send("GET", path, token: writer).status == 404)
        #expect(try put(40_000..<100_000).status == 201)
        #expect(try put(40_000..<100_000).status == 204)
        #expect(try live.send("GET", path, token: writer).body == bytes)
    }

    @Test func `a part of a blob is given from any byte on`() throws {
        #expect(try live.send("PUT", path, token: writer, body: bytes).status == 201)
        for (range, part) in [
            ("bytes=0-", 0..<100_000), ("bytes=99999-", 99_999..<100_000), ("bytes=70000-70009", 70_000..<70_010),
        ] {
            let answer = try live.send("GET", path, token: writer, fields: [("Range", range)])
            #expect(answer.status == 206)
            #expect(answer.body == Array(bytes[part]))
            #expect(answer.fields["content-range"] == "bytes \(part.lowerBound)-\(part.upperBound - 1)/100000")
            #expect(answer.fields["content-security-policy"] == "sandbox")
        }
        let past = try live.send("GET", path, token: writer, fields: [("Range", "bytes=100000-")])
        #expect(past.status == 416)
        #expect(past.fields["content-range"] == "bytes */100000")
        for range in ["bytes=0-1,5-6", "bytes=-5", "lines=1-", "bytes=x-"] {
            let answer = try live.send("GET", path, token: writer, fields: [("Range", range)])
            #expect(answer.status == 200)
            #expect(answer.body == bytes)
        }
        let tag = try #require(try live.send("HEAD", path, token: writer).fields["etag"])
        for (condition, status) in [(tag, 206), ("\"other\"", 200)] {
            let answer = try live.send(
                "GET", path, token: writer, fields: [("Range", "bytes=5-"), ("If-Range", condition)])
            #expect(answer.status == status)
        }
        let head = try live.send("HEAD", path, token: writer, fields: [("Range", "bytes=5-")])
        #expect(head.status == 200)
        #expect(head.fields["content-length"] == "100000")
        #expect(head.fields["accept-ranges"] == "bytes")
    }

    @Test(arguments: [
        "bytes 0-9/5", "bytes 5-1/100000", "bytes -1-9/100000", "bytes 0-9", "bytes */100000", "bytes 0-8/100000",
        "bytes 0-99999999999999999999/99999999999999999999", "bytes 18446744073709551615-18446744073709551616/1", "",
        "chunks 0-9/10",
    ])
    func `a range that lies is refused, and nothing of it is kept`(range: String) throws {
        let answer = try put(0..<10, as: range)
        #expect(answer.status == 400)
        #expect(answer.problemCode == "malformed")
        #expect(try offset() == "0")
    }

    @Test func `a piece past the end of what is there is refused, wherever it claims to be`() throws {
        for range in ["bytes 10-19/100000", "bytes 4000000000-4000000009/4294967296"] {
            let answer = try put(0..<10, as: range)
            #expect(answer.status == 409)
            #expect(answer.fields["upload-offset"] == "0")
        }
        let huge = try put(0..<10, as: "bytes 0-9/4294967297")
        #expect(huge.status == 413)
        #expect(huge.fields["content-type"] == "application/problem+json")
        #expect(String(decoding: huge.body, as: UTF8.self).contains("\"limit\":4294967296"))
    }

    @Test func `pieces that are another blob are thrown away with the last, and the right ones are taken then`() throws
    {
        #expect(try put(0..<40_000, bytes: [UInt8](repeating: 7, count: 40_000)).status == 202)
        let wrong = try put(40_000..<100_000)
        #expect(wrong.status == 422)
        #expect(wrong.problemCode == "blob-hash")
        #expect(try offset() == "0")
        #expect(try put(0..<100_000).status == 201)
        #expect(try live.send("GET", path, token: writer).body == bytes)
    }

    @Test func `two uploads of one blob at once go on from what either brought`() throws {
        let other = try live.token(.writer)
        let (mine, theirs) = (try WebClient(port: live.server.port), try WebClient(port: live.server.port))
        func begin(_ client: WebClient, _ token: String, _ part: Range<Int>) throws {
            let fields =
                LiveServer.fields(token: token, type: nil) + [
                    ("Content-Range", "bytes \(part.lowerBound)-\(part.upperBound - 1)/100000")
                ]
            try client.send(
                WebClient.head("PUT", path, fields: fields, bodyByteCount: part.count) + bytes[part].dropLast(10))
        }
        // Both are in the middle of the same piece; one of them is taken.
        try begin(mine, writer, 0..<50_000)
        try begin(theirs, other, 0..<50_000)
        try mine.send(Array(bytes[49_990..<50_000]))
        #expect(try mine.answer().status == 202)
        try theirs.send(Array(bytes[49_990..<50_000]))
        let late = try theirs.answer()
        #expect(late.status == 409)
        #expect(late.fields["upload-offset"] == "50000")
        #expect(try put(50_000..<100_000, token: other).status == 201)
        #expect(try put(50_000..<100_000).status == 204)
    }

    @Test func `an upload that never ends keeps nobody waiting, and leaves what came before it`() throws {
        #expect(try put(0..<10).status == 202)
        let client = try WebClient(port: live.server.port)
        let fields = LiveServer.fields(token: writer, type: nil) + [("Content-Range", "bytes 10-99999/100000")]
        try client.send(WebClient.head("PUT", path, fields: fields, bodyByteCount: 99_990) + bytes[10..<5_000])
        #expect(try offset() == "10")
        #expect(try put(10..<100_000).status == 201, "another upload goes past it")
        try client.send(Array(bytes[5_000..<6_000]))
        #expect(try live.send("GET", path, token: writer).body == bytes)
    }

    @Test func `a reader uploads no piece, and is not told what has come`() throws {
        let reader = try live.token(.reader)
        #expect(try put(0..<10).status == 202)
        #expect(try put(10..<20, token: reader).status == 403)
        let head = try live.send("HEAD", path, token: reader)
        #expect(head.status == 404)
        #expect(head.fields["upload-offset"] == nil)
        let stranger = try live.token(.writer, "secret")
        let elsewhere = try live.send("HEAD", "/v1/archives/secret/blobs/\(id.hex)", token: stranger)
        #expect(elsewhere.status == 404)
        #expect(elsewhere.fields["upload-offset"] == nil)
    }
}
