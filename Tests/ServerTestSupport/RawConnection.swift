import Glibc

/// A connection to 127.0.0.1 that sends bytes as they are given and tells what came back; every wait ends after two minutes.
public final class RawConnection {
    /// What went wrong on the way.
    public struct Failure: Error {
        let reason: String
    }

    private let descriptor: Int32
    private var buffer: [UInt8] = []

    /// Connects.
    public init(port: Int) throws {
        do {
            descriptor = try Loopback.connect(port: port)
        } catch {
            throw Failure(reason: "\(error.call): \(error.number)")
        }
    }

    deinit {
        close(descriptor)
    }

    /// Sends it all; false when the server no longer takes it.
    @discardableResult
    public func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.send(descriptor, buffer.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Tells the server that nothing more will be sent.
    public func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Reads one response; nil when the connection ended before its first byte.
    public func answer(toHead: Bool = false) throws -> WebClient.Answer? {
        guard try hasByte() else { return nil }
        let parts = try line().split(separator: " ")
        guard parts.count >= 2, parts[0].hasPrefix("HTTP/1."), let status = Int(parts[1]) else {
            throw Failure(reason: "no status line: \(parts)")
        }
        var fields: [String: String] = [:]
        while true {
            let text = try line()
            if text.isEmpty { break }
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw Failure(reason: "no header: \(text)") }
            fields[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
        }
        var body: [UInt8] = []
        if toHead || status < 200 || status == 204 || status == 304 {
            return WebClient.Answer(status: status, fields: fields, body: body)
        }
        if let length = fields["content-length"].flatMap({ Int($0) }) {
            body = try take(length)
        } else if fields["transfer-encoding"] == "chunked" {
            while true {
                guard let count = Int(try line(), radix: 16) else { throw Failure(reason: "no chunk size") }
                body += try take(count)
                _ = try line()
                if count == 0 { break }
            }
        } else {
            _ = try rest()
            body = buffer
            buffer = []
        }
        return WebClient.Answer(status: status, fields: fields, body: body)
    }

    /// Reads until the server has closed or reset the connection, and returns what came.
    public func rest() throws -> [UInt8] {
        while try fill() {}
        return buffer
    }

    private func hasByte() throws -> Bool {
        if !buffer.isEmpty { return true }
        return try fill()
    }

    private func line() throws -> String {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                var text = buffer[..<end]
                if text.last == UInt8(ascii: "\r") { text.removeLast() }
                buffer.removeFirst(end + 1)
                return String(decoding: text, as: UTF8.self)
            }
            guard try fill() else { throw Failure(reason: "the connection ended in a line") }
        }
    }

    private func take(_ count: Int) throws -> [UInt8] {
        while buffer.count < count {
            guard try fill() else { throw Failure(reason: "the connection ended in a body") }
        }
        defer { buffer.removeFirst(count) }
        return Array(buffer.prefix(count))
    }

    /// True after more bytes, false at the end, whether clean or not.
    private func fill() throws -> Bool {
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        if count < 0 {
            guard errno == ECONNRESET else { throw Failure(reason: "nothing came, and no end: \(errno)") }
            return false
        }
        buffer += bytes.prefix(count)
        return count > 0
    }
}
