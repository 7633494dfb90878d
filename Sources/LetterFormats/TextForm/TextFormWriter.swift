import LetterModel

/// Writes the lines of the text form.
struct TextFormWriter {
    private(set) var bytes: [UInt8] = []

    mutating func line(_ text: String, indent: Int) {
        if !text.utf8.isEmpty { bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent)) }
        bytes.append(contentsOf: text.utf8)
        bytes.append(UInt8(ascii: "\n"))
    }

    /// A text below the block, with a newline at the end.
    mutating func lines(of text: String) {
        for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if TextFormSyntax.isPostscriptLine(line.drop { $0 == UInt8(ascii: "\\") }) {
                bytes.append(UInt8(ascii: "\\"))
            }
            bytes.append(contentsOf: line)
            bytes.append(UInt8(ascii: "\n"))
        }
    }

    /// The members of an object, those of the schema first and in its order.
    mutating func members(of object: JSONObject, schema: [LetterSchema.Member], indent: Int) {
        for (key, value, shape) in TextFormWriter.inOrder(object, schema: schema) {
            member(TextFormSyntax.spelling(ofKey: key, isTop: indent == 0), value, shape: shape, indent: indent)
        }
    }

    private static func inOrder(
        _ object: JSONObject, schema: [LetterSchema.Member]
    ) -> [(String, JSONValue, LetterSchema.Shape)] {
        var rest = object
        var result: [(String, JSONValue, LetterSchema.Shape)] = []
        for known in schema {
            guard let value = object[known.name] else { continue }
            result.append((known.name, value, known.shape))
            rest[known.name] = nil
        }
        return result + rest.members.map { ($0.key, $0.value, .object) }
    }

    /// One member at an indentation; `name` is spelled already. After `- ` the caller has written the indentation.
    private mutating func member(
        _ name: String, _ value: JSONValue, shape: LetterSchema.Shape, indent: Int, isIndented: Bool = false
    ) {
        let own = isIndented ? 0 : indent
        switch value {
        case .string(let text) where TextFormSyntax.isPlain(text): line("\(name): \(text)", indent: own)
        case .string(let text) where TextFormSyntax.isBlock(text):
            line("\(name): |", indent: own)
            for part in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
                if !part.isEmpty { bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent + 2)) }
                bytes.append(contentsOf: part)
                bytes.append(UInt8(ascii: "\n"))
            }
        case .string: line("\(name): \(value.canonicalText)", indent: own)
        case .object(let object) where !object.isEmpty:
            line("\(name):", indent: own)
            if case .map(_, let schema) = shape {
                for entry in object.members {
                    member(
                        TextFormSyntax.spelling(ofKey: entry.key, isTop: false), entry.value, shape: .part(schema),
                        indent: indent + 2)
                }
            } else {
                members(of: object, schema: TextFormWriter.schema(of: shape), indent: indent + 2)
            }
        case .array(let elements) where !elements.isEmpty && elements.allSatisfy(TextFormSyntax.isElement):
            line("\(name):", indent: own)
            var inner = LetterSchema.Shape.object
            if case .list(let shape, _, _) = shape { inner = shape }
            for value in elements { element(value, shape: inner, indent: indent + 2) }
        default: line("\(name):= \(value.canonicalText)", indent: own)
        }
    }

    private mutating func element(_ value: JSONValue, shape: LetterSchema.Shape, indent: Int) {
        guard case .object(let object) = value else {
            let text = value.text ?? ""
            line("- " + (TextFormSyntax.isPlainElement(text) ? text : value.canonicalText), indent: indent)
            return
        }
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent))
        bytes.append(contentsOf: "- ".utf8)
        let members = TextFormWriter.inOrder(object, schema: TextFormWriter.schema(of: shape))
        for (index, (key, value, shape)) in members.enumerated() {
            let name = TextFormSyntax.spelling(ofKey: key, isTop: false)
            member(name, value, shape: shape, indent: indent + 2, isIndented: index == 0)
        }
    }

    private static func schema(of shape: LetterSchema.Shape) -> [LetterSchema.Member] {
        if case .part(let members) = shape { members } else { [] }
    }
}

/// What writer and parser must agree on.
enum TextFormSyntax {
    /// A name as it is written: plain if it can be, else in JSON's quotes. Plain `id` and `chancery` at the top are the
    /// form's own.
    static func spelling(ofKey key: String, isTop: Bool) -> String {
        let isOwn = isTop && ["id", "chancery"].contains(where: key.hasSameBytes)
        return isPlainKey(key.utf8[...]) && !isOwn ? key : JSONValue.string(key).canonicalText
    }

    static func isPlainKey(_ key: some Collection<UInt8>) -> Bool {
        guard let first = key.first, isLetterOrDigit(first) else { return false }
        return key.allSatisfy { isLetterOrDigit($0) || "_-.".utf8.contains($0) }
    }

    /// Whether a text can stand as it is after `name: `.
    static func isPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last else { return false }
        let isFramed = isBlank(first) || isBlank(last) || first == UInt8(ascii: "\"") || first == UInt8(ascii: "|")
        return !isFramed && !text.unicodeScalars.contains { isHidden($0) }
    }

    /// Whether a text can stand as it is after `- `, where a member could stand too.
    static func isPlainElement(_ text: String) -> Bool {
        isPlain(text) && memberName(in: Array(text.utf8)[...]) == nil
    }

    /// Whether a text can stand on lines of its own: nothing in it that an editor takes for another line end.
    static func isBlock(_ text: String) -> Bool {
        guard text.utf8.contains(UInt8(ascii: "\n")), text.utf8.last != UInt8(ascii: "\n") else { return false }
        return !text.unicodeScalars.contains { isHidden($0) && $0 != "\n" && $0 != "\t" }
    }

    /// Whether a value can stand in a list without JSON.
    static func isElement(_ value: JSONValue) -> Bool {
        switch value {
        case .string: true
        case .object(let object): !object.isEmpty
        default: false
        }
    }

    static func isPostscriptLine(_ line: some Collection<UInt8>) -> Bool {
        let marker = ChanceryTextForm.postscriptLine.utf8
        return line.starts(with: marker) && line.dropFirst(marker.count).allSatisfy(isBlank)
    }

    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || [0x2028, 0x2029, 0xFEFF].contains(scalar.value)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }

    /// The bytes of the name, with its quotes, if a line without indentation is a member; what follows begins with a
    /// colon.
    static func memberName(in line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let end: Int?
        if line.first == UInt8(ascii: "\"") {
            end = closingQuote(in: line).map { $0 + 1 }
        } else {
            end = line.firstIndex(of: UInt8(ascii: ":"))
        }
        guard let end, end < line.endIndex, line[end] == UInt8(ascii: ":") else { return nil }
        let after = line[(end + 1)...].first
        guard after == nil || after == UInt8(ascii: " ") || after == UInt8(ascii: "=") else { return nil }
        let name = line[..<end]
        return name.first == UInt8(ascii: "\"") || isPlainKey(name) ? name : nil
    }

    private static func closingQuote(in line: ArraySlice<UInt8>) -> Int? {
        var isEscaped = false
        for index in line.indices.dropFirst() {
            if isEscaped {
                isEscaped = false
            } else if line[index] == UInt8(ascii: "\\") {
                isEscaped = true
            } else if line[index] == UInt8(ascii: "\"") {
                return index
            }
        }
        return nil
    }
}
