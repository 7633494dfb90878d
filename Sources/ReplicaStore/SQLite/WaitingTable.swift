import Compression
import Hashing
import LetterModel
import SQLiteBinding

/// Revisions beside the log that wait for a parent, inside a transaction.
///
/// `waiting_parent` holds only parents that are not in the log, so a row without any is ready; none is ready between
/// two transactions.
struct WaitingTable {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    /// Keeps a revision until these parents are in the log. Nothing happens if it waits already.
    func add(_ revision: Revision, missing: [RevisionID], remote: String?) throws(SQLiteError) {
        let values: [SQLiteValue] = [
            .bytes(revision.id.digest.bytes), .bytes(revision.headerBytes),
            .bytes(revision.contentBytes.map { Zstandard.compress($0, level: .letter) }), .text(remote),
        ]
        try connection.run(
            "INSERT OR IGNORE INTO waiting (id, header, content, remote, digest) VALUES (?, ?, ?, ?, ?)",
            values + [RowDigest.value(of: values)])
        guard connection.changedRowCount == 1 else { return }
        let number = connection.lastInsertedRow
        for parent in missing {
            try connection.run(
                "INSERT INTO waiting_parent (parent, waiting) VALUES (?, ?)",
                [.bytes(parent.digest.bytes), .integer(number)])
        }
    }

    /// A revision is in the log now: it waits no longer, and nobody waits for it. Gives those that wait for nothing
    /// more.
    func noteArrival(of id: RevisionID) throws -> [Int] {
        let key = SQLiteValue.bytes(id.digest.bytes)
        try connection.run("DELETE FROM waiting WHERE id = ?", [key])
        let waiters = try connection.rows(
            "SELECT waiting FROM waiting_parent WHERE parent = ? ORDER BY waiting", [key]
        ) { row throws in row.integer(0) }
        guard !waiters.isEmpty else { return [] }
        try connection.run("DELETE FROM waiting_parent WHERE parent = ?", [key])
        return try waiters.filter {
            try connection.integer("SELECT 1 FROM waiting_parent WHERE waiting = ? LIMIT 1", [.integer($0)]) == nil
        }
    }

    /// What is found under a number.
    enum Entry {
        case gone
        case intact(Revision, remote: String?)
    }

    /// Takes a revision out of the table. One whose bytes are damaged is gone: only this row ever held it here, and
    /// whoever sent it sends it again.
    func take(_ number: Int) throws -> Entry {
        let row = try connection.first(
            "SELECT id, header, content, remote FROM waiting WHERE number = ?", [.integer(number)]
        ) { (row) throws(SQLiteError) in (row.bytes(0), row.bytes(1), row.optionalBytes(2), try row.optionalText(3)) }
        guard let (id, header, compressed, remote) = row else { return .gone }
        try connection.run("DELETE FROM waiting WHERE number = ?", [.integer(number)])
        if let revision = Revision(id: id, header: header, compressed: compressed) {
            return .intact(revision, remote: remote)
        }
        try BesideTable(connection).forget(id)
        return .gone
    }
}

/// Bytes beside the log that are no revision this replica can take, inside a transaction.
struct QuarantineTable {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    /// Keeps bytes with the reason; once, however often they come.
    func add(_ bytes: QuarantinedBytes) throws(SQLiteError) {
        let key = RowDigest.value(of: [.bytes(bytes.headerBytes), .bytes(bytes.contentBytes)])
        let values: [SQLiteValue] = [
            key, .bytes(bytes.headerBytes), .bytes(bytes.contentBytes), .text(bytes.code), .text(bytes.text),
            .text(bytes.remote),
        ]
        try connection.run(
            """
            INSERT OR IGNORE INTO quarantine (bytes_digest, header, content, code, text, remote, digest)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """, values + [RowDigest.value(of: values)])
    }
}

extension QuarantinedBytes {
    /// The bytes of a revision that cannot be taken after all.
    init(_ revision: Revision, _ error: RevisionError, remote: String?) {
        self.init(
            headerBytes: revision.headerBytes, contentBytes: revision.contentBytes, code: error.code.rawValue,
            text: error.description, remote: remote)
    }
}
