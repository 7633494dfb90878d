public import Hashing
import LetterModel
import SQLiteBinding

extension SQLiteReplicaStore {
    /// What an import of a source made here before; nil if its bytes are new to this replica.
    public func importRecord(sourceSHA256: Digest) throws(StoreError) -> ImportRecord? {
        try connections.read { connection in
            try Self.records(connection, "WHERE source = ?", [.bytes(sourceSHA256.bytes)]).first
        }
    }

    /// All imports that this replica keeps a note of, the latest first.
    public func importRecords() throws(StoreError) -> [ImportRecord] {
        try connections.read { try Self.records($0, "ORDER BY time DESC, source", []) }
    }

    private static func records(
        _ connection: Connection, _ condition: String, _ values: [SQLiteValue]
    ) throws -> [ImportRecord] {
        try connection.rows(
            "SELECT file_name, importer, time, author, letters, source FROM import_record \(condition)", values
        ) { row throws in
            let ids = row.bytes(4)
            guard let source = Digest(bytes: row.bytes(5)) else { throw StoreError.damaged(object: "archive.sqlite") }
            return ImportRecord(
                sourceSHA256: source, fileName: try row.text(0), importer: try row.text(1),
                time: Timestamp(milliseconds: row.integer(2)), author: try row.optionalText(3),
                letters: stride(from: 0, to: ids.count - ids.count % 16, by: 16).compactMap {
                    LetterID(bytes: ids[$0..<$0 + 16])
                })
        }
    }

    /// What was recorded in each month. Reads the headers of the log, and no contents.
    public func growth() throws(StoreError) -> [Growth] {
        try connections.read { connection in
            // A header is JSON that was checked when it came; damaged bytes have no time.
            let isFirst =
                "sequence = (SELECT min(sequence) FROM revision AS other WHERE other.letter = revision.letter)"
            let timed = try connection.rows(
                """
                SELECT moment, is_first, count(*) FROM (
                    SELECT CASE WHEN json_valid(CAST(header AS TEXT)) THEN
                            json_extract(CAST(header AS TEXT), '$.time') END AS moment, \(isFirst) AS is_first
                    FROM revision
                ) WHERE moment IS NOT NULL GROUP BY substr(moment, 1, 7), is_first
                """
            ) { row throws in (time: Timestamp(try row.text(0)), isFirst: row.bool(1), count: row.integer(2)) }
            var imported: [LetterID: Timestamp] = [:]
            for record in try Self.records(connection, "ORDER BY time DESC", []) {
                for letter in record.letters { imported[letter] = record.time }
            }
            let untimed = try connection.rows(
                """
                SELECT letter.id, \(isFirst) FROM revision JOIN letter ON letter.number = revision.letter
                WHERE NOT json_valid(CAST(header AS TEXT)) OR json_extract(CAST(header AS TEXT), '$.time') IS NULL
                """
            ) { row throws in
                (time: LetterID(bytes: row.bytes(0)).flatMap { imported[$0] }, isFirst: row.bool(1), count: 1)
            }
            return Growth.byMonth(timed + untimed)
        }
    }

    /// Notes who imported what, when; of two imports of one source the later counts. Never travels.
    public func recordImport(_ record: ImportRecord) throws(StoreError) {
        let values: [SQLiteValue] = [
            .bytes(record.sourceSHA256.bytes), .text(record.fileName), .text(record.importer),
            .integer(record.time.milliseconds), .text(record.author), .bytes(record.letters.flatMap(\.bytes)),
        ]
        try connections.write { connection in
            try connection.run(
                """
                INSERT OR REPLACE INTO import_record (source, file_name, importer, time, author, letters, digest)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """, values + [RowDigest.value(of: values)])
        }
    }
}
