import Hashing
import LetterModel
import SQLiteBinding

/// Puts right those columns of the log that follow from its headers, inside a transaction: ids, chain, letters, parents, and which
/// content belongs to which revision; before them dictionaries, of which there are two copies.
///
/// What no header says is left as it is, and `verify` goes on naming it: nothing is invented, and no revision goes.
struct LogMending {
    private let connection: Connection
    private let truth: TruthTables

    /// The chain up to the entry that is looked at, as far as it can be told.
    private var chain = Digest.zero
    /// Whether the ids of all entries before are certain, so that the chain is too.
    private var isChainKnown = true

    init(_ connection: Connection) {
        self.connection = connection
        truth = TruthTables(connection)
    }

    private struct LogRow {
        let stored: TruthTables.StoredRevision
        let chain: Digest?
        let letter: Int
        let letterID: [UInt8]
        let content: Int?
        let contentHash: [UInt8]?
    }

    mutating func run() throws {
        // The triggers that no healing switches off; made again with the very same words.
        let names = ["letter_is_kept", "parent_stays", "dictionary_stays", "dictionary_copy_stays"]
        var definitions: [String] = []
        for name in names {
            let definition = try connection.first(
                "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = ?", [.text(name)]
            ) { (row) throws(SQLiteError) in try row.text(0) }
            guard let definition else { throw StoreError.damaged(object: "archive.sqlite") }
            definitions.append(definition)
        }
        for name in names { try connection.execute("DROP TRIGGER \(name)") }
        try connection.run("UPDATE healing SET is_on = 1")
        try DictionaryTable(connection).mend()
        try connection.run("DELETE FROM parent WHERE revision NOT IN (SELECT sequence FROM revision)")
        var sequence = 1
        // A log with a gap is left alone from there on: what stood there is not known.
        while let row = try row(sequence) {
            try mend(row)
            sequence += 1
        }
        try connection.run("UPDATE healing SET is_on = 0")
        for definition in definitions { try connection.execute(definition) }
    }

    private func row(_ sequence: Int) throws -> LogRow? {
        try connection.rows(
            """
            SELECT \(TruthTables.columns), revision.chain, revision.letter, letter.id, revision.content, content.hash
            FROM revision LEFT JOIN content ON content.number = revision.content
            LEFT JOIN letter ON letter.number = revision.letter WHERE revision.sequence = ?
            """, [.integer(sequence)]
        ) { row throws in
            LogRow(
                stored: try truth.stored(row), chain: Digest(bytes: row.bytes(6)), letter: row.integer(7),
                letterID: row.bytes(8), content: row.optionalInteger(9), contentHash: row.optionalBytes(10))
        }.first
    }

    private mutating func mend(_ row: LogRow) throws {
        let headerBytes = row.stored.header
        let digest = SHA256.digest(of: headerBytes)
        let header = TruthTables.header(headerBytes)
        let isWhole = try header != nil && isNamed(row, by: digest)
        guard let id = isWhole ? RevisionID(digest) : confirmedID(of: row) else {
            // Neither header nor chain says which id is right.
            isChainKnown = false
            chain = row.chain ?? .zero
            return
        }
        try mendChain(row, id)
        guard isWhole, let header else { return }
        try mendLetter(row, header)
        try mendContent(row, header)
        try mendDictionary(row, header)
        try mendFixity(header, at: row.stored.sequence)
        try mendParents(row, header)
    }

    /// Whether the header has the hash that names the entry; mends the name where the chain says that the header is right.
    private func isNamed(_ row: LogRow, by digest: Digest) throws -> Bool {
        if row.stored.id?.digest == digest { return true }
        let id = RevisionID(digest)
        guard row.chain == LogPosition.chain(chain, extendedBy: id), try truth.sequence(of: id) == nil else {
            return false
        }
        try connection.run(
            "UPDATE revision SET id = ? WHERE sequence = ?", [.bytes(digest.bytes), .integer(row.stored.sequence)])
        return true
    }

    /// The id that the row says it has, if the chain says so too.
    private func confirmedID(of row: LogRow) -> RevisionID? {
        guard let id = row.stored.id, row.chain == LogPosition.chain(chain, extendedBy: id) else { return nil }
        return id
    }

