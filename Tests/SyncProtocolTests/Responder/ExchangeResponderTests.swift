import Hashing
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SyncProtocol
import SyncTestSupport
import Testing

struct ExchangeResponderTests {
    /// What a response says.
    struct Reply {
        var response: ExchangeResponse
        var encoding: ContentEncoding
        var events: [MessageDecoder.Event] = []
        var byteCount = 0

        var ids: [RevisionID] {
            events.compactMap {
                if case .revision(let header, _) = $0 { RevisionID(SHA256.digest(of: header)) } else { nil }
            }
        }
        var checkpoints: [Cursor] {
            events.compactMap { if case .checkpoint(let cursor) = $0 { cursor } else { nil } }
        }
        func result(of revision: Revision) -> PushException.Result? {
            response.exceptions.first { $0.id == revision.id }?.result
        }
    }

    static func request(_ replica: TestReplica, cursor: String? = nil, limitBytes: Int? = nil, isOpen: Bool = false)
        -> ExchangeRequest
    {
        let archive = ArchiveDescription(id: replica.maker.archive, isOpen: isOpen, mergeRule: 1)
        return ExchangeRequest(replica: "test", archive: archive, cursor: cursor, limitBytes: limitBytes)
    }

    static func reply(
        of store: any ReplicaStore, to request: ExchangeRequest, pushing revisions: [Revision] = [],
        mayPush: Bool = true,
        acceptsZstandard: Bool = true
    ) throws -> Reply {
        let body = request.body(pushing: revisions)
        return try reply(of: store, to: body.bytes, body.encoding, mayPush: mayPush, acceptsZstandard: acceptsZstandard)
    }

    static func reply(
        of store: any ReplicaStore, to body: [UInt8], _ encoding: ContentEncoding = .identity, mayPush: Bool = true,
        acceptsZstandard: Bool = true
    ) throws -> Reply {
        let responder = ExchangeResponder(store: store, encoding: encoding)
        for byte in body { try responder.receive([byte]) }
        let answer = try responder.finish(
            role: mayPush ? "writer" : "reader", mayPush: mayPush, acceptsZstandard: acceptsZstandard)
        var reply = Reply(response: answer.response, encoding: answer.encoding)
        var decoder = MessageDecoder(encoding: answer.encoding, allowance: .response)
        while let chunk = try answer.nextChunk() {
            #expect(chunk.count <= ProtocolLimits.chunkBytes)
            reply.byteCount += chunk.count
            try decoder.decode(chunk) { reply.events.append($0) }
        }
        try decoder.finish()
        let isAtPageEnd = decoder.isAtPageEnd
        #expect(isAtPageEnd)
        guard case .envelope(let members) = reply.events.first else { throw TestFailure("no envelope came") }
        #expect(try ExchangeResponse(envelope: members) == answer.response)
        return reply
    }

    let server = TestReplica.inMemory("server", epoch: "00000000000000ff")

    // MARK: Pulling

    @Test func `a first pull brings the whole log in its order, closed by the stated end`() throws {
        for number in 1...3 { try server.write(number, "Letter \(number)") }
        let reply = try Self.reply(of: server.store, to: Self.request(server))
        #expect(reply.ids == (try server.log()))
        #expect(reply.checkpoints == [reply.response.end.cursor])
        #expect(reply.response.end.cursor == Cursor(try server.store.logState().end))
        #expect(reply.response.end.count == 3)
        #expect(reply.response.end.fingerprint == (try server.store.logState().fingerprint))
        #expect(reply.response.totalRevisions == 3)
        #expect(reply.encoding == .zstandard)
        #expect(reply.response.cursor == .ok)
    }

    @Test func `with nothing to do the answer is one short line, not compressed`() throws {
        try server.write(1, "Dear Ada")
        let end = Cursor(try server.store.logState().end).text
        let reply = try Self.reply(of: server.store, to: Self.request(server, cursor: end))
        #expect(reply.events.count == 1)
        #expect(reply.encoding == .identity)
        #expect(reply.byteCount < ProtocolLimits.compressionThresholdBytes)
    }

    @Test func `whoever does not take zstd gets plain lines`() throws {
        for number in 1...20 { try server.write(number, "Letter \(number)") }
        let reply = try Self.reply(of: server.store, to: Self.request(server), acceptsZstandard: false)
        #expect(reply.encoding == .identity)
        #expect(reply.ids == (try server.log()))
    }

