private import CSQLite

/// Why SQLite refused something.
///
/// Holds no bound value and no message of SQLite's that could quote one: full-text queries and constraints do. The SQL
/// is the program's own text.
public struct SQLiteError: Error, Hashable, Sendable {
    /// What a caller can act on.
    public enum Kind: Hashable, Sendable {
        /// Another connection holds a lock, and did not let go in time.
        case busy
        /// The disk is full.
        case full
        /// The file, its folder or the connection cannot be written to.
        case readOnly
        /// Reading, writing or syncing failed. What was not committed is lost; after a failed fsync the pages in memory
        /// are marked clean, so the connection must be closed and never asked again.
        case inputOutput
        /// The file is no database.
        case notADatabase
        /// The database is malformed.
        case corrupt
        /// A constraint or a trigger refused a row.
        case constraint
        /// The file cannot be opened.
        case cannotOpen
        /// Anything else: a fault of the program.
        case other
    }

    /// The primary result code.
    ///
    /// Source: https://www.sqlite.org/rescode.html
    public let code: Int
    /// The extended result code, which tells a failed fsync from a failed read.
    public let extendedCode: Int
    /// The statement that failed, as the program wrote it; or the call.
    public let operation: String

    /// An error of an extended code.
    public init(extendedCode: Int, operation: String) {
        code = extendedCode & 0xFF
        self.extendedCode = extendedCode
        self.operation = operation
    }

    init(_ extendedCode: Int32, _ operation: String) {
        self.init(extendedCode: Int(extendedCode), operation: operation)
    }

    /// What a caller can act on.
    public var kind: Kind {
        switch Int32(truncatingIfNeeded: code) {
        case SQLITE_BUSY, SQLITE_LOCKED: .busy
        case SQLITE_FULL: .full
        case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH: .readOnly
        case SQLITE_IOERR: .inputOutput
        case SQLITE_NOTADB: .notADatabase
        case SQLITE_CORRUPT: .corrupt
        case SQLITE_CONSTRAINT: .constraint
        case SQLITE_CANTOPEN: .cannotOpen
        default: .other
        }
    }

    /// SQLite's constant text for the code.
    ///
    /// Source: https://www.sqlite.org/c3ref/errcode.html
    public var message: String {
        guard let text = unsafe sqlite3_errstr(Int32(truncatingIfNeeded: extendedCode)) else { return "unknown error" }
        return unsafe String(cString: text)
    }
}

extension SQLiteError: CustomStringConvertible {
    /// Code, message and operation.
    public var description: String { "SQLite \(extendedCode) (\(message)) in: \(operation)" }
}
