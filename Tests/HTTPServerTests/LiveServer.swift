import Dispatch
import HTTPServer
import Synchronization
import Testing

/// A server on 127.0.0.1 with the routes below. Stops in `deinit`, and fails the test if requests are left open.
final class LiveServer: Sendable {
    let server: HTTPServer
    private let log: RequestLog

    init(
        routes: [Route] = [], clock: ManualClock? = nil,
        _ configure: (inout ServerConfiguration) -> Void = { _ in }
    ) throws {
        var configuration = ServerConfiguration()
        configuration.stopLimitSeconds = 60
        configure(&configuration)
        let log = RequestLog()
        self.log = log
        let events = ServerEvents(
            now: { clock?.now ?? ContinuousClock.now }, requestEnded: { log.append($0) },
            libraryMessage: { log.append(message: $0) })
        server = try HTTPServer(configuration: configuration, events: events, handler: Router(routes + testRoutes))
    }

    deinit {
        server.stop()
        if server.openRequestCount != 0 { Issue.record("requests were left open") }
    }

    func connect() throws -> RawClient { try RawClient(port: server.port, keeping: self) }

    /// Sends one request on a connection of its own and reads the answer.
    func ask(_ text: String) throws -> RawClient.Received {
        let client = try connect()
        client.send(text)
        return try client.receive()
    }

    /// The next record of the access log, in the order in which requests ended.
    func nextRecord() throws -> RequestRecord { try log.next() }

    /// What libmicrohttpd said.
    var messages: [String] { log.messages }
}

/// Collects the events of a server for a test that waits for them.
private final class RequestLog: Sendable {
    private let records = Mutex<[RequestRecord]>([])
    private let said = Mutex<[String]>([])
    private let available = DispatchSemaphore(value: 0)

    func append(_ record: RequestRecord) {
        records.withLock { $0.append(record) }
        available.signal()
    }

    func append(message: String) { said.withLock { $0.append(message) } }

    var messages: [String] { said.withLock { $0 } }

    func next() throws -> RequestRecord {
        guard available.wait(timeout: .now() + 120) == .success else {
            throw RawClient.Failure(reason: "no request ended")
        }
        return records.withLock { $0.removeFirst() }
    }
}

/// A clock that the test moves.
final class ManualClock: Sendable {
    private let base = ContinuousClock.now
    private let moved = Mutex(Duration.zero)

    var now: ContinuousClock.Instant { base + moved.withLock { $0 } }

    func advance(_ duration: Duration) { moved.withLock { $0 += duration } }
}

/// A door that work waits at until the test opens it.
final class Door: Sendable {
    private let arrived = DispatchSemaphore(value: 0)
    private let opened = DispatchSemaphore(value: 0)

    /// Called by the work: says that it is here and waits.
    func pass() {
        arrived.signal()
        _ = opened.wait(timeout: .now() + 120)
    }

    /// Called by the test: waits until the work is here.
    func awaitArrival() -> Bool { arrived.wait(timeout: .now() + 120) == .success }

    /// Called by the test: lets the work go on.
    func open() { opened.signal() }

    /// Work that waits at the door, with a small body.
    var route: Route {
        Route(.post, "/door") { _ in
            .perform(maximumBodyBytes: 10) { _ in
                self.pass()
                return textResponse("done")
            }
        }
    }

    /// Asks for it.
    static let request = "POST /door HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab"
}

func textResponse(_ text: String, status: Int = 200) -> Response {
    Response(status: status, headers: ["Content-Type": "text/plain"], body: .bytes(Array(text.utf8)))
}

struct StreamFault: Error {}

/// Counts what it is given.
struct CountingReceiver: RequestBodyReceiver {
    var maximumBodyBytes: Int
    /// Throws a 413 of its own, as a decompressor would, once this many bytes have come.
    var ownLimitBytes = Int.max
    private var count = 0
    private var largestChunk = 0

    init(maximumBodyBytes: Int, ownLimitBytes: Int = Int.max) {
        self.maximumBodyBytes = maximumBodyBytes
        self.ownLimitBytes = ownLimitBytes
    }

    mutating func receive(_ chunk: [UInt8]) throws {
        count += chunk.count
        largestChunk = max(largestChunk, chunk.count)
        if count > ownLimitBytes {
            throw ProblemDetails(status: 413, code: "too-large-inside", title: "Too large when decompressed")
        }
    }

    func finish() throws -> Response { textResponse("\(count) \(largestChunk)") }
}

let testRoutes: [Route] = [
    Route(.get, "/hello") { _ in .respond(textResponse("hello")) },
    Route(.get, "/worker") { _ in .perform { _ in textResponse("from a worker") } },
    Route(.get, "/items/:name") { head in
        .respond(textResponse((head.parameters["name"] ?? "") + "|" + (head.queryValue("q") ?? "-")))
    },
    Route(.post, "/count") { _ in .receive(CountingReceiver(maximumBodyBytes: 100 << 20)) },
    Route(.patch, "/count") { _ in .receive(CountingReceiver(maximumBodyBytes: 100 << 20)) },
    Route(.post, "/small") { _ in .receive(CountingReceiver(maximumBodyBytes: 1000)) },
    Route(.post, "/inside") { _ in .receive(CountingReceiver(maximumBodyBytes: 100 << 20, ownLimitBytes: 5000)) },
    Route(.post, "/echo") { _ in
        .perform(maximumBodyBytes: 65536) { Response(status: 200, body: .bytes($0)) }
    },
    Route(.post, "/denied") { _ in .respond(denied.response()) },
    Route(.patch, "/denied") { _ in .respond(denied.response()) },
    Route(.delete, "/denied") { _ in .respond(denied.response()) },
    Route(.get, "/fault") { _ in .perform { _ in throw StreamFault() } },
    Route(.get, "/problem") { _ in
        .perform { _ in
            throw ProblemDetails(
                status: 409, code: "archive-exists", title: "It is there", headers: ["Retry-After": "5"])
        }
    },
    Route(.get, "/bad-header") { _ in
        .respond(Response(status: 200, headers: ["X-Name": "a\r\nSet-Cookie: b"]))
    },
    Route(.get, "/empty") { _ in .respond(Response(status: 204)) },
    Route(.get, "/cached") { _ in .respond(Response(status: 200, headers: ["cache-control": "max-age=5"])) },
    Route(.get, "/stream") { head in
        var left = Int(head.queryValue("chunks") ?? "3") ?? 3
        let bytes = Int(head.queryValue("bytes") ?? "10") ?? 10
        return .respond(
            Response(
                status: 200,
                body: .stream {
                    left -= 1
                    return left < 0 ? nil : [UInt8](repeating: UInt8(ascii: "s"), count: bytes)
                }))
    },
    Route(.get, "/breaking") { _ in
        var left = 3
        return .respond(
            Response(
                status: 200,
                body: .stream {
                    left -= 1
                    if left == 0 { throw StreamFault() }
                    return Array("part ".utf8)
                }))
    },
]

private let denied = ProblemDetails(
    status: 401, code: "unauthorized", title: "No valid token", headers: ["WWW-Authenticate": "Bearer"])
