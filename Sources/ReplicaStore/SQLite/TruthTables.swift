import Canaries
import Compression
import Hashing
import LetterMerge
import LetterModel
import SQLiteBinding

/// The truth, inside a transaction: rows of `letter`, `content`, `revision` and `parent`.
///
/// Everything that is read here is hashed again before it is given on: SQLite notices no flipped bit inside a value.
struct TruthTables {
    let connection: Connection
    private let dictionaries: DictionaryTable

    init(_ connection: Connection) {
        self.connection = connection
        dictionaries = DictionaryTable(connection)
    }

    /// A row of the log as it is on disk, not checked yet. An object, since it goes through many hands.
    final class StoredRevision: Sendable {
        let sequence: Int
        /// The id that the row says it has; nil if it cannot be one.
        let id: RevisionID?
        /// The column `header`.
        private let shorthand: [UInt8]
        /// The content; nil for a tombstone.
        let content: StoredContent?
        /// Whether it says that the content was compressed with a dictionary that is not here. Its frame is looked at all the same: few
        /// words may not need one.
        let lacksDictionary: Bool
        /// What the row keeps beside the content (`StoredContent.fixity`); nil where it is older than that.
        let fixity: Int?

        /// The header's bytes. Made each time, so that whoever only reads the row does not wait for it.
        var header: [UInt8] { HeaderShorthand.expand(shorthand) }

        /// The bytes of header and content, by what the compressed content says of itself; not checked yet.
        var byteCount: Int {
            HeaderShorthand.byteCount(of: shorthand) + (content?.byteCount ?? 0)
        }

        /// The revision, hashed and checked anew; nil if anything does not fit its name.
        func intact() -> Revision? {
            do {
                let revision = try Revision(headerBytes: header, contentBytes: try content?.bytes())
                #if CANARIES
                    if Canary.outgoingNotHashed.isOn { return revision }
                #endif
                return revision.id == id ? revision : nil
            } catch {
                // Whatever is wrong with it, it is not what was stored.
                return nil
            }
        }

        /// The revision on its way to another replica: with its content as it is stored if that was compressed with the dictionary of this hash.
        /// Nil if anything does not fit its name.
        func outgoing(packedBy digest: Digest?) -> OutgoingRevision? {
            guard let digest, let content, content.dictionary?.digest == digest else {
                return intact().map { .whole($0) }
            }
            let header = header
            let headerDigest = SHA256.digest(of: header)
            guard headerDigest == id?.digest, let links = RevisionLinks(ofHeader: header), let hash = links.content
            else { return nil }
            // The fixity itself may be what is damaged, or not be there.
            guard content.isProven(by: fixity, hash) else { return nil }
            return .packed(
                PackedRevision(
                    id: RevisionID(headerDigest), links: links, headerBytes: header, content: content))
        }

        /// The letter as its author left it, nil for a tombstone, after the same checks; nil if anything does not fit
        /// its name. Parses the content once, where a `Revision` would parse it for the check and for the letter.
        func intactLetter() -> (id: RevisionID, letter: Letter?)? {
            do {
                let header = header
                let id = RevisionID(SHA256.digest(of: header))
                let hash = try RevisionHeader(parsing: header).content
                guard id == self.id, (hash == nil) == (content == nil) else { return nil }
                guard let hash, let content = try content?.bytes() else { return (id, nil) }
                guard SHA256.digest(of: content) == hash else { return nil }
                return (id, try Revision.letter(parsing: content))
            } catch {
                // Whatever is wrong with it, it is not what was stored.
                return nil
            }
        }

        /// The revision with its place; throws `damaged` if anything does not fit its name.
        func logged() throws(StoreError) -> LoggedRevision {
            guard let revision = intact() else { throw damage }
            return LoggedRevision(sequence: sequence, revision: revision)
        }

        /// That it no longer fits its name.
        var damage: StoreError { .damaged(object: id?.hex ?? "revision \(sequence)") }

        fileprivate init(_ row: Row, _ dictionary: (Int) throws(SQLiteError) -> CompressionDictionary?)
            throws(SQLiteError)
        {
            sequence = row.integer(0)
            id = row.withBytes(1) { Digest(bytes: $0) }.map(RevisionID.init)
            shorthand = row.bytes(2)
            let number = row.optionalInteger(4)
            let dictionary = try number.flatMap(dictionary)
            lacksDictionary = number != nil && dictionary == nil
            content = row.optionalBytes(3).map { StoredContent(frame: $0, dictionary: dictionary) }
            fixity = row.optionalInteger(5)
        }
    }

