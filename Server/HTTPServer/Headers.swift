/// Header fields in the order they came or were added; names compare without regard to ASCII case.
///
/// ```swift
/// var headers: Headers = ["Content-Type": "application/json"]
/// headers["content-type"]          // "application/json"
/// headers.add("Vary", "Accept")    // a second field of one name stays a second field
/// ```
public struct Headers: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    /// One field as it is written: the name's spelling is kept.
    public struct Field: Sendable, Equatable {
        /// The name as spelled by whoever added it.
        public let name: String
        /// The value without the white space around it.
        public let value: String
    }

    /// Every field, in order.
    public private(set) var fields: [Field] = []

    /// No fields.
    public init() {}

    /// The fields of a literal, in its order.
    public init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { add(name, value) }
    }

    /// The value of the first field of this name, or nil; setting replaces every field of the name.
    public subscript(name: String) -> String? {
        get { fields.first { Headers.sameName($0.name, name) }?.value }
        set {
            fields.removeAll { Headers.sameName($0.name, name) }
            if let newValue { add(name, newValue) }
        }
    }

    /// The values of every field of this name, in order.
    public func values(_ name: String) -> [String] {
        fields.filter { Headers.sameName($0.name, name) }.map(\.value)
    }

    /// Adds a field after the others, also when there is one of this name.
    public mutating func add(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// Whether two names are the same field: ASCII letters fold, all other bytes must be equal.
    /// Source: https://www.rfc-editor.org/rfc/rfc9110#section-5.1
    static func sameName(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count && left.utf8.elementsEqual(right.utf8) { lowercased($0) == lowercased($1) }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
