/// Bytes on a connection to a real server, and what has to come back. `TOKEN` in the bytes stands for a writer's token.
struct RawCase: Sendable {
    /// What has to be true of the connection after the answers.
    enum Ending: Sendable {
        /// It serves the next request.
        case kept
        /// It is closed, and nothing more comes.
        case closed
    }

    /// One answer: its status, and the code of its problem details if they are ours.
    struct Expected: Sendable, Equatable, CustomStringConvertible {
        let status: Int
        let code: String?

        var description: String { code.map { "\(status) \($0)" } ?? "\(status)" }
    }

    let name: String
    let bytes: [UInt8]
    let answers: [Expected]
    let ending: Ending
    /// Whether the client stops sending after its bytes.
    var finishesSending = false
    /// Whether the answers are to HEAD.
    var isToHead = false

    init(_ name: String, _ bytes: [UInt8], _ answers: [Expected], _ ending: Ending) {
        self.name = name
        self.bytes = bytes
        self.answers = answers
        self.ending = ending
    }

    init(_ name: String, _ text: String, _ answers: [Expected], _ ending: Ending) {
        self.init(name, Array(text.utf8), answers, ending)
    }

    /// The same with the client's end of the connection closed after its bytes.
    var finished: RawCase {
        var copy = self
        copy.finishesSending = true
        return copy
    }

    var toHead: RawCase {
        var copy = self
        copy.isToHead = true
        return copy
    }

    // MARK: - Words for the tables

    static func status(_ status: Int, _ code: String? = nil) -> Expected { Expected(status: status, code: code) }
    static let ok = status(200)
    static let malformed = status(400, "malformed-request")
    /// What libmicrohttpd answers before it calls us.
    static let refusedByLibrary = status(400)

    static func refused(_ name: String, _ text: String) -> RawCase { RawCase(name, text, [malformed], .closed) }
    static func refused(_ name: String, _ bytes: [UInt8]) -> RawCase { RawCase(name, bytes, [malformed], .closed) }
    static func byLibrary(_ name: String, _ text: String) -> RawCase {
        RawCase(name, text, [refusedByLibrary], .closed)
    }
    static func taken(_ name: String, _ text: String) -> RawCase { RawCase(name, text, [ok], .kept) }

    /// A GET of `/healthz`, with further header lines.
    static func get(_ lines: String = "", target: String = "/healthz", version: String = "HTTP/1.1") -> String {
        "GET \(target) \(version)\r\nHost: a\r\n\(lines)\r\n"
    }

    /// A question about missing blobs, which answers 200 if its body is `{"blobs":[],"v":1}`.
    static func post(_ lines: String, _ body: String, type: String = "Content-Type: application/json\r\n") -> String {
        "POST /v1/archives/letters/blobs/missing HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer TOKEN\r\n\(type)\(lines)\r\n\(body)"
    }

    /// That body, of 18 bytes.
    static let question = #"{"blobs":[],"v":1}"#

    static func chunked(_ body: String) -> String { post("Transfer-Encoding: chunked\r\n", body) }
}
