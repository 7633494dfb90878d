import HTTPServer
import LetterModel
import ServerTestSupport
import ReplicaStore
import SyncProtocol
import Testing
import TestScratch

@testable import ArchiveServer

/// A real server on 127.0.0.1 with two archives, `letters` and `secret`; stops when its owner is gone.
final class LiveServer: Sendable {
    let folder: Scratch
    let data: ServerFolder
    let clock = ManualClock()
    let lines = LogLines()
    let administration: Administration
    let server: ArchiveServer

    init(
        archives: [String] = ["letters", "secret"], _ configure: (inout ServerConfiguration) -> Void = { _ in }
    ) throws {
        folder = Scratch()
        data = ServerFolder(folder.path + "/data")
        let clock = clock
        administration = try Administration(
            data, create: true,
            surroundings: .init(
                now: { clock.now }, randomBytes: { count in (0..<count).map { _ in UInt8.random(in: 0...255) } },
                userName: "tester"))
        for archive in archives { _ = try administration.createArchive(try LiveServer.name(archive)) }
        var configuration = ServerConfiguration()
        configure(&configuration)
        server = try ArchiveServer(data, http: configuration, clocks: clock.clocks, log: lines.log(.info))
    }

    deinit {
        server.stop()
    }

    static func name(_ text: String) throws -> ArchiveName { try #require(ArchiveName(text)) }

    /// A new token: its spelling.
    func token(_ role: Role, _ archive: String? = "letters", lifetime: Duration? = nil) throws -> String {
        try administration.createToken(
            archive: try archive.map { try LiveServer.name($0) }, role: role, label: "", lifetime: lifetime
        ).token.text
    }

    /// The id of a token.
    func id(of token: String) throws -> TokenID { try #require(AccessToken(token)).id }

    /// Sends a request on a connection of its own and reads the answer.
    func send(
        _ method: String, _ path: String, token: String? = nil, type: String? = nil, fields: [(String, String)] = [],
        body: [UInt8]? = nil
    ) throws -> WebClient.Answer {
        try WebClient.send(
            method, path, port: server.port, fields: LiveServer.fields(token: token, type: type) + fields, body: body)
    }

    static func fields(token: String?, type: String?) -> [(String, String)] {
        var fields: [(String, String)] = []
        if let token { fields.append(("Authorization", "Bearer \(token)")) }
        if let type { fields.append(("Content-Type", type)) }
        return fields
    }

    /// What an exchange brought.
    struct Exchange {
        let answer: WebClient.Answer
        let response: ExchangeResponse
        let revisions: [Revision]
        let checkpoint: Cursor?
    }

    /// One exchange, which has to be answered with 200.
    func exchange(
        _ token: String, archive: String = "letters", id: ArchiveID = SampleLetters.archive, isOpen: Bool = false,
        cursor: Cursor? = nil, pushing revisions: [Revision] = []
    ) throws -> Exchange {
        let answer = try sync(
            token, archive: archive, id: id, isOpen: isOpen, cursor: cursor, pushing: revisions)
        try #require(answer.status == 200, "\(answer.text)")
        #expect(answer.fields["content-type"] == "application/x-ndjson")
        let encoding = try #require(ContentEncoding(headerValue: answer.fields["content-encoding"]))
        var decoder = MessageDecoder(encoding: encoding, allowance: .response)
        var response: ExchangeResponse?
        var pulled: [Revision] = []
        var checkpoint: Cursor?
        try decoder.decode(answer.body) { event in
            switch event {
            case .envelope(let members): response = try ExchangeResponse(envelope: members)
            case .revision(let header, let content):
                pulled.append(try Revision(headerBytes: header, contentBytes: content))
            case .packed(let header, let content):
                pulled.append(try Revision(headerBytes: header, contentBytes: try content.bytes()))
            case .checkpoint(let cursor): checkpoint = cursor
            case .damaged(let id): Issue.record("\(id) is damaged")
            case .blob(let piece): Issue.record("a piece of \(piece.blob) came")
            }
        }
        try decoder.finish()
        return Exchange(
            answer: answer, response: try #require(response), revisions: pulled, checkpoint: checkpoint)
    }

    /// One exchange, as the answer comes.
    func sync(
        _ token: String?, archive: String = "letters", id: ArchiveID = SampleLetters.archive, isOpen: Bool = false,
        cursor: Cursor? = nil, pushing revisions: [Revision] = []
    ) throws -> WebClient.Answer {
        let request = ExchangeRequest(
            replica: "test", archive: ArchiveDescription(id: id, isOpen: isOpen, mergeRule: 1), cursor: cursor?.text)
        let body = request.body(pushing: revisions)
        var fields = [("Accept-Encoding", "zstd")]
        if let encoding = body.encoding.headerValue { fields.append(("Content-Encoding", encoding)) }
        return try send(
            "POST", "/v1/archives/\(archive)/sync", token: token, type: "application/x-ndjson", fields: fields,
            body: body.bytes)
    }
}

extension WebClient.Answer {
    /// The code of a problem, which has to be one with the same status in its body.
    var problemCode: String? {
        guard fields["content-type"] == "application/problem+json" else { return nil }
        do {
            let members = try JSONScanner.parse(body).members
            return members?["status"]?.integer == status ? members?["code"]?.text : nil
        } catch {
            return nil
        }
    }

    /// The members of a body that is a JSON object.
    func members() throws -> JSONObject { try #require(try JSONScanner.parse(body).members) }
}
