import Compression
import Hashing
import LetterModel
import SQLiteBinding

/// Revisions beside the log that wait for a person: too many deletions at once, and what descends from them. Inside a transaction.
struct HeldTable {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    func isEmpty() throws(SQLiteError) -> Bool {
        try connection.integer("SELECT 1 FROM held LIMIT 1") == nil
    }

    func contains(_ id: RevisionID) throws(SQLiteError) -> Bool {
        try connection.integer("SELECT 1 FROM held WHERE id = ?", [.bytes(id.digest.bytes)]) != nil
    }

    /// Holds a revision back; once, however often it comes.
    func add(_ revision: Revision) throws(SQLiteError) {
        let values: [SQLiteValue] = [
            .bytes(revision.id.digest.bytes), .bytes(revision.header.letter.bytes), .bytes(revision.headerBytes),
            .bytes(revision.contentBytes.map { Zstandard.compress($0, level: .letter) }),
        ]
        try connection.run(
            "INSERT OR IGNORE INTO held (id, letter, header, content, digest) VALUES (?, ?, ?, ?, ?)",
            values + [RowDigest.value(of: values)])
    }

    /// A revision came into the log by another way: it is held no longer.
    func remove(_ id: RevisionID) throws(SQLiteError) {
        try connection.run("DELETE FROM held WHERE id = ?", [.bytes(id.digest.bytes)])
    }

    /// Takes everything out, in the order in which it came, so parents before children. What is damaged is gone: whoever sent it is
    /// asked for it again, since nothing says any longer that it is known here.
    func takeAll() throws -> [Revision] {
        let rows = try connection.rows("SELECT id, header, content FROM held ORDER BY number") { row throws in
            (id: row.bytes(0), header: row.bytes(1), content: row.optionalBytes(2))
        }
        try connection.run("DELETE FROM held")
        var revisions: [Revision] = []
        for row in rows {
            if let revision = Revision(id: row.id, header: row.header, compressed: row.content) {
                revisions.append(revision)
            } else {
                try BesideTable(connection).forget(row.id)
            }
        }
        return revisions
    }

    /// The letters whose tombstones are held, and how many revisions are.
    func letters() throws -> (letters: [LetterID], revisions: Int) {
        let letters = try connection.rows("SELECT DISTINCT letter FROM held WHERE content IS NULL ORDER BY letter") {
            row throws in LetterID(bytes: row.bytes(0))
        }
        return (letters.compactMap { $0 }, try connection.integer("SELECT count(*) FROM held") ?? 0)
    }
}

extension Revision {
    /// A revision from a row beside the log; nil if its bytes no longer have the hash that names them.
    init?(id: [UInt8], header: [UInt8], compressed: [UInt8]?) {
        do {
            let content = try compressed.map { try Zstandard.decompress($0, limitBytes: Limits.contentBytes) }
            try self.init(headerBytes: header, contentBytes: content)
        } catch {
            // Whatever is wrong with it, it is not what was stored.
            return nil
        }
        guard self.id.digest.bytes == id else { return nil }
    }
}

/// Which remotes have what is kept beside the log here, waiting or held. Inside a transaction.
struct BesideTable {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    func isEmpty() throws(SQLiteError) -> Bool {
        try connection.integer("SELECT 1 FROM remote_beside LIMIT 1") == nil
    }

    func add(_ id: RevisionID, at remote: Int) throws(SQLiteError) {
        try connection.run(
            "INSERT OR IGNORE INTO remote_beside (remote, id) VALUES (?, ?)",
            [.integer(remote), .bytes(id.digest.bytes)])
    }

    func remove(_ id: RevisionID, at remote: Int) throws(SQLiteError) {
        try connection.run(
            "DELETE FROM remote_beside WHERE remote = ? AND id = ?", [.integer(remote), .bytes(id.digest.bytes)])
    }

    func forget(_ id: [UInt8]) throws(SQLiteError) {
        try connection.run("DELETE FROM remote_beside WHERE id = ?", [.bytes(id)])
    }

    func forgetAll(of remote: Int) throws(SQLiteError) {
        try connection.run("DELETE FROM remote_beside WHERE remote = ?", [.integer(remote)])
    }

    /// What a remote has and is kept beside the log here.
    func ids(of remote: Int) throws -> [RevisionID] {
        try connection.rows("SELECT id FROM remote_beside WHERE remote = ? ORDER BY id", [.integer(remote)]) {
            row throws in Digest(bytes: row.bytes(0)).map(RevisionID.init)
        }.compactMap { $0 }
    }

    /// The names of the remotes that have a revision.
    func remotes(with id: RevisionID) throws -> [String] {
        try connection.rows(
            "SELECT remote.name FROM remote_beside JOIN remote ON remote.number = remote_beside.remote WHERE id = ?",
            [.bytes(id.digest.bytes)]
        ) { row throws in try row.text(0) }
    }

    /// Whether a revision is kept beside the log, waiting or held.
    func isKept(_ id: RevisionID) throws(SQLiteError) -> Bool {
        try connection.integer(
            "SELECT 1 FROM waiting WHERE id = ?1 UNION ALL SELECT 1 FROM held WHERE id = ?1 LIMIT 1",
            [.bytes(id.digest.bytes)]) != nil
    }
}
