import LetterModel
import SQLiteBinding

extension ServerRegistry {
    private static let columns = "number, name, created, deleted, folderName, isMoved"

    /// The archives in use, by name.
    func archives() throws(ServerFailure) -> [ArchiveRecord] {
        try reading { connection in
            try connection.rows(
                "SELECT \(Self.columns) FROM archive WHERE deleted IS NULL ORDER BY name", [], ServerRegistry.archive)
        }
    }

    /// The archive of a name; nil if none is in use.
    func archive(named name: ArchiveName) throws(ServerFailure) -> ArchiveRecord? {
        try archiveAndGeneration(named: name).value
    }

    /// The archive of a name, and the generation in which it is so.
    func archiveAndGeneration(
        named name: ArchiveName
    ) throws(ServerFailure) -> (value: ArchiveRecord?, generation: Int) {
        try readingGeneration { connection in try ServerRegistry.archive(named: name, connection) }
    }

    /// The archives that were deleted and whose folders are still in their places.
    func archivesToMoveAside() throws(ServerFailure) -> [ArchiveRecord] {
        try reading { connection in
            try connection.rows(
                "SELECT \(Self.columns) FROM archive WHERE deleted IS NOT NULL AND NOT isMoved", [],
                ServerRegistry.archive)
        }
    }

    /// Adds an archive.
    ///
    /// - Parameter makeFolder: Makes the archive's folder; called when the name is free, and while nobody else can take it.
    func addArchive(
        _ name: ArchiveName, entry: AuditEntry, makeFolder: () throws -> Void
    ) throws(ServerFailure) -> ArchiveRecord {
        try writing { connection in
            guard try ServerRegistry.archive(named: name, connection) == nil else {
                throw ServerFailure.archiveExists(name)
            }
            let isBeingDeleted = try connection.integer(
                "SELECT count(*) FROM archive WHERE name = ? AND deleted IS NOT NULL AND NOT isMoved",
                [.text(name.text)])
            guard isBeingDeleted == 0 else { throw ServerFailure.archiveBeingDeleted(name) }
            try makeFolder()
            try connection.run(
                "INSERT INTO archive (name, created) VALUES (?, ?)",
                [.text(name.text), .integer(entry.time.milliseconds)])
            try ServerRegistry.append([entry], connection)
            guard let archive = try ServerRegistry.archive(named: name, connection) else {
                throw ServerFailure.unknownArchive(name)
            }
            return archive
        }
    }

    /// Takes an archive out of use. Its folder stays where it is until ``noteMoved(_:)``.
    func deleteArchive(_ name: ArchiveName, entry: AuditEntry) throws(ServerFailure) -> ArchiveRecord {
        try writing { connection in
            guard let archive = try ServerRegistry.archive(named: name, connection) else {
                throw ServerFailure.unknownArchive(name)
            }
            // The number makes the name of the folder one of its own.
            let deletion = ArchiveRecord.Deletion(
                time: entry.time, folderName: "\(name)-\(archive.key.number)", isMoved: false)
            try connection.run(
                "UPDATE archive SET deleted = ?, folderName = ? WHERE number = ?",
                [.integer(entry.time.milliseconds), .text(deletion.folderName), .integer(archive.key.number)])
            try ServerRegistry.append([entry], connection)
            return ArchiveRecord(key: archive.key, name: name, created: archive.created, deletion: deletion)
        }
    }

    /// Notes that the folder of a deleted archive was moved aside.
    func noteMoved(_ archive: ArchiveRecord) throws(ServerFailure) {
        try writing { connection in
            try connection.run("UPDATE archive SET isMoved = 1 WHERE number = ?", [.integer(archive.key.number)])
        }
    }

    static func archive(named name: ArchiveName, _ connection: Connection) throws -> ArchiveRecord? {
        try connection.rows(
            "SELECT \(columns) FROM archive WHERE name = ? AND deleted IS NULL", [.text(name.text)], archive
        ).first
    }

    private static func archive(_ row: Row) throws -> ArchiveRecord {
        guard let name = ArchiveName(try row.text(1)) else {
            throw ServerFailure.registry("a row of the table `archive` holds no archive's name")
        }
        var deletion: ArchiveRecord.Deletion?
        if let time = row.optionalInteger(3) {
            deletion = .init(
                time: Timestamp(milliseconds: time), folderName: try row.text(4), isMoved: row.bool(5))
        }
        return ArchiveRecord(
            key: ArchiveKey(number: row.integer(0)), name: name, created: Timestamp(milliseconds: row.integer(2)),
            deletion: deletion)
    }
}
