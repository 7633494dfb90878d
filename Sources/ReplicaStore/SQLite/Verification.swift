import Canaries
import Hashing
import LetterModel
import SQLiteBinding

/// Checks a whole replica: every hash of the truth, every projection against what the truth gives, every blob.
///
/// Works in pages, each in a transaction of its own, so that others can write meanwhile: the log only grows, and what
/// belongs to one letter is looked at in one transaction.
struct Verification {
    let connections: Connections
    let folder: ReplicaFolder
    private var problems: [VerificationReport.Problem] = []

    /// Whether the words of the search index are compared too: its own check wants to write, and a server has no searches.
    private let comparesSearch: Bool

    init(connections: Connections, folder: ReplicaFolder, comparesSearch: Bool = true) {
        self.connections = connections
        self.folder = folder
        self.comparesSearch = comparesSearch
    }

    /// How much one transaction looks at: some tens of milliseconds.
    private static let revisionsPerPage = 200
    private static let lettersPerPage = 100

    mutating func run(progress: (_ done: Int, _ total: Int) -> Void) throws(StoreError) -> VerificationReport {
        try checkDatabase()
        let blobs = try BlobFiles(folder).all()
        let (state, letterEnd) = try connections.read { connection in
            (try StateRow.read(connection), try connection.integer("SELECT max(number) FROM letter") ?? 0)
        }
        checkList(state)
        let total = state.sequence + letterEnd + blobs.count
        var done = 0
        progress(done, total)

        var log = LogVerification(end: state)
        while log.sequence < state.sequence {
            let page = log
            let (next, found) = try connections.read { connection in
                var page = page
                try page.checkPage(connection, count: Self.revisionsPerPage)
                let found = page.takeProblems()
                return (page, found)
            }
            guard next.sequence > log.sequence else { break }
            done += next.sequence - log.sequence
            log = next
            problems += found
            progress(min(done, total), total)
        }
        problems += log.finish()

        var letter = 0
        while letter < letterEnd {
            let first = letter + 1
            let last = min(letter + Self.lettersPerPage, letterEnd)
            problems += try connections.read { connection in
                try LetterVerification(connection).check(first...last)
            }
            done += last - letter
            letter = last
            progress(min(done, total), total)
        }
        if comparesSearch { problems += try SearchVerification(connections: connections).run() }
        for blob in blobs {
            #if CANARIES
                if Canary.verifySkipsBlobs.isOn { continue }
            #endif
            try check(blob)
            done += 1
            progress(min(done, total), total)
        }
        try checkBlobRows()
        return VerificationReport(revisions: state.sequence, blobs: blobs.count, problems: problems)
    }

    /// The entries of the log that a quick look re-hashes: the newest, which a crash or a full disk would have touched.
    private static let newestEntries = 200

    /// See ``ReplicaStore/verifyQuickly()``.
    mutating func runQuickly() throws(StoreError) -> VerificationReport {
        try checkSchema()
        let rows = try connections.read { try Self.rowsWithWrongDigest($0) }
        for table in rows { add("database", "a row of table \(table) is damaged") }
        let (state, last) = try connections.read { connection in
            (try StateRow.read(connection), try connection.integer("SELECT max(sequence) FROM revision") ?? 0)
        }
        if last != state.sequence {
            add("chain", "the log has \(last) entries, and \(state.sequence) are noted")
        }
        checkList(state)
        let stretch = try check(after: max(0, state.sequence - Self.newestEntries), count: Self.newestEntries, state)
        return VerificationReport(
            revisions: stretch.entries.count, blobs: stretch.blobs, problems: problems)
    }

    /// See ``ReplicaStore/verifySample(count:)``.
    mutating func runSample(after begin: Int, count: Int) throws(StoreError) -> VerificationSample {
        let state = try connections.read { try StateRow.read($0) }
        let stretch = try check(after: begin < state.sequence ? begin : 0, count: count, state)
        return VerificationSample(
            report: VerificationReport(revisions: stretch.entries.count, blobs: stretch.blobs, problems: problems),
            entries: stretch.entries, total: state.sequence)
    }

