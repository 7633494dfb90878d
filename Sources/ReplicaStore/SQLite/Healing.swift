import Compression
import Hashing
import LetterModel
import SQLiteBinding

/// Puts the right bytes back in the place of damaged ones, inside a transaction: the one change that the truth allows.
struct Healing {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    /// Whether compressed bytes still become what the hash names.
    static func isIntact(_ compressed: [UInt8], _ hash: Digest) -> Bool {
        do {
            let content = try Zstandard.decompress(compressed, limitBytes: Limits.contentBytes)
            return SHA256.digest(of: content) == hash
        } catch {
            // Bytes that are no frame any more are damaged too.
            return false
        }
    }

    /// Writes header and content of the revision at this place anew; its id was compared by whoever found it.
    func replace(_ sequence: Int, with revision: PreparedRevision) throws(SQLiteError) {
        try allowed { () throws(SQLiteError) in
            try connection.run(
                "UPDATE revision SET header = ? WHERE sequence = ?",
                [.bytes(revision.headerBytes), .integer(sequence)])
            guard let compressed = revision.compressedContent, let hash = revision.header.content else {
                return try connection.run(
                    "UPDATE revision SET content = NULL WHERE sequence = ?", [.integer(sequence)])
            }
            let named = try connection.integer("SELECT number FROM content WHERE hash = ?", [.bytes(hash.bytes)])
            let referred = try connection.integer(
                "SELECT content FROM revision WHERE sequence = ?", [.integer(sequence)])
            if let number = named ?? referred {
                try write(number, compressed, hash)
                try connection.run(
                    "UPDATE revision SET content = ? WHERE sequence = ?", [.integer(number), .integer(sequence)])
            } else {
                try connection.run(
                    "INSERT INTO content (hash, bytes) VALUES (?, ?)",
                    [.bytes(hash.bytes), .bytes(compressed)])
                try connection.run(
                    "UPDATE revision SET content = ? WHERE sequence = ?",
                    [.integer(connection.lastInsertedRow), .integer(sequence)])
            }
        }
    }

    /// Writes a content anew.
    func replaceContent(_ number: Int, _ compressed: [UInt8], _ hash: Digest) throws(SQLiteError) {
        try allowed { () throws(SQLiteError) in try write(number, compressed, hash) }
    }

    private func write(_ number: Int, _ compressed: [UInt8], _ hash: Digest) throws(SQLiteError) {
        try connection.run(
            "UPDATE content SET hash = ?, bytes = ? WHERE number = ?",
            [.bytes(hash.bytes), .bytes(compressed), .integer(number)])
    }

    private func allowed(_ body: () throws(SQLiteError) -> Void) throws(SQLiteError) {
        try connection.run("UPDATE healing SET is_on = 1")
        try body()
        try connection.run("UPDATE healing SET is_on = 0")
    }
}
