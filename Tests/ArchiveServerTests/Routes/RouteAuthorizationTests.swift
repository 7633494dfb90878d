import Foundation
import HTTPServer
import LetterModel
import ReplicaStore
import ServerTestSupport
import SyncProtocol
import Testing

@testable import ArchiveServer

/// Every route, for every role and everybody else, in its own archive, another one, and one that does not exist.
struct RouteAuthorizationTests {
    /// One route: a request to it, and what its own archive answers.
    struct Row: Sendable {
        /// The method and the pattern, as the router knows them.
        let route: String
        let path: @Sendable (_ archive: String) -> String
        var type: String?
        var body: [UInt8]?
        /// The status for a reader and for those who may write; nil for a route that needs no token.
        let own: (reader: Int, writer: Int)?
        /// Whether it is about one archive.
        var isOfArchive = true
        /// Whether a good answer has no end of its own.
        var isEndless = false
    }

    static let rows: [Row] = [
        Row(route: "GET /healthz", path: { _ in "/healthz" }, own: nil, isOfArchive: false),
        Row(route: "GET /readyz", path: { _ in "/readyz" }, own: nil, isOfArchive: false),
        Row(route: "GET /v1/archives", path: { _ in "/v1/archives" }, own: (200, 200), isOfArchive: false),
        Row(route: "GET /v1/archives/:archive", path: { "/v1/archives/\($0)" }, own: (200, 200)),
        Row(
            route: "POST /v1/archives/:archive/sync", path: { "/v1/archives/\($0)/sync" }, type: "application/x-ndjson",
            body: ExchangeRequest(
                replica: "test", archive: ArchiveDescription(id: SampleLetters.archive, isOpen: false, mergeRule: 1)
            ).body(pushing: []).bytes, own: (200, 200)),
        Row(
            route: "POST /v1/archives/:archive/reconcile", path: { "/v1/archives/\($0)/reconcile" },
            type: "application/x-ndjson",
            body: ReconciliationRequest(
                archive: ArchiveDescription(id: SampleLetters.archive, isOpen: false, mergeRule: 1),
                questions: [ReconciliationRequest.Question(.all, claim: nil)]
            ).body.bytes, own: (200, 200)),
        Row(
            route: "GET /v1/archives/:archive/blobs/:blob",
            path: { "/v1/archives/\($0)/blobs/\(SampleLetters.scanID.hex)" }, own: (200, 200)),
        Row(
            route: "PUT /v1/archives/:archive/blobs/:blob",
            path: { "/v1/archives/\($0)/blobs/\(SampleLetters.scanID.hex)" }, body: SampleLetters.scan, own: (403, 204)),
        Row(
            route: "POST /v1/archives/:archive/blobs/missing", path: { "/v1/archives/\($0)/blobs/missing" },
            type: "application/json", body: BlobList(.question, [SampleLetters.scanID]).bytes, own: (200, 200)),
        Row(
            route: "GET /v1/archives/:archive/events", path: { "/v1/archives/\($0)/events" }, own: (200, 200),
            isEndless: true),
    ]

    let live: LiveServer

    /// Both archives hold the same letter with the same scan.
    init() throws {
        live = try LiveServer()
        for archive in ["letters", "secret"] {
            let token = try live.token(.writer, archive)
            let revision = try SampleLetters.revision(1, attaching: SampleLetters.scanID)
            #expect(try live.exchange(token, archive: archive, pushing: [revision]).response.accepted.count == 1)
            let path = "/v1/archives/\(archive)/blobs/\(SampleLetters.scanID.hex)"
            #expect(try live.send("PUT", path, token: token, body: SampleLetters.scan).status == 201)
        }
    }

    func send(_ row: Row, _ archive: String, _ token: String?) throws -> WebClient.Answer {
        let method = String(row.route.prefix { $0 != " " })
        return try live.send(method, row.path(archive), token: token, type: row.type, body: row.body)
    }

    @Test func `every route has a row, and no row is without its route`() {
        let routes = ArchiveServer.routes(live.server.context).map { "\($0.method.rawValue) \($0.pattern)" }
        #expect(Set(routes) == Set(Self.rows.map(\.route)))
        #expect(routes.count == Self.rows.count)
    }

    /// The answer of a row's own archive: no more than the head of one without an end.
    func sendToOwn(_ row: Row, _ token: String?) throws -> WebClient.Answer {
        guard row.isEndless else { return try send(row, "letters", token) }
        return try WebClient.sendForHead(
            "GET", row.path("letters"), port: live.server.port, fields: LiveServer.fields(token: token, type: nil))
    }

