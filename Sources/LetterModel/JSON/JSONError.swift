/// Why bytes are no JSON that Chancery takes, and where.
public struct JSONError: Error, Hashable, Sendable {
    /// What is wrong.
    public enum Code: String, Sendable {
        /// A byte that JSON does not allow there, or the end of the input inside a value.
        case syntax
        /// A number that is no integer within ±(2^53−1).
        case number
        /// JSON, but not in its canonical spelling.
        case notCanonical
        /// An object names a member twice.
        case duplicateKey
        /// Nested deeper than `Limits.jsonDepth`.
        case depth
        /// Bytes that are no UTF-8, or half of a surrogate pair.
        case encoding
    }

    /// What is wrong.
    public let code: Code
    /// How many bytes come before the place.
    public let byteOffset: Int

    /// An error at a place.
    public init(_ code: Code, byteOffset: Int) {
        self.code = code
        self.byteOffset = byteOffset
    }
}

extension JSONError: CustomStringConvertible {
    /// A sentence without the text it was found in.
    public var description: String {
        let fault =
            switch code {
            case .syntax: "this is not JSON"
            case .number: "a number is not an integer within ±9007199254740991; write it as a string"
            case .notCanonical: "this is not canonical JSON (RFC 8785)"
            case .duplicateKey: "an object names a member twice"
            case .depth: "it is nested deeper than \(Limits.jsonDepth) levels"
            case .encoding: "the text is not well-formed UTF-8"
            }
        return "\(fault) (at byte \(byteOffset))"
    }
}
