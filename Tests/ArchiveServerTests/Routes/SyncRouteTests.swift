import ArchiveServer
import Compression
import LetterModel
import ReplicaStore
import ServerTestSupport
import SyncProtocol
import Testing

/// Exchanges over real HTTP.
struct SyncRouteTests {
    let live: LiveServer

    init() throws {
        live = try LiveServer()
    }

    @Test func `what one pushes another one pulls, byte for byte`() throws {
        let ada = try live.token(.writer)
        let ben = try live.token(.reader)
        let revisions = try (0..<20).map { try SampleLetters.revision($0) }
        let pushed = try live.exchange(ada, pushing: revisions)
        #expect(pushed.response.push == .taken)
        #expect(pushed.response.role == "writer")
        #expect(pushed.response.accepted == .init(first: 1, count: 20))
        #expect(pushed.revisions.isEmpty)

        let pulled = try live.exchange(ben, isOpen: true)
        #expect(pulled.response.archive.id == SampleLetters.archive)
        #expect(pulled.revisions.map(\.id) == revisions.map(\.id))
        #expect(pulled.revisions == revisions)
        #expect(pulled.checkpoint == pushed.response.end.cursor)
        #expect(pulled.answer.fields["content-encoding"] == "zstd")

        let again = try live.exchange(ada, pushing: revisions)
        #expect(again.response.accepted.count == 0)
        #expect(again.response.exceptions.map(\.result) == revisions.map { _ in .duplicate })
        #expect(again.response.end == pushed.response.end)
    }

    @Test func `an exchange with nothing to do is one short answer with its length`() throws {
        let token = try live.token(.writer)
        let first = try live.exchange(token, pushing: [try SampleLetters.revision(1)])
        let second = try live.exchange(token, cursor: first.response.end.cursor)
        #expect(second.revisions.isEmpty)
        #expect(second.answer.fields["transfer-encoding"] == nil)
        #expect(second.answer.fields["content-length"] == String(second.answer.body.count))
        #expect(second.answer.body.count < 600)
    }

    @Test func `a long answer comes in chunks and is whole`() throws {
        let token = try live.token(.writer)
        var text: UInt64 = 88_172_645_463_325_252
        let revisions = try (0..<40).map { number in
            let words = (0..<8000).map { _ in
                text ^= text << 13
                text ^= text >> 7
                text ^= text << 17
                return String(text, radix: 36)
            }
            return try SampleLetters.revision(number, body: words.joined(separator: " "))
        }
        for start in stride(from: 0, to: revisions.count, by: 8) {
            _ = try live.exchange(token, pushing: Array(revisions[start..<start + 8]))
        }
        let pulled = try live.exchange(token)
        #expect(pulled.answer.fields["transfer-encoding"] == "chunked")
        #expect(pulled.revisions == revisions)
        #expect(pulled.response.totalRevisions == revisions.count)
    }

