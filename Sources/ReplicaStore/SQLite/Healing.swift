import Hashing
import LetterModel
import SQLiteBinding

/// Puts the right bytes back in the place of damaged ones, inside a transaction: the one change that the truth allows.
struct Healing {
    private let connection: Connection
    private var dictionaries: DictionaryTable { DictionaryTable(connection) }

    init(_ connection: Connection) { self.connection = connection }

    /// Writes header and content of the revision at this place anew; its id was compared by whoever found it.
    func replace(_ sequence: Int, with revision: PreparedRevision) throws {
        // A dictionary that is damaged is healed first, by itself.
        var row: DictionaryTable.ContentRow?
        if let content = revision.content, let hash = revision.links.content {
            row = try dictionaries.row(of: content, hash, fixity: revision.fixity)
        }
        try allowed {
            try connection.run(
                "UPDATE revision SET header = ? WHERE sequence = ?",
                [.bytes(revision.storedHeader), .integer(sequence)])
            guard let row, let hash = revision.links.content else {
                return try connection.run(
                    "UPDATE revision SET content = NULL WHERE sequence = ?", [.integer(sequence)])
            }
            if let number = try contentNumber(of: sequence, hash) {
                try write(number, row)
                try connection.run(
                    "UPDATE revision SET content = ? WHERE sequence = ?", [.integer(number), .integer(sequence)])
            } else {
                try connection.run(
                    "INSERT INTO content (bytes, dictionary, fixity) VALUES (?, ?, ?)", row.values)
                try connection.run(
                    "UPDATE revision SET content = ? WHERE sequence = ?",
                    [.integer(connection.lastInsertedRow), .integer(sequence)])
            }
        }
    }

    /// The content that is to be written anew for a revision; nil if none is here.
    ///
    /// It is the one that the revision refers to, unless that is whole and something else: then it is another one's, and all contents are looked
    /// through for the right one: they are in no order.
    func contentNumber(of sequence: Int, _ hash: Digest) throws -> Int? {
        let referred = try connection.rows(
            "SELECT \(Self.columns) FROM content WHERE number = (SELECT content FROM revision WHERE sequence = ?)",
            [.integer(sequence)]
        ) { row throws in try content(row) }.first
        if let (number, content, fixity) = referred {
            if content.isProven(by: fixity, hash) { return number }
            let isWhole = content.hash.map { content.fixity(of: $0) == fixity } ?? false
            if !isWhole { return number }
        }
        var found: Int?
        try connection.forEach("SELECT \(Self.columns) FROM content") { row in
            let (number, content, fixity) = try content(row)
            if fixity.map({ $0 == content.fixity(of: hash) }) ?? (content.hash == hash) { found = number }
            return found == nil
        }
        return found
    }

    private static let columns = "number, bytes, dictionary, fixity"

    private func content(_ row: Row) throws -> (number: Int, content: StoredContent, fixity: Int?) {
        let dictionary = try row.optionalInteger(2).flatMap(dictionaries.dictionary)
        return (
            row.integer(0), StoredContent(frame: row.bytes(1), dictionary: dictionary), row.optionalInteger(3)
        )
    }

    /// Writes a content anew.
    func replaceContent(_ number: Int, _ content: StoredContent, _ hash: Digest) throws {
        let row = try dictionaries.row(of: content, hash)
        try allowed { try write(number, row) }
    }

    private func write(_ number: Int, _ row: DictionaryTable.ContentRow) throws(SQLiteError) {
        try connection.run(
            "UPDATE content SET bytes = ?, dictionary = ?, fixity = ? WHERE number = ?",
            row.values + [.integer(number)])
    }

    /// Runs a closure that may change the truth. Not within another one.
    func allowed(_ body: () throws -> Void) throws {
        try connection.run("UPDATE healing SET is_on = 1")
        try body()
        try connection.run("UPDATE healing SET is_on = 0")
    }
}
