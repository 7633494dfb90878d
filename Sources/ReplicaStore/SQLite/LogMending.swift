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
    private let index: IDIndex
    private let state: StateRow

    /// The chain up to the entries that are looked at, as far as it can be told.
    private var chain = Digest.zero
    /// Whether the ids of all entries before are certain, so that the chain is too.
    private var isChainKnown = true

    init(_ connection: Connection) throws {
        self.connection = connection
        truth = TruthTables(connection)
        index = IDIndex(connection)
        state = try StateRow.read(connection)
    }

    private struct LogRow {
        let stored: TruthTables.StoredRevision
        /// The column `id`.
        let idBytes: [UInt8]
        /// What the bytes of its header hash to.
        let digest: Digest
        /// Nil where they are no header.
        let header: RevisionHeader?
        /// Nil where it does not stand.
        let chain: [UInt8]?
        let letter: Int
        let letterID: [UInt8]
        let content: Int?

        /// The id that follows from the header.
        var name: RevisionID? { header.map { _ in RevisionID(digest) } }
        /// Whether header and id fit each other.
        var isCertain: Bool { name != nil && name == stored.id }
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
        try index.remake(end: state.sequence)
        // A log with a gap is left alone from there on: what stood there is not known.
        var stretch: [LogRow] = []
        var sequence = 1
        while let row = try row(sequence) {
            stretch.append(row)
            sequence += 1
            guard row.chain != nil || LogChain.stands(at: row.stored.sequence) else { continue }
            try mend(stretch, end: row.chain.flatMap { Digest(bytes: $0) }, isChained: true)
            stretch = []
        }
        try mend(stretch, end: state.sequence == sequence - 1 ? state.chain : nil, isChained: false)
        try connection.run("UPDATE healing SET is_on = 0")
        for definition in definitions { try connection.execute(definition) }
    }

    private func row(_ sequence: Int) throws -> LogRow? {
        try connection.rows(
            """
            SELECT \(TruthTables.columns), revision.chain, revision.letter, letter.id, revision.content
            FROM revision LEFT JOIN content ON content.number = revision.content
            LEFT JOIN letter ON letter.number = revision.letter WHERE revision.sequence = ?
            """, [.integer(sequence)]
        ) { row throws in
            let stored = try truth.stored(row)
            let header = stored.header
            return LogRow(
                stored: stored, idBytes: row.bytes(1), digest: SHA256.digest(of: header),
                header: TruthTables.header(header), chain: row.optionalBytes(6), letter: row.integer(7),
                letterID: row.bytes(8),
                content: row.optionalInteger(9))
        }.first
    }

    /// Mends entries up to one at which the chain stands, or should.
    ///
    /// - Parameters:
    ///   - end: The chain at the last of them; nil where that is not known.
    ///   - isChained: Whether it stands in the last one's row.
    private mutating func mend(_ rows: [LogRow], end: Digest?, isChained: Bool) throws {
        guard let last = rows.last else { return }
        let names = try names(of: rows, end: end)
        let known = names.compactMap { $0 }
        let extended = known.reduce(chain, LogPosition.chain)
        isChainKnown = isChainKnown && known.count == rows.count
        if isChainKnown, isChained, extended != end {
            try connection.run(
                "UPDATE revision SET chain = ? WHERE sequence = ?",
                [.bytes(extended.bytes), .integer(last.stored.sequence)])
        }
        chain = isChainKnown ? extended : end ?? extended
        for (row, name) in zip(rows, names) {
            guard let name, name == row.name, let header = row.header else { continue }
            if row.stored.id != name {
                try connection.run(
                    "UPDATE revision SET id = ? WHERE sequence = ?",
                    [.bytes(name.digest.bytes), .integer(row.stored.sequence)])
                try index.enter(revision: row.stored.sequence, insteadOf: row.idBytes, end: state.sequence)
            }
            try mendLetter(row, header)
            try mendContent(row, header)
            try mendDictionary(row, header)
            try mendFixity(header, at: row.stored.sequence)
            try mendParents(row, header)
        }
    }

    /// The ids of entries. Where header and id of a row do not fit each other, the chain says which of them is right; nil where it says neither.
    private func names(of rows: [LogRow], end: Digest?) throws -> [RevisionID?] {
        let choices = try rows.map { row in
            // One that stands somewhere else already is not named here.
            let isFree = try row.isCertain || row.name.map { try truth.sequence(of: $0) == nil } ?? false
            return [isFree ? row.name : nil, row.isCertain ? nil : row.stored.id].compactMap { $0 }
        }
        return Self.chosen(choices[...], after: chain, end: end) ?? rows.map { $0.isCertain ? $0.name : nil }
    }

    /// The one choice of each by which the chain comes to its end; nil if none does.
    private static func chosen(
        _ choices: ArraySlice<[RevisionID]>, after chain: Digest, end: Digest?
    ) -> [RevisionID]? {
        guard let first = choices.first else { return chain == end ? [] : nil }
        for id in first {
            let rest = chosen(choices.dropFirst(), after: LogPosition.chain(chain, extendedBy: id), end: end)
            if let rest { return [id] + rest }
        }
        return nil
    }

    private func mendLetter(_ row: LogRow, _ header: RevisionHeader) throws {
        guard row.letterID != header.letter.bytes else { return }
        let known = try truth.letterNumber(header.letter)
        if known == nil, !row.letterID.isEmpty, try !isNamed(letter: row.letter, otherwiseThan: header.letter) {
            // The letter's own row is damaged: all of its revisions name this one.
            try connection.run(
                "UPDATE letter SET id = ? WHERE number = ?", [.bytes(header.letter.bytes), .integer(row.letter)])
            return try index.enter(letter: row.letter, insteadOf: row.letterID, end: state.sequence)
        }
        let letter = try known ?? truth.addLetter(header.letter, at: row.stored.sequence)
        if known == nil { try index.enter(letter: letter, insteadOf: [], end: state.sequence) }
        try connection.run(
            "UPDATE revision SET letter = ? WHERE sequence = ?", [.integer(letter), .integer(row.stored.sequence)])
    }

    /// Whether a header that stands under a letter names another one than this.
    private func isNamed(letter number: Int, otherwiseThan id: LetterID) throws -> Bool {
        let headers = try connection.rows(
            "SELECT header FROM revision WHERE \(TruthTables.isOfLetter)", [.integer(number)]
        ) { row throws in HeaderShorthand.expand(row.bytes(0)) }
        return headers.contains { TruthTables.header($0).map { $0.letter != id } == true }
    }

    private func mendContent(_ row: LogRow, _ header: RevisionHeader) throws {
        let sequence = SQLiteValue.integer(row.stored.sequence)
        guard let hash = header.content else {
            if row.content == nil { return }
            return try connection.run("UPDATE revision SET content = NULL WHERE sequence = ?", [sequence])
        }
        if let content = row.stored.content, content.isProven(by: row.stored.fixity, hash) { return }
        if let number = try Healing(connection).contentNumber(of: row.stored.sequence, hash), number != row.content {
            try connection.run("UPDATE revision SET content = ? WHERE sequence = ?", [.integer(number), sequence])
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
            content.hash == hash
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
