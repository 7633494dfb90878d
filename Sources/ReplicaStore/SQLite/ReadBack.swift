import Canaries
import Compression
import Hashing
import LetterModel
import Parallelism
import SQLiteBinding

/// Reads what a transaction appended to the log and hashes it again, before anybody is told that it is here.
struct ReadBack {
    /// What a row of the log was made of.
    struct Written: Sendable {
        /// The hash of the content that the header names; nil for a tombstone.
        let content: Digest?
        /// What is kept beside the content, if its frame was decompressed when it came: what is read back of it need not be once more, if it is the
        /// same. Nil otherwise.
        let seenFixity: Int?

        init(_ revision: PreparedRevision) {
            content = revision.links.content
            seenFixity = revision.wasSeen ? revision.fixity : nil
        }
    }

    private let truth: TruthTables
    private let dictionaries: DictionaryTable
    private let end: StateRow
    private let written: [Written]
    private let begin: StateRow
    /// The state as it follows from the rows that were checked.
    private var state: StateRow

    /// - Parameters:
    ///   - begin: The state before the first row that was appended.
    ///   - end: The state after the last one.
    ///   - written: What they were made of, in the order of the log.
    init(_ truth: TruthTables, after begin: StateRow, through end: StateRow, written: [Written]) {
        self.truth = truth
        dictionaries = DictionaryTable(truth.connection)
        self.begin = begin
        self.end = end
        self.written = written
        state = begin
    }

    /// Throws `damaged` where anything is not what was written.
    mutating func run() throws {
        #if CANARIES
            if Canary.readBackSkipped.isOn { return }
        #endif
        var unseen: [UnseenContent] = []
        var hashing: BegunWork<RevisionID?, Never>?
        // While some are hashed, the next ones are read. Few stay here.
        func hashUnseen() throws {
            let place = unseen.count == Self.contentsHashedTogether ? WorkPlace.cores : .here
            let next = BegunWork<RevisionID?, Never>(place) { [unseen] in UnseenContent.firstWrong(of: unseen) }
            if let wrong = hashing?.wait() { throw StoreError.damaged(object: wrong.hex) }
            hashing = next
            unseen = []
        }
        try truth.connection.forEach(
            """
            SELECT \(TruthTables.columns), revision.chain
            FROM revision LEFT JOIN content ON content.number = revision.content
            WHERE revision.sequence > ? ORDER BY revision.sequence
            """, [.integer(begin.sequence)]
        ) { row in
            if let content = try check(row) { unseen.append(content) }
            if unseen.count == Self.contentsHashedTogether { try hashUnseen() }
            return true
        }
        try hashUnseen()
        if let wrong = hashing?.wait() { throw StoreError.damaged(object: wrong.hex) }
        guard state.sequence == end.sequence, state.chain == end.chain, state.fingerprint == end.fingerprint
        else { throw StoreError.damaged(object: "archive.sqlite") }
    }

    private static let contentsHashedTogether = 512

    /// Checks the next row, where SQLite holds it.
    ///
    /// - Returns: Its content if that is still to be decompressed and hashed.
    private mutating func check(_ row: Row) throws -> UnseenContent? {
        let sequence = row.integer(0)
        let index = sequence - begin.sequence - 1
        guard written.indices.contains(index), sequence == state.sequence + 1 else {
            throw StoreError.damaged(object: "archive.sqlite")
        }
        let header = row.withBytes(2) { SHA256.digest(of: HeaderShorthand.expand($0)) }
        guard row.withBytes(1, { Digest(bytes: $0) }) == header else {
            throw StoreError.damaged(object: "revision \(sequence)")
        }
        let id = RevisionID(header)
        state.append(id)
        let chain = LogChain.stands(at: sequence) ? state.chain.bytes : nil
        let (hash, hasContent) = (written[index].content, !row.isNull(3))
        guard row.optionalBytes(6) == chain, (hash != nil) == hasContent else {
            throw StoreError.damaged(object: id.hex)
        }
        guard let hash else { return nil }
        guard let fixity = row.optionalInteger(5), fixity == written[index].seenFixity else {
            return UnseenContent(id: id, hash: hash, row: try truth.stored(row))
        }
        let dictionary = try row.optionalInteger(4).flatMap { (number) throws(SQLiteError) in
            try dictionaries.dictionary(number)
        }
        let frame = row.withBytes(3) { SHA256.digest(of: $0) }
        guard StoredContent.fixity(of: hash, frameDigest: frame, dictionary: dictionary?.digest) == fixity else {
            throw StoreError.damaged(object: id.hex)
        }
        return nil
    }

    /// A content that nobody has decompressed since it was compressed, or that was stored before this transaction, and may be older than its fixity.
    private struct UnseenContent: Sendable {
        let id: RevisionID
        /// What the header names.
        let hash: Digest
        let row: TruthTables.StoredRevision

        private var isRight: Bool {
            guard let content = row.content else { return false }
            return content.fits(row.fixity, hash) && content.hash == hash
        }

        /// The revision of the first that is not what its header names; nil if all are.
        static func firstWrong(of contents: [UnseenContent]) -> RevisionID? {
            zip(contents, contents.concurrentMap(\.isRight)).first { !$1 }?.0.id
        }
    }
}
