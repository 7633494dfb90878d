import Compression
import Hashing
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SyncProtocol
import SyncTestSupport
import Testing

/// Pages and pushes whose contents travel as they are stored.
struct PackedExchangeTests {
    private typealias Reply = ExchangeResponderTests.Reply

    private let replicas = SQLiteReplicas()
    private let maker = RevisionMaker()

    /// Letters that are much alike.
    private func letters(_ numbers: Range<Int>) throws -> [Revision] {
        try numbers.map { try maker.revision($0, "Dear Ada, letter \($0) of Another title") }
    }

    /// A server with so many letters, compressed with a dictionary.
    private func server(
        _ count: Int, named name: String = "server"
    ) throws -> (replica: TestReplica, database: DatabaseFile) {
        let server = try replicas.make(name)
        try server.replica.take(try letters(0..<count), with: try WordDictionary.make())
        return server
    }

    private func request(_ server: TestReplica, _ thinness: Thinness, cursor: String? = nil) -> ExchangeRequest {
        var request = ExchangeResponderTests.request(server, cursor: cursor)
        request.thinness = thinness
        return request
    }

    private func cursor(_ server: TestReplica, at sequence: Int) throws -> String {
        let end = try server.store.logState().end
        let chain = try #require(try server.store.chain(at: sequence))
        return Cursor(LogPosition(epoch: end.epoch, sequence: sequence, chain: chain)).text
    }

    /// The response as it travels.
    private func answer(
        of store: any ReplicaStore, to request: ExchangeRequest, acceptsZstandard: Bool = true
    ) throws -> (encoding: ContentEncoding, bytes: [UInt8]) {
        let responder = ExchangeResponder(store: store, encoding: .identity)
        try responder.receive(request.body(pushing: []).bytes)
        let answer = try responder.finish(role: "writer", mayPush: true, acceptsZstandard: acceptsZstandard)
        var bytes: [UInt8] = []
        while let chunk = try answer.nextChunk() { bytes += chunk }
        return (answer.encoding, bytes)
    }

    /// The revisions of a reply, checked, and how many came as they are stored.
    private func revisions(_ reply: Reply) throws -> (all: [Revision], packed: Int) {
        var packed = 0
        let all: [Revision] = try reply.events.compactMap { event in
            switch event {
            case .revision(let header, let content): return try Revision(headerBytes: header, contentBytes: content)
            case .packed(let header, let content):
                packed += 1
                return try Revision(headerBytes: header, contentBytes: try content.bytes())
            case .envelope, .damaged, .checkpoint, .blob: return nil
            }
        }
        return (all, packed)
    }

    // MARK: Pages

    @Test func `who takes contents as they are stored gets them so, and all others the same letters`() throws {
        let (server, database) = try server(300)
        try server.take([try maker.revision(900, nil), try maker.revision(7, nil, after: try letters(7..<8))])
        let all = try server.store.allRevisions()
        for thinness in [Thinness.whole, .thin, .packed] {
            for acceptsZstandard in [true, false] {
                let reply = try ExchangeResponderTests.reply(
                    of: server.store, to: request(server, thinness), acceptsZstandard: acceptsZstandard)
                let (revisions, packed) = try revisions(reply)
                #expect(revisions == all)
                #expect(packed == (thinness == .packed && acceptsZstandard ? 300 : 0))
                #expect(reply.response.takes == thinness)
                #expect(reply.checkpoints == [reply.response.end.cursor])
            }
        }
        let reply = try ExchangeResponderTests.reply(of: server.store, to: request(server, .packed))
        let frames = reply.events.compactMap { if case .packed(_, let content) = $0 { content.frame } else { nil } }
        #expect(Set(frames) == Set(try database.contents().map(\.frame)))
    }

    @Test func `a server without a dictionary sends what it always sent`() throws {
        let server = try replicas.make("server").replica
        try server.take(try letters(0..<50))
        let whole = try answer(of: server.store, to: request(server, .thin))
        let packed = try answer(of: server.store, to: request(server, .packed))
        let reply = try ExchangeResponderTests.reply(of: server.store, to: request(server, .packed))
        #expect(try revisions(reply).packed == 0)
        // But for the number in the envelope.
        #expect(abs(whole.bytes.count - packed.bytes.count) < 16)
    }

