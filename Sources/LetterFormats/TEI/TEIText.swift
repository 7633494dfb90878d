import LetterModel
import XMLParsing

/// Mixed content as text: every word of it, in its order, but for notes, which are kept apart.
///
/// White space of the file is one space; `lb`, verses, rows, items and lines of addresses are line ends. What the writer struck out
/// stands in ⟦double brackets⟧.
struct TEIText {
    private(set) var text = ""
    private(set) var notes: [XMLElement] = []
    private var hasSpace = false

    /// Whether white space is text here.
    private var keepsSpace = false
    /// Whether it is one element whose white space stays, to its end.
    private let isExact: Bool

    init(_ element: XMLElement) {
        isExact = XMLText.keepsSpace(element)
        keepsSpace = isExact
        append(element.nodes)
    }

    init(_ nodes: [XMLElement.Node]) {
        if nodes.count == 1, case .element(let element) = nodes[0], XMLText.keepsSpace(element), element.name != "note"
        {
            isExact = true
            keepsSpace = true
            append(element.nodes)
        } else {
            isExact = false
            append(nodes)
        }
    }

    /// The paragraphs of an element, separated by one empty line; all of it, if there are none.
    static func paragraphs(of element: XMLElement) -> String? {
        let paragraphs = element.elements("p")
        guard !paragraphs.isEmpty else { return TEIText(element).value }
        let texts = paragraphs.compactMap { TEIText([.element($0)]).value }
        return texts.isEmpty ? nil : texts.joined(separator: "\n\n")
    }

    private static let lines = [
        "p", "l", "lg", "row", "item", "addrLine", "head", "ab", "div", "figure", "table", "list",
    ]

    private mutating func append(_ node: XMLElement.Node) {
        switch node {
        case .text(let piece): append(piece)
        case .element(let element): appendInline(element)
        }
    }

    /// Two `seg` side by side are the left and the right end of a line, and no one word.
    private mutating func append(_ nodes: [XMLElement.Node]) {
        var isAfterSegment = false
        for node in nodes {
            var isSegment = false
            if case .element(let element) = node { isSegment = element.name == "seg" }
            if isSegment, isAfterSegment { append(" ") }
            append(node)
            isAfterSegment = isSegment
        }
    }

    private mutating func append(_ piece: String) {
        guard !keepsSpace else {
            text += piece
            return
        }
        for scalar in piece.unicodeScalars {
            if [0x20, 0x09, 0x0A, 0x0D].contains(scalar.value) {
                hasSpace = true
                continue
            }
            if hasSpace, !text.isEmpty, text.utf8.last != UInt8(ascii: "\n") { text += " " }
            hasSpace = false
            text.unicodeScalars.append(scalar)
        }
    }

    private mutating func breakLine() {
        hasSpace = false
        if keepsSpace || !text.isEmpty && text.utf8.last != UInt8(ascii: "\n") { text += "\n" }
    }

    private mutating func appendInline(_ element: XMLElement) {
        let before = keepsSpace
        if let space = element.xmlAttribute("space") { keepsSpace = space.hasSameBytes(as: "preserve") }
        defer { keepsSpace = before }
        switch element.name {
        case "note": notes.append(element)
        case "lb" where element.attribute("break") == "no": break
        case "lb": breakLine()
        case "space", "cell":
            append(" ")
            append(element.nodes)
            append(" ")
        case "del":
            append("⟦")
            append(element.nodes)
            append("⟧")
        case "gap" where element.text.isEmpty: append("[…]")
        case _ where TEIText.lines.contains(element.name):
            breakLine()
            append(element.nodes)
            breakLine()
        default: append(element.nodes)
        }
    }

    /// The text without a line end at its end; nil if there is none, unless an element says that it is empty on purpose.
    var value: String? {
        if isExact { return text }
        let end = text.utf8.last == UInt8(ascii: "\n") ? String(text.dropLast()) : text
        return end.isEmpty ? nil : end
    }
}

