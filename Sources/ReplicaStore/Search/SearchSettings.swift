import SQLiteBinding

/// How the full-text index is written, as it keeps it for itself.
///
/// Words are gathered in memory and written as one segment at the end of a transaction, not one for each MiB; and twelve segments are merged at
/// once instead of four, so that fewer are written again. An index that an earlier version began has none of these settings, and is right without them.
///
/// Source: https://www.sqlite.org/fts5.html#configuration_options_config_table_
struct SearchSettings {
    private static let wanted = [
        // Bytes of words and places, of which a transaction gathers half as many as it takes in of documents.
        (name: "hashsize", value: 16 * 1024 * 1024),
        // Below 16, where the index itself merges all segments of a level in the middle of a transaction.
        (name: "automerge", value: 12),
    ]
    /// The version of the index's own format, which it writes by itself.
    ///
    /// Source: https://www.sqlite.org/src/file/ext/fts5/fts5Int.h
    private static let format = (name: "version", value: 4)

    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    /// Sets them in an index that was just made.
    func write() throws(SQLiteError) {
        for setting in Self.wanted {
            try connection.run(
                "INSERT INTO search (search, rank) VALUES (?, ?)", [.text(setting.name), .integer(setting.value)])
        }
    }

    /// Whether the index has just these settings, or none. Any other costs nobody a letter, but was made by no version of this program.
    func areSound() throws -> Bool {
        let held = try connection.rows("SELECT CAST(k AS BLOB), v FROM search_config") { row throws in try row.values()
        }
        let known: [[SQLiteValue]] = ([Self.format] + Self.wanted).map {
            [.bytes(Array($0.name.utf8)), .integer($0.value)]
        }
        return held == [known[0]] || held.count == known.count && Set(held) == Set(known)
    }
}
