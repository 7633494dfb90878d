import LetterModel
import XMLParsing

/// What is common to all formats in XML.
enum XMLText {
    /// Runs of what XML calls white space as one space, none at the ends; other spaces are text and stay.
    static func collapsed(_ text: String) -> String {
        text.utf8.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
            .map { String(Substring($0)) }.joined(separator: " ")
    }

    /// The text in an element: its runs of white space as one space, unless the document says that they stay.
    ///
    /// Source: https://www.w3.org/TR/xml/#sec-white-space
    static func text(of element: XMLElement) -> String {
        keepsSpace(element) ? element.text : collapsed(element.text)
    }

    /// Whether an element says of itself that its white space stays.
    static func keepsSpace(_ element: XMLElement) -> Bool {
        element.xmlAttribute("space")?.hasSameBytes(as: "preserve") ?? false
    }

    /// Whether a source begins like XML and names a namespace; UTF-16 too.
    static func names(_ namespace: String, in start: [UInt8]) -> Bool {
        let bytes = start.filter { $0 != 0 }
        let visible = bytes.drop { $0 <= 0x20 || [0xEF, 0xBB, 0xBF, 0xFE, 0xFF].contains($0) }
        return visible.first == UInt8(ascii: "<") && bytes[...].firstRange(of: Array(namespace.utf8)) != nil
    }

    /// The root of a document, or why it is refused.
    static func root(of bytes: [UInt8]) throws(ImportRefusal) -> XMLElement {
        do {
            return try XMLDocument.root(of: bytes)
        } catch {
            throw refusal(error)
        }
    }

    /// Why a document is refused that is no good XML.
    static func refusal(_ error: XMLError) -> ImportRefusal {
        let reason: ImportRefusal.Reason =
            switch error.code {
            case .syntax: .syntax
            case .doctype, .encoding: .unsupported
            case .limit: .tooLong
            }
        return ImportRefusal(reason, error.context, line: error.line)
    }
}
