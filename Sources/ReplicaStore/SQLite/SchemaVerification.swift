import SQLiteBinding

/// Compares the tables, indexes and triggers that a replica says it has with those that this program makes.
///
/// A trigger or a constraint that was changed, by a flipped bit or by whoever made the file, would change what is written later.
struct SchemaVerification {
    let connection: Connection

    /// Whether the file has what this program makes and nothing else; true for a file of an older version, which has yet to be migrated.
    func isSound() throws -> Bool {
        let migrator = ReplicaSchema.migrator
        guard try migrator.version(of: connection) == migrator.migrations.count else { return true }
        let model = try Connection(
            path: ":memory:", access: .create, policy: ConnectionPolicy(busyTimeoutMilliseconds: 0, journal: nil))
        try migrator.migrate(model) { _ in }
        let (expected, found) = (try Self.entries(model), try Self.entries(connection))
        if expected == found { return true }
        // The one index that is put off while many letters come.
        guard try !LetterList(connection).isIndexed() else { return false }
        try model.execute("DROP INDEX \(ReplicaSchema.dateIndexName)")
        return try Self.entries(model) == found
    }

    /// As bytes: two texts that differ by a bit never count as equal. With their types: one bit makes bytes of a text. Triggers have no pages
    /// of their own, and SQLite does not look whether they say so.
    private static func entries(_ connection: Connection) throws -> Set<[SQLiteValue]> {
        let columns = ["name", "type", "tbl_name", "sql"].map { "CAST(\($0) AS BLOB), typeof(\($0))" }
            .joined(separator: ", ")
        return Set(
            try connection.rows("SELECT \(columns), rootpage IS 0 FROM sqlite_schema") { row throws in try row.values()
            })
    }
}
