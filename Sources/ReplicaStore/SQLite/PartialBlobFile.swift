import Glibc
import Hashing
import LetterModel

/// The file of a blob that comes in pieces from elsewhere: `blobs/part-<sha256>`, until its last piece is there and all of them have the hash
/// that names the blob.
///
/// Its length says how far it has come, and nothing else is kept of it: a process that is killed leaves what it had. After a power cut the end
/// may be other bytes than came; the hash finds that. Whoever writes to it holds its lock (flock), and has looked whether the name still leads
/// to the file that it locked.
struct PartialBlobFile {
    private let id: BlobID
    private let folder: ReplicaFolder
    private let path: String

    /// How the names of such files begin.
    static let prefix = "part-"

    init(_ id: BlobID, in folder: ReplicaFolder) {
        self.id = id
        self.folder = folder
        path = "\(folder.blobsPath)/\(PartialBlobFile.prefix)\(id.hex)"
    }

    /// How many bytes are here.
    func byteCount() throws(StoreError) -> Int {
        var information = stat()
        if stat(path, &information) == 0 { return Int(information.st_size) }
        guard errno == ENOENT || errno == ENOTDIR else { throw StoreError.system("stat", errno) }
        return 0
    }

    /// Takes away those that nothing came of since a time.
    static func removeAll(in folder: ReplicaFolder, untouchedSince time: Timestamp) throws(StoreError) -> Int {
        var count = 0
        for name in try BlobFiles(folder).names(in: folder.blobsPath) where name.utf8.starts(with: prefix.utf8) {
            let path = "\(folder.blobsPath)/\(name)"
            if try BlobFiles.isUntouched(path, since: time), unlink(path) == 0 { count += 1 }
        }
        return count
    }

    /// Takes the next piece.
    func take(_ bytes: [UInt8], at offset: Int, byteCount: Int) throws(StoreError) -> BlobPieceOutcome {
        precondition(offset >= 0 && bytes.count <= byteCount - offset, "a piece lies within its blob")
        let descriptor = try openAndLock()
        defer {
            // Closing alone lets go of it only when no other process has the descriptor: a child has ours from its fork to its exec.
            flock(descriptor, LOCK_UN)
            close(descriptor)
        }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { throw StoreError.system("fstat", errno) }
        var here = Int(information.st_size)
        if here > byteCount {
            // Of another size, by somebody who was wrong about it.
            guard ftruncate(descriptor, 0) == 0 else { throw StoreError.system("ftruncate", errno) }
            here = 0
        }
        guard offset == here else {
            if here == 0 { unlink(path) }
            return .misplaced(byteCount: here)
        }
        if offset == 0 { try checkRoom(for: byteCount) }
        try append(bytes, at: offset, to: descriptor)
        guard offset + bytes.count == byteCount else { return .kept(byteCount: offset + bytes.count) }
        return try complete(descriptor)
    }

    private func complete(_ descriptor: Int32) throws(StoreError) -> BlobPieceOutcome {
        guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw StoreError.system("lseek", errno) }
        // Read back from the disk: what was written may not be what came.
        guard try BlobFiles.digest(of: descriptor) == id.digest else {
            unlink(path)
            return .wrongHash
        }
        try BlobFiles.sync(descriptor)
        try BlobFiles(folder).publish(path, as: id)
        return .completed
    }

    /// The file, which nobody else writes to or gives another name while the descriptor is open.
    private func openAndLock() throws(StoreError) -> Int32 {
        try BlobFiles(folder).makeFolder()
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw StoreError.system("open", errno) }
        do throws(StoreError) {
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                throw errno == EWOULDBLOCK ? .busy : StoreError.system("flock", errno)
            }
            // Who held the lock a moment before may have completed the blob: what was opened then is the blob itself.
            var (opened, named) = (stat(), stat())
            guard fstat(descriptor, &opened) == 0, stat(path, &named) == 0, opened.st_ino == named.st_ino,
                opened.st_dev == named.st_dev
            else { throw .busy }
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Refuses at once what does not fit on the disk: letters need the room that half of a blob would take.
    private func checkRoom(for byteCount: Int) throws(StoreError) {
        var information = statvfs()
        guard statvfs(path, &information) == 0 else { return }
        let (room, isMore) = Int(information.f_bavail).multipliedReportingOverflow(by: Int(information.f_frsize))
        if !isMore, room < byteCount {
            unlink(path)
            throw .diskFull
        }
    }

    /// Adds bytes. Where the disk is full, what came before goes too: a sync of letters needs the room.
    private func append(_ bytes: [UInt8], at offset: Int, to descriptor: Int32) throws(StoreError) {
        guard lseek(descriptor, offset, SEEK_SET) == offset else { throw StoreError.system("lseek", errno) }
        do throws(StoreError) {
            try BlobFileWriter.write(bytes, to: descriptor)
        } catch {
            if case .diskFull = error { unlink(path) }
            throw error
        }
    }
}
