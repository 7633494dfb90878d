import Compression
import Hashing
import SQLiteBinding
import Synchronization

/// What contents were compressed with, inside a transaction.
///
/// Without its dictionary no content can be read, so each stands in two tables, at the same place, and is hashed when it is loaded.
struct DictionaryTable {
    private let connection: Connection
    private let loaded: LoadedDictionaries

    init(_ connection: Connection) {
        self.connection = connection
        loaded = connection.kept { LoadedDictionaries() }
    }

    /// How many an archive has at most. One is enough; each machine that fills an archive of its own may bring another.
    static let limit = 16
    private static let tables = ["dictionary", "dictionary_copy"]

    /// What stands for a dictionary in the rows of contents: the first 31 bits of its hash, so that no two replicas mean different ones.
    static func number(of digest: Digest) -> Int {
        digest.bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) } & 0x7FFF_FFFF
    }

    /// The dictionary that a number stands for; nil if it is not here, or no copy of it is whole.
    func dictionary(_ number: Int) throws(SQLiteError) -> CompressionDictionary? {
        if let known = loaded.byNumber.withLock({ $0[number] }) { return known }
        for table in Self.tables {
            let bytes = try connection.first("SELECT bytes FROM \(table) WHERE number = ?", [.integer(number)]) {
                (row) throws(SQLiteError) in row.bytes(0)
            }
            let dictionary = bytes.flatMap(CompressionDictionary.init)
            guard let dictionary, Self.number(of: dictionary.digest) == number else { continue }
            loaded.byNumber.withLock { $0[number] = dictionary }
            return dictionary
        }
        return nil
    }

    /// The dictionary of this hash; nil if it is not here, or no copy of it is whole.
    func dictionary(named digest: Digest) throws(SQLiteError) -> CompressionDictionary? {
        let found = try dictionary(Self.number(of: digest))
        return found?.digest == digest ? found : nil
    }

    /// The one that came last, of those that are whole: what new contents are compressed with. Nil without any.
    func newest() throws -> CompressionDictionary? {
        for number in try numbers() {
            if let dictionary = try dictionary(number) { return dictionary }
        }
        return nil
    }

    /// All numbers, that of what came last first.
    private func numbers() throws -> [Int] {
        try connection.rows(
            "SELECT place, number FROM dictionary UNION SELECT place, number FROM dictionary_copy ORDER BY place DESC"
        ) { row throws in row.integer(1) }
    }

    /// The number of a dictionary, which is kept from now on.
    ///
    /// - Returns: Nil if there are too many already, or its number is another one's: whoever has it does without.
    func add(_ dictionary: CompressionDictionary) throws -> Int? {
        let number = Self.number(of: dictionary.digest)
        let numbers = try numbers()
        // What was loaded may have come with a transaction that was undone: only a row says that it is here.
        if numbers.contains(number) {
            if let known = try self.dictionary(number) { return known.digest == dictionary.digest ? number : nil }
            // No copy of what had this number is whole any more: nobody can read anything by it.
            try Healing(connection).allowed {
                for table in Self.tables {
                    try connection.run(
                        "UPDATE \(table) SET hash = ?, bytes = ? WHERE number = ?",
                        [.bytes(dictionary.digest.bytes), .bytes(dictionary.bytes), .integer(number)])
                }
            }
        } else {
            let last = try connection.integer(
                "SELECT max(place) FROM (SELECT place FROM dictionary UNION ALL SELECT place FROM dictionary_copy)")
            guard Set(numbers).count < Self.limit else { return nil }
            for table in Self.tables { try insert(dictionary.bytes, dictionary.digest, table, place: (last ?? 0) + 1) }
        }
        _ = loaded.byNumber.withLock { $0.removeValue(forKey: number) }
        // Read again before anybody is told that a content is here which needs it.
        let written = try rows().filter { $0.number == number }
        guard !written.isEmpty, written.allSatisfy({ $0.isWhole && $0.digest == dictionary.digest }) else {
            throw StoreError.damaged(object: dictionary.digest.hex)
        }
        return number
    }

    private func insert(_ bytes: [UInt8], _ digest: Digest, _ table: String, place: Int) throws(SQLiteError) {
        try connection.run(
            "INSERT INTO \(table) (place, number, hash, bytes) VALUES (?, ?, ?, ?)",
            [.integer(place), .integer(Self.number(of: digest)), .bytes(digest.bytes), .bytes(bytes)])
    }

    /// A content as it stands in its row.
    struct ContentRow {
        let frame: [UInt8]
        /// The number of its dictionary; nil for none.
        let dictionary: Int?
        /// What is kept beside it.
        let fixity: Int

        /// The columns `bytes`, `dictionary` and `fixity`. No content has a hash of its own any more: the header that refers to it names it.
        var values: [SQLiteValue] { [.bytes(frame), .integer(dictionary), .integer(fixity)] }
    }

    /// How a content is stored here: as it is, with the number of its dictionary, or without one where that cannot be kept.
    ///
    /// - Parameters:
    ///   - hash: What its bytes hash to.
    ///   - fixity: What is kept beside it if it is stored as it is.
    func row(of content: StoredContent, _ hash: Digest, fixity: Int? = nil) throws -> ContentRow {
        let number = try content.dictionary.map(add) ?? nil
        if number == nil, content.dictionary != nil {
            let plain = StoredContent(try content.bytes(), with: nil)
            return ContentRow(frame: plain.frame, dictionary: nil, fixity: plain.fixity(of: hash))
        }
        return ContentRow(
            frame: content.frame, dictionary: number, fixity: fixity ?? content.fixity(of: hash))
    }

    // MARK: Damage

    /// A copy of a dictionary as it is on disk.
    private struct StoredRow {
        let table: String
        let place: Int
        let number: Int
        let hash: [UInt8]
        let bytes: [UInt8]
        /// What the bytes hash to.
        let digest: Digest

        /// Whether number and hash are those of the bytes.
        var isWhole: Bool { hash == digest.bytes && number == DictionaryTable.number(of: digest) }
        /// Whether the bytes are what was written: bits do not flip by chance until a hash is right.
        var hasRightBytes: Bool { hash == digest.bytes || number == DictionaryTable.number(of: digest) }
    }

    private func rows() throws -> [StoredRow] {
        try Self.tables.flatMap { table in
            try connection.rows("SELECT place, number, hash, bytes FROM \(table) ORDER BY place") { row throws in
                let bytes = row.bytes(3)
                return StoredRow(
                    table: table, place: row.integer(0), number: row.integer(1), hash: row.bytes(2), bytes: bytes,
                    digest: SHA256.digest(of: bytes))
            }
        }
    }

    /// Those of the two tables in which a dictionary lacks, or is damaged.
    func damagedTables() throws -> [String] {
        let rows = try rows()
        let places = Set(rows.map(\.place))
        return Self.tables.filter { table in
            let whole = rows.filter { $0.table == table && $0.isWhole }
            return Set(whole.map(\.place)) != places || Set(whole.map(\.digest)).count < whole.count
                || rows.contains { $0.table == table && !$0.isWhole }
        }
    }

    /// Puts a whole copy in the place of each damaged one. What nobody can put right goes when no content needs it any more. The triggers
    /// must allow it.
    func mend() throws {
        var known: Set<Digest> = []
        for (place, copies) in Dictionary(grouping: try rows(), by: \.place).sorted(by: { $0.key < $1.key }) {
            guard let right = copies.first(where: \.hasRightBytes) else {
                let isNeeded = try copies.contains { copy in
                    try connection.integer("SELECT 1 FROM content WHERE dictionary = ?", [.integer(copy.number)]) != nil
                }
                if !isNeeded { try remove(place) }
                continue
            }
            let isWhole =
                copies.count == Self.tables.count && copies.allSatisfy { $0.isWhole && $0.digest == right.digest }
            // One that came again while its number was damaged is there twice.
            let isFirst = known.insert(right.digest).inserted
            if isWhole, isFirst { continue }
            try remove(place)
            for table in Self.tables where isFirst { try insert(right.bytes, right.digest, table, place: place) }
        }
    }

    private func remove(_ place: Int) throws(SQLiteError) {
        for table in Self.tables { try connection.run("DELETE FROM \(table) WHERE place = ?", [.integer(place)]) }
    }

    /// The number of the dictionary by which a frame becomes what a hash names; `.some(nil)` if it needs none, nil if there is no such one.
    func number(for frame: [UInt8], _ hash: Digest) throws -> Int?? {
        if StoredContent(frame: frame, dictionary: nil).hash == hash { return .some(nil) }
        for number in try numbers() {
            if let dictionary = try dictionary(number),
                StoredContent(frame: frame, dictionary: dictionary).hash == hash
            {
                return number
            }
        }
        return nil
    }
}

/// The dictionaries of a replica that were read already, shared by its connections. What a number stands for never changes while rows
/// have it; one whose transaction was undone stays here, and no row does.
final class LoadedDictionaries: Sendable {
    fileprivate let byNumber = Mutex<[Int: CompressionDictionary]>([:])

    /// The dictionary of this hash, if it was read already.
    func known(_ digest: Digest) -> CompressionDictionary? {
        let found = byNumber.withLock { $0[DictionaryTable.number(of: digest)] }
        return found?.digest == digest ? found : nil
    }
}
