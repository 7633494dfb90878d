import LetterModel

/// Writes XML: the one place that escapes. UTF-8, two spaces a level, no mixed content but what `text` writes.
struct XMLWriter {
    private(set) var bytes: [UInt8] = []
    private var depth: Int

    /// A writer of a piece of a document that stands so many levels deep.
    init(depth: Int) {
        self.depth = depth
    }

    /// The line that every document begins with.
    static let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

    /// Attributes in the order in which they are written; those without a value are left out.
    typealias Attributes = KeyValuePairs<String, String?>

    /// Writes an element on lines of its own, with what `content` writes in it.
    mutating func element(_ name: String, _ attributes: Attributes = [:], content: (inout XMLWriter) -> Void) {
        start(name, attributes)
        bytes.append(contentsOf: ">\n".utf8)
        depth += 1
        content(&self)
        depth -= 1
        indent()
        bytes.append(contentsOf: "</\(name)>\n".utf8)
    }

    /// Writes an element on one line: empty, or with nothing but text in it.
    mutating func element(_ name: String, _ attributes: Attributes = [:], text: String? = nil) {
        start(name, attributes)
        if let text, !text.utf8.isEmpty {
            bytes.append(contentsOf: ">\(XMLWriter.escaped(text))</\(name)>\n".utf8)
        } else {
            bytes.append(contentsOf: "/>\n".utf8)
        }
    }

    /// Writes an element with nothing but text in it, so that no white space of it is lost where readers make one space of several.
    ///
    /// - Parameter lineEnd: the element that stands for a line end, in elements of which the readers take it for one.
    mutating func exact(_ name: String, _ attributes: Attributes = [:], text: String, lineEnd: String? = nil) {
        guard lineEnd != nil || !text.utf8.isEmpty else { return element(name, attributes) }
        let lines =
            lineEnd == nil
            ? [text]
            : text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
                .map { String(Substring($0)) }
        let isKept = lines.allSatisfy { !$0.utf8.isEmpty && XMLText.collapsed($0).hasSameBytes(as: $0) }
        start(name, attributes)
        if !isKept { bytes.append(contentsOf: " xml:space=\"preserve\"".utf8) }
        let escaped = (isKept ? lines : [text]).map { XMLWriter.escaped($0) }
        bytes.append(contentsOf: ">\(escaped.joined(separator: "<\(lineEnd ?? "")/>"))</\(name)>\n".utf8)
    }

    private mutating func start(_ name: String, _ attributes: Attributes) {
        indent()
        bytes.append(contentsOf: "<\(name)".utf8)
        for (key, value) in attributes {
            guard let value else { continue }
            bytes.append(contentsOf: " \(key)=\"\(XMLWriter.escaped(value, isAttribute: true))\"".utf8)
        }
    }

    private mutating func indent() {
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
    }

    /// Text as XML can hold it. The characters that XML 1.0 cannot hold in any way become U+FFFD.
    ///
    /// Source: https://www.w3.org/TR/xml/#charsets
    static func escaped(_ text: String, isAttribute: Bool = false) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"" where isAttribute: result += "&quot;"
            case "\r": result += "&#13;"
            case "\n" where isAttribute: result += "&#10;"
            case "\t" where isAttribute: result += "&#9;"
            case "\t", "\n": result.unicodeScalars.append(scalar)
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
