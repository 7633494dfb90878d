import Canaries
import Glibc
import Hashing
import LetterModel

/// The files of the blob store: `blobs/ab/cdef…`, named by the SHA-256 of their bytes.
///
/// A file appears under its name whole and durable, or not at all.
struct BlobFiles {
    private let folder: ReplicaFolder

    init(_ folder: ReplicaFolder) { self.folder = folder }

    func path(_ id: BlobID) -> String {
        let hex = id.hex.utf8
        return "\(folderPath(id))/\(String(decoding: hex.dropFirst(2), as: UTF8.self))"
    }

    private func folderPath(_ id: BlobID) -> String {
        "\(folder.blobsPath)/\(String(decoding: id.hex.utf8.prefix(2), as: UTF8.self))"
    }

    func contains(_ id: BlobID) -> Bool {
        access(path(id), F_OK) == 0
    }

    /// How many bytes it has; nil if it is not here. Not hashed.
    func byteCount(_ id: BlobID) throws(StoreError) -> Int? {
        var information = stat()
        if stat(path(id), &information) == 0 { return Int(information.st_size) }
        guard errno == ENOENT || errno == ENOTDIR else { throw StoreError.system("stat", errno) }
        return nil
    }

    /// Writes the bytes under another name, makes them durable, gives them their name, makes that durable.
    func store(_ bytes: [UInt8]) throws(StoreError) -> BlobID {
        let id = BlobID(SHA256.digest(of: bytes))
        // Present and whole: nothing to do. Present and damaged: replaced.
        if try isIntactAndTouched(id) { return id }
        let writer = try BlobFileWriter(folder) { _ in }
        try writer.write(bytes)
        return try writer.finish()
    }

    /// Gives a finished file, whose bytes are durable, the name of its blob, and makes that durable.
    func publish(_ temporary: String, as id: BlobID) throws(StoreError) {
        do {
            try makeFolder()
            try make(folderPath(id))
        } catch {
            unlink(temporary)
            throw error
        }
        try ReplicaFolder.replace(path(id), with: temporary)
    }

    /// Makes the folder of all blobs: one that somebody copied without its attachments has none.
    func makeFolder() throws(StoreError) { try make(folder.blobsPath) }

    private func make(_ path: String) throws(StoreError) {
        if mkdir(path, 0o777) == 0 { return try ReplicaFolder.syncFolder(of: path) }
        guard errno == EEXIST else { throw StoreError.system("mkdir", errno) }
    }

    /// Makes the bytes of a blob's file durable.
    static func sync(_ descriptor: Int32) throws(StoreError) {
        #if CANARIES
            if Canary.blobNotSynced.isOn { return }
        #endif
        guard fsync(descriptor) == 0 else { throw StoreError.system("fsync", errno) }
    }

    /// The bytes; nil if the blob is not here. Not hashed.
    func read(_ id: BlobID) throws(StoreError) -> [UInt8]? {
        let descriptor = open(path(id), O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw StoreError.system("open", errno)
        }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { throw StoreError.system("fstat", errno) }
        guard information.st_size <= Limits.blobBytes else { throw .damaged(object: id.hex) }
        var bytes = [UInt8](repeating: 0, count: Int(information.st_size))
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                buffer.baseAddress.map { Glibc.read(descriptor, $0 + done, buffer.count - done) } ?? 0
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw StoreError.system("read", errno) }
            if count == 0 { break }
            done += count
        }
        return done == bytes.count ? bytes : Array(bytes[..<done])
    }

    /// Whether the bytes are here and whole, for somebody who would store them: from now on they count as stored now.
    func isIntactAndTouched(_ id: BlobID) throws(StoreError) -> Bool {
        // Who takes blobs away moves the file first and looks at its time then: this fails, or is seen.
        try isIntact(id) && utimensat(AT_FDCWD, path(id), nil, 0) == 0
    }

    /// Whether nobody stored it since a time, as far as the file system tells; false if it is not here.
    func isUntouched(_ id: BlobID, since time: Timestamp) throws(StoreError) -> Bool {
        try Self.isUntouched(path(id), since: time)
    }

    static func isUntouched(_ path: String, since time: Timestamp) throws(StoreError) -> Bool {
        var information = stat()
        guard stat(path, &information) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return false }
            throw StoreError.system("stat", errno)
        }
        let changed = information.st_mtim.tv_sec * 1000 + information.st_mtim.tv_nsec / 1_000_000
        return changed < time.milliseconds
    }

    /// Takes the file away, unless somebody stored it since a time or it is not here.
    func remove(_ id: BlobID, ifUntouchedSince time: Timestamp) throws(StoreError) -> Bool {
        guard try isUntouched(id, since: time) else { return false }
        let aside = "\(folder.blobsPath)/old-\(id.hex)"
        guard rename(path(id), aside) == 0 else {
            if errno == ENOENT { return false }
            throw StoreError.system("rename", errno)
        }
        // Somebody may have stored the bytes again, and relied on this file, in between.
        guard try Self.isUntouched(aside, since: time) else {
            try ReplicaFolder.replace(path(id), with: aside)
            return false
        }
        guard unlink(aside) == 0 else { throw StoreError.system("unlink", errno) }
        return true
    }

    /// Whether the bytes still have the hash that names them; false too if they are not here. Read piece by piece.
    func isIntact(_ id: BlobID) throws(StoreError) -> Bool {
        let descriptor = open(path(id), O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return false }
            throw StoreError.system("open", errno)
        }
        defer { close(descriptor) }
        return try Self.digest(of: descriptor) == id.digest
    }

    /// The SHA-256 of a file from where it stands to its end, read piece by piece.
    static func digest(of descriptor: Int32) throws(StoreError) -> Digest {
        var hash = SHA256()
        var buffer = [UInt8](repeating: 0, count: 256 * 1024)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw StoreError.system("read", errno) }
            guard count > 0 else { return hash.finish() }
            buffer.withUnsafeBytes { hash.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }

    /// Every blob that is here, ascending. Files whose name is none, such as what a crash left half-written, are passed
    /// over.
    func all() throws(StoreError) -> [BlobID] {
        var result: [BlobID] = []
        for prefix in try names(in: folder.blobsPath) where prefix.utf8.count == 2 {
            for name in try names(in: "\(folder.blobsPath)/\(prefix)") {
                if let id = BlobID(hex: prefix + name) { result.append(id) }
            }
        }
        return result.sorted()
    }

    func names(in path: String) throws(StoreError) -> [String] {
        guard let stream = opendir(path) else {
            if errno == ENOENT || errno == ENOTDIR { return [] }
            throw StoreError.system("opendir", errno)
        }
        defer { closedir(stream) }
        var result: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            result.append(name)
        }
        return result
    }
}
