import Foundation
import Testing

@testable import HTTPServer

@Suite struct HeadersTests {
    @Test func `names compare without regard to ASCII case and to nothing else`() {
        var headers: Headers = ["Content-Type": "text/plain"]
        #expect(headers["content-TYPE"] == "text/plain")
        #expect(headers["content_type"] == nil)
        #expect(!Headers.sameName("a[", "a{"))
        headers.add("Vary", "Accept")
        headers.add("vary", "Range")
        #expect(headers.values("VARY") == ["Accept", "Range"])
        headers["VARY"] = "Origin"
        #expect(headers.fields.map(\.value) == ["text/plain", "Origin"])
        headers["vary"] = nil
        #expect(headers.fields.count == 1)
    }
}

@Suite struct ProblemDetailsTests {
    @Test func `a problem is a JSON object with its members`() throws {
        let hostile = "\"\\\u{0}\n\u{1F}\"\u{301}\u{1F4EE}</script>"
        let problem = ProblemDetails(
            status: 409, code: "archive-exists", title: "It is there", detail: hostile,
            members: [(name: "archive", value: hostile)], headers: ["Retry-After": "1"])
        let response = problem.response()
        #expect(response.status == 409)
        #expect(response.problemCode == "archive-exists")
        #expect(response.headers["Content-Type"] == "application/problem+json")
        #expect(response.headers["Retry-After"] == "1")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(problem.json)) as? [String: Any])
        #expect(object.count == 6)
        #expect(object["type"] as? String == "about:blank")
        #expect(object["status"] as? Int == 409)
        #expect(object["code"] as? String == "archive-exists")
        #expect(object["title"] as? String == "It is there")
        #expect(object["detail"] as? String == hostile)
        #expect(object["archive"] as? String == hostile)
    }

    @Test func `without detail there is no member for it`() {
        let problem = ProblemDetails(status: 404, code: "not-found", title: "Nothing")
        #expect(
            String(decoding: problem.json, as: UTF8.self)
                == #"{"type":"about:blank","title":"Nothing","status":404,"code":"not-found"}"#)
    }
}

@Suite struct WorkerPoolTests {
    @Test func `work runs once each, on as many threads as there are, and none after the stop`() throws {
        let pool = try WorkerPool(threadCount: 3)
        let door = Door()
        for _ in 0..<3 { #expect(pool.submit { door.pass() }) }
        // All three wait at the door at the same time.
        for _ in 0..<3 { #expect(door.awaitArrival()) }
        let done = DispatchSemaphore(value: 0)
        for _ in 0..<1000 { #expect(pool.submit { done.signal() }) }
        for _ in 0..<3 { door.open() }
        for _ in 0..<1000 { #expect(done.wait(timeout: .now() + 120) == .success) }
        pool.stop()
        #expect(!pool.submit { done.signal() })
    }

    @Test func `what is queued before the stop still runs`() throws {
        let pool = try WorkerPool(threadCount: 1)
        let done = DispatchSemaphore(value: 0)
        for _ in 0..<100 { #expect(pool.submit { done.signal() }) }
        pool.stop()
        for _ in 0..<100 { #expect(done.wait(timeout: .now() + 120) == .success) }
    }
}
