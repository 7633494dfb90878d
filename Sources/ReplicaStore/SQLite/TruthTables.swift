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

    init(_ connection: Connection) { self.connection = connection }

    /// A row of the log as it is on disk, not checked yet.
    struct StoredRevision: Sendable {
        let sequence: Int
        /// The column `id`: what the row says it is.
        let idBytes: [UInt8]
        let header: [UInt8]
        /// The compressed content; nil for a tombstone.
        let compressedContent: [UInt8]?

        /// The id that the row says it has; nil if it cannot be one.
        var id: RevisionID? { Digest(bytes: idBytes).map(RevisionID.init) }

        /// The bytes of header and content, by what the compressed content says of itself; not checked yet.
        var byteCount: Int {
            header.count
                + (compressedContent.map { min(Zstandard.contentCount(of: $0) ?? $0.count, Limits.contentBytes) } ?? 0)
        }

        /// The revision, hashed and checked anew; nil if anything does not fit its name.
        func intact() -> Revision? {
            do {
                let content = try compressedContent.map {
                    try Zstandard.decompress($0, limitBytes: Limits.contentBytes)
                }
                let revision = try Revision(headerBytes: header, contentBytes: content)
                #if CANARIES
                    if Canary.outgoingNotHashed.isOn { return revision }
                #endif
                return revision.id == id ? revision : nil
            } catch {
                // Whatever is wrong with it, it is not what was stored.
                return nil
            }
        }

        /// The letter as its author left it, nil for a tombstone, after the same checks; nil if anything does not fit
        /// its name. Parses the content once, where a `Revision` would parse it for the check and for the letter.
        func intactLetter() -> (id: RevisionID, letter: Letter?)? {
            do {
                let id = RevisionID(SHA256.digest(of: header))
                let hash = try RevisionHeader(parsing: header).content
                guard id == self.id, (hash == nil) == (compressedContent == nil) else { return nil }
                guard let hash, let compressedContent else { return (id, nil) }
                let content = try Zstandard.decompress(compressedContent, limitBytes: Limits.contentBytes)
                guard SHA256.digest(of: content) == hash else { return nil }
                return (id, try Revision.letter(parsing: content))
            } catch {
                // Whatever is wrong with it, it is not what was stored.
                return nil
            }
        }

        init(_ row: Row) {
            sequence = row.integer(0)
            idBytes = row.bytes(1)
            header = row.bytes(2)
            compressedContent = row.optionalBytes(3)
        }
    }

    /// What `StoredRevision` reads, in its order.
    static let selection = """
        SELECT revision.sequence, revision.id, revision.header, content.bytes
        FROM revision LEFT JOIN content ON content.number = revision.content
        """

    // MARK: Names

    /// The number that stands for a letter; nil if it has no revision here.
    func letterNumber(_ id: LetterID) throws(SQLiteError) -> Int? {
        try connection.integer("SELECT number FROM letter WHERE id = ?", [.bytes(id.bytes)])
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
        try connection.integer("SELECT sequence FROM revision WHERE id = ?", [.bytes(id.digest.bytes)])
    }

    // MARK: Revisions

    /// A row of the log; nil if there is none at this place.
    func stored(_ sequence: Int) throws(SQLiteError) -> StoredRevision? {
        try connection.first("\(Self.selection) WHERE revision.sequence = ?", [.integer(sequence)]) {
            (row) throws(SQLiteError) in StoredRevision(row)
        }
    }

    /// The letter of a revision by its place, nil for a tombstone; throws `damaged` if its bytes no longer fit its
    /// name.
    private func letter(_ sequence: Int) throws -> (id: RevisionID, letter: Letter?) {
        guard let row = try stored(sequence), let letter = row.intactLetter() else {
            throw StoreError.damaged(object: "revision \(sequence)")
        }
        return letter
    }

    /// All revisions of a letter in log order; throws `damaged` if one no longer fits its name.
    func history(ofLetter number: Int) throws -> [LoggedRevision] {
        try connection.rows(
            "\(Self.selection) WHERE revision.letter = ? ORDER BY revision.sequence", [.integer(number)]
        ) { row throws in
            let stored = StoredRevision(row)
            guard let revision = stored.intact() else {
                throw StoreError.damaged(object: stored.id?.hex ?? "revision \(stored.sequence)")
            }
            return LoggedRevision(sequence: stored.sequence, revision: revision)
        }
    }

    /// The revisions of a letter that no other one names as a parent, by place, ascending.
    func heads(ofLetter number: Int) throws -> [Int] {
        try connection.rows("SELECT revision FROM head WHERE letter = ? ORDER BY revision", [.integer(number)]) {
            row throws in row.integer(0)
        }
    }

    /// The letter that people see. With one head that is no tombstone it is the head's content, and no history is read.
    func view(ofLetter number: Int, heads: [Int]) throws -> LetterView {
        if heads.count == 1 {
            let head = try letter(heads[0])
            if let letter = head.letter { return .single(head.id, letter) }
        }
        #if CANARIES
            if Canary.mergedByClock.isOn {
                let all = try history(ofLetter: number).filter { heads.contains($0.sequence) }.map(\.revision)
                let newest = all.max { ($0.header.time?.milliseconds ?? 0) < ($1.header.time?.milliseconds ?? 0) }
                if let newest, let letter = newest.letter { return .single(newest.id, letter) }
            }
        #endif
        return Merge.view(of: try history(ofLetter: number).map { HistoryRevision($0.revision) })
    }

    /// The view of the set that has these heads: the revisions with their ancestors, whatever came later.
    func view(ofLetter number: Int, asOf heads: [Int]) throws -> LetterView {
        if heads.count == 1 {
            let head = try letter(heads[0])
            if let letter = head.letter { return .single(head.id, letter) }
        }
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
