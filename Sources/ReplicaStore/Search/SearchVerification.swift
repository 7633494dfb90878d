import LetterModel
import SQLiteBinding

/// Checks the words that the full-text index holds of each letter against those that its document gives.
///
/// The index keeps no texts and no checksums, so each document goes once more through the same tokenizer, into an index
/// in memory, and the words of both are compared as one sum a letter: of term, column and place of each word.
struct SearchVerification {
    let connections: Connections

    /// Words that one transaction reads: some hundred milliseconds.
    private static let wordsPerPage = 100_000
    private static let lettersPerPage = 100
    /// How often the check begins anew because somebody wrote to the index meanwhile.
    private static let attempts = 3

    func run() throws(StoreError) -> [VerificationReport.Problem] {
        // What an earlier version made is not looked at: the next search makes it anew.
        guard try connections.read({ try SearchIndex($0).isOfThisVersion() }) else { return [] }
        for _ in 0..<Self.attempts {
            let before = try signature()
            let problems = try compare()
            if try signature() == before { return problems }
        }
        // It is being written to all the time, and what was compared is of several moments.
        return []
    }

    /// What changes whenever a letter is taken into the index.
    private func signature() throws(StoreError) -> [Int] {
        try connections.read { connection in
            [
                try connection.integer("SELECT through FROM search_state") ?? 0,
                try connection.integer("SELECT fold FROM search_state") ?? 0,
                try connection.integer("SELECT count(*) FROM search_entry") ?? 0,
            ]
        }
    }

    private func compare() throws(StoreError) -> [VerificationReport.Problem] {
        guard try isSound() else { return [Self.problem(nil, "the search index is damaged")] }
        var held: [Int: UInt64]
        do {
            held = try wordsOfIndex()
        } catch .damaged {
            return [Self.problem(nil, "the search index is damaged")]
        }
        var problems: [VerificationReport.Problem] = []
        var last = 0
        while true {
            let (expected, end) = try wordsOfDocuments(after: last)
            for (letter, entry) in expected
            where (held.removeValue(forKey: letter) ?? 0) != entry.sum || !entry.isDocumentRight {
                problems.append(Self.problem(entry.id, "the search index holds other words than the letter has"))
            }
            guard let end else { break }
            last = end
        }
        if !held.isEmpty { problems.append(Self.problem(nil, "the search index holds letters that it should not")) }
        return problems.sorted { ($0.letter?.text ?? "").precedesByBytes($1.letter?.text ?? "") }
    }

    private static func problem(_ letter: LetterID?, _ text: String) -> VerificationReport.Problem {
        VerificationReport.Problem(kind: "search", letter: letter, object: nil, text: text)
    }

    /// The index's own check of its structure, and its settings. It is written as a change, and changes nothing.
    ///
    /// Source: https://www.sqlite.org/fts5.html#the_integrity_check_command
    private func isSound() throws(StoreError) -> Bool {
        do {
            return try connections.write { connection in
                try connection.run("INSERT INTO search (search) VALUES ('integrity-check')")
                return try SearchSettings(connection).areSound()
            }
        } catch .damaged {
            return false
        }
    }

    /// The sum of the words that the index holds, by letter. Read in pages of whole terms.
    private func wordsOfIndex() throws(StoreError) -> [Int: UInt64] {
        var sums: [Int: UInt64] = [:]
        var next: [UInt8]? = []
        while let start = next {
            let page = try connections.read { connection in
                try connection.execute(
                    "CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_word USING fts5vocab('main', 'search', 'instance')")
                return try Self.page(
                    connection, "\(Self.words("search_word")) WHERE term >= ?",
                    [.text(String(decoding: start, as: UTF8.self))], limit: Self.wordsPerPage)
            }
            sums.merge(page.sums) { $0 &+ $1 }
            next = page.next
        }
        return sums
    }

    private static let columnNumbers = SearchDocument.columns.enumerated()
        .map { "WHEN '\($1.name)' THEN \($0)" }.joined(separator: " ")

