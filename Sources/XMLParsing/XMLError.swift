/// The bounds on a document. What one hostile file can cost is bounded before a letter is looked for in it.
public enum XMLLimits {
    /// Bytes of a document: the largest edition of letters in one file that people make has some ten million.
    public static let documentBytes = 64 * 1024 * 1024
    /// Levels of elements: walks over the tree recurse.
    public static let depth = 200
    /// Attributes of one element; TEI defines fewer than a hundred.
    public static let attributes = 500
    /// Bytes of one attribute's value.
    public static let attributeBytes = 64 * 1024
    /// Elements of a document.
    public static let elements = 1_000_000
}

/// Why a document was not read.
public struct XMLError: Error, Hashable, Sendable {
    /// What is wrong.
    public enum Code: String, Sendable {
        /// It is not well-formed.
        case syntax
        /// It has a document type declaration, which can define entities.
        case doctype
        /// It is larger or deeper than a document may be.
        case limit
        /// It is in a character encoding that is not read.
        case encoding
    }

    /// What is wrong.
    public let code: Code
    /// What a person needs to know; never text of the document.
    public let context: String
    /// The line, from 1.
    public let line: Int
}