    /// What the bytes of a header say; nil if they are none.
    static func header(_ bytes: [UInt8]) -> RevisionHeader? {
        do {
            return try RevisionHeader(parsing: bytes)
        } catch {
            return nil
        }
    }

    /// What a `StoredRevision` is read from, in its order.
    static let columns =
        "revision.sequence, revision.id, revision.header, content.bytes, content.dictionary, content.fixity"
    /// Where these stand.
    static let selection = """
        SELECT \(columns) FROM revision LEFT JOIN content ON content.number = revision.content
        """

    /// The condition that a revision is of the letter whose number is the first value of a statement. A letter has the number of its first log entry,
    /// so the index holds the others alone; of letters that are older than format 7 all.
    static let isOfLetter = """
        revision.sequence IN (SELECT ?1 UNION ALL SELECT sequence FROM revision WHERE letter = ?1 AND letter <> sequence)
            AND revision.letter = ?1
        """

    /// The revision of a row that begins with these columns.
    func stored(_ row: Row) throws(SQLiteError) -> StoredRevision {
        try StoredRevision(row) { (number) throws(SQLiteError) in try dictionaries.dictionary(number) }
    }

    // MARK: Names

    /// The number that stands for a letter; nil if it has no revision here.
    func letterNumber(_ id: LetterID) throws(SQLiteError) -> Int? {
        try IDIndex(connection).letter(id)
    }

    /// Writes the row of a letter that has none. The index of ids is left to the caller.
    ///
    /// - Parameter sequence: Its first log entry.
    /// - Returns: Its number: the same, unless another letter has that.
    func addLetter(_ id: LetterID, at sequence: Int) throws(SQLiteError) -> Int {
        try connection.run(
            "INSERT INTO letter (number, id) VALUES (?, ?) ON CONFLICT DO NOTHING",
            [.integer(sequence), .bytes(id.bytes)])
        if connection.changedRowCount == 1 { return sequence }
        // Another letter has that number, as may be where a damaged one was mended.
        try connection.run("INSERT INTO letter (id) VALUES (?)", [.bytes(id.bytes)])
        return connection.lastInsertedRow
    }

    /// The letter that a number stands for.
    func letterID(_ number: Int) throws -> LetterID {
        let bytes = try connection.first("SELECT id FROM letter WHERE number = ?", [.integer(number)]) {
            (row) throws(SQLiteError) in row.bytes(0)
        }
        guard let bytes, let id = LetterID(bytes: bytes) else { throw StoreError.damaged(object: "archive.sqlite") }
        return id
    }

    /// The place of a revision in the log; nil if it is not there.
    func sequence(of id: RevisionID) throws(SQLiteError) -> Int? {
        try connection.integer("SELECT sequence FROM revision WHERE \(IDIndex.isNamed)", [.bytes(id.digest.bytes)])
    }

    /// The places of revisions in the log; nil for each that is not there. Of those that follow each other there the first alone is looked for by its
    /// id, which may be anywhere in the index.
    func sequences(of ids: [RevisionID]) throws -> [Int?] {
        var sequences: [Int?] = []
        sequences.reserveCapacity(ids.count)
        while sequences.count < ids.count {
            let first = try sequence(of: ids[sequences.count])
            sequences.append(first)
            guard let first, sequences.count < ids.count else { continue }
            try connection.forEach(
                "SELECT sequence, id FROM revision WHERE sequence > ? ORDER BY sequence", [.integer(first)]
            ) { row in
                guard sequences.count < ids.count, Digest(bytes: row.bytes(1)) == ids[sequences.count].digest else {
                    return false
                }
                sequences.append(row.integer(0))
                return true
            }
        }
        return sequences
    }

    // MARK: Revisions

    /// A row of the log; nil if there is none at this place.
    func stored(_ sequence: Int) throws(SQLiteError) -> StoredRevision? {
        try connection.first("\(Self.selection) WHERE revision.sequence = ?", [.integer(sequence)]) {
            (row) throws(SQLiteError) in try stored(row)
        }
    }

