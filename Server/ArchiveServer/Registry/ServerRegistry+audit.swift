import Hashing
import LetterModel
import SQLiteBinding

extension ServerRegistry {
    /// Appends entries to the audit log, in their order, and notes when tokens were used: one transaction.
    func record(_ entries: [AuditEntry], uses: [TokenID: Timestamp] = [:]) throws(ServerFailure) {
        guard !uses.isEmpty || entries.isEmpty else {
            return try writingElsewhere { try ServerRegistry.append(entries, $0) }
        }
        try writing { connection in
            try ServerRegistry.append(entries, connection)
            for (token, time) in uses {
                try connection.run(
                    "UPDATE token SET lastUsed = ? WHERE id = ?", [.integer(time.milliseconds), .bytes(token.bytes)])
            }
        }
    }

    /// Appends entries inside the transaction of the act that they tell of.
    static func append(_ entries: [AuditEntry], _ connection: Connection) throws {
        let last = try connection.rows("SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1") { row in
            (sequence: row.integer(0), hash: Digest(bytes: row.bytes(1)) ?? .zero)
        }.first
        var (sequence, chain) = last ?? (0, .zero)
        for entry in entries {
            sequence += 1
            chain = AuditEntry.chain(chain, extendedBy: entry.bytes)
            try connection.run(
                "INSERT INTO audit (sequence, entry, hash) VALUES (?, ?, ?)",
                [.integer(sequence), .text(String(decoding: entry.bytes, as: UTF8.self)), .bytes(chain.bytes)])
        }
    }

    /// The entries of the audit log as they are stored, from the first.
    func auditLines() throws(ServerFailure) -> [String] {
        try reading { connection in
            try connection.rows("SELECT entry FROM audit ORDER BY sequence") { row in try row.text(0) }
        }
    }

    /// Computes the chain of the audit log anew.
    ///
    /// - Returns: The number of entries, and the first one that was changed, put in or taken out; nil if all is well.
    func checkAuditLog() throws(ServerFailure) -> (count: Int, firstWrong: Int?) {
        try reading { connection in
            var chain = Digest.zero
            var count = 0
            var firstWrong: Int?
            try connection.forEach("SELECT sequence, entry, hash FROM audit ORDER BY sequence") { row in
                count += 1
                let isRight: Bool
                do {
                    chain = AuditEntry.chain(chain, extendedBy: Array(try row.text(1).utf8))
                    isRight = row.integer(0) == count && row.bytes(2) == chain.bytes
                } catch let error as SQLiteError where error.kind == .corrupt {
                    // Text that is no UTF-8 any more.
                    isRight = false
                }
                if !isRight { firstWrong = count }
                return isRight
            }
            return (count, firstWrong)
        }
    }
}
