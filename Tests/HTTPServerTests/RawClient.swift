import Glibc
import ServerTestSupport

/// A client that sends bytes as they are given and reads what comes, so that tests can be as rude as they like.
final class RawClient {
    struct Failure: Error {
        let reason: String
        /// What the system said; 0 if it was something else.
        var errno: Int32 = 0
    }

    /// A response as it came.
    struct Received: Equatable {
        var status = 0
        var fields: [(name: String, value: String)] = []
        var body: [UInt8] = []

        subscript(name: String) -> String? {
            fields.first { $0.name.lowercased() == name.lowercased() }?.value
        }

        var text: String { String(decoding: body, as: UTF8.self) }

        static func == (left: Received, right: Received) -> Bool {
            left.status == right.status && left.body == right.body
        }
    }

    /// How the server's side of a connection ended.
    enum End {
        case closed
        case reset
        case open
    }

    private let descriptor: Int32
    /// Kept alive: a server that nobody holds stops.
    private let server: AnyObject?
    private var buffer: [UInt8] = []

    /// Connects to 127.0.0.1; every wait is limited to two minutes. A small receive buffer lets the server soon notice a
    /// client that does not read.
    init(port: Int, receiveBufferBytes: Int32? = nil, keeping server: AnyObject? = nil) throws {
        self.server = server
        do {
            descriptor = try Loopback.connect(port: port, receiveBufferBytes: receiveBufferBytes)
        } catch {
            throw Failure(reason: "\(error.call): \(error.number)", errno: error.number)
        }
    }

    deinit {
        close(descriptor)
    }

    /// Sends it all; false when the server no longer takes it.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.send(
                    descriptor, buffer.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Tells the server that nothing more will be sent.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Sends one byte after the other, each as soon as nothing has come for so long, until the server closes; false if it
    /// never does.
    func drip(_ bytes: [UInt8], everyMilliseconds interval: Int32, limit: Int = 2000) -> Bool {
        for index in 0..<limit {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            if poll(&waiting, 1, interval) > 0 { return fill() != true }
            if !send([bytes[index % bytes.count]]) { return true }
        }
        return false
    }

    /// Reads at most so many bytes, and throws them away; nil when the connection is over.
    func readAndForget(_ count: Int) -> Int? {
        var bytes = [UInt8](repeating: 0, count: count)
        let received = recv(descriptor, &bytes, bytes.count, 0)
        return received > 0 ? received : nil
    }

    /// Reads one response to its end: by Content-Length, by chunks, or by the end of the connection.
    func receive(toHead: Bool = false) throws -> Received {
        var response = try receiveHead()
        if toHead || response.status < 200 || response.status == 204 || response.status == 304 { return response }
        if let length = response["Content-Length"].flatMap({ Int($0) }) {
            response.body = try take(length)
        } else if response["Transfer-Encoding"] == "chunked" {
            while let chunk = try receiveChunk() { response.body += chunk }
        } else {
            guard readToEnd() == .closed else { throw Failure(reason: "no clean end") }
            response.body = buffer
            buffer = []
        }
        return response
    }

    /// Reads status line and headers.
    func receiveHead() throws -> Received {
        var response = Received()
        let statusLine = try line()
        let parts = statusLine.split(separator: " ")
        guard parts.count >= 2, parts[0].hasPrefix("HTTP/1."), let status = Int(parts[1]) else {
            throw Failure(reason: "no status line: \(statusLine)")
        }
        response.status = status
        while true {
            let text = try line()
            if text.isEmpty { return response }
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw Failure(reason: "no header: \(text)") }
            let value = String(parts[1].drop { $0 == " " })
            response.fields.append((String(parts[0]), value))
        }
    }

    /// Reads one chunk; nil for the end mark.
    func receiveChunk() throws -> [UInt8]? {
        guard let count = Int(try line(), radix: 16) else { throw Failure(reason: "no chunk size") }
        let chunk = try take(count)
        guard try line().isEmpty else { throw Failure(reason: "no end of chunk") }
        return count == 0 ? nil : chunk
    }

    /// Reads until the server closes its side; what comes is kept for `receive`.
    func readToEnd() -> End {
        while true {
            switch fill() {
            case .some(true): continue
            case .some(false): return .closed
            case .none: return errno == ECONNRESET ? .reset : .open
            }
        }
    }

    /// What came and was not read as a response.
    var unread: [UInt8] { buffer }

    private func line() throws -> String {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                var text = buffer[..<end]
                if text.last == UInt8(ascii: "\r") { text.removeLast() }
                buffer.removeFirst(end + 1)
                return String(decoding: text, as: UTF8.self)
            }
            guard fill() == true else { throw Failure(reason: "the connection ended in a line") }
        }
    }

    private func take(_ count: Int) throws -> [UInt8] {
        while buffer.count < count {
            guard fill() == true else { throw Failure(reason: "the connection ended in a body") }
        }
        defer { buffer.removeFirst(count) }
        return Array(buffer.prefix(count))
    }

    /// True after more bytes, false at the end, nil on an error.
    private func fill() -> Bool? {
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        if count < 0 { return nil }
        buffer += bytes.prefix(count)
        return count > 0
    }
}
