import Hashing
import LetterModel
import SQLiteBinding

/// The hash chain of the log, inside a transaction. It stands at every sixteenth entry, and in rows that are older than format 7 at each; what it is
/// at another follows from the ids up to there.
struct LogChain {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    /// Whether it stands at an entry.
    static func stands(at sequence: Int) -> Bool { sequence % 16 == 0 }

    /// The chain hash at an entry: `Digest.zero` at 0; nil past the end of the log, and where what it follows from is damaged.
    func hash(at sequence: Int) throws -> Digest? {
        guard sequence != 0 else { return .zero }
        var ids: [RevisionID] = []
        var next = sequence
        var start: Digest?
        try connection.forEach(
            "SELECT sequence, chain, id FROM revision WHERE sequence <= ? ORDER BY sequence DESC", [.integer(sequence)]
        ) { row in
            guard row.integer(0) == next else { return false }
            if let chain = row.optionalBytes(1) {
                start = Digest(bytes: chain)
                return false
            }
            guard let id = Digest(bytes: row.bytes(2)) else { return false }
            ids.append(RevisionID(id))
            next -= 1
            if next == 0 { start = .zero }
            return next > 0
        }
        return start.map { ids.reversed().reduce($0, LogPosition.chain) }
    }
}
