public import Hashing
import LetterModel
import Parallelism
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
            var imported: [LetterID: Timestamp] = [:]
            for record in try Self.records(connection, "ORDER BY time DESC", []) {
                for letter in record.letters { imported[letter] = record.time }
            }
            var moments: [(time: Timestamp?, isFirst: Bool)] = []
            var rows: [(header: [UInt8], letter: [UInt8], isFirst: Bool)] = []
            var letters: Set<Int> = []
            func takeRows() {
                let times = rows.concurrentMap { Self.time(ofHeader: $0.header) }
                for (row, time) in zip(rows, times) {
                    moments.append((time ?? LetterID(bytes: row.letter).flatMap { imported[$0] }, row.isFirst))
                }
                rows = []
            }
            try connection.forEach(
                """
                SELECT header, letter.id, revision.letter
                FROM revision LEFT JOIN letter ON letter.number = revision.letter ORDER BY sequence
                """
            ) { row in
                rows.append((row.bytes(0), row.bytes(1), letters.insert(row.integer(2)).inserted))
                if rows.count == Self.headersReadTogether { takeRows() }
                return true
            }
            takeRows()
            return Growth.byMonth(moments)
        }
    }

    private static let headersReadTogether = 4_096

    /// When a revision was written; nil if its header does not say so, or is damaged.
    private static func time(ofHeader stored: [UInt8]) -> Timestamp? {
        do {
            return try RevisionHeader(parsing: HeaderShorthand.expand(stored)).time
        } catch {
            // A header was checked when it came: this one is damaged.
            return nil
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
