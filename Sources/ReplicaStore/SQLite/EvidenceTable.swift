import Hashing
import LetterModel
import SQLiteBinding

/// Rows of `remote_evidence`: what was once seen of remotes. Inside a transaction.
struct EvidenceTable {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    static let columns =
        "remote, time, kind, epoch, sequence, chain, stated_cursor, stated_count, stated_fingerprint"

    func add(_ evidence: RemoteEvidence) throws(SQLiteError) {
        let values: [SQLiteValue] = [
            .text(evidence.remote), .integer(evidence.time.milliseconds), .text(evidence.kind),
            .text(evidence.position?.epoch), .integer(evidence.position?.sequence),
            .bytes(evidence.position?.chain.bytes), .text(evidence.statedCursor), .integer(evidence.statedCount),
            .bytes(evidence.statedFingerprint?.bytes),
        ]
        try connection.run(
            "INSERT INTO remote_evidence (\(Self.columns), digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            values + [RowDigest.value(of: values)])
        try connection.run(
            """
            DELETE FROM remote_evidence WHERE remote = ?1 AND number NOT IN (
                SELECT number FROM remote_evidence WHERE remote = ?1 ORDER BY number DESC LIMIT ?2)
            """, [.text(evidence.remote), .integer(RemoteEvidence.maximumCount)])
    }

    func all() throws -> [RemoteEvidence] {
        try connection.rows("SELECT \(Self.columns) FROM remote_evidence ORDER BY number") { row throws in
            var position: LogPosition?
            if let epoch = try row.optionalText(3), let chain = Digest(bytes: row.bytes(5)) {
                position = try LogPosition(storedEpoch: epoch, sequence: row.integer(4), chain: chain)
            }
            return RemoteEvidence(
                remote: try row.text(0), time: Timestamp(milliseconds: row.integer(1)), kind: try row.text(2),
                position: position, statedCursor: try row.optionalText(6), statedCount: row.optionalInteger(7),
                statedFingerprint: row.optionalBytes(8).flatMap { Digest(bytes: $0) })
        }
    }
}
