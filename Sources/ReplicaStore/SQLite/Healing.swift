import Hashing
import LetterModel
import SQLiteBinding

/// Puts the right bytes back in the place of damaged ones, inside a transaction: the one change that the truth allows.
struct Healing {
    private let connection: Connection
    private var dictionaries: DictionaryTable { DictionaryTable(connection) }

    init(_ connection: Connection) { self.connection = connection }

    /// Whether a content still is what the hash names.
    static func isIntact(_ content: StoredContent, _ hash: Digest) -> Bool {
        do {
            return SHA256.digest(of: try content.bytes()) == hash
        } catch {
            // Bytes that are no frame any more are damaged too.
            return false
        }
    }

    /// Writes header and content of the revision at this place anew; its id was compared by whoever found it.
    func replace(_ sequence: Int, with revision: PreparedRevision) throws {
        // A dictionary that is damaged is healed first, by itself.
        var row: DictionaryTable.ContentRow?
        if let content = revision.content, let hash = revision.header.content {
            row = try dictionaries.row(of: content, hash, fixity: revision.fixity)
        }
        try allowed {
            try connection.run(
                "UPDATE revision SET header = ? WHERE sequence = ?",
                [.bytes(revision.storedHeader), .integer(sequence)])
            guard let row, let hash = revision.header.content else {
                return try connection.run(
                    "UPDATE revision SET content = NULL WHERE sequence = ?", [.integer(sequence)])
            }
            if let number = try contentNumber(of: sequence, hash) {
                try write(number, row, hash)
                try connection.run(
                    "UPDATE revision SET content = ? WHERE sequence = ?", [.integer(number), .integer(sequence)])
            } else {
                try connection.run(
                    "INSERT INTO content (hash, bytes, dictionary, fixity) VALUES (?, ?, ?, ?)",
                    [.bytes(hash.bytes), .bytes(row.frame), .integer(row.dictionary), .integer(row.fixity)])
                try connection.run(
                    "UPDATE revision SET content = ? WHERE sequence = ?",
                    [.integer(connection.lastInsertedRow), .integer(sequence)])
            }
        }
    }

    /// The content that is to be written anew for a revision; nil if it has none. One that has the right name is the right one; where it is not
    /// the one that the revision refers to, all contents are looked through: they are in no order.
    private func contentNumber(of sequence: Int, _ hash: Digest) throws(SQLiteError) -> Int? {
        let referred = try connection.integer(
            "SELECT content FROM revision WHERE sequence = ?", [.integer(sequence)])
        if let referred,
            try connection.integer(
                "SELECT 1 FROM content WHERE number = ? AND hash = ?", [.integer(referred), .bytes(hash.bytes)]) != nil
        {
            return referred
        }
        return try connection.integer("SELECT number FROM content WHERE hash = ?", [.bytes(hash.bytes)]) ?? referred
    }

    /// Writes a content anew.
    func replaceContent(_ number: Int, _ content: StoredContent, _ hash: Digest) throws {
        let row = try dictionaries.row(of: content, hash)
        try allowed { try write(number, row, hash) }
    }

    private func write(_ number: Int, _ row: DictionaryTable.ContentRow, _ hash: Digest) throws {
        try connection.run(
            "UPDATE content SET hash = ?, bytes = ?, dictionary = ?, fixity = ? WHERE number = ?",
            [
                .bytes(hash.bytes), .bytes(row.frame), .integer(row.dictionary), .integer(row.fixity), .integer(number),
            ])
    }

    /// Runs a closure that may change the truth. Not within another one.
    func allowed(_ body: () throws -> Void) throws {
        try connection.run("UPDATE healing SET is_on = 1")
        try body()
        try connection.run("UPDATE healing SET is_on = 0")
    }
}
