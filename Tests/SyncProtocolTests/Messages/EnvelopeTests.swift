import Compression
import Hashing
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SyncProtocol
import Testing

struct EnvelopeTests {
    static let archive = ArchiveDescription(id: RevisionMaker.archive(1), isOpen: false, mergeRule: 1)

    static let request = ExchangeRequest(
        replica: "reading-room", archive: archive, cursor: "AAAA", limitBytes: 1_000_000)

    static func response() throws -> ExchangeResponse {
        let id = RevisionID(SHA256.digest(of: [1]))
        let end = LogPosition(epoch: "00000000000000ff", sequence: 7, chain: SHA256.digest(of: [2]))
        return ExchangeResponse(
            role: "writer", archive: archive, cursor: .ok, push: .taken,
            accepted: ExchangeResponse.Accepted(first: 6, count: 2),
            exceptions: [
                PushException(id: id, result: .duplicate), PushException(id: id, result: .missingParent([id])),
                PushException(id: id, result: .rejected(code: "tooLarge", text: "it is large", isRetryable: true)),
            ],
            totalRevisions: 3,
            end: ExchangeResponse.LogEnd(cursor: Cursor(end), count: 7, fingerprint: SHA256.digest(of: [3])))
    }

    @Test func `a request comes back from its envelope`() throws {
        #expect(try ExchangeRequest(envelope: Self.request.envelope) == Self.request)
        var bare = ExchangeRequest(replica: "", archive: Self.archive)
        #expect(try ExchangeRequest(envelope: bare.envelope) == bare)
        for thinness in [Thinness.thin, .packed] {
            bare.thinness = thinness
            #expect(try ExchangeRequest(envelope: bare.envelope) == bare)
        }
    }

    @Test func `a response comes back from its envelope`() throws {
        var response = try Self.response()
        #expect(try ExchangeResponse(envelope: response.envelope) == response)
        for thinness in [Thinness.thin, .packed] {
            response.takes = thinness
            #expect(try ExchangeResponse(envelope: response.envelope) == response)
        }
    }

    @Test func `what may be left out that is not known yet includes what is known`() throws {
        for (said, taken) in [
            (-1, Thinness.whole), (0, .whole), (1, .thin), (2, .packed), (3, .packed), (1 << 40, .packed),
        ] {
            var envelope = Self.request.envelope
            envelope["thin"] = .integer(said)
            #expect(try ExchangeRequest(envelope: envelope).thinness == taken)
        }
        var envelope = Self.request.envelope
        envelope["thin"] = "2"
        #expect(try ExchangeRequest(envelope: envelope).thinness == .whole)
    }

    @Test func `members that are not known are left alone`() throws {
        var request = Self.request.envelope
        request["later"] = 1
        #expect(try ExchangeRequest(envelope: request) == Self.request)
        var response = try Self.response().envelope
        response["weather"] = ["is": "fine"]
        #expect(try ExchangeResponse(envelope: response) == Self.response())
    }

    @Test func `a result that is not known is a refusal for now`() throws {
        var response = try Self.response().envelope
        let id = RevisionID(SHA256.digest(of: [1]))
        response["exceptions"] = [["id": .string(id.hex), "result": "postponed"]]
        let expected = PushException(id: id, result: .rejected(code: "postponed", text: "", isRetryable: true))
        #expect(try ExchangeResponse(envelope: response).exceptions == [expected])
    }

    @Test(arguments: ["v", "replica", "archive"])
    func `a request needs`(_ member: String) throws {
        var envelope = Self.request.envelope
        envelope[member] = nil
        #expect(throws: MessageError.envelope(member: member)) { try ExchangeRequest(envelope: envelope) }
    }

    @Test(arguments: ["v", "role", "archive", "cursor", "push", "accepted", "end"])
    func `a response needs`(_ member: String) throws {
        var envelope = try Self.response().envelope
        envelope[member] = nil
        #expect(throws: MessageError.envelope(member: member)) { try ExchangeResponse(envelope: envelope) }
    }

    @Test(
        arguments: [
            ("limit", 0), ("limit", "1"), ("cursor", 7), ("replica", 7), ("archive", []), ("archive", ["id": "x"]),
            ("archive", ["id": "019ab1c2-7f00-7000-8000-000000000001", "mergeRule": 0]),
        ] as [(String, JSONValue)])
    func `a member of the wrong shape is named`(_ member: String, _ value: JSONValue) {
        var envelope = Self.request.envelope
        envelope[member] = value
        let error = #expect(throws: MessageError.self) { try ExchangeRequest(envelope: envelope) }
        guard case .envelope(let named) = error else { return #expect(Bool(false), "\(String(describing: error))") }
        #expect(named.hasPrefix(member))
    }

    @Test func `another version is told as such`() throws {
        var envelope = Self.request.envelope
        envelope["v"] = 2
        #expect(throws: MessageError.version(2)) { try ExchangeRequest(envelope: envelope) }
        let problem = Problem(.version(2))
        #expect(problem.status == 426)
        #expect(problem.members["supported"] == 1)
        #expect(problem.members["found"] == 2)
    }

    @Test func `a problem's body is problem details`() throws {
        let problem = Problem(StoreError.busy)
        let body = try #require(try JSONScanner.parse(problem.body).members)
        #expect(body["code"] == "busy")
        #expect(body["status"] == 503)
        #expect(problem.retryAfterSeconds == 5)
    }

    @Test func `a failure of the replica does not tell its paths`() throws {
        let problem = Problem(StoreError.notAReplica(path: "/secret/place"))
        #expect(problem.status == 500)
        #expect(!String(decoding: problem.body, as: UTF8.self).contains("secret"))
    }

    @Test func `a list of blobs comes back from its bytes`() throws {
        let blobs = (0..<5).map { BlobID(SHA256.digest(of: [$0])) }
        #expect(try BlobList(.question, parsing: BlobList(.question, blobs).bytes).blobs == blobs)
        #expect(try BlobList(.answer, parsing: BlobList(.answer, []).bytes).blobs.isEmpty)
        #expect(throws: MessageError.envelope(member: "missing")) {
            try BlobList(.answer, parsing: BlobList(.question, blobs).bytes)
        }
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"blobs":[],"v":2}"#, #"{"blobs":["x"],"v":1}"#, #"{"blobs":[1],"v":1}"#,
        #"{"blobs":{},"v":1}"#,
    ])
    func `what is no list of blobs is refused`(_ text: String) {
        #expect(throws: MessageError.self) { try BlobList(.question, parsing: Array(text.utf8)) }
    }

    @Test func `a list of too many blobs is refused`() {
        let blobs = (0...ProtocolLimits.blobsPerQuestion).map {
            BlobID(SHA256.digest(of: Array(String($0).utf8)))
        }
        #expect(throws: MessageError.envelope(member: "blobs")) {
            try BlobList(.question, parsing: BlobList(.question, blobs).bytes)
        }
    }

    @Test func `small bodies are not compressed, larger ones are`() throws {
        let small = EncodedBody(compressing: [UInt8](repeating: 65, count: 511))
        #expect(small.encoding == .identity && small.bytes.count == 511)
        let large = EncodedBody(compressing: [UInt8](repeating: 65, count: 512))
        #expect(large.encoding == .zstandard)
        #expect(try Zstandard.decompress(large.bytes, limitBytes: 512).count == 512)
    }
}
