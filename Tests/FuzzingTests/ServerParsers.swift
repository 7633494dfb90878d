@testable import ArchiveServer
@testable import HTTPServer

/// What a hostile client sends, but for its messages.
enum ServerParsers {
    /// The first line is the request's, the others are its fields.
    static func requestHead(_ bytes: [UInt8]) {
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        let words = lines[0].split(separator: 0x20, maxSplits: 2, omittingEmptySubsequences: false).map(Array.init)
        guard words.count == 3 else { return }
        let fields = lines.dropFirst().map { line in
            let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
            return (name: Array(parts[0]), value: parts.count > 1 ? Array(parts[1].drop { $0 == 0x20 }) : [])
        }
        let raw = RawRequest(
            method: words[0], target: words[1], version: words[2], fields: fields, headerBytes: bytes.count,
            hasHiddenBytes: false)
        let gate = RequestGate(maximumHeaderBytes: 16 * 1024)
        guard let head = taken({ try gate.examine(raw, peer: .init(address: "127.0.0.1", port: 1)) }) else { return }
        precondition(head.path.dropLast().allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." })
        precondition(head.path.allSatisfy { !$0.utf8.contains(0) && !$0.utf8.contains(UInt8(ascii: "/")) })
        precondition((head.contentLength ?? 0) >= 0)
    }

    static func token(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        if let token = AccessToken(text) { precondition(token.text.utf8.elementsEqual(bytes), "one spelling each") }
        if let name = ArchiveName(text) { precondition(name.text.utf8.elementsEqual(bytes)) }
    }
}