    @Test func `a long log comes in pages, each with its checkpoint`() throws {
        let body = String(repeating: "word ", count: 80_000)
        for number in 1...7 { try server.write(number, body + String(number)) }
        let reply = try Self.reply(of: server.store, to: Self.request(server))
        #expect(reply.checkpoints.map(\.sequence) == [2, 4, 6, 7])
        #expect(reply.ids == (try server.log()))
        for checkpoint in reply.checkpoints {
            #expect(checkpoint.fits(try #require(try server.store.chain(at: checkpoint.sequence))))
        }
    }

    @Test func `a client's limit ends the response at a checkpoint, with at least one revision`() throws {
        for number in 1...7 { try server.write(number, "Letter \(number)") }
        let reply = try Self.reply(of: server.store, to: Self.request(server, limitBytes: 1))
        #expect(reply.checkpoints.map(\.sequence) == [1])
        #expect(reply.response.end.cursor.sequence == 7)
        let next = try Self.reply(
            of: server.store, to: Self.request(server, cursor: reply.checkpoints[0].text, limitBytes: 1_500))
        #expect(next.ids.count < 6 && !next.ids.isEmpty)
    }

    @Test func `the log end is fixed when the push was committed`() throws {
        let body = String(repeating: "word ", count: 250_000)
        for number in 1...3 { try server.write(number, body + String(number)) }
        let responder = ExchangeResponder(store: server.store, encoding: .identity)
        try responder.receive(Self.request(server).body(pushing: []).bytes)
        let answer = try responder.finish(role: "writer", mayPush: true)
        try server.write(4, "late")
        var decoder = MessageDecoder(encoding: answer.encoding, allowance: .response)
        var last: Cursor?
        while let chunk = try answer.nextChunk() {
            try decoder.decode(chunk) { if case .checkpoint(let cursor) = $0 { last = cursor } }
        }
        #expect(last?.sequence == 3)
    }

    @Test func `a damaged row travels as its id, and the chain goes on`() throws {
        let revisions = try (1...3).map { try server.write($0, "Letter \($0)") }
        let damaged = DamagedStore(server.store)
        damaged.set { $0.damaged = [revisions[1].id] }
        let reply = try Self.reply(of: damaged, to: Self.request(server))
        #expect(reply.events.contains(.damaged(revisions[1].id)))
        #expect(reply.ids == [revisions[0].id, revisions[2].id])
        #expect(reply.checkpoints == [Cursor(try server.store.logState().end)])
    }

    // MARK: Pushing

    @Test func `a push enters the log in the order sent, and the pages leave it out`() throws {
        try server.write(1, "here before")
        let root = try server.maker.revision(2, "pushed")
        let child = try server.maker.revision(2, "pushed and edited", after: [root])
        let reply = try Self.reply(of: server.store, to: Self.request(server), pushing: [root, child])
        #expect(reply.response.accepted == ExchangeResponse.Accepted(first: 2, count: 2))
        #expect(reply.response.exceptions.isEmpty)
        #expect(reply.response.totalRevisions == 1)
        #expect(reply.ids.count == 1 && reply.checkpoints.map(\.sequence) == [1])
        #expect(reply.response.end.cursor.sequence == 3)
        #expect(try server.log().suffix(2) == [root.id, child.id])
    }

    @Test func `the same push again changes nothing and says so`() throws {
        let root = try server.maker.revision(2, "pushed")
        _ = try Self.reply(of: server.store, to: Self.request(server), pushing: [root])
        let state = try server.store.logState()
        let again = try Self.reply(of: server.store, to: Self.request(server), pushing: [root])
        #expect(again.result(of: root) == .duplicate)
        #expect(again.response.accepted == ExchangeResponse.Accepted(first: nil, count: 0))
        #expect(again.ids == [root.id])
        #expect(try server.store.logState() == state)
    }

    @Test func `a revision that comes twice in one request counts once`() throws {
        let root = try server.maker.revision(2, "pushed")
        let reply = try Self.reply(of: server.store, to: Self.request(server), pushing: [root, root])
        #expect(reply.response.accepted.count == 1)
        #expect(reply.response.exceptions.isEmpty)
    }

