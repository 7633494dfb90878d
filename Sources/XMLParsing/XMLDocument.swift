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
        let builder = XMLTreeBuilder()
        try builder.parse(bytes, isLast: true)
        return try builder.finished()
    }
}