    @Test func `each response brings a dictionary at its first use, and names it from then on`() throws {
        let server = try replicas.make("server").replica
        let text = String(repeating: "Dear Ada, a long letter ", count: 20_000)
        let dictionaries = try (1...2).map { try WordDictionary.make($0) }
        for number in 0..<8 {
            try server.take([try maker.revision(number, "\(number) \(text)")], with: dictionaries[number % 2])
        }
        let responder = ExchangeResponder(store: server.store, encoding: .identity)
        try responder.receive(request(server, .packed).body(pushing: []).bytes)
        let answer = try responder.finish(role: "writer", mayPush: true)
        // Pages that fit into a chunk are one each.
        var pages: [[UInt8]] = []
        while let page = try answer.nextChunk() { pages.append(page) }
        #expect(pages.count == 4)
        var whole = MessageDecoder(encoding: .zstandard, allowance: .response)
        for page in pages { try whole.decode(page) { _ in } }
        try whole.finish()
        for page in pages.dropFirst() {
            var decoder = MessageDecoder(encoding: .zstandard, allowance: .response)
            try decoder.decode(Zstandard.compress(Array("{}\n".utf8))) { _ in }
            #expect(throws: MessageError.baseMissing) { try decoder.decode(page) { _ in } }
            // Whoever has them reads it.
            var other = MessageDecoder(encoding: .zstandard, allowance: .response, dictionariesIn: server.store)
            try other.decode(Zstandard.compress(Array("{}\n".utf8))) { _ in }
            try other.decode(page) { _ in }
            try other.finish()
        }
    }

    @Test func `pages are packed for who begins, or is far behind, and not for a few letters`() throws {
        let server = try replicas.make("server").replica
        let far = ProtocolLimits.packedEntries
        try server.take(try letters(0..<far + 1), with: try WordDictionary.make())
        for (position, isPacked) in [(0, true), (1, true), (2, false), (far, false)] {
            let cursor = position == 0 ? nil : try cursor(server, at: position)
            let reply = try ExchangeResponderTests.reply(of: server.store, to: request(server, .packed, cursor: cursor))
            let (revisions, packed) = try revisions(reply)
            #expect(revisions.map(\.id) == Array(try server.log().dropFirst(position)))
            #expect(packed == (isPacked ? far + 1 - position : 0), "after \(position)")
        }
    }

    @Test func `a page whose letters have bases stays thin, and the next one is packed`() throws {
        let server = try replicas.make("server").replica
        let dictionary = try WordDictionary.make()
        let root = try maker.revision(1, "Dear Ada, letter one")
        try server.take([root], with: dictionary)
        try server.take([try maker.revision(1, "Dear Ada, letter one, again", after: [root])], with: dictionary)
        try server.take(try letters(10..<10 + ProtocolLimits.packedEntries), with: dictionary)
        let answer = try answer(
            of: server.store, to: request(server, .packed, cursor: try cursor(server, at: 1)))
        var decoder = MessageDecoder(encoding: .zstandard, allowance: .response, basesIn: server.store)
        var kinds: [Bool] = []
        var checkpoints: [Int] = []
        try decoder.decode(answer.bytes) { event in
            switch event {
            case .revision: kinds.append(false)
            case .packed: kinds.append(true)
            case .checkpoint: checkpoints.append(kinds.count)
            case .envelope, .damaged, .blob: break
            }
        }
        try decoder.finish()
        #expect(kinds.count == ProtocolLimits.packedEntries + 1 && checkpoints.count > 1)
        #expect(kinds.prefix(checkpoints[0]).allSatisfy { !$0 })
        #expect(kinds.dropFirst(checkpoints[0]).allSatisfy { $0 })
    }

    @Test func `a limit ends packed pages where it ends others`() throws {
        let (server, _) = try server(100)
        for limit in [1, 3_000, 30_000] {
            let ids = try [Thinness.whole, .packed].map { thinness in
                var request = request(server, thinness)
                request.limitBytes = limit
                return try revisions(try ExchangeResponderTests.reply(of: server.store, to: request)).all.map(\.id)
            }
            #expect(ids[0] == ids[1] && !ids[0].isEmpty)
        }
    }

