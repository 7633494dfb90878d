import Hashing
import LetterModel
import SQLiteBinding

extension ServerRegistry {
    /// A token as it is stored.
    struct StoredToken: Sendable {
        let grant: Grant
        let secretHash: Digest
    }

    private static let columns =
        "id, secretHash, archive, role, label, creator, created, expires, lastUsed, revoked"

    /// A token by its id; nil if nobody gave it out.
    func token(_ id: TokenID) throws(ServerFailure) -> StoredToken? {
        try tokenAndGeneration(id).value
    }

    /// A token by its id, and the generation in which it is so.
    func tokenAndGeneration(_ id: TokenID) throws(ServerFailure) -> (value: StoredToken?, generation: Int) {
        try readingGeneration { connection in
            try connection.rows(
                "SELECT \(Self.columns) FROM token WHERE id = ?", [.bytes(id.bytes)], ServerRegistry.token
            ).first
        }
    }

    /// All tokens in the order in which they were made, with the names of their archives (nil: all archives).
    func tokens() throws(ServerFailure) -> [(grant: Grant, archiveName: String?)] {
        try reading { connection in
            try connection.rows(
                """
                SELECT \(Self.columns), (SELECT name FROM archive WHERE number = token.archive)
                FROM token ORDER BY created, id
                """, []
            ) { row in (try ServerRegistry.token(row).grant, try row.optionalText(10)) }
        }
    }

    /// Adds a token. The archive is looked up in the same transaction.
    ///
    /// - Parameter archive: The archive that it is for; nil for all.
    func addToken(
        _ token: AccessToken, role: Role, archive name: ArchiveName?, label: String, creator: String,
        expires: Timestamp?, entry: AuditEntry
    ) throws(ServerFailure) -> Grant {
        try writing { connection in
            var scope = Grant.Scope.all
            if let name {
                guard let archive = try ServerRegistry.archive(named: name, connection) else {
                    throw ServerFailure.unknownArchive(name)
                }
                scope = .archive(archive.key)
            }
            let grant = Grant(
                id: token.id, role: role, scope: scope, label: label, creator: creator, created: entry.time,
                expires: expires, lastUsed: nil, revoked: nil)
            try connection.run(
                """
                INSERT INTO token (id, secretHash, archive, role, label, creator, created, expires)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .bytes(token.id.bytes), .bytes(token.secretHash.bytes), .integer(scope.archiveNumber),
                    .text(role.rawValue), .text(label), .text(creator), .integer(entry.time.milliseconds),
                    .integer(expires?.milliseconds),
                ])
            try ServerRegistry.append([entry], connection)
            return grant
        }
    }

    /// Revokes a token; nothing changes for one that was revoked before.
    ///
    /// - Returns: Whether it was revoked just now.
    func revokeToken(_ id: TokenID, entry: AuditEntry) throws(ServerFailure) -> Bool {
        try writing { connection in
            try connection.run(
                "UPDATE token SET revoked = ? WHERE id = ? AND revoked IS NULL",
                [.integer(entry.time.milliseconds), .bytes(id.bytes)])
            if connection.changedRowCount == 1 {
                try ServerRegistry.append([entry], connection)
                return true
            }
            guard try connection.integer("SELECT count(*) FROM token WHERE id = ?", [.bytes(id.bytes)]) == 1 else {
                throw ServerFailure.unknownToken(id)
            }
            return false
        }
    }

    private static func token(_ row: Row) throws -> StoredToken {
        guard let id = TokenID(bytes: row.bytes(0)), let hash = Digest(bytes: row.bytes(1)),
            let role = Role(rawValue: try row.text(3))
        else { throw ServerFailure.registry("a row of the table `token` is damaged") }
        let scope = row.optionalInteger(2).map { Grant.Scope.archive(ArchiveKey(number: $0)) } ?? .all
        func time(_ column: Int) -> Timestamp? { row.optionalInteger(column).map(Timestamp.init(milliseconds:)) }
        let grant = Grant(
            id: id, role: role, scope: scope, label: try row.text(4), creator: try row.text(5),
            created: Timestamp(milliseconds: row.integer(6)), expires: time(7), lastUsed: time(8)?.day,
            revoked: time(9))
        return StoredToken(grant: grant, secretHash: hash)
    }
}

extension Grant.Scope {
    fileprivate var archiveNumber: Int? {
        if case .archive(let key) = self { key.number } else { nil }
    }
}
