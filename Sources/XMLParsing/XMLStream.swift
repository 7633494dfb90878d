/// Reads a document in pieces of any size, and hands out its parts as they are complete, so that a document of any number of parts can
/// be read.
///
/// A part is an element of one name in elements of another name only. The tree that is left at the end has no parts in it.
public final class XMLStream {
    /// A part of a document.
    public struct Part: Sendable {
        /// The element.
        public let element: XMLElement
        /// The part as a document of its own: its bytes as UTF-8, with the namespaces that it took from around it.
        public let bytes: [UInt8]
    }

    private let builder: XMLTreeBuilder
    /// The bytes from `windowStart` on, which may still be asked for.
    private var window: [UInt8] = []
    private var windowStart = 0
    private var start: [UInt8] = []
    private var isFailed = false

    /// A reader of documents whose parts are called so, with these elements around them.
    public init(parts: String, in containers: String, namespace: String) {
        builder = XMLTreeBuilder()
        builder.parts = XMLTreeBuilder.PartNames(part: parts, container: containers, namespace: namespace)
    }

    /// Takes the next bytes, and returns the parts that are complete by now. After an error nothing more is read.
    public func read(_ bytes: [UInt8]) throws(XMLError) -> [Part] {
        try advance(bytes, isLast: false)
    }

    /// Says that there are no more bytes. Called once, last.
    ///
    /// - Returns: the last parts, the root without any parts, and, if it had none around it, all bytes of the document.
    public func finish() throws(XMLError) -> (parts: [Part], root: XMLElement, bytes: [UInt8]) {
        if let fault { throw fault }
        let parts = try advance([], isLast: true)
        return (parts, try builder.finished(), window)
    }

    /// The elements that stand in the root until now.
    public var rootElements: [XMLElement] { builder.rootElements }

    private func advance(_ bytes: [UInt8], isLast: Bool) throws(XMLError) -> [Part] {
        guard !isFailed else { return [] }
        if start.count < 4 { start += bytes.prefix(4 - start.count) }
        window += bytes
        var parts: [Part] = []
        do {
            try builder.parse(bytes, isLast: isLast)
        } catch {
            // What was complete before the fault is whole.
            isFailed = true
            parts = takeParts()
            if parts.isEmpty { throw error }
            fault = error
            return parts
        }
        parts = takeParts()
        guard window.count <= XMLLimits.documentBytes else {
            isFailed = true
            throw XMLError(
                code: .limit, context: "a document, or a part of one, has at most \(XMLLimits.documentBytes) bytes",
                line: builder.line)
        }
        return parts
    }

    /// Why nothing more is read, where parts were complete before it.
    public private(set) var fault: XMLError?

    private func takeParts() -> [Part] {
        let parts = builder.takeParts().map { element, missing in
            let range = (element.range.lowerBound - windowStart)..<(element.range.upperBound - windowStart)
            return Part(element: element, bytes: document(Array(window[range]), missing))
        }
        if let needed = builder.neededOffset, needed > windowStart {
            window.removeFirst(min(window.count, needed - windowStart))
            windowStart = needed
        }
        return parts
    }

    private func document(_ slice: [UInt8], _ missing: [(prefix: String, uri: String)]) -> [UInt8] {
        let text = utf8(slice)
        let nameEnd = text.dropFirst().firstIndex { $0 <= 0x20 || $0 == UInt8(ascii: ">") || $0 == UInt8(ascii: "/") }
        let declarations = missing.map { prefix, uri in
            let name = prefix.utf8.isEmpty ? "xmlns" : "xmlns:\(prefix)"
            let value = uri.utf8.flatMap { byte -> [UInt8] in
                switch byte {
                case UInt8(ascii: "&"): Array("&amp;".utf8)
                case UInt8(ascii: "<"): Array("&lt;".utf8)
                case UInt8(ascii: "\""): Array("&quot;".utf8)
                default: [byte]
                }
            }
            return " \(name)=\"\(String(decoding: value, as: UTF8.self))\""
        }
        let end = nameEnd ?? text.endIndex
        return Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".utf8) + text[..<end]
            + Array(declarations.joined().utf8) + text[end...] + [0x0A]
    }

    /// Bytes in the encoding of the document as UTF-8; the parser reads four encodings.
    private func utf8(_ slice: [UInt8]) -> [UInt8] {
        let isBig = start.starts(with: [0xFE, 0xFF]) || start.starts(with: [0, 0x3C])
        let isLittle = start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0x3C, 0])
        if isBig || isLittle {
            let units = stride(from: 0, to: slice.count - 1, by: 2).map { index in
                let (first, second) = (UInt16(slice[index]), UInt16(slice[index + 1]))
                return isBig ? first << 8 | second : second << 8 | first
            }
            return Array(String(decoding: units, as: UTF16.self).utf8)
        }
        guard builder.encoding?.lowercased() == "iso-8859-1" else { return slice }
        return slice.flatMap { Array(String(Unicode.Scalar($0)).utf8) }
    }
}