/// The `body` of an edition, cut into the parts of a letter.
struct TEIBody {
    private enum Part {
        case dateline, salutation, paragraph, valediction, signature, postscript
    }

    private var blocks: [(part: Part, text: String)] = []
    private(set) var notes: [XMLElement] = []

    init(_ body: XMLElement) {
        read(body)
    }

    private mutating func add(_ part: Part, _ nodes: [XMLElement.Node]) {
        let text = TEIText(nodes)
        notes += text.notes
        if let value = text.value { blocks.append((part, value)) }
    }

    /// Elements that hold blocks; text beside them is a paragraph of its own.
    private mutating func read(_ element: XMLElement) {
        var loose: [XMLElement.Node] = []
        for node in element.nodes {
            guard case .element(let child) = node, TEIBody.blocks.contains(child.name) else {
                loose.append(node)
                continue
            }
            add(.paragraph, loose)
            loose = []
            switch child.name {
            case "div", "floatingText", "body", "group": read(child)
            case "opener": pieces(child, otherwise: .salutation)
            case "closer": pieces(child, otherwise: .valediction)
            case "dateline": add(.dateline, [node])
            case "salute": add(.salutation, [node])
            case "signed": add(.signature, [node])
            case "postscript": child.elements.isEmpty ? add(.postscript, [node]) : postscript(child)
            default: add(.paragraph, [node])
            }
        }
        add(.paragraph, loose)
    }

    private static let blocks: Set<String> = [
        "div", "floatingText", "body", "group", "opener", "closer", "dateline", "salute", "signed", "postscript", "p",
        "ab", "lg",
        "table", "list", "head", "address", "figure",
    ]

    private mutating func postscript(_ element: XMLElement) {
        var loose: [XMLElement.Node] = []
        for node in element.nodes {
            if case .element(let child) = node, child.name == "p" {
                add(.postscript, loose)
                loose = []
                add(.postscript, [node])
            } else {
                loose.append(node)
            }
        }
        add(.postscript, loose)
    }

    /// The parts of an opener or closer, however deep they stand in it.
    private mutating func pieces(_ element: XMLElement, otherwise part: Part) {
        var loose: [XMLElement.Node] = []
        for node in element.nodes {
            guard case .element(let child) = node,
                ["dateline", "salute", "signed"].contains(child.name)
                    || ["dateline", "salute", "signed"].contains(where: { !child.all($0).isEmpty })
            else {
                loose.append(node)
                continue
            }
            add(part, loose)
            loose = []
            switch child.name {
            case "dateline": add(.dateline, [node])
            case "salute": add(part == .valediction ? .valediction : .salutation, [node])
            case "signed": add(.signature, [node])
            default: pieces(child, otherwise: part)
            }
        }
        add(part, loose)
    }

    /// Puts the parts into a letter: what stands before the first paragraph and after the last one; everything between, a second
    /// closing too, is the body.
    func fill(_ letter: inout Letter) {
        let isOpening = { (part: Part) in part == .dateline || part == .salutation }
        let isClosing = { (part: Part) in part != .paragraph && part != .salutation }
        let start = blocks.firstIndex { !isOpening($0.part) } ?? blocks.endIndex
        let end = (blocks[start...].lastIndex { !isClosing($0.part) }).map { $0 + 1 } ?? start
        let outside = blocks[..<start] + blocks[end...]
        func joined(_ part: Part, _ separator: String = "\n") -> String? {
            let texts = outside.filter { $0.part == part }.map(\.text)
            return texts.isEmpty ? nil : texts.joined(separator: separator)
        }
        letter.dateline = joined(.dateline)
        letter.salutation = joined(.salutation)
        letter.valediction = joined(.valediction)
        letter.signature = joined(.signature)
        letter.postscript = joined(.postscript, "\n\n")
        letter.body = blocks[start..<end].map(\.text).joined(separator: "\n\n")
    }
}
