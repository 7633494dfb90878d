private import CSQLite

/// One row of a result, valid only inside the closure that it is given to.
public struct Row {
    @usableFromInline let statement: Statement

    /// The number of columns.
    public var count: Int { statement.columnCount }

    /// Whether a column holds no value.
    public func isNull(_ column: Int) -> Bool { statement.type(column) == SQLITE_NULL }

    /// An integer; 0 for null.
    public func integer(_ column: Int) -> Int { statement.integer(column) }

    /// An integer, or nil for null.
    public func optionalInteger(_ column: Int) -> Int? { isNull(column) ? nil : statement.integer(column) }

    /// Whether the integer is not 0.
    public func bool(_ column: Int) -> Bool { statement.integer(column) != 0 }

    /// Bytes; none for null.
    public func bytes(_ column: Int) -> [UInt8] { statement.bytes(column) }

    /// Bytes, or nil for null. (SQLite gives no address for both; the type tells them apart.)
    public func optionalBytes(_ column: Int) -> [UInt8]? { isNull(column) ? nil : statement.bytes(column) }

    /// What a closure makes of bytes where they are; of none for null. Inlinable, so that it is not generic code that is called for every row.
    @inlinable public func withBytes<Value>(_ column: Int, _ read: (Span<UInt8>) -> Value) -> Value {
        unsafe read(statement.blob(column).span)
    }

    /// Text; empty for null. Throws `corrupt` if the bytes on disk are no UTF-8: nothing is repaired silently.
    public func text(_ column: Int) throws(SQLiteError) -> String {
        guard let text = statement.text(column) else { throw SQLiteError(SQLITE_CORRUPT, statement.sql) }
        return text
    }

    /// Text, or nil for null.
    public func optionalText(_ column: Int) throws(SQLiteError) -> String? {
        isNull(column) ? nil : try text(column)
    }

    /// The values of all columns.
    public func values() throws(SQLiteError) -> [SQLiteValue] {
        var values: [SQLiteValue] = []
        for column in 0..<count { values.append(try value(column)) }
        return values
    }

    /// The value of a column, whatever its type. A float, which STRICT tables of this project never hold, comes as
    /// text.
    public func value(_ column: Int) throws(SQLiteError) -> SQLiteValue {
        switch statement.type(column) {
        case SQLITE_NULL: .null
        case SQLITE_INTEGER: .integer(integer(column))
        case SQLITE_BLOB: .bytes(bytes(column))
        default: .text(try text(column))
        }
    }
}
