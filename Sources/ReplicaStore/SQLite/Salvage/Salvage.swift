package import Compression
import Hashing
public import LetterModel
import SQLiteBinding

/// What can be proved of a replica whose database SQLite does not open, or cannot follow, any more.
///
/// A revision counts if the row that holds it names the hash of its header, and the header that of a content that is found anywhere, with
/// the dictionary that it needs; a dictionary if its row names its hash or the number that follows from it; a row without a name of its
/// own, such as a remote, if its digest fits. The damaged folder is read, and never written to.
public struct Salvage {
    /// Which archive it was, and what the replica called itself; nil if its row is damaged.
    public private(set) var identity: ReplicaIdentity?
    /// The archive that most revisions name; nil without any.
    public var archive: ArchiveID? {
        identity?.archive ?? archives.max { ($0.value, $0.key.text) < ($1.value, $1.key.text) }?.key
    }
    /// The remotes, by name and address.
    public private(set) var remotes: [(name: String, address: String)] = []
    /// The settings, by their key.
    public private(set) var settings: [String: String] = [:]
    /// How many revisions have a whole header.
    public var revisionCount: Int { headers.count }

    /// What to compress contents with; nil if no dictionary was found. Of several the largest, which was made of most letters.
    package var dictionary: CompressionDictionary? {
        dictionaries.values.max { ($0.bytes.count, $0.digest) < ($1.bytes.count, $1.digest) }
    }

    private let rows: LooseRows
    private let blobs: BlobFiles
    private var headers: [Header] = []
    private var known: Set<RevisionID> = []
    private var contents: [Digest: Value] = [:]
    private var dictionaries: [Int: CompressionDictionary] = [:]
    /// Contents whose dictionary was not found when their row was.
    private var unread: [Value] = []
    private var archives: [ArchiveID: Int] = [:]

    /// A value in a row.
    private struct Value {
        let place: LooseRows.Place
        let column: Int
    }

    private struct Header {
        let id: RevisionID
        let letter: LetterID
        let content: Digest?
        let value: Value
        /// Its place in the log; what was kept beside the log comes last.
        let order: Int
    }