    @Test func `what is damaged stands in its place between contents as they are stored`() throws {
        let (server, _) = try server(20)
        let ids = try server.log()
        let damaged = DamagedStore(server.store)
        damaged.set { $0.damaged = [ids[0], ids[7], ids[19]] }
        let reply = try ExchangeResponderTests.reply(of: damaged, to: request(server, .packed))
        let told: [RevisionID] = reply.events.compactMap { event in
            switch event {
            case .packed(let header, _): RevisionID(SHA256.digest(of: header))
            case .damaged(let id): id
            case .envelope, .revision, .checkpoint, .blob: nil
            }
        }
        #expect(told == ids)
        #expect(try revisions(reply).packed == 17)
    }

    @Test func `where both copies of the dictionary are damaged, all that needs it is told as damaged`() throws {
        let (server, database) = try server(20, named: "desk")
        try database.damageDictionaries()
        // Another program opens the folder.
        let copy = try replicas.reopen(database)
        let reply = try ExchangeResponderTests.reply(of: copy, to: request(server, .packed))
        #expect(reply.events.count { if case .damaged = $0 { true } else { false } } == 20)
        #expect(try revisions(reply).all.isEmpty)
    }

    // MARK: Pushes

    /// A push of letters as they are stored with a dictionary.
    private func push(
        _ replica: TestReplica, _ revisions: [Revision], _ dictionary: CompressionDictionary, hasFile: Bool = true,
        changing change: (inout StoredContent) -> Void = { _ in }
    ) throws -> EncodedBody {
        // Without the file it was brought before.
        var travelling: TravellingDictionary? = TravellingDictionary(dictionary, isHeld: !hasFile)
        var lines = MessageLines()
        for revision in revisions {
            var stored = try revision.contentBytes.map { try dictionary.packed($0) }
            if var changed = stored {
                change(&changed)
                stored = changed
            }
            lines.append(stored.map { revision.packed(as: $0) } ?? .whole(revision), by: &travelling)
        }
        return request(replica, .packed).body(before: lines.frames)
    }

    private func reply(of store: any ReplicaStore, to body: EncodedBody, mayPush: Bool = true) throws -> Reply {
        try ExchangeResponderTests.reply(of: store, to: body.bytes, body.encoding, mayPush: mayPush)
    }

    private func expectBaseMissing(_ body: () throws -> Reply) {
        do {
            _ = try body()
            Issue.record("it was taken")
        } catch let problem as Problem {
            #expect(problem.status == 409 && problem.code == .baseMissing)
        } catch {
            Issue.record(error)
        }
    }

