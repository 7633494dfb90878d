import Glibc

/// One connection to 127.0.0.1 for a request and its answer, byte by byte; every wait ends after two minutes.
public final class WebClient {
    /// What went wrong on the way.
    public struct Failure: Error {
        let reason: String
    }

    /// An answer as it came, chunks put together.
    public struct Answer: Sendable {
        /// The status code.
        public let status: Int
        /// The header fields, names in lower case.
        public let fields: [String: String]
        /// The body.
        public let body: [UInt8]

        /// The body as text.
        public var text: String { String(decoding: body, as: UTF8.self) }
    }

    private let descriptor: Int32

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

    /// Sends a request on a connection of its own and reads the answer.
    public static func send(
        _ method: String, _ path: String, port: Int, fields: [(String, String)] = [], body: [UInt8]? = nil
    ) throws -> Answer {
        let client = try WebClient(port: port)
        try client.send(head(method, path, fields: fields, bodyByteCount: body?.count))
        if let body { try client.send(body) }
        return try client.answer()
    }

    /// The bytes of a request's head that asks for the connection to be closed after the answer.
    public static func head(
        _ method: String, _ path: String, fields: [(String, String)], bodyByteCount: Int?
    ) -> [UInt8] {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: localhost", "Connection: close"]
        lines += fields.map { "\($0): \($1)" }
        if let bodyByteCount { lines.append("Content-Length: \(bodyByteCount)") }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    /// Sends bytes as they are.
    public func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Failure(reason: "send: \(errno)") }
            rest = rest.dropFirst(count)
        }
    }

    /// Reads until a text has come; what follows it in the same packet is left out.
    public func read(until text: String) throws -> String {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        let end = Array(text.utf8)
        while !bytes.suffix(end.count).elementsEqual(end) {
            guard recv(descriptor, &byte, 1, 0) == 1 else {
                throw Failure(reason: "ended before \(text): \(String(decoding: bytes, as: UTF8.self))")
            }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Sends a request on a connection of its own and reads no more of the answer than its head.
    public static func sendForHead(
        _ method: String, _ path: String, port: Int, fields: [(String, String)] = []
    ) throws -> Answer {
        let client = try WebClient(port: port)
        try client.send(head(method, path, fields: fields, bodyByteCount: nil))
        return try parse(Array(try client.read(until: "\r\n\r\n").utf8), isHead: true)
    }

    /// Waits until the server has sent something, and leaves it for ``answer()``.
    public func waitForBytes() throws {
        var byte: UInt8 = 0
        guard recv(descriptor, &byte, 1, Int32(MSG_PEEK)) == 1 else { throw Failure(reason: "recv: \(errno)") }
    }

    /// Reads the answer until the server closes the connection.
    public func answer() throws -> Answer {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count == 0 { break }
            guard count > 0 else {
                // A server that refused a body closes while it comes: what it said is there all the same.
                if errno == ECONNRESET, !bytes.isEmpty { break }
                throw Failure(reason: "recv: \(errno)")
            }
            bytes += buffer[..<count]
        }
        return try WebClient.parse(bytes)
    }

    private static func parse(_ bytes: [UInt8], isHead: Bool = false) throws -> Answer {
        let separator = Array("\r\n\r\n".utf8)
        guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: separator) }) else {
            throw Failure(reason: "no answer: \(String(decoding: bytes, as: UTF8.self))")
        }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw Failure(reason: "no status line")
        }
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            fields[parts[0].lowercased()] = parts.count == 2 ? String(parts[1].drop { $0 == " " }) : ""
        }
        if isHead { return Answer(status: status, fields: fields, body: []) }
        let rest = bytes[(end + separator.count)...]
        if status == 100 { return try parse(Array(rest)) }
        let body = fields["transfer-encoding"] == "chunked" ? try dechunk(rest) : Array(rest)
        if let length = fields["content-length"].flatMap({ Int($0) }), !body.isEmpty, body.count != length {
            throw Failure(reason: "\(body.count) bytes of \(length) came")
        }
        return Answer(status: status, fields: fields, body: body)
    }

    private static func dechunk(_ bytes: ArraySlice<UInt8>) throws -> [UInt8] {
        var rest = bytes
        var body: [UInt8] = []
        while let end = rest.firstIndex(of: UInt8(ascii: "\r")) {
            guard let count = Int(String(decoding: rest[..<end], as: UTF8.self), radix: 16) else { break }
            rest = rest[(end + 2)...]
            if count == 0 { return body }
            guard rest.count >= count + 2 else { break }
            body += rest.prefix(count)
            rest = rest.dropFirst(count + 2)
        }
        throw Failure(reason: "the body was cut")
    }
}
