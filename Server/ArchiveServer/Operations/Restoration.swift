import Canaries
import LetterModel
import ReplicaStore

/// Brings a backup back as the data folder of a server.
///
/// Everything happens in a new folder beside the data folder, which gets its name at the very end: whatever goes wrong before, the data folder
/// and the backup are as they were. What was in the data folder's place is kept.
public struct Restoration: Sendable {
    /// What was brought back.
    public struct Report: Sendable {
        /// What the backup says of itself.
        public let manifest: BackupManifest
        /// Where the folder that was replaced is kept; nil if there was none.
        public let kept: String?
    }

    private let folder: ServerFolder
    private let surroundings: Administration.Surroundings

    /// A restoration into a data folder.
    public init(_ folder: ServerFolder, surroundings: Administration.Surroundings) {
        self.folder = ServerFolder(FileTree.trimmed(folder.path))
        self.surroundings = surroundings
    }

    /// Copies the backup, checks every byte of it, begins a new epoch in each archive, so that clients see that the log went back, and
    /// puts it in its place, with the owner of the folder that was there.
    ///
    /// - Parameters:
    ///   - backup: A folder that ``Administration/backUp(to:)`` made.
    ///   - replacing: Whether a data folder that is there is moved aside. No server may run on it.
    /// - Throws: `notABackup`, `backupDamaged`, `notEmpty`, `serverRunning`, `insideData`.
    public func restore(from backup: String, replacing: Bool) throws(ServerFailure) -> Report {
        let isFree = !SystemCall.exists(folder.path) || FileTree.isEmptyFolder(folder.path)
        guard isFree || replacing else { throw .notEmpty(path: folder.path) }
        let target = FileTree.resolved(folder.path)
        let source = FileTree.resolved(backup)
        guard !"\(target)/".utf8.starts(with: "\(source)/".utf8), !"\(source)/".utf8.starts(with: "\(target)/".utf8)
        else { throw .insideData(path: backup) }
        // Held to the end: no server begins on the folder while it is replaced.
        let lock = isFree ? nil : try ServerLock(folder)
        return try withExtendedLifetime(lock) { () throws(ServerFailure) in
            let sums = try BackupSums.read(backup)
            let temporary = try FileTree.makeTemporary(beside: folder.path)
            do throws(ServerFailure) {
                try copy(sums, from: backup, to: temporary)
                let manifest = try BackupManifest.read(temporary)
                try bringToLife(manifest, in: ServerFolder(temporary))
                try FileTree.giveOwner(of: folder.path, to: temporary)
                try FileTree.synchronize(temporary)
                let kept = isFree ? nil : try keptPath()
                if let kept {
                    try FileTree.exchange(temporary, with: folder.path, keepingAs: kept)
                } else {
                    try FileTree.publish(temporary, as: folder.path)
                }
                return Report(manifest: manifest, kept: kept)
            } catch {
                FileTree.remove(temporary)
                throw error
            }
        }
    }

    private func copy(_ sums: BackupSums, from backup: String, to target: String) throws(ServerFailure) {
        for (path, digest) in sums.files {
            guard SystemCall.exists("\(backup)/\(path)") else {
                throw .backupDamaged(path: backup, reason: "\(path) is missing")
            }
            try FileTree.makeFolders(of: path, below: target)
            guard try FileTree.hash("\(backup)/\(path)", copyingTo: "\(target)/\(path)") == digest else {
                throw .backupDamaged(path: backup, reason: "\(path) does not have the SHA-256 that SHA256SUMS names")
            }
        }
    }

    /// Verifies the copy, compares it with what the backup says of itself, and begins the new epochs.
    private func bringToLife(_ manifest: BackupManifest, in copy: ServerFolder) throws(ServerFailure) {
        try copy.make()
        let registry = try ServerRegistry(copy, create: false)
        guard try registry.checkAuditLog().firstWrong == nil else {
            throw .backupDamaged(path: copy.path, reason: "the audit log does not fit its chain")
        }
        var restored: [BackupManifest.Archive] = []
        for archive in try registry.archives() {
            do throws(StoreError) {
                let path = copy.archivePath(archive.name)
                restored.append(try Administration.verified(path, name: archive.name))
                #if CANARIES
                    if Canary.restoreKeepsEpoch.isOn { continue }
                #endif
                try ArchiveFolder.open(path).beginEpoch(ArchiveFolder.newEpoch(surroundings.randomBytes))
            } catch {
                throw .store(archive: archive.name, error)
            }
        }
        guard restored == manifest.archives else {
            throw .backupDamaged(
                path: copy.path, reason: "its archives are not those that \(BackupManifest.fileName) names")
        }
        try registry.record([
            AuditEntry(
                time: surroundings.now(), subject: "user \(surroundings.userName)", action: "restore",
                object: "backup of \(manifest.time)", outcome: .done)
        ])
    }

    /// A name beside the data folder that nothing has.
    private func keptPath() throws(ServerFailure) -> String {
        for number in 1...10_000 where !SystemCall.exists("\(folder.path).replaced-\(number)") {
            return "\(folder.path).replaced-\(number)"
        }
        throw .fileSystem(path: folder.path, reason: "ten thousand replaced folders lie beside it; remove some")
    }
}

extension BackupSums {
    /// The sums of a backup.
    fileprivate static func read(_ backup: String) throws(ServerFailure) -> BackupSums {
        let path = "\(backup)/\(BackupManifest.sumsFileName)"
        guard SystemCall.exists(path) else { throw .notABackup(path: backup) }
        guard let sums = BackupSums(parsing: try FileTree.read(path)) else {
            throw .backupDamaged(path: backup, reason: "\(BackupManifest.sumsFileName) is not as `backup` writes it")
        }
        return sums
    }
}

extension BackupManifest {
    /// The manifest of a backup, or of its copy.
    fileprivate static func read(_ folder: String) throws(ServerFailure) -> BackupManifest {
        let path = "\(folder)/\(fileName)"
        guard SystemCall.exists(path) else { throw .notABackup(path: folder) }
        guard let manifest = BackupManifest(parsing: try FileTree.read(path)) else {
            throw .backupDamaged(path: folder, reason: "\(fileName) is not as `backup` writes it")
        }
        return manifest
    }
}
