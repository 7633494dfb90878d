import Hashing
import LetterModel
import SQLiteBinding

/// Rows of `remote`, inside a transaction. Every change writes the row's digest anew.
struct RemoteTable {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    static let columns = "name, address, epoch, sequence, chain, pushed_through, blobs_offered_through"

    func add(_ name: String, address: String) throws {
        guard try connection.integer("SELECT 1 FROM remote WHERE name = ?", [.text(name)]) == nil else {
            throw StoreError.remoteExists(name)
        }
        let values: [SQLiteValue] = [
            .text(name), .text(address), .null, .null, .null, .integer(0), .integer(0),
        ]
        try connection.run(
            "INSERT INTO remote (\(Self.columns), digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            values + [RowDigest.value(of: values)])
    }

    func remove(_ name: String) throws {
        try connection.run("DELETE FROM remote WHERE name = ?", [.text(name)])
        guard connection.changedRowCount == 1 else { throw StoreError.unknownRemote(name) }
    }

    /// The remote's progress; throws if there is no such remote.
    func progress(_ name: String) throws -> RemoteProgress {
        guard let progress = try RemoteProgress(connection, name: name) else { throw StoreError.unknownRemote(name) }
        return progress
    }

    func position(_ name: String) throws -> LogPosition? {
        let row = try connection.first(
            "SELECT epoch, sequence, chain FROM remote WHERE name = ?", [.text(name)]
        ) { (row) throws(SQLiteError) in (try row.optionalText(0), row.integer(1), row.bytes(2)) }
        guard let row else { throw StoreError.unknownRemote(name) }
        guard let epoch = row.0, let chain = Digest(bytes: row.2) else { return nil }
        return try LogPosition(storedEpoch: epoch, sequence: row.1, chain: chain)
    }

    /// Takes a step in a remote's log, if nobody else took one since.
    func advance(_ advance: CursorAdvance) throws {
        guard try position(advance.remote) == advance.from else {
            throw StoreError.cursorMoved(remote: advance.remote)
        }
        try connection.run(
            "UPDATE remote SET epoch = ?, sequence = ?, chain = ? WHERE name = ?",
            [
                .text(advance.to.epoch), .integer(advance.to.sequence), .bytes(advance.to.chain.bytes),
                .text(advance.remote),
            ])
        try writeDigest(try progress(advance.remote).number)
    }

    func set(_ number: Int, pushedThrough: Int) throws(SQLiteError) {
        try connection.run(
            "UPDATE remote SET pushed_through = ? WHERE number = ?", [.integer(pushedThrough), .integer(number)])
        try writeDigest(number)
    }

    /// Never goes back: what was offered was offered.
    func set(_ number: Int, blobsOfferedThrough: Int) throws(SQLiteError) {
        try connection.run(
            "UPDATE remote SET blobs_offered_through = max(blobs_offered_through, ?) WHERE number = ?",
            [.integer(blobsOfferedThrough), .integer(number)])
        try writeDigest(number)
    }

    func forgetProgress(_ number: Int) throws(SQLiteError) {
        try connection.run(
            """
            UPDATE remote SET epoch = NULL, sequence = NULL, chain = NULL, pushed_through = 0, blobs_offered_through = 0
            WHERE number = ?
            """, [.integer(number)])
        try writeDigest(number)
    }

    private func writeDigest(_ number: Int) throws(SQLiteError) {
        let values = try connection.first("SELECT \(Self.columns) FROM remote WHERE number = ?", [.integer(number)]) {
            (row) throws(SQLiteError) in try row.values()
        }
        guard let values else { return }
        try connection.run(
            "UPDATE remote SET digest = ? WHERE number = ?", [RowDigest.value(of: values), .integer(number)])
    }

    func all(end: Int) throws -> [Remote] {
        let names = try connection.rows("SELECT name, address, blobs_offered_through FROM remote ORDER BY name") {
            row throws in (name: try row.text(0), address: try row.text(1), blobs: row.integer(2))
        }
        return try names.map { entry in
            let progress = try progress(entry.name)
            let refused = try connection.integer(
                "SELECT count(*) FROM remote_mark WHERE remote = ? AND kind = 1", [.integer(progress.number)])
            return Remote(
                name: entry.name, address: entry.address, position: try position(entry.name),
                unsent: try progress.unsentCount(end: end), refused: refused ?? 0,
                pushedThrough: try progress.settledThrough(), blobsOfferedThrough: entry.blobs)
        }
    }
}