    /// Checks a stretch of the log with its letters and blobs.
    private mutating func check(
        after begin: Int, count: Int, _ state: StateRow
    ) throws(StoreError) -> (entries: Range<Int>, blobs: Int) {
        let end = min(begin + count, state.sequence)
        guard begin < end else { return (begin + 1..<begin + 1, 0) }
        let chain = try connections.read { connection in try LogChain(connection).hash(at: begin) }
        var log = LogVerification(end: state, after: begin, chain: chain ?? .zero)
        while log.sequence < end {
            let page = log
            let pageCount = min(Self.revisionsPerPage, end - log.sequence)
            let (next, found) = try connections.read { connection in
                var page = page
                try page.checkPage(connection, count: pageCount)
                let found = page.takeProblems()
                return (page, found)
            }
            guard next.sequence > log.sequence else { break }
            log = next
            problems += found
        }
        let letters = try connections.read { connection in
            try connection.rows(
                "SELECT DISTINCT letter FROM revision WHERE sequence > ? AND sequence <= ? ORDER BY letter",
                [.integer(begin), .integer(end)]
            ) { row throws in row.integer(0) }
        }
        for letter in letters {
            problems += try connections.read { connection in
                try LetterVerification(connection).check(letter...letter)
            }
        }
        let blobs = try connections.read { connection in
            try connection.rows(
                """
                SELECT DISTINCT blob.id FROM blob_reference JOIN blob ON blob.number = blob_reference.blob
                WHERE blob_reference.revision > ? AND blob_reference.revision <= ?
                """, [.integer(begin), .integer(end)]
            ) { row throws in Digest(bytes: row.bytes(0)).map(BlobID.init) }
        }
        let here = blobs.compactMap { $0 }.filter { BlobFiles(folder).contains($0) }
        for blob in here { try check(blob) }
        return (begin + 1..<end + 1, here.count)
    }

    private mutating func add(_ kind: String, _ text: String, object: String? = nil, letter: LetterID? = nil) {
        problems.append(VerificationReport.Problem(kind: kind, letter: letter, object: object, text: text))
    }

    private mutating func checkList(_ state: StateRow) {
        guard state.listed > state.sequence || connections.mode == .local && state.listed < state.sequence else {
            return
        }
        add(
            "summary", "the list is noted to end at log entry \(state.listed), and the log goes on to \(state.sequence)"
        )
    }

    // MARK: The file

    /// The structure of the file, and the rows that carry a digest of their own.
    private mutating func checkDatabase() throws(StoreError) {
        let tables = try connections.read { connection in
            try connection.rows(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY name"
            ) { row throws in try row.text(0) }
        }
        for table in tables {
            let isSound = try connections.read { connection in
                try connection.first("PRAGMA integrity_check('\(table)')") { (row) throws(SQLiteError) in
                    try row.text(0)
                } == "ok"
            }
            if !isSound { add("database", "the structure of table \(table) is damaged") }
        }
        try checkSchema()
        let (orphans, rows) = try connections.read { connection in
            (try Self.orphans(connection), try Self.rowsWithWrongDigest(connection))
        }
        for table in orphans { add("database", "table \(table) has rows that belong to nothing") }
        for table in rows { add("database", "a row of table \(table) is damaged") }
        let isIndexed = try connections.read { connection in
            try IDIndex(connection).isSound(end: try StateRow.read(connection).sequence)
        }
        if !isIndexed { add("database", "letters or revisions are not found by their ids") }
        for id in try connections.read({ try Self.revisionsThatStandTwice($0) }) {
            add("revision", "revision \(id.hex) stands in the log twice")
        }
    }

    private static func revisionsThatStandTwice(_ connection: Connection) throws -> [Digest] {
        try connection.rows(
            """
            SELECT id FROM revision WHERE substr(id, 1, 8) IN (
                SELECT substr(id, 1, 8) FROM revision GROUP BY substr(id, 1, 8) HAVING count(*) > 1)
            GROUP BY id HAVING count(*) > 1
            """
        ) { row throws in Digest(bytes: row.bytes(0)) }.compactMap { $0 }
    }