    @Test func `each bad revision is named and delays no other one`() throws {
        let root = try server.maker.revision(1, "root")
        let orphan = try server.maker.revision(1, "orphan", after: [try server.maker.revision(1, "never sent")])
        let good = try server.maker.revision(2, "good")
        let foreign = try RevisionMaker(archive: RevisionMaker.archive(9)).revision(3, "foreign")
        let strayed = try server.maker.revision(4, "another letter's child", after: [root])
        var lines = MessageLines()
        lines.append(envelope: Self.request(server).envelope)
        for revision in [root, orphan, foreign, strayed] { lines.append(revision) }
        let garbled = Array(#"{"archive":"x"}"#.utf8)
        let wrongContent = try server.maker.revision(5, "right").headerBytes
        let body =
            lines.bytes + garbled + Array("\nnull\n".utf8) + wrongContent + Array("\n{\"body\":\"wrong\"}\n".utf8)
        var rest = MessageLines()
        rest.append(good)
        let reply = try Self.reply(of: server.store, to: body + rest.bytes)

        #expect(reply.response.accepted == ExchangeResponse.Accepted(first: 1, count: 2))
        #expect(try server.log() == [root.id, good.id])
        guard case .missingParent(let parents) = reply.result(of: orphan) else {
            throw TestFailure("no missing parent")
        }
        #expect(parents == orphan.header.parents)
        func code(_ id: RevisionID) -> String? {
            let result = reply.response.exceptions.first { $0.id == id }?.result
            guard case .rejected(let code, _, let isRetryable) = result else { return nil }
            #expect(!isRetryable)
            return code
        }
        #expect(code(foreign.id) == "archive")
        #expect(code(strayed.id) == "parentLetter")
        #expect(code(RevisionID(SHA256.digest(of: garbled))) == "headerMember")
        #expect(code(RevisionID(SHA256.digest(of: wrongContent))) == "contentHash")
        #expect(reply.response.exceptions.count == 5)
    }

    @Test func `whoever may not push gets the pull all the same`() throws {
        try server.write(1, "here before")
        let state = try server.store.logState()
        let reply = try Self.reply(
            of: server.store, to: Self.request(server), pushing: [try server.maker.revision(2, "x")], mayPush: false)
        #expect(reply.response.push == .forbidden)
        #expect(reply.response.role == "reader")
        #expect(reply.response.accepted.count == 0)
        #expect(reply.ids.count == 1)
        #expect(try server.store.logState() == state)
    }

    @Test func `where something waited here for the pushed revision, the pages leave nothing out`() throws {
        // A laptop that lends its replica may have revisions waiting.
        let root = try server.maker.revision(1, "root")
        let child = try server.maker.revision(1, "child", after: [root])
        try server.store.addRemote("elsewhere", address: "x")
        _ = try server.store.ingest(server.maker.ingestion([child], .wait, remote: "elsewhere"))
        let reply = try Self.reply(of: server.store, to: Self.request(server), pushing: [root])
        #expect(reply.response.accepted == ExchangeResponse.Accepted(first: nil, count: 1))
        #expect(reply.ids == [root.id, child.id])
        #expect(reply.checkpoints.last == reply.response.end.cursor)
    }

    // MARK: Cursors that do not fit

    @Test func `a cursor past the end is told as rewound, the push is taken first`() throws {
        for number in 1...3 { try server.write(number, "Letter \(number)") }
        let cursor = Cursor(try server.store.logState().end).text
        let old = try server.backup(through: 2)
        let pushed = try server.maker.revision(9, "pushed")
        let reply = try Self.reply(of: old.store, to: Self.request(server, cursor: cursor), pushing: [pushed])
        #expect(reply.response.cursor == .rewound)
        #expect(reply.events.count == 1)
        #expect(reply.response.accepted == ExchangeResponse.Accepted(first: 3, count: 1))
        #expect(reply.response.end.cursor.sequence == 3)
        #expect(try old.ids().contains(pushed.id))
    }

    @Test func `another chain is told as forked in the same life of the log, as rewound in another`() throws {
        for number in 1...3 { try server.write(number, "Letter \(number)") }
        let cursor = Cursor(try server.store.logState().end).text
        let sameEpoch = try server.backup(through: 2)
        try sameEpoch.write(8, "other")
        #expect(
            try Self.reply(of: sameEpoch.store, to: Self.request(server, cursor: cursor)).response.cursor == .forked)
        let newEpoch = try server.backup(through: 2, epoch: "0000000000000100")
        try newEpoch.write(8, "other")
        #expect(
            try Self.reply(of: newEpoch.store, to: Self.request(server, cursor: cursor)).response.cursor == .rewound)
    }

    @Test func `a cursor whose chain fits is good in any life of the log`() throws {
        for number in 1...3 { try server.write(number, "Letter \(number)") }
        let cursor = Cursor(try server.store.logState().end).text
        let restored = try server.backup(through: 3, epoch: "0000000000000100")
        try restored.write(4, "new")
        let reply = try Self.reply(of: restored.store, to: Self.request(server, cursor: cursor))
        #expect(reply.response.cursor == .ok)
        #expect(reply.checkpoints.map(\.sequence) == [4])
        #expect(reply.response.end.cursor.epoch == "0000000000000100")
    }

    @Test func `a cursor that cannot be read is told as forked`() throws {
        try server.write(1, "x")
        #expect(try Self.reply(of: server.store, to: Self.request(server, cursor: "??")).response.cursor == .forked)
    }

    // MARK: Archives

    @Test func `two archives that both have revisions are never mixed`() throws {
        try server.write(1, "here")
        let other = TestReplica.inMemory("other", archive: 2)
        let state = try server.store.logState()
        let problem = #expect(throws: Problem.self) {
            try Self.reply(of: server.store, to: Self.request(other), pushing: [try other.maker.revision(1, "there")])
        }
        #expect(problem?.status == 409)
        #expect(problem?.members["here"] == .string(server.maker.archive.text))
        #expect(problem?.members["there"] == .string(other.maker.archive.text))
        #expect(try server.store.logState() == state)
    }

    @Test func `an empty server takes the first pusher's id, and the second pusher is told`() throws {
        let first = TestReplica.inMemory("first", archive: 2)
        let second = TestReplica.inMemory("second", archive: 3)
        let reply = try Self.reply(
            of: server.store, to: Self.request(first), pushing: [try first.maker.revision(1, "first")])
        #expect(reply.response.archive.id == first.maker.archive && !reply.response.archive.isOpen)
        let problem = #expect(throws: Problem.self) {
            try Self.reply(
                of: server.store, to: Self.request(second), pushing: [try second.maker.revision(1, "second")])
        }
        #expect(problem?.code == .archiveMismatch)
    }

    @Test func `an empty server that lost everything takes the id of whoever knew it`() throws {
        let client = TestReplica.inMemory("client", archive: 2)
        let reply = try Self.reply(of: server.store, to: Self.request(client, cursor: CursorTests.text))
        #expect(reply.response.cursor == .rewound)
        #expect(reply.response.archive.id == client.maker.archive && !reply.response.archive.isOpen)
    }

    @Test func `a reader does not decide what an empty server's archive is`() throws {
        let reader = TestReplica.inMemory("reader", archive: 2)
        let reply = try Self.reply(of: server.store, to: Self.request(reader), mayPush: false)
        #expect(reply.response.archive.isOpen)
        #expect(try server.store.identity().archive == server.maker.archive)
    }

    @Test func `where neither side has revisions the server's id stays`() throws {
        let empty = TestReplica.inMemory("empty", archive: 2)
        let reply = try Self.reply(of: server.store, to: Self.request(empty, isOpen: true))
        #expect(reply.response.archive == ArchiveDescription(id: server.maker.archive, isOpen: false, mergeRule: 1))
    }

    // MARK: Bad requests

    @Test(arguments: [
        ("", 400), ("{}\n", 400), ("<html>\n", 400), (#"{"v":9}"# + "\n", 426), (#"{"v":1,"replica":"x"}"# + "\n", 400),
    ])
    func `what is no request is a problem with a status`(_ text: String, _ status: Int) {
        let problem = #expect(throws: Problem.self) {
            try Self.reply(of: server.store, to: Array(text.utf8))
        }
        #expect(problem?.status == status)
    }

    @Test func `a request that ends inside a revision takes nothing`() throws {
        let body = Self.request(server).body(pushing: [try server.maker.revision(1, String(repeating: "x", count: 600))]
        )
        let plain = Self.request(server).body(pushing: [])
        let problem = #expect(throws: Problem.self) {
            try Self.reply(of: server.store, to: Array(body.bytes.dropLast(5)), body.encoding)
        }
        #expect(problem?.code == .malformed)
        let half = plain.bytes + (try server.maker.revision(1, "x")).headerBytes + [UInt8(ascii: "\n")]
        #expect(throws: Problem.self) { try Self.reply(of: server.store, to: half) }
        #expect(try server.store.logState().count == 0)
    }

    @Test func `a checkpoint has no place in a request`() throws {
        var lines = MessageLines()
        lines.append(envelope: Self.request(server).envelope)
        lines.append(checkpoint: try #require(Cursor(CursorTests.text)))
        #expect(throws: Problem.self) { try Self.reply(of: server.store, to: lines.bytes) }
    }
}
