import LetterModel

/// Reads the lines of the text form.
struct TextFormParser {
    private let lines: [ArraySlice<UInt8>]
    /// The line that is read next, from 0.
    private var position = 0

    init(_ bytes: [UInt8]) throws(TextFormError) {
        // An editor that writes CRLF does so in the first line too; the form itself never has a CR there.
        let isCRLF = bytes.starts(with: Array("---\r\n".utf8))
        lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            isCRLF && line.last == UInt8(ascii: "\r") ? line.dropLast() : line
        }
        for (index, line) in lines.enumerated() where String(validating: line, as: UTF8.self) == nil {
            throw TextFormError(.encoding, line: index + 1, expected: "text in UTF-8")
        }
    }

    /// The line that is read next, from 1; the last one at the end.
    var lineNumber: Int { min(position + 1, lines.count) }

    private func error(_ code: TextFormError.Code, _ expected: String) -> TextFormError {
        TextFormError(code, line: lineNumber, expected: expected)
    }

    private static func text(_ bytes: some Sequence<UInt8>) -> String {
        // Every line was checked when the parser was made, and lines are only cut at ASCII.
        String(decoding: Array(bytes), as: UTF8.self)
    }

    // MARK: The block

    /// The block with the lines that begin and end it.
    mutating func block() throws(TextFormError) -> ChanceryTextForm.Document {
        guard lines.first?.elementsEqual(ChanceryTextForm.fence.utf8) == true else {
            throw error(.block, "\(ChanceryTextForm.fence) as the first line")
        }
        position = 1
        guard lines.count > 1, lines[1].elementsEqual(ChanceryTextForm.versionLine.utf8) else {
            throw error(.block, "\(ChanceryTextForm.versionLine) as the second line")
        }
        position = 2
        var id: LetterID?
        let members = try object(indent: 0, depth: 1, id: &id)
        guard position < lines.count, TextFormParser.isFence(lines[position]) else {
            throw error(
                position < lines.count ? .indentation : .block,
                "a member such as title: …, or \(ChanceryTextForm.fence) to end the block")
        }
        position += 1
        return ChanceryTextForm.Document(id: id, letter: Letter(members: members))
    }

    private static func isFence(_ line: ArraySlice<UInt8>) -> Bool {
        let fence = ChanceryTextForm.fence.utf8
        return line.starts(with: fence) && line.dropFirst(fence.count).allSatisfy(TextFormSyntax.isBlank)
    }

    /// The next line that is neither empty nor a comment, with its indentation; nil at the end of the block.
    private mutating func next() -> (indent: Int, content: ArraySlice<UInt8>)? {
        while position < lines.count, !TextFormParser.isFence(lines[position]) {
            let content = lines[position].drop { $0 == UInt8(ascii: " ") }
            if !content.allSatisfy(TextFormSyntax.isBlank), content.first != UInt8(ascii: "#") {
                return (content.startIndex - lines[position].startIndex, content)
            }
            position += 1
        }
        return nil
    }

    /// The members at an indentation.
    private mutating func object(indent: Int, depth: Int, id: inout LetterID?) throws(TextFormError) -> JSONObject {
        var object = JSONObject()
        while let (found, content) = next(), found >= indent {
            guard found == indent else { throw error(.indentation, "\(indent) spaces before this line") }
            if indent == 0, content.starts(with: "id:".utf8), !content.starts(with: "id:=".utf8) {
                try take(content.dropFirst(3), as: &id)
            } else {
                try member(content, indent: indent, depth: depth, into: &object)
            }
        }
        return object
    }

    private mutating func take(_ bytes: ArraySlice<UInt8>, as id: inout LetterID?) throws(TextFormError) {
        guard id == nil else { throw error(.duplicate, "the id once") }
        id = LetterID(TextFormParser.text(TextFormParser.trim(bytes)))
        guard id != nil else { throw error(.id, "a letter's id after id:, a lower-case UUID") }
        position += 1
    }

    /// One member; its first line has the content, its other lines follow.
    private mutating func member(
        _ content: ArraySlice<UInt8>, indent: Int, depth: Int, into object: inout JSONObject
    ) throws(TextFormError) {
        guard let name = TextFormSyntax.memberName(in: content) else {
            throw error(.syntax, "name: text, or name:= and JSON")
        }
        let key = name.first == UInt8(ascii: "\"") ? try quoted(name) : TextFormParser.text(name)
        guard !(indent == 0 && key.hasSameBytes(as: "chancery") && name.first != UInt8(ascii: "\"")) else {
            throw error(.duplicate, "chancery: 1 once, as the second line")
        }
        guard object[key] == nil else { throw error(.duplicate, "each name once") }
        object[key] = try value(content[(name.endIndex + 1)...], indent: indent, depth: depth)
    }

    /// What follows the colon of a member.
    private mutating func value(
        _ rest: ArraySlice<UInt8>, indent: Int, depth: Int
    ) throws(TextFormError) -> JSONValue {
        if rest.first == UInt8(ascii: "=") {
            let value = try json(TextFormParser.trim(rest.dropFirst()))
            position += 1
            return value
        }
        let text = TextFormParser.trim(rest)
        if text.elementsEqual("|".utf8) {
            position += 1
            return .string(try blockText(indent: indent + 2))
        }
        if !text.isEmpty {
            let value = try scalar(text)
            position += 1
            return .string(value)
        }
        guard depth < Limits.jsonDepth else { throw error(.indentation, "at most \(Limits.jsonDepth) levels") }
        let start = position
        position += 1
        guard let (found, content) = next(), found > indent else {
            position = start
            throw error(.syntax, "a value after the colon; to remove the member, remove the line")
        }
        guard found == indent + 2 else { throw error(.indentation, "\(indent + 2) spaces before this line") }
        if TextFormParser.isElement(content) { return .array(try list(indent: found, depth: depth + 1)) }
        var none: LetterID?
        return .object(try self.object(indent: found, depth: depth + 1, id: &none))
    }

    private static func isElement(_ content: ArraySlice<UInt8>) -> Bool {
        content.starts(with: "- ".utf8) || content.elementsEqual("-".utf8)
    }

    private mutating func list(indent: Int, depth: Int) throws(TextFormError) -> [JSONValue] {
        var elements: [JSONValue] = []
        while let (found, content) = next(), found >= indent {
            guard found == indent else { throw error(.indentation, "\(indent) spaces before this line") }
            guard TextFormParser.isElement(content) else { throw error(.syntax, "- and an element of the list") }
            let element = TextFormParser.trim(content.dropFirst(1))
            guard !element.isEmpty else { throw error(.syntax, "an element after -; to remove it, remove the line") }
            guard TextFormSyntax.memberName(in: element) != nil else {
                elements.append(.string(try scalar(element)))
                position += 1
                continue
            }
            guard depth < Limits.jsonDepth else { throw error(.indentation, "at most \(Limits.jsonDepth) levels") }
            // The first member stands on the line of the hyphen, the others two spaces further in.
            var object = JSONObject()
            try member(element, indent: indent + 2, depth: depth + 1, into: &object)
            while let (found, content) = next(), found >= indent + 2 {
                guard found == indent + 2 else { throw error(.indentation, "\(indent + 2) spaces before this line") }
                try member(content, indent: indent + 2, depth: depth + 1, into: &object)
            }
            elements.append(.object(object))
        }
        return elements
    }

    /// The lines after `|`; empty ones at the end are not part of the text.
    private mutating func blockText(indent: Int) throws(TextFormError) -> String {
        let margin = repeatElement(UInt8(ascii: " "), count: indent)
        var texts: [ArraySlice<UInt8>] = []
        var end = position
        while position < lines.count {
            let line = lines[position]
            if line.starts(with: margin) {
                texts.append(line.dropFirst(indent))
            } else if line.allSatisfy(TextFormSyntax.isBlank) {
                texts.append([])
            } else {
                break
            }
            position += 1
            if texts.last?.isEmpty == false { end = position }
        }
        texts.removeLast(position - end)
        position = end
        guard !texts.isEmpty else { throw error(.syntax, "a text after |, \(indent) spaces before each line") }
        return TextFormParser.text(texts.joined(separator: [UInt8(ascii: "\n")]))
    }

    private func scalar(_ text: ArraySlice<UInt8>) throws(TextFormError) -> String {
        text.first == UInt8(ascii: "\"") ? try quoted(text) : TextFormParser.text(text)
    }

    private func quoted(_ bytes: ArraySlice<UInt8>) throws(TextFormError) -> String {
        guard let text = try json(bytes).text else { throw error(.json, "a text in quotes") }
        return text
    }

    private func json(_ bytes: ArraySlice<UInt8>) throws(TextFormError) -> JSONValue {
        do {
            return try JSONScanner.parse(Array(bytes))
        } catch {
            throw self.error(.json, "JSON; \(error.description)")
        }
    }

    private static func trim(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = bytes.drop(while: TextFormSyntax.isBlank)
        while let last = rest.last, TextFormSyntax.isBlank(last) { rest.removeLast() }
        return rest
    }

    // MARK: The texts

    /// Body and postscript, after the block; nil where there is none.
    mutating func texts() throws(TextFormError) -> (body: String?, postscript: String?) {
        let start = position
        var end: Int?
        for (index, line) in lines.enumerated().dropFirst(start) where TextFormSyntax.isPostscriptLine(line) {
            position = index
            guard end == nil else {
                throw error(.duplicate, "one line \(ChanceryTextForm.postscriptLine); in a text, write \\ before it")
            }
            end = index
        }
        position = start
        guard let end else { return (text(lines[start...], isLast: true), nil) }
        return (text(lines[start..<end], isLast: false), text(lines[(end + 1)...], isLast: true))
    }

    /// Without the empty line before, and what the form adds after: the newline at the very end, or an empty line.
    private func text(_ found: ArraySlice<ArraySlice<UInt8>>, isLast: Bool) -> String? {
        var rest = found
        if let first = rest.first, first.isEmpty { rest.removeFirst() }
        if let last = rest.last, last.isEmpty { rest.removeLast() }
        let texts = rest.map { line in
            let isEscaped = TextFormSyntax.isPostscriptLine(line.drop { $0 == UInt8(ascii: "\\") })
            return isEscaped ? line.dropFirst() : line
        }
        let text = TextFormParser.text(texts.joined(separator: [UInt8(ascii: "\n")]))
        return text.utf8.isEmpty ? nil : text
    }
}