    /// Every word with its letter, the number of its column, and its place in it.
    private static func words(_ table: String) -> String {
        "SELECT term, doc, CASE col \(columnNumbers) END, offset FROM temp.\(table)"
    }

    /// Adds up words until a page is full and a new term begins, which is where the next page starts.
    private static func page(
        _ connection: Connection, _ sql: String, _ values: [SQLiteValue], limit: Int
    ) throws -> (sums: [Int: UInt64], next: [UInt8]?) {
        var sums: [Int: UInt64] = [:]
        var count = 0
        var term: [UInt8] = []
        var termHash: UInt64 = 0
        var next: [UInt8]?
        try connection.forEach(sql, values) { row in
            let current = row.bytes(0)
            if current != term || count == 0 {
                guard count < limit else {
                    next = current
                    return false
                }
                term = current
                termHash = hash(current)
            }
            count += 1
            var word = termHash
            word = mixed(word, UInt64(truncatingIfNeeded: row.integer(2) << 32 | row.integer(3)))
            sums[row.integer(1), default: 0] &+= word
            return true
        }
        return (sums, next)
    }

    /// FNV-1a: it finds accidents, and nothing else is looked for here.
    private static func hash(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { mixed($0, UInt64($1)) }
    }

    private static func mixed(_ hash: UInt64, _ value: UInt64) -> UInt64 {
        var mixed = (hash ^ value) &* 0x9E37_79B9_7F4A_7C15
        mixed ^= mixed >> 29
        return mixed
    }

    private struct Expected: Sendable {
        let id: LetterID?
        let sum: UInt64
        /// Whether the document is the one that was put into the index, as its digest says.
        let isDocumentRight: Bool
    }

    /// The sum of the words that the documents of the next letters give; and where to go on.
    private func wordsOfDocuments(after last: Int) throws(StoreError) -> (letters: [Int: Expected], end: Int?) {
        try connections.read { connection in
            try connection.execute(
                """
                CREATE VIRTUAL TABLE IF NOT EXISTS temp.document USING fts5(
                    \(SearchDocument.columnNames), content='', \(SearchDocument.tokenizer));
                CREATE VIRTUAL TABLE IF NOT EXISTS temp.document_word USING fts5vocab('temp', 'document', 'instance');
                INSERT INTO temp.document (document) VALUES ('delete-all');
                """)
            let entries = try connection.rows(
                """
                SELECT search_entry.letter, search_entry.heads, letter.id, search_entry.digest
                FROM search_entry LEFT JOIN letter ON letter.number = search_entry.letter
                WHERE search_entry.letter > ? ORDER BY search_entry.letter LIMIT ?
                """, [.integer(last), .integer(Self.lettersPerPage)]
            ) { row throws in
                (
                    letter: row.integer(0), heads: SearchIndex.decode(row.bytes(1)), id: LetterID(bytes: row.bytes(2)),
                    digest: row.bytes(3)
                )
            }
            let index = SearchIndex(connection)
            var right: Set<Int> = []
            for entry in entries {
                guard let columns = try index.columns(entry.letter, heads: entry.heads) else { continue }
                if RowDigest.value(of: columns) == .bytes(entry.digest) { right.insert(entry.letter) }
                try connection.run(
                    "INSERT INTO temp.document (rowid, \(SearchDocument.columnNames)) VALUES (?, \(SearchDocument.columnMarks))",
                    [.integer(entry.letter)] + columns)
            }
            let sums = try Self.page(
                connection, Self.words("document_word"), [], limit: .max
            ).sums
            var result: [Int: Expected] = [:]
            for entry in entries {
                result[entry.letter] = Expected(
                    id: entry.id, sum: sums[entry.letter] ?? 0, isDocumentRight: right.contains(entry.letter))
            }
            return (result, entries.count == Self.lettersPerPage ? entries.last?.letter : nil)
        }
    }
}
