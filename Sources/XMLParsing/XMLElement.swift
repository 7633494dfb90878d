/// An element of an XML document, with everything in it.
///
/// Names are compared with their namespace's URI; the prefixes of the document play no part. Comments and processing
/// instructions are left out. The tree is at most `XMLLimits.depth` deep, so that walks over it may recurse.
public struct XMLElement: Sendable {
    /// What an element holds, in the order of the document.
    public enum Node: Sendable {
        /// An element.
        case element(XMLElement)
        /// Text; never two in a row.
        case text(String)
    }

    /// The URI of its namespace; empty for none.
    public let namespace: String
    /// Its name without a prefix.
    public let name: String
    /// Its attributes in the order of the document: the name, with the namespace's URI and a space before it if it has one.
    public let attributes: [(name: String, value: String)]
    /// What it holds.
    public internal(set) var nodes: [Node] = []
    /// Where its bytes are in the document, both tags taken in.
    public internal(set) var range: Range<Int>
    /// The line that it begins on, from 1.
    public let line: Int

    /// The namespace of `xml:id` and `xml:lang`.
    ///
    /// Source: https://www.w3.org/TR/xml-names/#ns-decl
    public static let xmlNamespace = "http://www.w3.org/XML/1998/namespace"

    /// The value of an attribute without a namespace.
    public func attribute(_ name: String) -> String? {
        attributes.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    /// The value of `xml:id`, `xml:lang` and the like.
    public func xmlAttribute(_ name: String) -> String? {
        attribute("\(XMLElement.xmlNamespace) \(name)")
    }

    /// The elements directly in it.
    public var elements: [XMLElement] {
        nodes.compactMap { if case .element(let element) = $0 { element } else { nil } }
    }

    /// The elements directly in it that have this name and its own namespace.
    public func elements(_ name: String) -> [XMLElement] {
        elements.filter { $0.name.utf8.elementsEqual(name.utf8) && $0.namespace.utf8.elementsEqual(namespace.utf8) }
    }

    /// The first element that is reached by this way of names.
    public func first(_ path: String...) -> XMLElement? {
        path.reduce(Optional(self)) { $0?.elements($1).first }
    }

    /// All elements below it that have this name and its own namespace, in the order of the document; those in one that was
    /// found are not looked for.
    public func all(_ name: String) -> [XMLElement] {
        elements.flatMap { element in
            let isMatch =
                element.name.utf8.elementsEqual(name.utf8) && element.namespace.utf8.elementsEqual(namespace.utf8)
            return isMatch ? [element] : element.all(name)
        }
    }

    /// All text in it, as it is in the document.
    public var text: String {
        nodes.reduce(into: "") { text, node in
            switch node {
            case .text(let piece): text += piece
            case .element(let element): text += element.text
            }
        }
    }
}