    private mutating func checkSchema() throws(StoreError) {
        guard try connections.read({ try SchemaVerification(connection: $0).isSound() }) else {
            return add("database", "the definitions of the tables are not those that this program makes")
        }
    }

    private static func orphans(_ connection: Connection) throws -> [String] {
        let broken = Set(try connection.rows("PRAGMA foreign_key_check") { row throws in try row.text(0) })
        let queries = [
            "head": "SELECT 1 FROM head WHERE letter NOT IN (SELECT number FROM letter)",
            "summary": "SELECT 1 FROM summary WHERE letter NOT IN (SELECT number FROM letter)",
            "search_entry": "SELECT 1 FROM search_entry WHERE letter NOT IN (SELECT number FROM letter)",
            "blob_reference": """
            SELECT 1 FROM blob_reference WHERE revision NOT IN (SELECT sequence FROM revision)
                OR blob NOT IN (SELECT number FROM blob)
            """,
            "content": "SELECT 1 FROM content WHERE number NOT IN (SELECT content FROM revision WHERE content > 0)",
            "letter": "SELECT 1 FROM letter WHERE number NOT IN (SELECT letter FROM revision)",
            "blob": "SELECT 1 FROM blob WHERE number NOT IN (SELECT blob FROM blob_reference)",
        ]
        var found = broken
        for (table, query) in queries where try connection.integer("\(query) LIMIT 1") != nil { found.insert(table) }
        return found.sorted()
    }

    /// The tables of rows that no hash names, with the columns that their digest covers.
    private static let digestedTables = [
        ("archive", "id, is_open, name, label, merge_rule, mode, epoch"), ("setting", "key, value"),
        ("remote", RemoteTable.columns), ("waiting", "id, header, content, remote"),
        ("held", "id, letter, header, content"), ("remote_evidence", EvidenceTable.columns),
        ("quarantine", "bytes_digest, header, content, code, text, remote"),
        ("import_record", "source, file_name, importer, time, author, letters"),
    ]

    private static func rowsWithWrongDigest(_ connection: Connection) throws -> [String] {
        try DictionaryTable(connection).damagedTables()
            + digestedTables.filter { table, columns in
                var isWrong = false
                try connection.forEach("SELECT \(columns), digest FROM \(table)") { row in
                    do {
                        let values = try row.values()
                        isWrong = RowDigest.value(of: values.dropLast()) != values.last
                    } catch let error as SQLiteError where error.kind == .corrupt {
                        // Text that is no UTF-8 any more.
                        isWrong = true
                    }
                    return !isWrong
                }
                return isWrong
            }.map(\.0)
    }

    // MARK: Blobs

    private mutating func check(_ blob: BlobID) throws(StoreError) {
        guard try !BlobFiles(folder).isIntact(blob) else { return }
        let letter = try connections.read { connection in
            try connection.rows(
                "SELECT blob.id, letter.id, 0 FROM \(BlobTables.join) WHERE blob.id = ? LIMIT 1",
                [.bytes(blob.digest.bytes)]
            ) { row throws in try BlobTables.reference(row).letter }.first
        }
        add("blob", "the bytes of an attachment do not have the hash that names them", object: blob.hex, letter: letter)
    }

    /// What the table says of the files must be so. A blob that was not fetched yet is no problem.
    private mutating func checkBlobRows() throws(StoreError) {
        let rows = try connections.read { connection in
            try connection.rows("SELECT id, is_here FROM blob ORDER BY number") { row throws in
                (id: row.bytes(0), isHere: row.integer(1))
            }
        }
        for row in rows {
            guard let digest = Digest(bytes: row.id) else { continue }
            let isHere = BlobFiles(folder).contains(BlobID(digest))
            guard row.isHere != (isHere ? 1 : 0) else { continue }
            // The file comes before its row. A server notes when it starts what came between the two, and gives it out all the same.
            if isHere, row.isHere == 0, connections.mode == .server { continue }
            let text =
                isHere
                ? "an attachment is here and noted as missing" : "an attachment is noted as here and its file is gone"
            add("blob", text, object: digest.hex)
        }
    }
}