    /// Reads all of a database.
    ///
    /// - Parameters:
    ///   - folder: The damaged replica's folder, with its attachments.
    ///   - database: Its database; nil for the one in the folder. A copy that was kept elsewhere is one too.
    ///   - progress: Told how far the reading has come, in pages.
    /// - Throws: `StoreError` if there is no such file.
    public init(
        folder: String, database: String? = nil, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws(StoreError) {
        let folder = ReplicaFolder(path: folder)
        let rows = try LooseRows(path: database ?? folder.databasePath)
        self.rows = rows
        blobs = BlobFiles(folder)
        rows.forEach(progress: progress) { take($0) }
        for value in unread { if let row = rows.row(at: value.place) { takeContent(row, value.column) } }
        unread = []
        headers.sort { $0.order < $1.order }
    }

    // MARK: Rows

    private mutating func take(_ row: LooseRows.Row) {
        let values = row.values
        switch values.count {
        case 3:
            takeSetting(values)
            takeContent(row, 2)
        case 4:
            // dictionary: place, number, hash, bytes
            takeDictionary(values)
            // content: number, hash, bytes, dictionary
            takeContent(row, 2)
        case 5:
            // content: number, hash, bytes, dictionary, fixity
            takeContent(row, 2)
        case 6:
            // revision: sequence, id, chain, letter, content, header
            takeHeader(row, 5, order: row.number)
            // waiting: number, id, header, content, remote, digest
            takeHeader(row, 2, order: .max)
            // held: number, id, letter, header, content, digest
            takeHeader(row, 3, order: .max)
            takeContent(row, 3)
            takeContent(row, 4)
        case 9: takeIdentityOrRemote(values)
        default: break
        }
    }

    private mutating func takeHeader(_ row: LooseRows.Row, _ column: Int, order: Int) {
        guard case .bytes(let name) = row.values[1], name.count == Digest.byteCount,
            case .bytes(let stored) = row.values[column]
        else { return }
        let bytes = HeaderShorthand.expand(stored)
        guard bytes.first == UInt8(ascii: "{"), let header = Self.readable({ try RevisionHeader(parsing: bytes) })
        else { return }
        let digest = SHA256.digest(of: bytes)
        let id = RevisionID(digest)
        guard digest.bytes == name, known.insert(id).inserted else { return }
        let value = Value(place: row.place, column: column)
        headers.append(Header(id: id, letter: header.letter, content: header.content, value: value, order: order))
        archives[header.archive, default: 0] += 1
    }

    private mutating func takeContent(_ row: LooseRows.Row, _ column: Int) {
        let value = Value(place: row.place, column: column)
        if let number = Self.dictionaryNumber(row.values), dictionaries[number] == nil { unread.append(value) }
        guard let content = content(row.values, column) else { return }
        contents[SHA256.digest(of: content)] = value
    }

    private mutating func takeDictionary(_ values: [SQLiteValue]) {
        guard case .integer(let number) = values[1], case .bytes(let hash) = values[2],
            case .bytes(let bytes) = values[3], let dictionary = CompressionDictionary(bytes: bytes)
        else { return }
        let named = DictionaryTable.number(of: dictionary.digest)
        // One of the two is enough to know that the bytes are right.
        guard dictionary.digest.bytes == hash || named == number else { return }
        dictionaries[named] = dictionary
    }

    private func content(_ values: [SQLiteValue], _ column: Int) -> [UInt8]? {
        guard case .bytes(let bytes) = values[column] else { return nil }
        let dictionary = Self.dictionaryNumber(values).flatMap { dictionaries[$0] }
        return Self.readable { try StoredContent(frame: bytes, dictionary: dictionary).bytes() }
    }

    /// What the content of a row was compressed with; nil if nothing, or if it is no content.
    private static func dictionaryNumber(_ values: [SQLiteValue]) -> Int? {
        guard 4...5 ~= values.count, case .integer(let number) = values[3] else { return nil }
        switch values[1] {
        // A content's hash, in rows of older formats.
        case .bytes, .null: return number
        default: return nil
        }
    }

    /// What bytes say; nil where they say nothing: what is damaged counts as not there.
    private static func readable<Value>(_ read: () throws -> Value) -> Value? {
        do {
            return try read()
        } catch {
            return nil
        }
    }

    private mutating func takeSetting(_ values: [SQLiteValue]) {
        guard case .text(let key) = values[0], case .text(let value) = values[1],
            values[2] == RowDigest.value(of: Array(values[0...1]))
        else { return }
        settings[key] = value
    }

    private mutating func takeIdentityOrRemote(_ values: [SQLiteValue]) {
        guard values[8] == RowDigest.value(of: Array(values[1...7])) else { return }
        if let found = IdentityTable.identity(of: Array(values[1...7])) {
            identity = found
        } else if case .text(let name) = values[1], case .text(let address) = values[2],
            !remotes.contains(where: { $0.name.hasSameBytes(as: name) })
        {
            remotes.append((name, address))
        }
    }

    // MARK: What there is

    /// Gives out the revisions, or only some of them, those of the log in its order, in parts of about so many bytes.
    ///
    /// - Returns: Revisions whose header is here and whose content is not.
    @discardableResult
    public func forEachPart(
        maximumBytes: Int, of chosen: Set<RevisionID>? = nil, _ body: ([Revision]) throws -> Void
    ) rethrows -> [(id: RevisionID, letter: LetterID)] {
        var lost: [(id: RevisionID, letter: LetterID)] = []
        var (part, byteCount) = ([Revision](), 0)
        for header in headers where chosen?.contains(header.id) ?? true {
            guard let revision = revision(header) else {
                lost.append((header.id, header.letter))
                continue
            }
            part.append(revision)
            byteCount += revision.headerBytes.count + (revision.contentBytes?.count ?? 0)
            guard byteCount >= maximumBytes else { continue }
            try body(part)
            (part, byteCount) = ([], 0)
        }
        if !part.isEmpty { try body(part) }
        return lost
    }

    private func revision(_ header: Header) -> Revision? {
        guard let row = rows.row(at: header.value.place), case .bytes(let stored) = row.values[header.value.column]
        else {
            return nil
        }
        let bytes = HeaderShorthand.expand(stored)
        var content: [UInt8]?
        if let hash = header.content {
            guard let value = contents[hash], let row = rows.row(at: value.place) else { return nil }
            content = self.content(row.values, value.column)
        }
        // Hashed and checked as one that comes over the network.
        let revision = Self.readable { try Revision(headerBytes: bytes, contentBytes: content) }
        return revision?.id == header.id ? revision : nil
    }

    /// The contents that no whole header names: somebody's letters, of which is not known any more who wrote them when.
    public func forEachLooseContent(_ body: (Letter) throws -> Void) rethrows {
        let named = Set(headers.compactMap(\.content))
        let loose = contents.filter { !named.contains($0.key) }
        for (_, value) in loose.sorted(by: { $0.key < $1.key }) {
            guard let row = rows.row(at: value.place), let content = self.content(row.values, value.column),
                let letter = Self.readable({ try Revision.letter(parsing: content) })
            else { continue }
            try body(letter)
        }
    }

    /// The bytes of an attachment; nil if it is not here, or damaged.
    public func blobPieces(_ id: BlobID) -> (any BlobPieces)? {
        Self.readable { try BlobFileReader(id, path: blobs.path(id), range: 0..<Int.max) } ?? nil
    }
}