    @Test func `in its own archive a role gets what the table says`() throws {
        for row in Self.rows {
            for (role, scope) in [
                (Role.reader, "letters"), (.writer, "letters"), (.admin, "letters"), (.reader, nil), (.writer, nil),
            ] {
                let expected = row.own.map { role == .reader ? $0.reader : $0.writer } ?? 200
                let answer = try sendToOwn(row, try live.token(role, scope))
                #expect(answer.status == expected, "\(row.route) \(role) \(answer.text)")
            }
        }
    }

    @Test func `another archive and one that does not exist answer alike, to the byte`() throws {
        for row in Self.rows where row.isOfArchive {
            for role in Role.allCases {
                let token = try live.token(role, "letters")
                let foreign = try send(row, "secret", token)
                let missing = try send(row, "nothing", token)
                let impossible = try send(row, "No-Name", token)
                #expect(foreign.status == 404, "\(row.route) \(role)")
                #expect(foreign.problemCode == "not-found")
                for other in [missing, impossible] {
                    #expect(other.status == foreign.status)
                    #expect(other.body == foreign.body)
                    #expect(other.fields.filter { $0.key != "date" } == foreign.fields.filter { $0.key != "date" })
                }
                let everywhere = try live.token(role, nil)
                #expect(try send(row, "nothing", everywhere).body == foreign.body)
            }
        }
    }

    /// An answer without what differs from one moment to the next.
    private static func content(_ answer: WebClient.Answer) -> [String] {
        [String(answer.status), answer.text]
            + answer.fields.filter { $0.key != "date" }.map { "\($0.key): \($0.value)" }.sorted()
    }

    @Test func `a deleted archive answers like one that never was, also when another takes its name`() throws {
        let name = try LiveServer.name("letters")
        let before = try Role.allCases.map { try live.token($0, "letters") }
        let everywhere = try Role.allCases.map { try live.token($0, nil) }
        let deleted = try live.administration.deleteArchive(name)
        func expectGone(_ tokens: [String], _ moment: String) throws {
            for row in Self.rows where row.isOfArchive {
                for token in tokens {
                    // Time gives attempts back, so that no 429 gets in between.
                    live.clock.advance(seconds: 10)
                    let gone = Self.content(try send(row, "letters", token))
                    #expect(gone.first == "404", "\(row.route) \(moment)")
                    #expect(gone == Self.content(try send(row, "nothing", token)), "\(row.route) \(moment)")
                }
            }
            for token in tokens {
                #expect(try !live.send("GET", "/v1/archives", token: token).text.contains("\"letters\""), "\(moment)")
            }
        }
        try expectGone(before + everywhere, "deleted")
        let kept = try #require(live.administration.keptPath(of: deleted))
        // The request before may hold the archive for a moment longer.
        let isMoved = eventually {
            live.server.tidyUp()
            return FileManager.default.fileExists(atPath: kept)
        }
        #expect(isMoved)
        try expectGone(before + everywhere, "moved aside")
        _ = try live.administration.createArchive(name)
        try expectGone(before, "another has its name")
        for row in Self.rows where row.isOfArchive && row.route.hasSuffix(":archive") {
            for token in everywhere { #expect(try send(row, "letters", token).status == 200) }
        }
    }

    @Test func `without a good token every route but those for watching answers 401`() throws {
        let revoked = try live.token(.admin, nil)
        _ = try live.administration.revokeToken(try live.id(of: revoked))
        let expired = try live.token(.admin, nil, lifetime: .seconds(60))
        live.clock.advance(seconds: 60)
        let good = try live.token(.admin, nil)
        let stranger = "chy_AAAAAAAAAAA." + String(good.split(separator: ".")[1]) + ".AAAAAA"
        for row in Self.rows {
            for token in [nil, "", "nonsense", stranger, String(good.dropLast()), revoked, expired] {
                // Time gives attempts back, so that no 429 gets in between.
                live.clock.advance(seconds: 10)
                for archive in row.isOfArchive ? ["letters", "nothing"] : [""] {
                    let answer = try send(row, archive, token)
                    guard row.own != nil else {
                        #expect(answer.status == 200)
                        continue
                    }
                    #expect(answer.status == 401, "\(row.route)")
                    #expect(answer.problemCode == "unauthorized")
                    #expect(answer.fields["www-authenticate"]?.hasPrefix("Bearer realm=\"chancery\"") == true)
                }
            }
        }
    }

    @Test func `methods that no route has are refused before anybody asks who comes`() throws {
        for path in ["/v1/archives", "/v1/archives/letters", "/v1/archives/letters/sync", "/healthz"] {
            let answer = try live.send("DELETE", path)
            #expect(answer.status == 405)
            #expect(answer.fields["allow"] != nil)
        }
    }
}
