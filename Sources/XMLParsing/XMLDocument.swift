import CExpat

/// Reads XML documents.
///
/// A document type declaration stops the parser where it begins: so there are no entities but the five of XML itself, nothing is
/// ever fetched, and nothing grows. UTF-8, UTF-16, ISO-8859-1 and US-ASCII are read.
///
/// Source: https://libexpat.github.io/doc/api/latest/
public enum XMLDocument {
    /// The root element of a document.
    public static func root(of bytes: [UInt8]) throws(XMLError) -> XMLElement {
        guard bytes.count <= XMLLimits.documentBytes else {
            throw XMLError(
                code: .limit, context: "a document has at most \(XMLLimits.documentBytes) bytes", line: 1)
        }
        return try XMLTreeBuilder().parse(bytes)
    }
}

/// Owns one parser of libexpat, and builds the tree in its callbacks.
@safe private final class XMLTreeBuilder {
    /// No XML document can hold a form feed, so that no name can be taken for another.
    private static let separator: UInt8 = 0x0C

    private let parser: XML_Parser?
    private var open: [XMLElement] = []
    private var text = ""
    private var root: XMLElement?
    private var elementCount = 0
    private var fault: XMLError?

    init() {
        unsafe parser = XML_ParserCreateNS(nil, XML_Char(bitPattern: XMLTreeBuilder.separator))
    }

    deinit {
        unsafe XML_ParserFree(parser)
    }

    func parse(_ bytes: [UInt8]) throws(XMLError) -> XMLElement {
        guard let parser = unsafe parser else {
            throw XMLError(code: .limit, context: "there is no memory for a parser", line: 1)
        }
        unsafe XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
        unsafe XML_SetElementHandler(parser, xmlElementBegan, xmlElementEnded)
        unsafe XML_SetCharacterDataHandler(parser, xmlTextCame)
        unsafe XML_SetStartDoctypeDeclHandler(parser, xmlDoctypeBegan)
        let status = unsafe bytes.withUnsafeBytes { buffer in
            unsafe XML_Parse(parser, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count), 1)
        }
        if let fault { throw fault }
        guard status == XML_STATUS_OK, let root else {
            let code = unsafe XML_GetErrorCode(parser)
            let isEncoding = code == XML_ERROR_UNKNOWN_ENCODING || code == XML_ERROR_INCORRECT_ENCODING
            let message = unsafe XML_ErrorString(code).map { unsafe String(cString: $0) } ?? "it ends too early"
            throw XMLError(code: isEncoding ? .encoding : .syntax, context: message, line: line)
        }
        return root
    }

    private var line: Int {
        unsafe Int(clamping: XML_GetCurrentLineNumber(parser))
    }

    private var offset: Int {
        unsafe Int(XML_GetCurrentByteIndex(parser))
    }

    /// Stops the parser; no callback comes after this one but for the end of an empty element.
    private func stop(_ code: XMLError.Code, _ context: String) {
        guard fault == nil else { return }
        fault = XMLError(code: code, context: context, line: line)
        _ = unsafe XML_StopParser(parser, XML_Bool(0))
    }

    func doctypeBegan() {
        stop(.doctype, "a document type declaration is not taken; remove the line that begins with <!DOCTYPE")
    }

    func textCame(_ piece: String) {
        guard fault == nil else { return }
        text += piece
    }

    func elementBegan(_ fullName: String, _ attributes: [(name: String, value: String)]) {
        guard fault == nil else { return }
        elementCount += 1
        guard elementCount <= XMLLimits.elements else {
            return stop(.limit, "a document has at most \(XMLLimits.elements) elements")
        }
        guard open.count < XMLLimits.depth else {
            return stop(.limit, "elements are at most \(XMLLimits.depth) deep")
        }
        guard attributes.count <= XMLLimits.attributes else {
            return stop(.limit, "an element has at most \(XMLLimits.attributes) attributes")
        }
        guard attributes.allSatisfy({ $0.value.utf8.count <= XMLLimits.attributeBytes }) else {
            return stop(.limit, "an attribute has at most \(XMLLimits.attributeBytes) bytes")
        }
        takeText()
        let (namespace, name) = XMLTreeBuilder.split(fullName)
        open.append(
            XMLElement(
                namespace: namespace, name: name,
                attributes: attributes.map { attribute in
                    let (namespace, name) = XMLTreeBuilder.split(attribute.name)
                    return (namespace.utf8.isEmpty ? name : "\(namespace) \(name)", attribute.value)
                }, range: offset..<offset, line: line))
    }

    func elementEnded() {
        guard fault == nil else { return }
        takeText()
        guard var element = open.popLast() else { return }
        let end = unsafe offset + Int(XML_GetCurrentByteCount(parser))
        element.range = element.range.lowerBound..<max(element.range.lowerBound, end)
        if open.isEmpty {
            root = element
        } else {
            open[open.count - 1].nodes.append(.element(element))
        }
    }

    private func takeText() {
        guard !text.utf8.isEmpty else { return }
        if !open.isEmpty { open[open.count - 1].nodes.append(.text(text)) }
        text = ""
    }

    private static func split(_ name: String) -> (namespace: String, name: String) {
        guard let index = name.utf8.firstIndex(of: separator) else { return ("", name) }
        return (String(name[..<index]), String(name[name.utf8.index(after: index)...]))
    }
}

// Callbacks: the context is the builder, which outlives the call of XML_Parse; every string is copied out.

private func builder(_ context: UnsafeMutableRawPointer?) -> XMLTreeBuilder? {
    unsafe context.map { unsafe Unmanaged<XMLTreeBuilder>.fromOpaque($0).takeUnretainedValue() }
}

private func xmlElementBegan(
    _ context: UnsafeMutableRawPointer?, _ name: UnsafePointer<XML_Char>?,
    _ attributes: UnsafeMutablePointer<UnsafePointer<XML_Char>?>?
) {
    guard let name = unsafe name else { return }
    var pairs: [(name: String, value: String)] = []
    var index = 0
    // A few more than the limit are enough to see that it was passed.
    while pairs.count <= XMLLimits.attributes, let key = unsafe attributes?[index],
        let value = unsafe attributes?[index + 1]
    {
        unsafe pairs.append((String(cString: key), String(cString: value)))
        index += 2
    }
    unsafe builder(context)?.elementBegan(String(cString: name), pairs)
}

private func xmlElementEnded(_ context: UnsafeMutableRawPointer?, _ name: UnsafePointer<XML_Char>?) {
    unsafe builder(context)?.elementEnded()
}

private func xmlTextCame(_ context: UnsafeMutableRawPointer?, _ piece: UnsafePointer<XML_Char>?, _ count: Int32) {
    guard let piece = unsafe piece else { return }
    let bytes = unsafe UnsafeRawBufferPointer(start: piece, count: Int(count))
    unsafe builder(context)?.textCame(String(decoding: bytes, as: UTF8.self))
}

private func xmlDoctypeBegan(
    _ context: UnsafeMutableRawPointer?, _ name: UnsafePointer<XML_Char>?, _ system: UnsafePointer<XML_Char>?,
    _ publicName: UnsafePointer<XML_Char>?, _ hasSubset: Int32
) {
    unsafe builder(context)?.doctypeBegan()
}
