import Canaries
import LetterModel
import ReplicaStore

extension Administration {
    /// Copies everything that the server keeps into a new folder, while it runs: archives, attachments, tokens, the audit log.
    ///
    /// Each archive is as it was at one moment, and holds at least what had been acknowledged when this was called. The copy is made under another
    /// name, every hash of it is computed anew, and only then it gets its name: what has the name is good.
    ///
    /// - Parameter path: A folder that is not there yet, or is empty.
    /// - Throws: `notEmpty`, `insideData`; `backupRefused` or `store` if something is damaged, and then nothing is left at `path`.
    public func backUp(to path: String) throws(ServerFailure) -> BackupManifest {
        let path = FileTree.trimmed(path)
        try Administration.checkTarget(path, outside: folder)
        let started = surroundings.now()
        let temporary = try FileTree.makeTemporary(beside: path)
        do throws(ServerFailure) {
            let manifest = try fill(ServerFolder(temporary), started: started)
            try Administration.removeLeftovers(in: temporary)
            try FileTree.write(manifest.bytes, to: "\(temporary)/\(BackupManifest.fileName)")
            let sums = try BackupSums(of: temporary)
            try FileTree.write(sums.bytes, to: "\(temporary)/\(BackupManifest.sumsFileName)")
            try FileTree.synchronize(temporary)
            try FileTree.publish(temporary, as: path)
            try registry.record([
                entry("backup", "folder \(path)", ["archives": .integer(manifest.archives.count)])
            ])
            return manifest
        } catch {
            FileTree.remove(temporary)
            throw error
        }
    }

    /// Copies the registry first: an archive that is made meanwhile is in the next backup.
    private func fill(_ copy: ServerFolder, started: Timestamp) throws(ServerFailure) -> BackupManifest {
        try copy.make()
        try registry.backUp(to: copy.registryPath)
        let copied = try ServerRegistry(copy, create: false)
        if let problem = try copied.checkStructure() {
            throw .backupRefused("server.sqlite, with archives and tokens: \(problem)")
        }
        guard try copied.checkAuditLog().firstWrong == nil else {
            throw .backupRefused("the audit log does not fit its chain; run `chancery-server check`")
        }
        var archives: [BackupManifest.Archive] = []
        for archive in try copied.archives() {
            do throws(StoreError) {
                let target = copy.archivePath(archive.name)
                try SQLiteReplicaStore.backUp(folder: folder.archivePath(archive.name), to: target)
                archives.append(try Administration.verified(target, name: archive.name))
            } catch {
                throw .store(archive: archive.name, error)
            }
        }
        return BackupManifest(time: started, archives: archives)
    }

    /// Verifies a copy of an archive, whole, and tells how far it had come.
    static func verified(_ path: String, name: ArchiveName) throws(StoreError) -> BackupManifest.Archive {
        let store = try ArchiveFolder.open(path)
        #if CANARIES
            if Canary.backupNotVerified.isOn {
                return BackupManifest.Archive(name: name.text, state: try store.logState(), blobs: 0)
            }
        #endif
        let report = try store.verify { _, _ in }
        if let problem = report.problems.first {
            let more = report.problems.count > 1 ? ", and \(report.problems.count - 1) more" : ""
            let letter = problem.letter.map { " of letter \($0)" } ?? ""
            throw .damaged(object: "\(problem.kind) \(problem.object ?? "")\(letter): \(problem.text)\(more)")
        }
        return BackupManifest.Archive(name: name.text, state: try store.logState(), blobs: report.blobs)
    }

    /// Removes what the verification left beside the databases: locks, and journals with nothing in them.
    private static func removeLeftovers(in folder: String) throws(ServerFailure) {
        for path in try FileTree.files(below: folder) {
            let isJournal = path.hasSuffix(".sqlite-wal") || path.hasSuffix(".sqlite-journal")
            let isEmptyJournal = isJournal ? try FileTree.read("\(folder)/\(path)").isEmpty : false
            if path.hasSuffix("/lock") || path.hasSuffix(".sqlite-shm") || isEmptyJournal {
                try FileTree.removeFile("\(folder)/\(path)")
            }
        }
    }

    /// Refuses a target that holds something, or lies inside what is copied.
    static func checkTarget(_ path: String, outside folder: ServerFolder) throws(ServerFailure) {
        guard !SystemCall.exists(path) || FileTree.isEmptyFolder(path) else { throw .notEmpty(path: path) }
        let data = FileTree.resolved(folder.path)
        let target = FileTree.resolved(path)
        guard !target.utf8.elementsEqual(data.utf8), !target.utf8.starts(with: "\(data)/".utf8) else {
            throw .insideData(path: path)
        }
    }
}
