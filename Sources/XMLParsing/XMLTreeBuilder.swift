import CExpat

/// Owns one parser of libexpat, and builds the tree in its callbacks.
@safe final class XMLTreeBuilder {
    /// No XML document can hold a form feed, so that no name can be taken for another.
    private static let separator: UInt8 = 0x0C

    private let parser: XML_Parser?
    /// The names by which parts are known.
    struct PartNames {
        let part: String
        let container: String
        let namespace: String
    }

    /// Which elements are handed out instead of being kept in the tree.
    var parts: PartNames?
    /// The encoding that the document names.
    private(set) var encoding: String?

    private var open: [XMLElement] = []
    private var text = ""
    private var root: XMLElement?
    private var elementCount = 0
    private var fault: XMLError?
    private var complete: [(element: XMLElement, missing: [(prefix: String, uri: String)])] = []
    /// The namespaces that are declared by the next element, and those that the containers have declared.
    private var declared: [(prefix: String, uri: String)] = []
    private var inherited: [(prefix: String, uri: String)] = []
    private var missing: [(prefix: String, uri: String)] = []
    private var isInPart = false
    /// How many elements there are that stand in no part.
    private var outsideCount = 0
    private var isInContainer = false

    init() {
        unsafe parser = XML_ParserCreateNS(nil, XML_Char(bitPattern: XMLTreeBuilder.separator))
    }

    deinit {
        unsafe XML_ParserFree(parser)
    }

    func parse(_ bytes: [UInt8], isLast: Bool) throws(XMLError) {
        guard let parser = unsafe parser else {
            throw XMLError(code: .limit, context: "there is no memory for a parser", line: 1)
        }
        unsafe XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
        unsafe XML_SetElementHandler(parser, xmlElementBegan, xmlElementEnded)
        unsafe XML_SetCharacterDataHandler(parser, xmlTextCame)
        unsafe XML_SetStartDoctypeDeclHandler(parser, xmlDoctypeBegan)
        unsafe XML_SetStartNamespaceDeclHandler(parser, xmlNamespaceDeclared)
        unsafe XML_SetXmlDeclHandler(parser, xmlDeclarationCame)
        let status = unsafe bytes.withUnsafeBytes { buffer in
            unsafe XML_Parse(
                parser, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count), isLast ? 1 : 0)
        }
        if let fault { throw fault }
        guard status == XML_STATUS_OK else {
            let code = unsafe XML_GetErrorCode(parser)
            let isEncoding = code == XML_ERROR_UNKNOWN_ENCODING || code == XML_ERROR_INCORRECT_ENCODING
            let message = unsafe XML_ErrorString(code).map { unsafe String(cString: $0) } ?? "it ends too early"
            throw XMLError(code: isEncoding ? .encoding : .syntax, context: message, line: line)
        }
    }

    /// The root, when all is parsed.
    func finished() throws(XMLError) -> XMLElement {
        guard let root else { throw XMLError(code: .syntax, context: "it ends too early", line: line) }
        return root
    }

    var rootElements: [XMLElement] { open.first?.elements ?? root?.elements ?? [] }

    /// The parts that are complete, each once.
    func takeParts() -> [(element: XMLElement, missing: [(prefix: String, uri: String)])] {
        defer { complete = [] }
        return complete
    }

    /// From where on bytes are needed: all of a document without containers, else those of the part that is open.
    var neededOffset: Int? {
        guard isInContainer else { return nil }
        if isInPart { return open.first { !isContainer($0) }?.range.lowerBound }
        return offset
    }

    private func isContainer(_ element: XMLElement) -> Bool {
        parts.map { isNamed(element, $0.container, $0.namespace) } ?? false
    }

    private func isNamed(_ element: XMLElement, _ name: String, _ namespace: String) -> Bool {
        element.name.utf8.elementsEqual(name.utf8) && element.namespace.utf8.elementsEqual(namespace.utf8)
    }

    var line: Int {
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
        noteParts()
    }

    /// Notes where parts begin, and which namespaces they take from around them.
    private func noteParts() {
        defer { declared = [] }
        guard let parts, let element = open.last, !isInPart else { return }
        if open.allSatisfy(isContainer) {
            isInContainer = true
            inherited = inherited.filter { old in !declared.contains { $0.prefix == old.prefix } } + declared
        } else if open.count > 1, open.dropLast().allSatisfy(isContainer), isNamed(element, parts.part, parts.namespace)
        {
            isInPart = true
            outsideCount = elementCount - 1
            elementCount = 1
            missing = inherited.filter { old in !declared.contains { $0.prefix == old.prefix } }
        }
    }

    func namespaceDeclared(_ prefix: String, _ uri: String) {
        guard declared.count < XMLLimits.attributes else { return }
        declared.append((prefix, uri))
    }

    func declarationCame(_ encoding: String?) {
        self.encoding = encoding
    }

    func elementEnded() {
        guard fault == nil else { return }
        takeText()
        guard var element = open.popLast() else { return }
        let end = unsafe offset + Int(XML_GetCurrentByteCount(parser))
        element.range = element.range.lowerBound..<max(element.range.lowerBound, end)
        if isInPart, open.allSatisfy(isContainer) {
            isInPart = false
            elementCount = outsideCount
            complete.append((element, missing))
        } else if open.isEmpty {
            root = element
        } else {
            open[open.count - 1].nodes.append(.element(element))
        }
    }

    private func takeText() {
        guard !text.utf8.isEmpty else { return }
        // Between parts there may be any number of line ends.
        let isBetween = isInContainer && !isInPart && open.allSatisfy(isContainer)
        if !open.isEmpty, !isBetween { open[open.count - 1].nodes.append(.text(text)) }
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

private func xmlNamespaceDeclared(
    _ context: UnsafeMutableRawPointer?, _ prefix: UnsafePointer<XML_Char>?, _ uri: UnsafePointer<XML_Char>?
) {
    let (prefix, uri) = unsafe (prefix.map { unsafe String(cString: $0) }, uri.map { unsafe String(cString: $0) })
    unsafe builder(context)?.namespaceDeclared(prefix ?? "", uri ?? "")
}

private func xmlDeclarationCame(
    _ context: UnsafeMutableRawPointer?, _ version: UnsafePointer<XML_Char>?, _ encoding: UnsafePointer<XML_Char>?,
    _ standalone: Int32
) {
    unsafe builder(context)?.declarationCame(encoding.map { unsafe String(cString: $0) })
}

private func xmlDoctypeBegan(
    _ context: UnsafeMutableRawPointer?, _ name: UnsafePointer<XML_Char>?, _ system: UnsafePointer<XML_Char>?,
    _ publicName: UnsafePointer<XML_Char>?, _ hasSubset: Int32
) {
    unsafe builder(context)?.doctypeBegan()
}
