import LetterModel
import ReplicaStore
import Testing

@testable import SyncProtocol

/// Hostile JSON through every way in that the protocol has: each is refused with the error and the member or line that it
/// is about, and nothing traps.
struct HostileMessageTests {
    /// A message, where it comes in, and what is told of it.
    struct Row: Sendable {
        enum Door: Sendable { case request, response, question, ranges, rangesAnswer, stream }

        let door: Door
        let text: String
        let error: MessageError

        init(_ door: Door, _ text: String, _ error: MessageError) {
            self.door = door
            self.text = text
            self.error = error
        }
    }

    private static let id = ArchiveID.make(time: Timestamp(milliseconds: 1), random: [UInt8](repeating: 1, count: 10))
        .text
    private static let hex = String(repeating: "a", count: 64)
    private static let archive = #""archive":{"id":"\#(id)","mergeRule":1}"#
    private static let cursor = String(repeating: "A", count: 43)
    private static let end = #""end":{"cursor":"\#(cursor)","count":0,"fingerprint":"\#(hex)"}"#

    /// A good request with one member more, or in the place of another one.
    private static func request(_ members: String) -> String { "{\(members)}" }
    private static func envelope(_ member: String) -> MessageError { .envelope(member: member) }

    static let requests: [Row] = [
        Row(.request, "{}", envelope("v")), Row(.request, #"{"v":"1"}"#, envelope("v")),
        Row(.request, #"{"v":null}"#, envelope("v")), Row(.request, #"{"v":true}"#, envelope("v")),
        Row(.request, #"{"v":[1]}"#, envelope("v")), Row(.request, #"{"v":0}"#, .version(0)),
        Row(.request, #"{"v":-1}"#, .version(-1)), Row(.request, #"{"v":2}"#, .version(2)),
        Row(.request, #"{"v":9007199254740991}"#, .version(9_007_199_254_740_991)),
        Row(.request, #"{"v":1}"#, envelope("replica")), Row(.request, #"{"v":1,"replica":1}"#, envelope("replica")),
        Row(.request, #"{"v":1,"replica":"\#(String(repeating: "r", count: 100_000))"}"#, envelope("replica")),
        Row(.request, #"{"v":1,"replica":"a"}"#, envelope("archive")),
        Row(.request, #"{"v":1,"replica":"a","archive":"x"}"#, envelope("archive")),
        Row(.request, #"{"v":1,"replica":"a","archive":[]}"#, envelope("archive")),
        Row(.request, #"{"v":1,"replica":"a","archive":{}}"#, envelope("archive.id")),
        Row(.request, #"{"v":1,"replica":"a","archive":{"id":1}}"#, envelope("archive.id")),
        Row(.request, #"{"v":1,"replica":"a","archive":{"id":"../../x"}}"#, envelope("archive.id")),
        Row(.request, #"{"v":1,"replica":"a","archive":{"id":"\#(id)0"}}"#, envelope("archive.id")),
        Row(.request, #"{"v":1,"replica":"a","archive":{"id":"\#(id) "}}"#, envelope("archive.id")),
        Row(.request, #"{"v":1,"replica":"a","archive":{"id":"\#(id)"}}"#, envelope("archive.mergeRule")),
        Row(.request, #"{"v":1,"replica":"a","archive":{"id":"\#(id)","mergeRule":0}}"#, envelope("archive.mergeRule")),
        Row(
            .request, #"{"v":1,"replica":"a","archive":{"id":"\#(id)","mergeRule":-1}}"#, envelope("archive.mergeRule")),
        Row(
            .request, #"{"v":1,"replica":"a","archive":{"id":"\#(id)","mergeRule":"1"}}"#, envelope("archive.mergeRule")
        ),
        Row(.request, #"{"v":1,"replica":"a",\#(archive),"cursor":1}"#, envelope("cursor")),
        Row(.request, #"{"v":1,"replica":"a",\#(archive),"cursor":null}"#, envelope("cursor")),
        Row(.request, #"{"v":1,"replica":"a",\#(archive),"cursor":{}}"#, envelope("cursor")),
        Row(.request, #"{"v":1,"replica":"a",\#(archive),"limit":0}"#, envelope("limit")),
        Row(.request, #"{"v":1,"replica":"a",\#(archive),"limit":-1}"#, envelope("limit")),
        Row(.request, #"{"v":1,"replica":"a",\#(archive),"limit":"1"}"#, envelope("limit")),
        Row(.request, #"{"v":1,"replica":"a",\#(archive),"limit":null}"#, envelope("limit")),
    ]

    private static let good = #""v":1,"role":"writer","cursor":"ok","push":"taken",\#(archive)"#

    static let responses: [Row] = [
        Row(.response, "{}", envelope("v")), Row(.response, #"{"v":3}"#, .version(3)),
        Row(.response, #"{"v":1}"#, envelope("role")), Row(.response, #"{"v":1,"role":7}"#, envelope("role")),
        Row(.response, #"{"v":1,"role":"writer"}"#, envelope("cursor")),
        Row(.response, #"{"v":1,"role":"writer","cursor":"fine"}"#, envelope("cursor")),
        Row(.response, #"{"v":1,"role":"writer","cursor":"OK"}"#, envelope("cursor")),
        Row(.response, #"{"v":1,"role":"writer","cursor":"ok"}"#, envelope("push")),
        Row(.response, #"{"v":1,"role":"writer","cursor":"ok","push":"perhaps"}"#, envelope("push")),
        Row(.response, #"{"v":1,"role":"writer","cursor":"ok","push":"taken"}"#, envelope("archive")),
        Row(.response, "{\(good)}", envelope("accepted")),
        Row(.response, #"{\#(good),"accepted":[]}"#, envelope("accepted")),
        Row(.response, #"{\#(good),"accepted":{}}"#, envelope("accepted")),
        Row(.response, #"{\#(good),"accepted":{"count":-1}}"#, envelope("accepted")),
        Row(.response, #"{\#(good),"accepted":{"count":1,"first":0}}"#, envelope("accepted.first")),
        Row(.response, #"{\#(good),"accepted":{"count":1,"first":-5}}"#, envelope("accepted.first")),
        Row(.response, #"{\#(good),"accepted":{"count":1,"first":"1"}}"#, envelope("accepted.first")),
        Row(.response, #"{\#(good),"accepted":{"count":0}}"#, envelope("end")),
        Row(.response, #"{\#(good),"accepted":{"count":0},"end":1}"#, envelope("end")),
        Row(.response, #"{\#(good),"accepted":{"count":0},"end":{}}"#, envelope("end.cursor")),
        Row(.response, #"{\#(good),"accepted":{"count":0},"end":{"cursor":"x"}}"#, envelope("end.cursor")),
        Row(.response, #"{\#(good),"accepted":{"count":0},"end":{"cursor":"\#(cursor)A"}}"#, envelope("end.cursor")),
        Row(.response, #"{\#(good),"accepted":{"count":0},"end":{"cursor":"\#(cursor)="}}"#, envelope("end.cursor")),
        Row(
            .response,
            #"{\#(good),"accepted":{"count":0},"end":{"cursor":"\#(String(repeating: "_", count: 43))"}}"#,
            envelope("end.cursor")),
        Row(.response, #"{\#(good),"accepted":{"count":0},"end":{"cursor":"\#(cursor)"}}"#, envelope("end.count")),
        Row(
            .response, #"{\#(good),"accepted":{"count":0},"end":{"cursor":"\#(cursor)","count":-1}}"#,
            envelope("end.count")),
        Row(
            .response, #"{\#(good),"accepted":{"count":0},"end":{"cursor":"\#(cursor)","count":1}}"#,
            envelope("end.fingerprint")),
        Row(
            .response,
            #"{\#(good),"accepted":{"count":0},"end":{"cursor":"\#(cursor)","count":1,"fingerprint":"\#(hex.uppercased())"}}"#,
            envelope("end.fingerprint")),
        Row(.response, #"{\#(good),"accepted":{"count":0},\#(end),"exceptions":[1]}"#, envelope("exceptions")),
        Row(.response, #"{\#(good),"accepted":{"count":0},\#(end),"exceptions":[{}]}"#, envelope("exceptions")),
        Row(
            .response, #"{\#(good),"accepted":{"count":0},\#(end),"exceptions":[{"id":"x","result":"duplicate"}]}"#,
            envelope("exceptions")),
        Row(
            .response, #"{\#(good),"accepted":{"count":0},\#(end),"exceptions":[{"id":"\#(hex)"}]}"#,
            envelope("exceptions")),
    ]

    private static let line = MessageError.line(number: 1, expected: "a JSON object")

    static let questions: [Row] = [
        Row(.question, "", line), Row(.question, "{", line), Row(.question, "nul", line),
        Row(.question, #"{"v":1,"v":1}"#, line), Row(.question, #"{"v":1.0}"#, line),
        Row(.question, #"{"v":1,"blobs":["\ud800"]}"#, line), Row(.question, "\u{FEFF}{}", line),
        Row(.question, String(repeating: "[", count: 100_000), line),
        Row(.question, "[]", envelope("blobs")), Row(.question, "1", envelope("blobs")),
        Row(.question, "null", envelope("blobs")), Row(.question, "{}", envelope("v")),
        Row(.question, #"{"v":1}"#, envelope("blobs")), Row(.question, #"{"v":2,"blobs":[]}"#, .version(2)),
        Row(.question, #"{"v":1,"blobs":{}}"#, envelope("blobs")),
        Row(.question, #"{"v":1,"blobs":[1]}"#, envelope("blobs")),
        Row(.question, #"{"v":1,"blobs":["\#(hex)","x"]}"#, envelope("blobs")),
        Row(.question, #"{"v":1,"blobs":["\#(hex.uppercased())"]}"#, envelope("blobs")),
        Row(.question, #"{"v":1,"blobs":["\#(hex)a"]}"#, envelope("blobs")),
        Row(.question, #"{"v":1,"missing":[]}"#, envelope("blobs")),
        Row(
            .question, #"{"v":1,"blobs":[\#((0..<4097).map { _ in "\"\(hex)\"" }.joined(separator: ","))]}"#,
            envelope("blobs")),
        Row(.question, String(repeating: " ", count: 600_000), .tooLarge(limitBytes: ProtocolLimits.blobQuestionBytes)),
    ]

    private static let print = String(repeating: "0", count: 32)

    static let reconciliation: [Row] = [
        Row(.ranges, "{}", envelope("v")), Row(.ranges, #"{"v":9}"#, .version(9)),
        Row(.ranges, #"{"v":1}"#, envelope("archive")),
        Row(.ranges, #"{"v":1,\#(archive),"ranges":{}}"#, envelope("ranges")),
        Row(.ranges, #"{"v":1,\#(archive),"ranges":[1]}"#, envelope("ranges")),
        Row(.ranges, #"{"v":1,\#(archive),"ranges":[{}]}"#, envelope("ranges")),
        Row(.ranges, #"{"v":1,\#(archive),"ranges":[{"prefix":"zz"}]}"#, envelope("ranges")),
        Row(.ranges, #"{"v":1,\#(archive),"ranges":[{"prefix":"A"}]}"#, envelope("ranges")),
        Row(.ranges, #"{"v":1,\#(archive),"ranges":[{"prefix":"\#(hex)aaaa"}]}"#, envelope("ranges")),
        Row(.ranges, #"{"v":1,\#(archive),"ranges":[{"prefix":"b"},{"prefix":"a"}]}"#, envelope("ranges")),
        Row(.ranges, #"{"v":1,\#(archive),"ranges":[{"prefix":"a"},{"prefix":"a"}]}"#, envelope("ranges")),
        Row(.ranges, #"{"v":1,\#(archive),"ranges":[{"prefix":"a"},{"prefix":"ab"}]}"#, envelope("ranges")),
        Row(
            .ranges, #"{"v":1,\#(archive),"ranges":[{"prefix":"a","count":-1,"fingerprint":"\#(print)"}]}"#,
            envelope("ranges")),
        Row(.ranges, #"{"v":1,\#(archive),"ranges":[{"prefix":"a","count":1}]}"#, envelope("ranges")),
        Row(.ranges, #"{"v":1,\#(archive),"ranges":[{"prefix":"a","count":1,"fingerprint":"x"}]}"#, envelope("ranges")),
        Row(.ranges, #"{"v":1,\#(archive),"want":"\#(hex)"}"#, envelope("want")),
        Row(.ranges, #"{"v":1,\#(archive),"want":[1]}"#, envelope("want")),
        Row(.ranges, #"{"v":1,\#(archive),"want":["x"]}"#, envelope("want")),
        Row(
            .ranges,
            #"{"v":1,\#(archive),"want":[\#((0...ProtocolLimits.wantedPerQuestion).map { _ in "\"\(hex)\"" }.joined(separator: ","))]}"#,
            envelope("want")),
        Row(.rangesAnswer, "{}", envelope("v")), Row(.rangesAnswer, #"{"v":1}"#, envelope("answered")),
        Row(.rangesAnswer, #"{"v":1,"answered":-1}"#, envelope("answered")),
        Row(.rangesAnswer, #"{"v":1,"answered":0}"#, envelope("revisions")),
        Row(.rangesAnswer, #"{"v":1,"answered":0,"revisions":0}"#, envelope("left")),
        Row(
            .rangesAnswer, #"{"v":1,"answered":0,"revisions":0,"left":0,"ranges":[{"prefix":"a"}]}"#, envelope("ranges")
        ),
        Row(
            .rangesAnswer, #"{"v":1,"ranges":[{"prefix":"a","ids":["\#(String(repeating: "b", count: 64))"]}]}"#,
            envelope("ranges")),
        Row(.rangesAnswer, #"{"v":1,"ranges":[{"prefix":"a","ids":["\#(hex)","\#(hex)"]}]}"#, envelope("ranges")),
        Row(.rangesAnswer, #"{"v":1,"ranges":[{"prefix":"a","parts":[]}]}"#, envelope("ranges")),
        Row(
            .rangesAnswer, #"{"v":1,"ranges":[{"prefix":"a","parts":[{"count":1,"fingerprint":"\#(print)"}]}]}"#,
            envelope("ranges")),
    ]

    private static let first = MessageError.line(number: 1, expected: "the envelope, a JSON object")

    static let streams: [Row] = [
        Row(.stream, "<html>", first), Row(.stream, "\u{FEFF}{}\n", first), Row(.stream, "[]\n", first),
        Row(.stream, "{\n", first), Row(.stream, "{}x\n", first), Row(.stream, "\n", first),
        Row(.stream, " {}\n", first),
        Row(.stream, "{\"a\":1,\"a\":1}\n", first), Row(.stream, "{\"a\":\u{0}}\n", first),
        Row(.stream, "{}\r\n\r\n", .line(number: 2, expected: "a revision's header")),
        Row(.stream, "", .truncated), Row(.stream, "{}", .truncated), Row(.stream, "{}\n{\"archive\":1}", .truncated),
        Row(.stream, "{}\n{\"archive\":1}\n", .truncated),
        Row(.stream, "{}\n[]\n", .line(number: 2, expected: "a revision's header")),
        Row(.stream, "{}\nnull\n", .line(number: 2, expected: "a revision's header")),
        Row(.stream, "{}\n\n", .line(number: 2, expected: "a revision's header")),
        Row(.stream, "{}\n{\"checkpoint\":1}\n", .line(number: 2, expected: "a checkpoint")),
        Row(.stream, "{}\n{\"checkpoint\":\"x\"}\n", .line(number: 2, expected: "a checkpoint")),
        Row(.stream, "{}\n{\"checkpoint\":\n", .line(number: 2, expected: "a checkpoint")),
        Row(.stream, "{}\n{\"damaged\":\"x\"}\n", .line(number: 2, expected: "a damaged revision")),
        Row(.stream, "{}\n{\"damaged\":[]}\n", .line(number: 2, expected: "a damaged revision")),
        Row(.stream, "{}\n" + String(repeating: "{", count: ProtocolLimits.lineBytes + 1), .lineTooLong(line: 2)),
        Row(.stream, "{" + String(repeating: " ", count: ProtocolLimits.lineBytes + 1), .lineTooLong(line: 1)),
    ]

    static let rows = requests + responses + questions + reconciliation + streams

    @Test func `there are at least 100 messages, and no two are the same`() {
        #expect(Self.rows.count >= 100)
        #expect(Set(Self.rows.map { "\($0.door) \($0.text)" }).count == Self.rows.count)
    }

    @Test func `each is refused with its error and its place`() {
        for row in Self.rows {
            let found = Self.error(of: row)
            #expect(found == row.error, "\(row.door) \(row.text.prefix(120)): \(found.map { "\($0)" } ?? "taken")")
        }
    }

    private static func error(of row: Row) -> MessageError? {
        do {
            let bytes = Array(row.text.utf8)
            switch row.door {
            case .question: _ = try BlobList(.question, parsing: bytes)
            case .stream:
                for size in [bytes.count, 1 << 20] {
                    var decoder = MessageDecoder(encoding: .identity, allowance: .request)
                    for start in stride(from: 0, to: bytes.count, by: max(size, 1)) {
                        try decoder.decode(Array(bytes[start..<min(start + size, bytes.count)])) { _ in }
                    }
                    try decoder.finish()
                }
            case .request: _ = try ExchangeRequest(envelope: try members(bytes))
            case .response: _ = try ExchangeResponse(envelope: try members(bytes))
            case .ranges: _ = try ReconciliationRequest(envelope: try members(bytes))
            case .rangesAnswer: _ = try ReconciliationResponse(envelope: try members(bytes))
            }
            return nil
        } catch let error as MessageError {
            return error
        } catch {
            Issue.record("\(row.text.prefix(120)): \(error)")
            return nil
        }
    }

    private static func members(_ bytes: [UInt8]) throws -> JSONObject {
        try #require(try JSONScanner.parse(bytes).members)
    }
}
