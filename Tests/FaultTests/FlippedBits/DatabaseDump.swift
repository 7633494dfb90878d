import Compression
import Hashing
import LetterModel
import SQLiteBinding

/// Every value of every table of a database, as SQLite reads it: two databases with equal dumps say the same, whatever
/// their files' bytes are.
struct DatabaseDump: Equatable {
    /// Digests by table; a table that cannot be read to its end has none.
    private(set) var tables: [String: Digest] = [:]
    /// Which table or index each page belongs to.
    private(set) var owners: [Int: String] = [:]

    /// The names of the tables whose values differ, or cannot be read.
    func differences(from other: DatabaseDump) -> Set<String> {
        Set(Set(tables.keys).union(other.tables.keys).filter { tables[$0] != other.tables[$0] })
    }

    static func == (left: DatabaseDump, right: DatabaseDump) -> Bool { left.tables == right.tables }

    init(_ path: String, fileSystem: String?, ofPages: Bool = false) throws {
        let connection = try Connection(
            path: path, access: .read, policy: ConnectionPolicy(busyTimeoutMilliseconds: 0, journal: nil),
            fileSystem: fileSystem)
        let schema = try connection.rows("SELECT type, name, rootpage, sql FROM sqlite_schema ORDER BY name, type") {
            row throws in try row.values()
        }
        tables["sqlite_schema"] = Self.digest(schema)
        let header = try ["user_version", "application_id", "encoding"].map { name in
            try connection.rows("PRAGMA \(name)") { row throws in try row.values() }
        }
        tables["header"] = Self.digest(header.flatMap { $0 })
        let names = try connection.rows(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY name"
        ) { row throws in try row.text(0) }
        for name in names {
            do {
                // NOT INDEXED: the table's own pages, not those of an index that covers it.
                let rows = try connection.rows("SELECT * FROM \(name) NOT INDEXED") { row throws in try row.values() }
                tables[name] = Self.digest(name == "content" ? rows.map(Self.decompressed) : rows)
            } catch is SQLiteError {
                // It differs from every table that can be read.
                tables[name] = nil
            }
        }
        guard ofPages else { return }
        try connection.forEach("SELECT pageno, name FROM dbstat") { row in
            owners[row.integer(0)] = try row.text(1)
            return true
        }
    }

    /// A row of `content` by what it says: a frame has bits that no decompressor looks at.
    private static func decompressed(_ row: [SQLiteValue]) -> [SQLiteValue] {
        row.map { value in
            guard case .bytes(let bytes) = value, bytes.count != Digest.byteCount else { return value }
            let content = Result { try Zstandard.decompress(bytes, limitBytes: Limits.contentBytes) }
            return if case .success(let content) = content { .bytes(content) } else { value }
        }
    }

    private static func digest(_ rows: [[SQLiteValue]]) -> Digest {
        var hash = SHA256()
        for row in rows {
            for value in row {
                switch value {
                case .null: hash.update([0])
                case .integer(let number): hash.update([1] + withUnsafeBytes(of: number.littleEndian) { Array($0) })
                case .text(let text): hash.update([2] + framed(Array(text.utf8)))
                case .bytes(let bytes): hash.update([3] + framed(bytes))
                }
            }
            hash.update([4])
        }
        return hash.finish()
    }

    private static func framed(_ bytes: [UInt8]) -> [UInt8] {
        withUnsafeBytes(of: bytes.count.littleEndian) { Array($0) } + bytes
    }
}
