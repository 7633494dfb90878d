import ArchiveServer
import Hashing
import LetterModel
import ServerTestSupport
import SyncProtocol
import Testing

/// Blobs over real HTTP.
struct BlobRouteTests {
    let live: LiveServer
    let writer: String
    let path = "/v1/archives/letters/blobs/\(SampleLetters.scanID.hex)"

    /// An archive with a letter whose scan is not there yet.
    init() throws {
        live = try LiveServer()
        writer = try live.token(.writer)
        _ = try live.exchange(
            writer, pushing: [try SampleLetters.revision(1, attaching: SampleLetters.scanID)])
    }

    func missing(_ blobs: [BlobID], archive: String = "letters", token: String? = nil) throws -> [BlobID] {
        let answer = try live.send(
            "POST", "/v1/archives/\(archive)/blobs/missing", token: token ?? writer, type: "application/json",
            body: BlobList(.question, blobs).bytes)
        #expect(answer.status == 200)
        return try BlobList(.answer, parsing: answer.body).blobs
    }

    @Test func `a blob that was uploaded comes back byte for byte`() throws {
        #expect(try missing([SampleLetters.scanID]) == [SampleLetters.scanID])
        #expect(try live.send("GET", path, token: writer).status == 404)
        #expect(try live.send("PUT", path, token: writer, body: SampleLetters.scan).status == 201)
        #expect(try live.send("PUT", path, token: writer, body: SampleLetters.scan).status == 204)
        #expect(try missing([SampleLetters.scanID]).isEmpty)
        let answer = try live.send("GET", path, token: try live.token(.reader))
        #expect(answer.status == 200)
        #expect(answer.body == SampleLetters.scan)
        #expect(answer.fields["content-type"] == "application/octet-stream")
        #expect(answer.fields["content-disposition"] == "attachment")
        #expect(answer.fields["content-security-policy"] == "sandbox")
        #expect(answer.fields["x-content-type-options"] == "nosniff")
        let head = try live.send("HEAD", path, token: writer)
        #expect(head.status == 200)
        #expect(head.body.isEmpty)
        #expect(head.fields["content-length"] == String(SampleLetters.scan.count))
        let tag = try #require(answer.fields["etag"])
        for known in [tag, "W/\(tag)", "\"x\", \(tag)", "*"] {
            let again = try live.send("GET", path, token: writer, fields: [("If-None-Match", known)])
            #expect(again.status == 304)
            #expect(again.body.isEmpty)
        }
        #expect(try live.send("GET", path, token: writer, fields: [("If-None-Match", "\"x\"")]).status == 200)
    }

    @Test func `bytes with another hash do not count`() throws {
        var wrong = SampleLetters.scan
        wrong[3] ^= 1
        for bytes in [wrong, [], Array(SampleLetters.scan.dropLast())] {
            let answer = try live.send("PUT", path, token: writer, body: bytes)
            #expect(answer.status == 422)
            #expect(answer.problemCode == "blob-hash")
        }
        #expect(try live.send("GET", path, token: writer).status == 404)
        #expect(try missing([SampleLetters.scanID]) == [SampleLetters.scanID])
    }

    @Test func `a blob that no letter of the archive refers to is not taken, not given and not known`() throws {
        let bytes = Array("nobody refers to this".utf8)
        let id = BlobID(SHA256.digest(of: bytes))
        let answer = try live.send("PUT", "/v1/archives/letters/blobs/\(id.hex)", token: writer, body: bytes)
        #expect(answer.status == 409)
        #expect(answer.problemCode == "blob-unreferenced")
        #expect(try live.send("GET", "/v1/archives/letters/blobs/\(id.hex)", token: writer).status == 404)
        #expect(try missing([id]).isEmpty)
    }

    @Test func `whether another archive holds a blob cannot be found out`() throws {
        _ = try live.send("PUT", path, token: writer, body: SampleLetters.scan)
        let other = try live.token(.writer, "secret")
        let unknown = BlobID(SHA256.digest(of: [1, 2, 3]))
        for method in ["GET", "HEAD"] {
            let there = try live.send(method, "/v1/archives/secret/blobs/\(SampleLetters.scanID.hex)", token: other)
            let nowhere = try live.send(method, "/v1/archives/secret/blobs/\(unknown.hex)", token: other)
            #expect(there.status == 404)
            #expect(there.status == nowhere.status)
            #expect(there.body == nowhere.body)
        }
        let asked = [SampleLetters.scanID, unknown]
        #expect(try missing(asked, archive: "secret", token: other).isEmpty)
        let there = try live.send(
            "PUT", "/v1/archives/secret/blobs/\(SampleLetters.scanID.hex)", token: other, body: SampleLetters.scan)
        #expect(there.status == 409)
    }

    @Test func `an upload has to say how long it is, and may not be too long`() throws {
        let client = try WebClient(port: live.server.port)
        let fields = LiveServer.fields(token: writer, type: nil) + [("Transfer-Encoding", "chunked")]
        try client.send(WebClient.head("PUT", path, fields: fields, bodyByteCount: nil) + Array("0\r\n\r\n".utf8))
        let unknown = try client.answer()
        #expect(unknown.status == 411)
        #expect(unknown.problemCode == "length-required")
        let long = try live.send(
            "PUT", path, token: writer,
            fields: [("Content-Length", String(ProtocolLimits.blobInOnePieceBytes + 1))])
        #expect(long.status == 413)
        #expect(long.problemCode == "too-large")
    }

    @Test(arguments: ["x", "missing2", String(repeating: "a", count: 63), String(repeating: "A", count: 64)])
    func `a path that names no blob is refused`(name: String) throws {
        for method in ["GET", "PUT"] {
            let answer = try live.send(
                method, "/v1/archives/letters/blobs/\(name)", token: writer, body: method == "PUT" ? [1] : nil)
            #expect(answer.status == 400)
            #expect(answer.problemCode == "malformed")
        }
    }

    @Test func `a question that is none is refused`() throws {
        for (type, body, status) in [
            ("application/json", "{}", 400), ("application/json", "{\"blobs\":[\"x\"],\"v\":1}", 400),
            ("application/json", "[", 400), ("text/plain", "{\"blobs\":[],\"v\":1}", 415),
            ("application/json", "{\"blobs\":[],\"v\":2}", 426),
        ] {
            let answer = try live.send(
                "POST", "/v1/archives/letters/blobs/missing", token: writer, type: type, body: Array(body.utf8))
            #expect(answer.status == status)
            #expect(answer.problemCode != nil)
        }
    }

    @Test func `a token that is revoked while the bytes come is refused when they are there`() throws {
        let client = try WebClient(port: live.server.port)
        let fields = LiveServer.fields(token: writer, type: nil)
        try client.send(
            WebClient.head("PUT", path, fields: fields, bodyByteCount: SampleLetters.scan.count)
                + SampleLetters.scan.prefix(5))
        // Another request on another connection is answered meanwhile: the first was admitted by then, or is after.
        #expect(try missing([SampleLetters.scanID]) == [SampleLetters.scanID])
        _ = try live.administration.revokeToken(try live.id(of: writer))
        try client.send(Array(SampleLetters.scan.dropFirst(5)))
        #expect(try client.answer().status == 401)
        let reader = try live.token(.reader)
        #expect(try live.send("GET", path, token: reader).status == 404)
    }
}
