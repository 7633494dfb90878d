import Hashing
import LetterModel
import SQLiteBinding

/// The one row of `state`: the end of the log and the fingerprint of what it holds.
struct StateRow {
    var sequence: Int
    var chain: Digest
    var fingerprint: Digest
    /// Up to where in the log letters are in the list: all of it, but for a server's replica.
    var listed: Int

    static func read(_ connection: Connection) throws -> StateRow {
        let row = try connection.first("SELECT sequence, chain, fingerprint, listed FROM state") {
            (row) throws(SQLiteError) in (row.integer(0), row.bytes(1), row.bytes(2), row.integer(3))
        }
        guard let row, let chain = Digest(bytes: row.1), let fingerprint = Digest(bytes: row.2),
            (0..<LogPosition.sequenceLimit).contains(row.0), row.3 >= 0
        else { throw StoreError.damaged(object: "archive.sqlite") }
        return StateRow(sequence: row.0, chain: chain, fingerprint: fingerprint, listed: row.3)
    }

    func write(_ connection: Connection) throws(SQLiteError) {
        try connection.run(
            "UPDATE state SET sequence = ?, chain = ?, fingerprint = ?, listed = ?",
            [.integer(sequence), .bytes(chain.bytes), .bytes(fingerprint.bytes), .integer(listed)])
    }

    /// Goes one revision further.
    mutating func append(_ id: RevisionID) {
        sequence += 1
        chain = LogPosition.chain(chain, extendedBy: id)
        fingerprint = fingerprint &+ id.digest
    }

    /// The state as the contract tells it. Sequences have no gaps, so the last one is the count.
    func logState(epoch: String) -> LogState {
        LogState(
            end: LogPosition(epoch: epoch, sequence: sequence, chain: chain), count: sequence,
            fingerprint: fingerprint)
    }
}
