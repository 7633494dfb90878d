import Compression
import Hashing
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SyncProtocol
import SyncTestSupport
import Testing

/// Frames that are compressed against revisions which both ends hold.
struct BasesTests {
    let server = TestReplica.inMemory("server", epoch: "00000000000000ff")
    let ada = TestReplica.inMemory("ada", epoch: "00000000000000aa")

    /// A long text that does not compress, with one sentence of its own.
    private static func text(_ seed: UInt64, _ sentence: String) -> String {
        var numbers = SeededNumbers(seed: seed)
        let words = (0..<400).map { _ in String(numbers.next(), radix: 36) }
        return (words.prefix(200) + [sentence] + words.suffix(200)).joined(separator: " ")
    }

    /// Both hold a letter; the server has an edit of it, and another letter.
    private func edited() throws -> (base: Revision, edit: Revision, cursor: String) {
        let base = try server.write(1, Self.text(1, "Come home."))
        try ada.take([base])
        let cursor = Cursor(try server.store.logState().end).text
        return (base, try server.write(1, Self.text(1, "Do not come home.")), cursor)
    }

    private func answer(_ request: ExchangeRequest) throws -> (encoding: ContentEncoding, bytes: [UInt8]) {
        let responder = ExchangeResponder(store: server.store, encoding: .identity)
        try responder.receive(request.body(pushing: []).bytes)
        let answer = try responder.finish(role: "writer", mayPush: true)
        var bytes: [UInt8] = []
        while let chunk = try answer.nextChunk() { bytes += chunk }
        return (answer.encoding, bytes)
    }

    private func contents(_ bytes: [UInt8], basesIn store: (any ReplicaStore)?) throws -> [[UInt8]] {
        var decoder = MessageDecoder(encoding: .zstandard, allowance: .response, basesIn: store)
        var contents: [[UInt8]] = []
        for byte in bytes {
            try decoder.decode([byte]) { event in
                if case .revision(_, let content?) = event { contents.append(content) }
            }
        }
        try decoder.finish()
        return contents
    }

    @Test func `a page for a client that says so costs what was changed`() throws {
        let (_, edit, cursor) = try edited()
        var request = ExchangeResponderTests.request(server, cursor: cursor)
        let whole = try answer(request)
        request.thinness = .thin
        let thin = try answer(request)
        #expect(whole.bytes.count > 3_000 && thin.bytes.count < 600, "\(whole.bytes.count), \(thin.bytes.count)")
        #expect(try contents(thin.bytes, basesIn: ada.store) == [edit.contentBytes])
        #expect(try contents(whole.bytes, basesIn: nil) == [edit.contentBytes])
        // Who does not know the note cannot read what follows it, and does not take it for something else.
        #expect(throws: MessageError.self) { try contents(thin.bytes, basesIn: nil) }
    }

    @Test func `a client that lacks a base is told so by its decoder`() throws {
        let (base, _, cursor) = try edited()
        var request = ExchangeResponderTests.request(server, cursor: cursor)
        request.thinness = .thin
        let thin = try answer(request).bytes
        let stranger = TestReplica.inMemory("ben", epoch: "00000000000000bb")
        #expect(throws: MessageError.baseMissing) { try contents(thin, basesIn: stranger.store) }
        let damaged = DamagedStore(ada.store)
        damaged.set { $0.damaged = [base.id] }
        #expect(throws: MessageError.baseMissing) { try contents(thin, basesIn: damaged) }
    }

    @Test func `only what lies before the cursor is a base`() throws {
        _ = try edited()
        var request = ExchangeResponderTests.request(server)
        request.thinness = .thin
        let answer = try answer(request)
        #expect(try contents(answer.bytes, basesIn: nil).count == 2)
    }

    @Test func `a push against what the server holds is taken, and one against what it lacks is not`() throws {
        let (base, _, _) = try edited()
        let edit = try ada.write(1, Self.text(1, "By Ada."))
        let bases = try Bases(of: [.whole(edit)], in: ada.store)
        var request = ExchangeResponderTests.request(server)
        request.thinness = .thin
        let body = request.body(pushing: [edit], against: bases)
        #expect(body.bytes.count < 700, "\(body.bytes.count)")
        let reply = try ExchangeResponderTests.reply(of: server.store, to: body.bytes, body.encoding)
        #expect(reply.response.accepted.count == 1 && reply.response.takes == .thin)
        let damaged = DamagedStore(server.store)
        damaged.set { $0.damaged = [base.id] }
        for store in [TestReplica.inMemory("empty", epoch: "00000000000000cc").store, damaged] {
            do {
                _ = try ExchangeResponderTests.reply(of: store, to: body.bytes, body.encoding)
                Issue.record("it was taken")
            } catch let problem as Problem {
                #expect(problem.status == 409 && problem.code == .baseMissing)
            }
        }
    }

    @Test func `revisions of the same push, and those that are not there, are no bases`() throws {
        let (base, edit, _) = try edited()
        #expect(try Bases(of: [.whole(base), .whole(edit)], in: server.store).isEmpty)
        #expect(
            try Bases(of: [.whole(edit)], in: TestReplica.inMemory("empty", epoch: "00000000000000cc").store).isEmpty)
        #expect(try !Bases(of: [.whole(edit)], in: server.store).isEmpty)
        #expect(try Bases(of: [.whole(edit)], in: server.store, through: 0).isEmpty)
    }

    @Test func `notes that name nothing, something twice, or too much, are refused`() throws {
        let (base, edit, _) = try edited()
        let frame = Zstandard.compress(edit.headerBytes)
        let id = Array(base.id.digest.bytes)
        let notes: [[UInt8]] = [
            id.dropLast(), id + [0], id + id, Array(repeating: 0, count: 32), Array(repeating: 1, count: 128 * 1024),
        ]
        for note in notes {
            #expect(throws: MessageError.self) {
                try contents(ZstandardDecoder.encodedNote(note) + frame, basesIn: server.store)
            }
            let responder = ExchangeResponder(store: server.store, encoding: .zstandard)
            try responder.receive(ZstandardDecoder.encodedNote(note) + frame)
            #expect(throws: Problem.self) { _ = try responder.finish(role: "writer", mayPush: true) }
        }
    }

    @Test func `notes that name much again and again cost no more than a request may`() throws {
        let large = try server.write(1, String(repeating: "word ", count: 700_000))
        let note = ZstandardDecoder.encodedNote(Array(large.id.digest.bytes))
        let body = (0..<20).flatMap { _ in note + Zstandard.compress([UInt8(ascii: "{")]) }
        let responder = ExchangeResponder(store: server.store, encoding: .zstandard)
        try responder.receive(body)
        do {
            _ = try responder.finish(role: "writer", mayPush: true)
            Issue.record("it was taken")
        } catch let problem as Problem {
            #expect(problem.status == 413)
        }
    }
}
