public import Hashing
import LetterModel
import SQLiteBinding

extension SQLiteReplicaStore {
    /// What an import of a source made here before; nil if its bytes are new to this replica.
    public func importRecord(sourceSHA256: Digest) throws(StoreError) -> ImportRecord? {
        try connections.read { connection in
            try connection.rows(
                "SELECT file_name, importer, time, author, letters FROM import_record WHERE source = ?",
                [.bytes(sourceSHA256.bytes)]
            ) { row throws in
                let ids = row.bytes(4)
                return ImportRecord(
                    sourceSHA256: sourceSHA256, fileName: try row.text(0), importer: try row.text(1),
                    time: Timestamp(milliseconds: row.integer(2)), author: try row.optionalText(3),
                    letters: stride(from: 0, to: ids.count - ids.count % 16, by: 16).compactMap {
                        LetterID(bytes: ids[$0..<$0 + 16])
                    })
            }.first
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
