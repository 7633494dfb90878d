/// A JSON value as Chancery knows it: numbers are integers within ±(2^53−1), strings are compared by their bytes.
///
/// Swift compares strings by canonical equivalence; a merge that did so would take a composed and a decomposed "é" for
/// equal and lose a real edit. Equality and hashing here go by UTF-8 bytes.
public enum JSONValue: Sendable {
    /// The literal `null`. Never part of a letter; a tombstone's content line on the wire.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// An integer within ±(2^53−1).
    case integer(Int)
    /// Text, kept byte for byte.
    case string(String)
    /// An ordered list.
    case array([JSONValue])
    /// Members by name.
    case object(JSONObject)

    /// The largest integer that every JSON reader holds exactly.
    public static let integerLimit = 9_007_199_254_740_991
}

extension JSONValue: Hashable {
    /// Whether both have the same canonical bytes.
    public static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.integer(let a), .integer(let b)): a == b
        case (.string(let a), .string(let b)): a.hasSameBytes(as: b)
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)): a == b
        default: false
        }
    }

    /// Feeds the bytes that equality looks at.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .integer(let value): hasher.combine(value)
        case .string(let text): text.hashBytes(into: &hasher)
        case .array(let values): hasher.combine(values)
        case .object(let object): hasher.combine(object)
        }
    }
}

extension JSONValue {
    /// The text, if this is a string.
    public var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The number, if this is an integer.
    public var integer: Int? {
        if case .integer(let value) = self { value } else { nil }
    }

    /// The truth value, if this is one.
    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The elements, if this is an array.
    public var elements: [JSONValue]? {
        if case .array(let values) = self { values } else { nil }
    }

    /// The members, if this is an object.
    public var members: JSONObject? {
        if case .object(let object) = self { object } else { nil }
    }

    /// Whether this says nothing: null, or an empty string, array or object. Such values have no place in a letter.
    public var isVacant: Bool {
        switch self {
        case .null: true
        case .bool, .integer: false
        case .string(let text): text.utf8.isEmpty
        case .array(let values): values.isEmpty
        case .object(let object): object.isEmpty
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// An integer.
    public init(integerLiteral value: Int) { self = .integer(value) }
    /// A truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// An array.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// An object; of two members with one name the last counts.
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(JSONObject(elements)) }
}
