/// The target of a request, decoded once from its raw bytes.
///
/// Only the origin form (`/path?query`) is taken, and only what every parser reads the same way: printable ASCII,
/// whole percent escapes, no `.`, `..` or empty segment inside the path, no escaped slash or NUL, valid UTF-8, and each
/// query parameter once.
/// Source: https://www.rfc-editor.org/rfc/rfc9112#section-3.2.1
struct RequestTarget {
    /// The path as sent.
    let rawPath: String
    /// The decoded segments.
    let path: [String]
    /// The decoded parameters.
    let query: [RequestHead.QueryItem]

    /// The parts of a target; throws 400.
    init(_ target: [UInt8]) throws(ProblemDetails) {
        guard target.first == UInt8(ascii: "/") else {
            throw .malformedRequest("the target does not begin with a slash")
        }
        guard target.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) else {
            throw .malformedRequest("the target has characters that must be escaped")
        }
        let pathEnd = target.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex
        guard let rawPath = String(validating: target[..<pathEnd], as: UTF8.self) else {
            throw .malformedRequest("the path is not ASCII")
        }
        self.rawPath = rawPath
        path = try RequestTarget.path(target[1..<pathEnd])
        query = try RequestTarget.query(target[pathEnd...].dropFirst())
    }

    private static func path(_ bytes: ArraySlice<UInt8>) throws(ProblemDetails) -> [String] {
        if bytes.isEmpty { return [] }
        var segments: [String] = []
        let parts = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            guard !part.isEmpty || index == parts.count - 1 else { throw .malformedRequest("the path has // in it") }
            let segment = try decode(part)
            guard segment != ".", segment != "..", !segment.utf8.contains(UInt8(ascii: "/")) else {
                throw .malformedRequest("the path has . or .. or an escaped slash in it")
            }
            segments.append(segment)
        }
        return segments
    }

    private static func query(_ bytes: ArraySlice<UInt8>) throws(ProblemDetails) -> [RequestHead.QueryItem] {
        var items: [RequestHead.QueryItem] = []
        var names: Set<[UInt8]> = []
        for part in bytes.split(separator: UInt8(ascii: "&")) {
            // Forms write a space as +. Source: https://url.spec.whatwg.org/#urlencoded-parsing
            let spaced = part.map { $0 == UInt8(ascii: "+") ? 0x20 : $0 }
            let nameEnd = spaced.firstIndex(of: UInt8(ascii: "=")) ?? spaced.endIndex
            let name = try decode(spaced[..<nameEnd])
            guard names.insert(Array(name.utf8)).inserted else {
                throw .malformedRequest("a query parameter is there twice")
            }
            items.append(.init(name: name, value: try decode(spaced[nameEnd...].dropFirst())))
        }
        return items
    }

    /// The text of percent-encoded bytes.
    /// Source: https://www.rfc-editor.org/rfc/rfc3986#section-2.1
    private static func decode(_ bytes: ArraySlice<UInt8>) throws(ProblemDetails) -> String {
        var decoded: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                decoded.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit) else {
                throw .malformedRequest("a percent sign without two hexadecimal digits")
            }
            decoded.append(high << 4 | low)
        }
        guard decoded.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw .malformedRequest("an escaped control character")
        }
        guard let text = String(validating: decoded, as: UTF8.self) else { throw .malformedRequest("not UTF-8") }
        return text
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
