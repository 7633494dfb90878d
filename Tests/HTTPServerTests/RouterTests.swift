import Testing

@testable import HTTPServer

/// The router as a function, without a socket.
@Suite struct RouterTests {
    private func route(_ method: RequestMethod, _ pattern: String) -> Route {
        Route(method, pattern) { head in
            let parameters = head.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            return .respond(textResponse("\(method.rawValue) \(pattern) \(parameters.joined(separator: ","))"))
        }
    }

    private func router() -> Router {
        Router([
            route(.get, "/"),
            route(.get, "/v1/archives"), route(.post, "/v1/archives"),
            route(.get, "/v1/archives/:archive"), route(.delete, "/v1/archives/:archive"),
            route(.get, "/v1/archives/mine"),
            route(.post, "/v1/archives/:archive/sync"),
            route(.get, "/v1/archives/:archive/blobs/:hash"),
        ])
    }

    private func ask(_ method: RequestMethod, _ path: [String]) -> (status: Int, text: String, allow: String?) {
        let head = RequestHead(
            method: method, rawPath: "/", path: path, query: [], headers: [:], body: .none,
            peer: .init(address: "unknown", port: 0), expectsContinue: false)
        guard case .respond(let response) = router().accept(head), case .bytes(let bytes) = response.body else {
            return (0, "", nil)
        }
        return (response.status, String(decoding: bytes, as: UTF8.self), response.headers["Allow"])
    }

    @Test func `literals and parameters are matched segment by segment`() {
        #expect(ask(.get, []).text == "GET / ")
        #expect(ask(.get, ["v1", "archives"]).text == "GET /v1/archives ")
        #expect(ask(.post, ["v1", "archives", "a b", "sync"]).text == "POST /v1/archives/:archive/sync archive=a b")
        #expect(
            ask(.get, ["v1", "archives", "x", "blobs", "y"]).text
                == "GET /v1/archives/:archive/blobs/:hash archive=x,hash=y")
    }

    @Test func `a literal wins over a parameter`() {
        #expect(ask(.get, ["v1", "archives", "mine"]).text == "GET /v1/archives/mine ")
        #expect(ask(.get, ["v1", "archives", "others"]).text == "GET /v1/archives/:archive archive=others")
    }

    @Test func `HEAD goes where GET goes`() {
        #expect(ask(.head, ["v1", "archives"]).text == "GET /v1/archives ")
        #expect(ask(.head, ["v1", "archives", "x", "sync"]).status == 405)
    }

    @Test func `a path without a route is 404`() {
        for path in [["v1"], ["v1", "archives", ""], ["v1", "archives", "x", "sync", ""], ["V1", "archives"], [""]] {
            #expect(ask(.get, path).status == 404)
        }
    }

    @Test func `another method is 405 and told which are allowed`() {
        #expect(ask(.delete, ["v1", "archives"]).allow == "GET, HEAD, POST")
        #expect(ask(.get, ["v1", "archives", "x", "sync"]).allow == "POST")
        #expect(ask(.post, ["v1", "archives", "x"]).allow == "GET, HEAD, DELETE")
        #expect(ask(.delete, ["v1", "archives", "mine"]).allow == "GET, HEAD")
    }

    @Test func `segments compare by their bytes`() {
        let router = Router([route(.get, "/caf\u{E9}")])
        let head = RequestHead(
            method: .get, rawPath: "/", path: ["cafe\u{301}"], query: [], headers: [:], body: .none,
            peer: .init(address: "unknown", port: 0), expectsContinue: false)
        guard case .respond(let response) = router.accept(head) else {
            Issue.record("no answer")
            return
        }
        #expect(response.status == 404)
    }

    @Test func `every route can be listed`() {
        let listed = router().routes.map { "\($0.method.rawValue) \($0.pattern)" }
        #expect(listed.count == 8)
        #expect(listed.last == "GET /v1/archives/:archive/blobs/:hash")
    }
}
