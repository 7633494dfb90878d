import Foundation
import SQLiteBinding

/// A database in a folder of its own, removed when the value goes.
final class TestDatabase {
    let folder: String
    var path: String { folder + "/test.sqlite" }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "chancery-sqlite-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: folder)
        } catch {
            preconditionFailure("a test's folder cannot be removed: \(error)")
        }
    }

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
