import Hashing
import LetterModel
import SQLiteBinding

/// The one row of `archive`, inside a transaction.
struct IdentityTable {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    private static let columns = "id, is_open, name, label, merge_rule, mode, epoch"

    func insert(_ identity: ReplicaIdentity, epoch: String, mode: ReplicaMode) throws {
        try write([
            .text(identity.archive.text), .bool(identity.isArchiveOpen), .text(identity.name), .text(identity.label),
            .integer(identity.mergeRule), .text(mode.rawValue), .text(epoch),
        ])
    }

    private func values() throws -> [SQLiteValue] {
        let row = try connection.first("SELECT \(Self.columns) FROM archive") { (row) throws(SQLiteError) in
            try row.values()
        }
        guard let row else { throw StoreError.damaged(object: "archive.sqlite") }
        return row
    }

    private func write(_ values: [SQLiteValue]) throws {
        try connection.run(
            "INSERT OR REPLACE INTO archive (number, \(Self.columns), digest) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)",
            values + [RowDigest.value(of: values)])
    }

    func identity() throws -> ReplicaIdentity { try identity(try values()) }

    func identityAndEpoch() throws -> (ReplicaIdentity, epoch: String) {
        let values = try values()
        return (try identity(values), try epoch(values))
    }

    private func identity(_ values: [SQLiteValue]) throws -> ReplicaIdentity {
        guard let identity = Self.identity(of: values) else { throw StoreError.damaged(object: "archive.sqlite") }
        return identity
    }

    /// The identity that a row's values say, in the order of `columns`; nil if they are none.
    static func identity(of values: [SQLiteValue]) -> ReplicaIdentity? {
        guard case .text(let id) = values[0], let archive = ArchiveID(id), case .integer(let isOpen) = values[1],
            case .text(let name) = values[2], case .text(let label) = values[3], case .integer(let rule) = values[4]
        else { return nil }
        return ReplicaIdentity(archive: archive, isArchiveOpen: isOpen != 0, name: name, label: label, mergeRule: rule)
    }

    func epoch() throws -> String { try epoch(try values()) }

    private func epoch(_ values: [SQLiteValue]) throws -> String {
        guard case .text(let epoch) = values[6], epoch.utf8.count == 16, Hex.decode(epoch.utf8) != nil else {
            throw StoreError.damaged(object: "archive.sqlite")
        }
        return epoch
    }

    func setEpoch(_ epoch: String) throws {
        var values = try values()
        values[6] = .text(epoch)
        try write(values)
    }

    /// Makes the id final; throws if it is final already and another.
    func settle(_ archive: ArchiveID) throws {
        let identity = try identity()
        guard identity.isArchiveOpen else {
            guard identity.archive == archive else {
                throw StoreError.archiveMismatch(expected: identity.archive, found: archive)
            }
            return
        }
        var values = try values()
        values[0] = .text(archive.text)
        values[1] = .bool(false)
        try write(values)
    }
}
