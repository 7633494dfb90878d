import Hashing
import LetterModel
import ReplicaStore
import SyncProtocol
import Testing

/// Messages of reconciliation that are not what they should be.
struct ReconciliationMessageTests {
    private static let archive = #""archive":{"id":"019ab1c2-7f00-7000-8000-000000000001","mergeRule":1}"#
    private static let sum = String(repeating: "0", count: 32)
    private static let id = String(repeating: "a", count: 64)

    private static func members(_ text: String) throws -> JSONObject {
        try #require(try JSONScanner.parse(Array(text.utf8)).members)
    }

    @Test(arguments: [
        #"{\#(archive)}"#, #"{\#(archive),"v":"1"}"#, #"{"v":1}"#, #"{\#(archive),"ranges":{},"v":1}"#,
        #"{\#(archive),"ranges":[7],"v":1}"#, #"{\#(archive),"ranges":[{}],"v":1}"#,
        #"{\#(archive),"ranges":[{"prefix":"A"}],"v":1}"#, #"{\#(archive),"ranges":[{"prefix":"g"}],"v":1}"#,
        #"{\#(archive),"ranges":[{"prefix":7}],"v":1}"#, #"{\#(archive),"ranges":[{"prefix":"\#(id)a"}],"v":1}"#,
        #"{\#(archive),"ranges":[{"count":-1,"fingerprint":"\#(sum)","prefix":""}],"v":1}"#,
        #"{\#(archive),"ranges":[{"count":1,"prefix":""}],"v":1}"#,
        #"{\#(archive),"ranges":[{"count":1,"fingerprint":"\#(sum)0","prefix":""}],"v":1}"#,
        #"{\#(archive),"ranges":[{"count":1,"fingerprint":"G0000000000000000000000000000000","prefix":""}],"v":1}"#,
        #"{\#(archive),"ranges":[{"prefix":"b"},{"prefix":"a"}],"v":1}"#,
        #"{\#(archive),"ranges":[{"prefix":"a"},{"prefix":"a"}],"v":1}"#,
        #"{\#(archive),"ranges":[{"prefix":""},{"prefix":"a"}],"v":1}"#,
        #"{\#(archive),"ranges":[{"prefix":"a"},{"prefix":"a7"}],"v":1}"#, #"{\#(archive),"v":1,"want":7}"#,
        #"{\#(archive),"v":1,"want":["\#(id)0"]}"#, #"{\#(archive),"v":1,"want":[null]}"#,
    ])
    func `a question that is none is refused`(_ text: String) throws {
        let members = try Self.members(text)
        #expect(throws: MessageError.self) { try ReconciliationRequest(envelope: members) }
    }

    @Test func `a question of another version is told by its number`() throws {
        let members = try Self.members(#"{"v":2}"#)
        #expect(throws: MessageError.version(2)) { try ReconciliationRequest(envelope: members) }
        #expect(throws: MessageError.version(2)) { try ReconciliationResponse(envelope: members) }
    }

    @Test func `too many ranges, and too many wanted revisions, are refused`() throws {
        let ranges = IDRange.all.parts.flatMap(\.parts).flatMap(\.parts)
        let archive = ArchiveDescription(id: SampleArchive.id, isOpen: false, mergeRule: 1)
        let most = ReconciliationRequest(
            archive: archive, questions: ranges.map { .init($0, claim: nil) },
            wanted: (0..<ProtocolLimits.wantedPerQuestion).map(DifferenceSearchTests.id))
        #expect(try ReconciliationRequest(envelope: most.envelope) == most)
        var tooMany = most
        tooMany.wanted.append(DifferenceSearchTests.id(-1))
        #expect(throws: MessageError.self) { try ReconciliationRequest(envelope: tooMany.envelope) }
        tooMany = most
        tooMany.questions =
            ranges.dropLast().map { .init($0, claim: nil) }
            + (ranges.last?.parts.map { .init($0, claim: nil) } ?? [])
        #expect(throws: MessageError.self) { try ReconciliationRequest(envelope: tooMany.envelope) }
    }

    @Test(arguments: [
        #"{"answered":-1,"left":0,"ranges":[],"revisions":0,"v":1}"#,
        #"{"answered":1,"ranges":[],"revisions":0,"v":1}"#, #"{"answered":1,"left":0,"ranges":[],"v":1}"#,
        #"{"answered":1,"left":0,"ranges":[{"prefix":"a"}],"revisions":0,"v":1}"#,
        #"{"answered":1,"left":0,"ranges":[{"ids":["\#(id)"],"prefix":"b"}],"revisions":0,"v":1}"#,
        #"{"answered":1,"left":0,"ranges":[{"ids":["\#(id)","\#(id)"],"prefix":"a"}],"revisions":0,"v":1}"#,
        #"{"answered":1,"left":0,"ranges":[{"ids":[1],"prefix":"a"}],"revisions":0,"v":1}"#,
        #"{"answered":1,"left":0,"ranges":[{"parts":[],"prefix":"a"}],"revisions":0,"v":1}"#,
        #"{"answered":1,"left":0,"ranges":[{"parts":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16],"prefix":"a"}],"revisions":0,"v":1}"#,
    ])
    func `an answer that is none is refused`(_ text: String) throws {
        let members = try Self.members(text)
        #expect(throws: MessageError.self) { try ReconciliationResponse(envelope: members) }
    }

    @Test func `members that this version does not know are left alone`() throws {
        let question = try ReconciliationRequest(
            envelope: Self.members(#"{\#(Self.archive),"ranges":[{"new":1,"prefix":"a"}],"thin":1,"v":1}"#))
        #expect(question.questions.map(\.range.text) == ["a"])
        let answer = try ReconciliationResponse(
            envelope: Self.members(
                #"{"answered":1,"left":0,"new":[],"ranges":[{"ids":[],"new":1,"prefix":"a"}],"revisions":0,"v":1}"#))
        #expect(answer.answeredCount == 1)
    }
}