    @Test func `contents travel as they are stored, and a dictionary that is not here is asked for`() throws {
        let token = try live.token(.writer)
        let words = Array("what letters have in common, as SampleLetters makes them".utf8)
        let dictionary = try #require(CompressionDictionary(bytes: words))
        var travelling: TravellingDictionary? = TravellingDictionary(dictionary, isHeld: false)
        let pushes = try (0..<2).map { number in
            let revision = try SampleLetters.revision(number, body: "what letters have in common, number \(number)")
            let frame = try #require(revision.contentBytes.flatMap { dictionary.compress($0) })
            let stored = StoredContent(frame: frame, dictionary: dictionary)
            var lines = MessageLines()
            let packed = PackedRevision(
                id: revision.id, links: RevisionLinks(revision.header), headerBytes: revision.headerBytes,
                content: stored)
            lines.append(.packed(packed), by: &travelling)
            return lines.frames
        }
        func exchange(_ frames: [UInt8]) throws -> WebClient.Answer {
            var request = ExchangeRequest(
                replica: "test", archive: ArchiveDescription(id: SampleLetters.archive, isOpen: false, mergeRule: 1))
            request.thinness = .packed
            return try live.send(
                "POST", "/v1/archives/letters/sync", token: token, type: ExchangeAnswer.contentType,
                fields: [("Accept-Encoding", "zstd"), ("Content-Encoding", "zstd")],
                body: request.body(before: frames).bytes)
        }
        // The second names what the first brings.
        let early = try exchange(pushes[1])
        #expect(early.status == 409 && early.problemCode == "base-missing")
        for push in pushes { #expect(try exchange(push).status == 200) }

        let pulled = try exchange([])
        var decoder = MessageDecoder(encoding: .zstandard, allowance: .response)
        var contents: [StoredContent] = []
        try decoder.decode(pulled.body) { event in
            if case .packed(_, let content) = event { contents.append(content) }
        }
        try decoder.finish()
        #expect(contents.count == 2 && contents.allSatisfy { $0.dictionary == dictionary })
    }

    @Test func `a reader's push is refused as a whole and its pull is answered`() throws {
        _ = try live.exchange(try live.token(.writer), pushing: [try SampleLetters.revision(1)])
        let reader = try live.token(.reader)
        let exchange = try live.exchange(reader, pushing: [try SampleLetters.revision(2)])
        #expect(exchange.response.push == .forbidden)
        #expect(exchange.response.role == "reader")
        #expect(exchange.response.accepted.count == 0)
        #expect(exchange.response.end.count == 1)
        #expect(exchange.revisions == [try SampleLetters.revision(1)])
        let denied = try live.auditLines().filter { $0.contains("\"denied\"") && $0.contains("archive.push") }
        #expect(denied.count == 1)
        #expect(denied[0].contains(try live.id(of: reader).description))
    }

    @Test func `two archives of one server share nothing`() throws {
        _ = try live.exchange(try live.token(.writer), pushing: [try SampleLetters.revision(1)])
        let other = try live.token(.writer, "secret")
        let exchange = try live.exchange(
            other, archive: "secret", id: SampleLetters.otherArchive,
            pushing: [try SampleLetters.revision(1, archive: SampleLetters.otherArchive)])
        #expect(exchange.response.accepted.count == 1)
        #expect(exchange.response.end.count == 1)
    }

    @Test func `an archive that has letters is not mixed with another one`() throws {
        let token = try live.token(.writer)
        _ = try live.exchange(token, pushing: [try SampleLetters.revision(1)])
        let answer = try live.sync(
            token, id: SampleLetters.otherArchive,
            pushing: [try SampleLetters.revision(2, archive: SampleLetters.otherArchive)])
        #expect(answer.status == 409)
        #expect(answer.problemCode == "archive-mismatch")
        #expect(try answer.members()["here"]?.text == SampleLetters.archive.text)
        #expect(try answer.members()["there"]?.text == SampleLetters.otherArchive.text)
        #expect(try live.exchange(token).response.end.count == 1)
    }

    @Test func `one bad revision is named and the others are taken`() throws {
        let token = try live.token(.writer)
        let good = try SampleLetters.revision(1)
        let bad = try SampleLetters.revision(2, archive: SampleLetters.otherArchive)
        let exchange = try live.exchange(token, pushing: [bad, good])
        #expect(exchange.response.accepted.count == 1)
        #expect(exchange.response.exceptions.map(\.id) == [bad.id])
    }

    @Test(arguments: [
        (nil, nil, 415), ("text/plain", nil, 415), ("application/x-ndjson", "gzip", 415),
        ("application/x-ndjson", "zstd", 400), ("Application/X-NDJSON; charset=utf-8", nil, 400),
    ])
    func `a body of another type, encoding or shape is refused by name`(
        type: String?, encoding: String?, status: Int
    ) throws {
        let answer = try live.send(
            "POST", "/v1/archives/letters/sync", token: try live.token(.writer), type: type,
            fields: encoding.map { [("Content-Encoding", $0)] } ?? [], body: Array("hello\n".utf8))
        #expect(answer.status == status)
        #expect(answer.problemCode == (status == 415 ? "unsupported-encoding" : "malformed"))
    }

    @Test func `a version that is not spoken here is answered with the one that is`() throws {
        let answer = try live.send(
            "POST", "/v1/archives/letters/sync", token: try live.token(.writer), type: "application/x-ndjson",
            body: Array("{\"v\":99}\n".utf8))
        #expect(answer.status == 426)
        #expect(answer.problemCode == "version")
        #expect(try answer.members()["supported"]?.integer == ProtocolLimits.version)
        #expect(try answer.members()["found"]?.integer == 99)
    }

    @Test func `a body that is too large is refused at its announced length`() throws {
        let answer = try live.send(
            "POST", "/v1/archives/letters/sync", token: try live.token(.writer), type: "application/x-ndjson",
            fields: [("Content-Length", String(ProtocolLimits.requestTransferBytes + 1))])
        #expect(answer.status == 413)
        #expect(answer.problemCode == "too-large")
    }

    @Test func `a small body that becomes a huge one is refused`() throws {
        // It begins as an envelope does: anything else is refused at its first byte.
        let spaces = [UInt8](repeating: 0x20, count: ProtocolLimits.requestBytes)
        let bomb = Zstandard.compress([UInt8(ascii: "{")] + spaces)
        #expect(bomb.count < 64 * 1024)
        let answer = try live.send(
            "POST", "/v1/archives/letters/sync", token: try live.token(.writer), type: "application/x-ndjson",
            fields: [("Content-Encoding", "zstd")], body: bomb)
        #expect(answer.status == 413)
        #expect(answer.problemCode == "too-large")
    }
}