    /// All revisions of a letter in log order; throws `damaged` if one no longer fits its name.
    func history(ofLetter number: Int) throws -> [LoggedRevision] {
        try rows(ofLetter: number).map { row throws in try row.logged() }
    }

    private func rows(ofLetter number: Int) throws -> [StoredRevision] {
        try connection.rows(
            "\(Self.selection) WHERE \(Self.isOfLetter) ORDER BY revision.sequence", [.integer(number)]
        ) { row throws in try stored(row) }
    }

    /// The revisions of a letter that no other one names as a parent, by place, ascending. Where the first revision of a letter is the only one, no row
    /// says that it is the head.
    func heads(ofLetter number: Int) throws -> [Int] {
        try connection.rows(
            """
            SELECT revision FROM head WHERE letter = ?1
            UNION ALL SELECT sequence FROM revision
                WHERE sequence = ?1 AND letter = ?1 AND NOT EXISTS (SELECT 1 FROM head WHERE letter = ?1)
            ORDER BY 1
            """, [.integer(number)]
        ) { row throws in row.integer(0) }
    }

    /// The letter that people see.
    func view(ofLetter number: Int, heads: [Int]) throws -> LetterView {
        try letterRows(number, heads: heads).view()
    }

    /// What the view of a letter is made of. With one head that is no tombstone it is the head's content, and no history is read.
    func letterRows(_ number: Int, heads: [Int]) throws -> LetterRows {
        LetterRows(heads: heads, rows: try soleContent(heads).map { [$0] } ?? rows(ofLetter: number))
    }

    /// The one head, if it is no tombstone: what people see is its content.
    private func soleContent(_ heads: [Int]) throws -> StoredRevision? {
        guard heads.count == 1 else { return nil }
        guard let head = try stored(heads[0]) else { throw StoreError.damaged(object: "revision \(heads[0])") }
        return head.content == nil ? nil : head
    }

    /// Rows of one letter as they are on disk, so that the views of many letters can be made on all cores.
    struct LetterRows: Sendable {
        let heads: [Int]
        let rows: [StoredRevision]

        /// The letter that people see; throws `damaged` if a row no longer fits its name.
        func view() throws(StoreError) -> LetterView {
            if heads == rows.map(\.sequence), heads.count == 1, rows[0].content != nil {
                guard let head = rows[0].intactLetter(), let letter = head.letter else { throw rows[0].damage }
                return .single(head.id, letter)
            }
            // A letter that is listed has revisions, unless what says whose they are is damaged.
            guard !rows.isEmpty else { throw .damaged(object: "archive.sqlite") }
            var revisions: [Revision] = []
            for row in rows { revisions.append(try row.logged().revision) }
            #if CANARIES
                if Canary.mergedByClock.isOn {
                    let all = zip(rows, revisions).filter { heads.contains($0.0.sequence) }.map(\.1)
                    let newest = all.max { ($0.header.time?.milliseconds ?? 0) < ($1.header.time?.milliseconds ?? 0) }
                    if let newest, let letter = newest.letter { return .single(newest.id, letter) }
                }
            #endif
            return Merge.view(of: revisions.map { HistoryRevision($0) })
        }
    }

    /// The view of the set that has these heads: the revisions with their ancestors, whatever came later.
    func view(ofLetter number: Int, asOf heads: [Int]) throws -> LetterView {
        if let head = try soleContent(heads) { return try LetterRows(heads: heads, rows: [head]).view() }
        let history = try history(ofLetter: number)
        var wanted = Set(heads)
        var kept: [HistoryRevision] = []
        var placeByID: [RevisionID: Int] = [:]
        for entry in history { placeByID[entry.revision.id] = entry.sequence }
        // Parents come before children in the log, so one pass backwards meets every ancestor after its descendants.
        for entry in history.reversed() where wanted.contains(entry.sequence) {
            for parent in entry.revision.header.parents {
                if let place = placeByID[parent] { wanted.insert(place) }
            }
            kept.append(HistoryRevision(entry.revision))
        }
        return Merge.view(of: kept.reversed())
    }
}

extension LetterView {
    /// The view of one revision with its ancestors: exactly its content.
    static func single(_ head: RevisionID, _ letter: Letter) -> LetterView {
        LetterView(letter: letter, heads: [head], leadingHead: head, conflicts: [], isDeleted: false)
    }
}
