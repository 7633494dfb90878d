/// What the callbacks of one transfer write to. Used by the thread that performs the transfer.
final class CurlReceiver {
    /// Header lines of the final response: names in lower case, values without white space at the ends.
    private var headers: [(name: String, value: String)] = []
    private(set) var bytesSent = 0
    private(set) var bytesReceived = 0
    /// What the body's reader threw; the transfer was cut then.
    private(set) var failure: (any Error)?
    /// The response's status while the transfer runs.
    var status: (() -> Int)?
    private var isHeadDelivered = false
    /// Whether the empty line came that ends the head of the final response. libcurl takes a connection that is closed
    /// before it for a response that is over.
    private(set) var isHeadComplete = false
    private let onHead: (_ status: Int, _ headers: [(name: String, value: String)]) throws -> Void
    private let onBody: (_ chunk: [UInt8]) throws -> Void
    private let isCancelled: () -> Bool

    /// The most bytes of header lines that are kept of one response.
    private static let headerLimitBytes = 64 * 1024
    private var headerBytes = 0

    init(
        isCancelled: @escaping () -> Bool,
        onHead: @escaping (_ status: Int, _ headers: [(name: String, value: String)]) throws -> Void,
        onBody: @escaping (_ chunk: [UInt8]) throws -> Void
    ) {
        self.isCancelled = isCancelled
        self.onHead = onHead
        self.onBody = onBody
    }

    /// Tells the head once: before the first piece of the body, or at the end of a response without one.
    func deliverHead(status: Int) throws {
        guard !isHeadDelivered else { return }
        isHeadDelivered = true
        try onHead(status, headers)
    }

    func receive(headerLine bytes: [UInt8]) -> Bool {
        headerBytes += bytes.count
        guard headerBytes <= CurlReceiver.headerLimitBytes else { return false }
        if bytes.starts(with: "HTTP/".utf8) {
            // A status line: what came before it belonged to an interim response.
            headers = []
            isHeadComplete = false
            return true
        }
        if bytes.elementsEqual("\r\n".utf8) || bytes.elementsEqual("\n".utf8) { isHeadComplete = true }
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return true }
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }
        var value = bytes[(colon + 1)...]
        while let first = value.first, isSpace(first) { value.removeFirst() }
        while let last = value.last, isSpace(last) { value.removeLast() }
        guard let name = String(validating: bytes[..<colon], as: UTF8.self),
            let text = String(validating: value, as: UTF8.self)
        else { return true }
        headers.append((name.lowercased(), text))
        return true
    }

    func receive(body bytes: [UInt8]) -> Bool {
        do {
            try deliverHead(status: status?() ?? 0)
            try onBody(bytes)
            return true
        } catch {
            failure = error
            return false
        }
    }

    var wantsToStop: Bool { isCancelled() }

    func count(sent: Int, received: Int) {
        bytesSent += sent
        bytesReceived += received
    }
}
