import LetterModel
import SyncProtocol

@testable import ArchiveClient
@testable import CurlTransport

/// What a hostile server answers, but for its messages.
enum ClientParsers {
    static func events(_ bytes: [UInt8]) {
        func sequences(_ pieces: [[UInt8]]) -> [Int] {
            var reader = EventStreamReader()
            return pieces.compactMap { piece in taken { try reader.read(piece) } ?? nil }
        }
        let one = sequences([bytes])
        let many = sequences(pieces(of: bytes, 1))
        precondition(one.isEmpty || one.last == many.last, "the pieces do not matter")
    }

    /// The lines of a response's head, as libcurl hands them over.
    static func responseHead(_ bytes: [UInt8]) {
        let receiver = CurlReceiver(isCancelled: { false }, onHead: { _, _ in }, onBody: { _ in })
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            guard receiver.receive(headerLine: Array(line) + [0x0A]) else { return }
        }
        _ = taken { try receiver.deliverHead(status: 200) }
    }

    /// An error of a server: two bytes are the status, the rest is the body. Every status has its error.
    static func problem(_ bytes: [UInt8]) {
        guard bytes.count > 2 else { return }
        let status = 100 + Int(bytes[0]) * 2 + Int(bytes[1] & 1)
        let response = TransportResponse(
            status: status,
            headers: [
                HeaderField("Content-Type", "application/problem+json"),
                HeaderField("Retry-After", String(decoding: bytes.suffix(12), as: UTF8.self)),
                HeaderField("Location", String(decoding: bytes.suffix(40), as: UTF8.self)),
            ])
        let error = RemoteCaller.error(response, body: Array(bytes.dropFirst(2)))
        let shown = error.description.unicodeScalars
        precondition(shown.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
    }

    static func remoteAddress(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let address = taken({ try RemoteAddress(parsing: text, relativeTo: "/home/ada") }) else { return }
        let again = taken { try RemoteAddress(parsing: address.text) }
        precondition(again == address, "an address is read as it is written")
        if case .server(let server) = address, server.origin.hasPrefix("http://") {
            let host = server.origin.dropFirst("http://".count)
            precondition(
                ["localhost", "127.", "[::1]"].contains { host.hasPrefix($0) }, "plain HTTP goes to this machine only")
        }
    }
}