    @Test func `a push brings its dictionary, the next one names it, and the frames are stored as they came`() throws {
        let (server, database) = try replicas.make("server")
        let dictionary = try WordDictionary.make()
        let (first, second) = (try letters(0..<40), try letters(40..<80))
        let one = try reply(of: server.store, to: try push(server, first, dictionary))
        #expect(one.response.accepted.count == 40 && one.response.takes == .packed)
        let two = try reply(of: server.store, to: try push(server, second, dictionary, hasFile: false))
        #expect(two.response.accepted.count == 40 && two.response.exceptions.isEmpty)
        #expect(try server.store.allRevisions() == first + second)
        #expect(try database.dictionaryCount() == 1)
        let frames = try (first + second).map { try dictionary.packed(try #require($0.contentBytes)).frame }
        let contents = try database.contents()
        #expect(Set(contents.map(\.frame)) == Set(frames))
        #expect(contents.allSatisfy { $0.dictionary != nil })
        #expect(try server.store.verify { _, _ in }.problems == [])
    }

    @Test func `a push that names a dictionary which is not here, or damaged here, is asked for whole`() throws {
        let dictionary = try WordDictionary.make()
        let empty = try replicas.make("server")
        let body = try push(empty.replica, try letters(0..<3), dictionary, hasFile: false)
        expectBaseMissing { try self.reply(of: empty.replica.store, to: body) }
        #expect(try empty.replica.log().isEmpty)

        let (server, database) = try server(3, named: "desk")
        let more = try letters(3..<6)
        try database.damageDictionaries()
        let damaged = try replicas.reopen(database)
        expectBaseMissing { try self.reply(of: damaged, to: try push(server, more, dictionary, hasFile: false)) }
        // With its file it heals what is here.
        let reply = try self.reply(of: damaged, to: try push(server, more, dictionary))
        #expect(reply.response.accepted.count == 3)
        #expect(try damaged.allRevisions() == (try letters(0..<3)) + more)
    }

    @Test(arguments: [true, false])
    func `where the store fails while a push comes, its sender is told so`(_ hasFile: Bool) throws {
        let server = try replicas.make("server").replica
        let body = try push(server, try letters(0..<3), try WordDictionary.make(), hasFile: hasFile)
        let failing = DamagedStore(server.store)
        failing.set { $0.dictionaryError = .busy }
        let responder = ExchangeResponder(store: failing, encoding: body.encoding)
        do {
            try responder.receive(body.bytes)
            Issue.record("it was taken")
        } catch let problem as Problem {
            #expect(problem.status == 503 && problem.code == .busy)
        }
        #expect(try server.log().isEmpty)
    }

    @Test func `a push of which nothing is taken leaves no dictionary`() throws {
        let (server, database) = try replicas.make("server")
        let letters = try letters(0..<5)
        let body = try push(server, letters, try WordDictionary.make()) { stored in
            stored = StoredContent(frame: Array(stored.frame.dropLast()), dictionary: stored.dictionary)
        }
        let reply = try self.reply(of: server.store, to: body)
        #expect(reply.response.accepted.count == 0)
        #expect(reply.response.exceptions.map(\.id).sorted() == letters.map(\.id).sorted())
        for exception in reply.response.exceptions {
            guard case .rejected(let code, _, false) = exception.result else {
                Issue.record("\(exception)")
                continue
            }
            #expect(code == RevisionError.Code.contentHash.rawValue)
        }
        #expect(try database.dictionaryCount() == 0)
        #expect(try server.store.dictionary() == nil)
    }

    @Test func `one content that cannot be read delays no other one`() throws {
        let (server, _) = try replicas.make("server")
        let letters = try letters(0..<70)
        var number = 0
        let body = try push(server, letters, try WordDictionary.make()) { stored in
            number += 1
            if number == 35 { stored = StoredContent(frame: [1, 2, 3], dictionary: stored.dictionary) }
        }
        let reply = try self.reply(of: server.store, to: body)
        #expect(reply.response.accepted.count == 69)
        #expect(reply.response.exceptions.map(\.id) == [letters[34].id])
        #expect(try server.log() == letters.map(\.id).filter { $0 != letters[34].id })
    }

    @Test func `a frame that is longer than it need be is compressed anew`() throws {
        let (server, database) = try replicas.make("server")
        let revision = try maker.revision(1, "Dear Ada, letter one")
        let content = try #require(revision.contentBytes)
        for (emptyBlocks, isKept) in [(10, true), (40, false)] {
            // Blocks as they are, all of them empty but the last.
            var frame: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x20, UInt8(content.count)]
            for _ in 0..<emptyBlocks { frame += [0, 0, 0] }
            let head = content.count << 3 | 1
            frame += [UInt8(head & 0xFF), UInt8(head >> 8), 0] + content
            let (server, database) = isKept ? (server, database) : try replicas.make("server")
            let body = try push(server, [revision], try WordDictionary.make()) { stored in
                stored = StoredContent(frame: frame, dictionary: stored.dictionary)
            }
            #expect(try reply(of: server.store, to: body).response.accepted.count == 1)
            #expect(try database.contents().map { $0.frame == frame } == [isKept])
            #expect(try server.store.allRevisions() == [revision])
        }
    }

    @Test func `a reader's push leaves nothing, and its pull is answered`() throws {
        let (server, database) = try replicas.make("server")
        try server.take(try letters(0..<3))
        let body = try push(server, try letters(3..<6), try WordDictionary.make())
        let reply = try self.reply(of: server.store, to: body, mayPush: false)
        #expect(reply.response.push == .forbidden)
        #expect(try revisions(reply).all.map(\.id) == (try server.log()))
        #expect(try server.log().count == 3)
        #expect(try database.dictionaryCount() == 0)
    }
}
