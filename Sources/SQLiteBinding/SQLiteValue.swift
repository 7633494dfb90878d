/// A value that is bound to a statement.
public enum SQLiteValue: Hashable, Sendable {
    /// No value.
    case null
    /// A 64-bit integer.
    case integer(Int)
    /// Text, by its UTF-8 bytes; NUL is a character like any other.
    case text(String)
    /// Bytes; none of them is a value too, and not the same as null.
    case bytes([UInt8])

    /// An integer, or null.
    public static func integer(_ value: Int?) -> SQLiteValue { value.map(SQLiteValue.integer) ?? .null }
    /// Text, or null.
    public static func text(_ value: String?) -> SQLiteValue { value.map(SQLiteValue.text) ?? .null }
    /// Bytes, or null.
    public static func bytes(_ value: [UInt8]?) -> SQLiteValue { value.map(SQLiteValue.bytes) ?? .null }
    /// 1 or 0.
    public static func bool(_ value: Bool) -> SQLiteValue { .integer(value ? 1 : 0) }

    /// How many bytes of text, or bytes, it has.
    var byteCount: Int {
        switch self {
        case .null, .integer: 0
        case .text(let text): text.utf8.count
        case .bytes(let bytes): bytes.count
        }
    }

    /// Whether both have the same type and the same bytes.
    public static func == (left: SQLiteValue, right: SQLiteValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.integer(let a), .integer(let b)): a == b
        // Not `a == b`: that is canonical equivalence.
        case (.text(let a), .text(let b)): a.utf8.elementsEqual(b.utf8)
        case (.bytes(let a), .bytes(let b)): a == b
        default: false
        }
    }

    /// Feeds the bytes that equality looks at.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .integer(let value): hasher.combine(value)
        case .text(let text): hasher.combine(Array(text.utf8))
        case .bytes(let bytes): hasher.combine(bytes)
        }
    }
}
