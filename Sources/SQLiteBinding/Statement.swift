private import CSQLite

/// A prepared statement of one connection. It finalizes itself, and must not outlive the connection.
///
/// Source: https://www.sqlite.org/c3ref/stmt.html
@usableFromInline @safe final class Statement {
    private let handle: OpaquePointer
    let sql: String
    /// Where its SQL is in memory.
    let place: TextPlace?
    /// Whether somebody is stepping through it; the cache hands out another one meanwhile.
    var isInUse = false

    init(_ sql: String, on connection: OpaquePointer, isKept: Bool) throws(SQLiteError) {
        var handle: OpaquePointer?
        var text = sql
        let code = text.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                unsafe sqlite3_prepare_v3(
                    connection, characters.baseAddress, Int32(characters.count),
                    isKept ? UInt32(SQLITE_PREPARE_PERSISTENT) : 0, &handle, nil)
            }
        }
        guard code == SQLITE_OK else { throw SQLiteError(code, sql) }
        guard let handle = unsafe handle else { preconditionFailure("a statement without SQL was prepared") }
        unsafe self.handle = unsafe handle
        self.sql = sql
        place = TextPlace(sql)
    }

    deinit {
        _ = unsafe sqlite3_finalize(handle)
    }

    /// Binds all parameters; there must be as many as the SQL has.
    func bind(_ values: [SQLiteValue]) throws(SQLiteError) {
        try bind(values[...]) { value, index in bind(value, at: index) }
    }

    /// The same, with the bytes in a place that stays where it is until `reset`, and has room for all of them.
    func bind(_ values: ArraySlice<SQLiteValue>, in place: UnsafeMutableRawBufferPointer) throws(SQLiteError) {
        var end = 0
        func put(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
            let room = unsafe UnsafeMutableRawBufferPointer(rebasing: place[end..<end + bytes.count])
            unsafe room.copyMemory(from: bytes)
            end += bytes.count
            return UnsafeRawBufferPointer(room)
        }
        try bind(values) { value, index in
            switch value {
            case .bytes(let bytes) where !bytes.isEmpty:
                unsafe bytes.withUnsafeBytes { buffer in
                    unsafe sqlite3_bind_blob64(handle, index, put(buffer).baseAddress, UInt64(buffer.count), nil)
                }
            case .text(var text) where !text.isEmpty:
                text.withUTF8 { utf8 in
                    let kept = unsafe put(UnsafeRawBufferPointer(utf8)).assumingMemoryBound(to: CChar.self)
                    return unsafe sqlite3_bind_text64(
                        handle, index, kept.baseAddress, UInt64(kept.count), nil, UInt8(SQLITE_UTF8))
                }
            default: bind(value, at: index)
            }
        }
    }

    private func bind(
        _ values: ArraySlice<SQLiteValue>, _ bind: (SQLiteValue, Int32) -> Int32
    ) throws(SQLiteError) {
        precondition(
            values.count == Int(unsafe sqlite3_bind_parameter_count(handle)), "as many values as parameters: \(sql)")
        for index in values.indices {
            let code = bind(values[index], Int32(index - values.startIndex + 1))
            guard code == SQLITE_OK else { throw SQLiteError(code, sql) }
        }
    }

    private func bind(_ value: SQLiteValue, at index: Int32) -> Int32 {
        switch value {
        case .null: return unsafe sqlite3_bind_null(handle, index)
        case .integer(let value): return unsafe sqlite3_bind_int64(handle, index, Int64(value))
        case .text(var text):
            return text.withUTF8 { bytes in
                // No address means null to SQLite, and an empty buffer may have none.
                guard let start = bytes.baseAddress, !bytes.isEmpty else {
                    return unsafe chancery_sqlite3_bind_text_copy(handle, index, "", 0)
                }
                return unsafe start.withMemoryRebound(to: CChar.self, capacity: bytes.count) { characters in
                    unsafe chancery_sqlite3_bind_text_copy(handle, index, characters, UInt64(bytes.count))
                }
            }
        case .bytes(let bytes):
            guard !bytes.isEmpty else { return unsafe sqlite3_bind_zeroblob(handle, index, 0) }
            return unsafe bytes.withUnsafeBytes { buffer in
                unsafe chancery_sqlite3_bind_blob_copy(handle, index, buffer.baseAddress, UInt64(buffer.count))
            }
        }
    }

    /// Goes to the next row; false at the end.
    func step() throws(SQLiteError) -> Bool {
        switch unsafe sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        // Extended result codes are switched on, so the returned code is one.
        case let code: throw SQLiteError(code, sql)
        }
    }

    /// Makes it ready for the next use. The error of the last step was thrown already.
    func reset() {
        _ = unsafe sqlite3_reset(handle)
        _ = unsafe sqlite3_clear_bindings(handle)
    }

    var columnCount: Int { Int(unsafe sqlite3_column_count(handle)) }

    func type(_ column: Int) -> Int32 { unsafe sqlite3_column_type(handle, Int32(column)) }

    func integer(_ column: Int) -> Int { Int(unsafe sqlite3_column_int64(handle, Int32(column))) }

    func bytes(_ column: Int) -> [UInt8] { unsafe Array(blob(column)) }

    /// The bytes where SQLite holds them, until the next step.
    @usableFromInline func blob(_ column: Int) -> UnsafeBufferPointer<UInt8> {
        // The order matters: asking for the count first could convert in place.
        guard let start = unsafe sqlite3_column_blob(handle, Int32(column)) else {
            return unsafe UnsafeBufferPointer(start: nil, count: 0)
        }
        let count = Int(unsafe sqlite3_column_bytes(handle, Int32(column)))
        return unsafe UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: count)
    }

    /// Nil if the bytes are no UTF-8.
    func text(_ column: Int) -> String? {
        guard let start = unsafe sqlite3_column_text(handle, Int32(column)) else { return "" }
        let count = Int(unsafe sqlite3_column_bytes(handle, Int32(column)))
        do throws(UTF8.ValidationError) {
            return String(
                copying: try UTF8Span(validating: unsafe UnsafeBufferPointer(start: start, count: count).span))
        } catch {
            return nil
        }
    }
}
