import Compression
import Foundation
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SyncProtocol
import SyncTestSupport
import Testing

struct ReconciliationResponderTests {
    private let maker = RevisionMaker()
    private let archive = ArchiveDescription(id: RevisionMaker.archive(1), isOpen: false, mergeRule: 1)

    private func store(_ revisions: [Revision]) throws -> InMemoryReplicaStore {
        let store = InMemoryReplicaStore(archive: RevisionMaker.archive(1), epoch: "00000000000000ff")
        _ = try store.ingest(maker.ingestion(revisions))
        return store
    }

    private func ask(
        _ store: any ReplicaStore, _ request: ReconciliationRequest, acceptsZstandard: Bool = true
    ) throws -> (response: ReconciliationResponse, entries: [MessageDecoder.Event]) {
        let question = request.body
        let answer = try ReconciliationResponder(store: store).answer(
            question.bytes, encoding: question.encoding, acceptsZstandard: acceptsZstandard)
        var events: [MessageDecoder.Event] = []
        var decoder = MessageDecoder(encoding: answer.body.encoding, allowance: .response)
        try decoder.decode(answer.body.bytes) { events.append($0) }
        try decoder.finish()
        guard case .envelope(let members) = events.first else { throw TestFailure("no envelope") }
        #expect(try ReconciliationResponse(envelope: members) == answer.response)
        return (answer.response, Array(events.dropFirst()))
    }

    @Test func `small ranges list their ids, large ones their parts, equal ones nothing`() throws {
        let revisions = try (1...200).map { try maker.revision($0, "letter \($0)") }
        let store = try store(revisions)
        let whole = try ask(store, ReconciliationRequest(archive: archive, questions: [.init(.all, claim: nil)]))
        guard case .parts(let parts)? = whole.response.ranges.first?.holding else { throw TestFailure("no parts") }
        #expect(parts.map(\.count).reduce(0, +) == 200)
        let questions = zip(IDRange.all.parts, parts).enumerated().map { index, pair in
            ReconciliationRequest.Question(pair.0, claim: index == 5 ? nil : pair.1)
        }
        let listed = try ask(store, ReconciliationRequest(archive: archive, questions: questions))
        #expect(listed.response.answeredCount == 16)
        #expect(listed.response.ranges.map(\.range.text) == ["5"])
        let expected = revisions.map(\.id).filter(IDRange.all.parts[5].contains).sorted()
        #expect(listed.response.ranges.first?.holding == .ids(expected))
        #expect(listed.entries.isEmpty)
    }

    @Test func `wanted revisions come parents first, damaged ones by name, and what does not fit is counted`() throws {
        let root = try maker.revision(1, String(repeating: "a", count: 3_000_000))
        let child = try maker.revision(1, String(repeating: "b", count: 3_000_000), after: [root])
        let other = try maker.revision(2, "other")
        let damaged = try maker.revision(3, "damaged")
        let store = DamagedStore(try self.store([other, damaged, root, child]))
        store.set { $0.damaged = [damaged.id] }
        let unknown = try maker.revision(4, "unknown")
        let wanted = [child, root, unknown, damaged, other].map(\.id)
        let first = try ask(store, ReconciliationRequest(archive: archive, wanted: wanted))
        #expect(first.response.entryCount == 3 && first.response.leftCount == 1)
        #expect(
            first.entries == [
                .revision(header: other.headerBytes, content: other.contentBytes), .damaged(damaged.id),
                .revision(header: root.headerBytes, content: root.contentBytes),
            ])
        let second = try ask(store, ReconciliationRequest(archive: archive, wanted: [child.id, unknown.id]))
        #expect(second.response.entryCount == 1 && second.response.leftCount == 0)
    }

    @Test func `whoever holds another archive is told so`() throws {
        let store = try store([try maker.revision(1, "one")])
        let other = ArchiveDescription(id: RevisionMaker.archive(2), isOpen: false, mergeRule: 1)
        #expect(throws: Problem.self) {
            try ask(store, ReconciliationRequest(archive: other, questions: [.init(.all, claim: nil)]))
        }
    }

    @Test func `bytes that are no question are a problem, bombs too`() throws {
        let store = try store([])
        let responder = ReconciliationResponder(store: store)
        let bomb = Zstandard.compress(
            Array(#"{"x":""#.utf8) + [UInt8](repeating: 0x20, count: 200 << 20) + Array(#""}"#.utf8))
        #expect(bomb.count < ProtocolLimits.reconciliationQuestionBytes)
        let line = Array(#"{"archive":{"id":"019ab1c2-7f00-7000-8000-000000000001","mergeRule":1},"v":1}"#.utf8)
        let cases: [([UInt8], ContentEncoding)] = [
            ([], .identity), ([], .zstandard), (Array("[]\n".utf8), .identity), (Array("{}".utf8), .identity),
            (line, .identity), (line + [10] + line + [10], .identity), (line + [10], .zstandard), (bomb, .zstandard),
            ([UInt8](repeating: 0x20, count: 2 << 20), .identity),
        ]
        for (bytes, encoding) in cases {
            #expect(throws: Problem.self) {
                try responder.answer(bytes, encoding: encoding, acceptsZstandard: true)
            }
        }
    }

    @Test func `the documented example is what travels, byte for byte`() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../Documentation/sync-protocol.md")
        let text = try String(contentsOf: path, encoding: .utf8)
        let example = try #require(text.components(separatedBy: "\n### An example of reconciliation\n").last)
            .components(separatedBy: "\n## ")[0]
        let parts = example.components(separatedBy: "```\n")
        let blocks = stride(from: 1, to: parts.count, by: 2).map { Array(parts[$0].utf8) }
        try #require(blocks.count == 4)
        let lines = blocks[3].split(separator: 10).map { Array($0) }
        let revision = try Revision(headerBytes: lines[1], contentBytes: lines[2])
        let archive = revision.header.archive
        let store = InMemoryReplicaStore(archive: archive, epoch: "00000000000000ff")
        _ = try store.ingest(Ingestion(archive: archive, revisions: [revision]))
        for (question, expected) in [(blocks[0], blocks[1]), (blocks[2], blocks[3])] {
            let answer = try ReconciliationResponder(store: store).answer(
                question, encoding: .identity, acceptsZstandard: false)
            #expect(String(decoding: answer.body.bytes, as: UTF8.self) == String(decoding: expected, as: UTF8.self))
        }
        #expect(RangeFingerprint(revision.id.digest).text == "386f088b64abda6780cd1ffb0c3e893c")
    }
}