    private mutating func mendChain(_ row: LogRow, _ id: RevisionID) throws {
        let extended = LogPosition.chain(chain, extendedBy: id)
        guard isChainKnown else {
            chain = row.chain ?? extended
            return
        }
        if row.chain != extended {
            try connection.run(
                "UPDATE revision SET chain = ? WHERE sequence = ?",
                [.bytes(extended.bytes), .integer(row.stored.sequence)])
        }
        chain = extended
    }

    private func mendLetter(_ row: LogRow, _ header: RevisionHeader) throws {
        guard row.letterID != header.letter.bytes else { return }
        var number = try truth.letterNumber(header.letter)
        if number == nil, !row.letterID.isEmpty, try !isNamed(letter: row.letter, otherwiseThan: header.letter) {
            // The letter's own row is damaged: all of its revisions name this one.
            return try connection.run(
                "UPDATE letter SET id = ? WHERE number = ?", [.bytes(header.letter.bytes), .integer(row.letter)])
        }
        if number == nil {
            try connection.run("INSERT INTO letter (id) VALUES (?)", [.bytes(header.letter.bytes)])
            number = connection.lastInsertedRow
        }
        guard let number else { return }
        try connection.run(
            "UPDATE revision SET letter = ? WHERE sequence = ?", [.integer(number), .integer(row.stored.sequence)])
    }

    /// Whether a header that stands under a letter names another one than this.
    private func isNamed(letter number: Int, otherwiseThan id: LetterID) throws -> Bool {
        let headers = try connection.rows("SELECT header FROM revision WHERE letter = ?", [.integer(number)]) {
            row throws in HeaderShorthand.expand(row.bytes(0))
        }
        return headers.contains { TruthTables.header($0).map { $0.letter != id } == true }
    }

    private func mendContent(_ row: LogRow, _ header: RevisionHeader) throws {
        let isRight = row.contentHash == header.content?.bytes && (row.content == nil) == (header.content == nil)
        guard !isRight else { return }
        let sequence = SQLiteValue.integer(row.stored.sequence)
        guard let hash = header.content else {
            return try connection.run("UPDATE revision SET content = NULL WHERE sequence = ?", [sequence])
        }
        if let number = row.content, let content = row.stored.content, Healing.isIntact(content, hash) {
            try connection.run(
                "UPDATE content SET hash = ? WHERE number = ?", [.bytes(hash.bytes), .integer(number)])
        } else if let named = try connection.integer(
            "SELECT number FROM content WHERE hash = ?", [.bytes(hash.bytes)])
        {
            try connection.run("UPDATE revision SET content = ? WHERE sequence = ?", [.integer(named), sequence])
        }
    }

    /// Finds out what the content of a row was compressed with, where the number that says so stands for nothing here.
    private func mendDictionary(_ row: LogRow, _ header: RevisionHeader) throws {
        guard row.stored.lacksDictionary, let hash = header.content, let number = row.content,
            let content = row.stored.content,
            let dictionary = try DictionaryTable(connection).number(for: content.frame, hash)
        else { return }
        try connection.run(
            "UPDATE content SET dictionary = ? WHERE number = ?", [.integer(dictionary), .integer(number)])
    }

    /// Writes anew what is kept beside a content that is whole; also where the row is older than that.
    private func mendFixity(_ header: RevisionHeader, at sequence: Int) throws {
        guard let row = try row(sequence), let number = row.content, let content = row.stored.content,
            let hash = header.content, case let fixity = content.fixity(of: hash), row.stored.fixity != fixity,
            Healing.isIntact(content, hash)
        else { return }
        try connection.run(
            "UPDATE content SET fixity = ? WHERE number = ?", [.integer(fixity), .integer(number)])
    }

    private func mendParents(_ row: LogRow, _ header: RevisionHeader) throws {
        let sequence = row.stored.sequence
        var parents: [Int] = []
        for id in header.parents {
            // A parent whose own name is not certain yet: the next repair.
            guard let parent = try truth.sequence(of: id), parent < sequence else { return }
            parents.append(parent)
        }
        let noted = try connection.rows(
            "SELECT parent FROM parent WHERE revision = ? ORDER BY parent", [.integer(sequence)]
        ) { row throws in row.integer(0) }
        guard noted != parents.sorted() else { return }
        try connection.run("DELETE FROM parent WHERE revision = ?", [.integer(sequence)])
        for parent in parents {
            try connection.run(
                "INSERT INTO parent (revision, parent) VALUES (?, ?)", [.integer(sequence), .integer(parent)])
        }
    }
}
