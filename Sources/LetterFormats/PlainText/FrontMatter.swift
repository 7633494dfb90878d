import LetterModel

/// A leading `---` block of a text: the plain part of YAML that press offices and site generators write.
///
/// `name: value` with plain values, quoted ones over several lines, and lists of them. Anything else under a name is
/// kept as the text that it is.
///
/// Source: https://yaml.org/spec/1.2.2/
struct FrontMatter {
    /// The names with their values, in the order of the block.
    private(set) var members: [(key: String, value: JSONValue)] = []
    /// The number of lines of the block, both `---` included.
    let lineCount: Int

    /// Why a text that begins with `---` has no front matter that can be read.
    enum Outcome {
        case none
        case unreadable
        case found(FrontMatter)
    }

    /// Reads the front matter of a text.
    static func read(_ lines: [TextLine]) -> Outcome {
        guard let first = lines.first, Words.trim(first.text).hasSameBytes(as: "---") else { return .none }
        let end = lines.dropFirst().prefix(500).firstIndex { line in
            let text = Words.trim(line.text)
            return text.hasSameBytes(as: "---") || text.hasSameBytes(as: "...")
        }
        guard let end else { return .none }
        guard let matter = FrontMatter(lines[1..<end].map(\.text), lineCount: end + 1) else { return .unreadable }
        return .found(matter)
    }

    /// Nil unless each line without indentation begins with a name and a colon, and at least one does.
    private init?(_ lines: [String], lineCount: Int) {
        self.lineCount = lineCount
        var index = 0
        while index < lines.count {
            let line = lines[index]
            index += 1
            guard !Words.trim(line).utf8.isEmpty, !line.utf8.starts(with: "#".utf8) else { continue }
            guard let (key, rest) = FrontMatter.nameAndRest(line) else { return nil }
            var continuation: [String] = []
            while index < lines.count, FrontMatter.continues(lines[index]) {
                continuation.append(lines[index])
                index += 1
            }
            members.append((key, FrontMatter.value(Words.trim(rest), continuation)))
        }
        guard !members.isEmpty else { return nil }
    }

    private static func continues(_ line: String) -> Bool {
        guard let first = line.unicodeScalars.first else { return true }
        return Words.isSpace(first) || line.utf8.starts(with: "- ".utf8) || line.hasSameBytes(as: "-")
    }

    private static func nameAndRest(_ line: String) -> (String, Substring)? {
        guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let name = line[..<colon]
        let rest = line[line.utf8.index(after: colon)...]
        guard let first = name.unicodeScalars.first, first.properties.isAlphabetic,
            name.unicodeScalars.allSatisfy({
                $0.properties.isAlphabetic || Words.hasDigits(String($0)) || "_-".unicodeScalars.contains($0)
            }),
            rest.utf8.isEmpty || rest.utf8.first == UInt8(ascii: " ")
        else { return nil }
        return (String(name), rest)
    }

    private static func value(_ first: String, _ continuation: [String]) -> JSONValue {
        let more = continuation.map { Words.trim($0) }.filter { !$0.utf8.isEmpty }
        if first.utf8.isEmpty, !more.isEmpty, more.allSatisfy({ $0.utf8.starts(with: "- ".utf8) }) {
            return .array(more.map { .string(scalar(Words.trim($0.dropFirst(2)))) })
        }
        if first.utf8.first == UInt8(ascii: "["), more.isEmpty, first.utf8.last == UInt8(ascii: "]") {
            let elements = first.dropFirst().dropLast().split(separator: ",").map { scalar(Words.trim($0)) }
            return .array(elements.filter { !$0.utf8.isEmpty }.map(JSONValue.string))
        }
        if let mark = first.unicodeScalars.first, mark == "|" || mark == ">" {
            return .string(Words.trim(more.joined(separator: mark == "|" ? "\n" : " ")))
        }
        if first.utf8.first == UInt8(ascii: "\""), let text = doubleQuoted(([first] + continuation)) {
            return .string(text)
        }
        let isNested = first.utf8.isEmpty && !more.isEmpty
        return .string(
            isNested ? continuation.joined(separator: "\n") : scalar(([first] + more).joined(separator: " ")))
    }

    /// A plain or quoted value on one line.
    private static func scalar(_ text: String) -> String {
        if text.utf8.first == UInt8(ascii: "\""), let unquoted = doubleQuoted([text]) { return unquoted }
        let scalars = text.unicodeScalars
        guard scalars.count >= 2, scalars.first == "'", scalars.last == "'" else { return text }
        var result = String.UnicodeScalarView()
        var isSecond = false
        for scalar in scalars.dropFirst().dropLast() {
            isSecond = scalar == "'" && !isSecond
            if scalar != "'" || !isSecond { result.append(scalar) }
        }
        return String(result)
    }

    /// A value in double quotes: a line break is a space, or nothing after a backslash. Nil if it does not end.
    ///
    /// Source: https://yaml.org/spec/1.2.2/#731-double-quoted-style
    private static func doubleQuoted(_ lines: [String]) -> String? {
        var joined = ""
        for (index, line) in lines.enumerated() {
            let part = index == 0 ? Words.trim(line) : String(line.drop { $0 == " " || $0 == "\t" })
            let isJoined = joined.utf8.last == UInt8(ascii: "\\")
            if isJoined { joined.removeLast() } else if index > 0 { joined += " " }
            joined += part
        }
        let scalars = Array(Words.trim(joined).unicodeScalars)
        guard scalars.count >= 2, scalars.last == "\"" else { return nil }
        var result = String.UnicodeScalarView()
        var index = 1
        while index < scalars.count - 1 {
            let scalar = scalars[index]
            index += 1
            guard scalar == "\\" else {
                if scalar == "\"" { return nil }
                result.append(scalar)
                continue
            }
            guard index < scalars.count - 1 else { return nil }
            let escape = scalars[index]
            index += 1
            if let plain = plainEscapes[escape] {
                result.append(plain)
            } else if let length = ["x": 2, "u": 4, "U": 8][escape], index + length < scalars.count {
                let digits = scalars[index..<(index + length)].map(String.init).joined()
                guard let code = UInt32(digits, radix: 16), let decoded = Unicode.Scalar(code) else { return nil }
                result.append(decoded)
                index += length
            } else {
                return nil
            }
        }
        return String(result)
    }

    private static let plainEscapes: [Unicode.Scalar: Unicode.Scalar] = [
        "\"": "\"", "\\": "\\", "/": "/", " ": " ", "_": "\u{A0}", "n": "\n", "t": "\t", "r": "\r", "0": "\0",
        "a": "\u{7}", "b": "\u{8}", "v": "\u{B}", "f": "\u{C}", "e": "\u{1B}", "N": "\u{85}", "L": "\u{2028}",
        "P": "\u{2029}",
    ]
}
