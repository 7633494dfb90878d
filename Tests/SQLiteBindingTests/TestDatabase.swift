import SQLiteBinding
import TestScratch

/// A database in a folder of its own, removed when the value goes.
final class TestDatabase {
    private let scratch = Scratch()
    var folder: String { scratch.path }
    var path: String { scratch.path("test.sqlite") }

    /// The texts in the first column of a result.
    static func texts(_ connection: Connection, _ sql: String) throws -> [String] {
        try connection.rows(sql) { row throws in try row.text(0) }
    }

    /// The error that a call throws; nil if it throws none.
    static func error(_ body: () throws -> Void) -> SQLiteError? {
        do {
            try body()
            return nil
        } catch {
            return error as? SQLiteError
        }
    }

    func open(
        _ access: Connection.Access = .create, policy: ConnectionPolicy = .shared(busyTimeoutMilliseconds: 100),
        fileSystem: String? = nil
    ) throws -> Connection {
        try Connection(path: path, access: access, policy: policy, fileSystem: fileSystem)
    }
}
