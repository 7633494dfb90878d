import CLinux
import Glibc
import Hashing

/// Folders and files of a backup: copied, hashed, moved and removed as wholes.
enum FileTree {
    /// The paths of all files below a folder, relative to it, in byte order. Links and special files are passed over: none of ours are.
    static func files(below folder: String) throws(ServerFailure) -> [String] {
        var found: [String] = []
        try walk(folder, "") { path, isFolder in if !isFolder { found.append(path) } }
        return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func walk(
        _ root: String, _ relative: String, _ visit: (_ path: String, _ isFolder: Bool) -> Void
    ) throws(ServerFailure) {
        let folder = relative.isEmpty ? root : "\(root)/\(relative)"
        guard let stream = opendir(folder) else { throw failure(folder) }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let bytes = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard let name = String(validating: bytes, as: UTF8.self), name != ".", name != ".." else { continue }
            let path = relative.isEmpty ? name : "\(relative)/\(name)"
            var information = stat()
            guard lstat("\(root)/\(path)", &information) == 0 else { throw failure("\(root)/\(path)") }
            switch information.st_mode & S_IFMT {
            case S_IFDIR:
                try walk(root, path, visit)
                visit(path, true)
            case S_IFREG: visit(path, false)
            default: continue
            }
        }
    }

    /// Whether a path is a folder with nothing in it.
    static func isEmptyFolder(_ path: String) -> Bool {
        guard let stream = opendir(path) else { return false }
        defer { closedir(stream) }
        var count = 0
        while readdir(stream) != nil { count += 1 }
        return count <= 2
    }

    /// Makes a folder, and those of its path below another one that are not there.
    static func makeFolders(of path: String, below root: String) throws(ServerFailure) {
        var made = root
        for part in path.split(separator: "/").dropLast() {
            made += "/\(part)"
            guard mkdir(made, 0o700) == 0 || errno == EEXIST else { throw failure(made) }
        }
    }

    /// The SHA-256 of a file, which is written to another path by the way if one is given: durable when it returns.
    static func hash(_ path: String, copyingTo copy: String? = nil) throws(ServerFailure) -> Digest {
        let source = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard source >= 0 else { throw failure(path) }
        defer { close(source) }
        var target: Int32 = -1
        if let copy {
            target = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard target >= 0 else { throw failure(copy) }
        }
        defer { if target >= 0 { close(target) } }
        var hash = SHA256()
        var buffer = [UInt8](repeating: 0, count: 256 * 1024)
        while true {
            let count = Glibc.read(source, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(path) }
            if count == 0 { break }
            let piece = Array(buffer[..<count])
            hash.update(piece)
            if let copy { try write(piece, to: target, path: copy) }
        }
        if let copy, fsync(target) != 0 { throw failure(copy) }
        return hash.finish()
    }

    /// The bytes of a file that is small.
    static func read(_ path: String) throws(ServerFailure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 256 * 1024)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(path) }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    /// Writes a new file: durable when it returns, but for its name.
    static func write(_ bytes: [UInt8], to path: String) throws(ServerFailure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        try write(bytes, to: descriptor, path: path)
        guard fsync(descriptor) == 0 else { throw failure(path) }
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(ServerFailure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure(path) }
            rest = rest.dropFirst(count)
        }
    }

    /// Makes the names in a folder and in all below it durable.
    static func synchronize(_ folder: String) throws(ServerFailure) {
        var folders: [String] = []
        try walk(folder, "") { path, isFolder in if isFolder { folders.append(path) } }
        for path in folders { try SystemCall.synchronize(folder: "\(folder)/\(path)") }
        try SystemCall.synchronize(folder: folder)
    }

    /// An empty folder of a new name beside a path, which only its owner may look into.
    static func makeTemporary(beside path: String) throws(ServerFailure) -> String {
        guard !isMountPoint(path) else {
            throw .fileSystem(
                path: path, reason: "a disk is mounted there: name a folder in it, whose place a finished one can take")
        }
        var template = Array("\(path).new-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw failure(parent(of: path)) }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether a folder is on another file system than the folder that it is in.
    private static func isMountPoint(_ path: String) -> Bool {
        var here = stat()
        var above = stat()
        guard stat(path, &here) == 0, stat(parent(of: path), &above) == 0 else { return false }
        return here.st_dev != above.st_dev
    }

    /// Gives a folder and all in it the owner of another one, if root asks: a server's own user must be able to open what root restored.
    static func giveOwner(of model: String, to folder: String) throws(ServerFailure) {
        var information = stat()
        guard geteuid() == 0, stat(model, &information) == 0 else { return }
        var paths: [String] = []
        try walk(folder, "") { path, _ in paths.append("\(folder)/\(path)") }
        for path in paths + [folder] {
            guard lchown(path, information.st_uid, information.st_gid) == 0 else { throw failure(path) }
        }
    }

    /// Removes a file.
    static func removeFile(_ path: String) throws(ServerFailure) {
        guard unlink(path) == 0 else { throw failure(path) }
    }

    /// Removes a folder that was made here and has no name yet. What cannot be removed is only in the way.
    static func remove(_ folder: String) {
        do throws(ServerFailure) {
            try walk(folder, "") { path, isFolder in
                if isFolder { rmdir("\(folder)/\(path)") } else { unlink("\(folder)/\(path)") }
            }
        } catch {
            return
        }
        rmdir(folder)
    }

    /// Gives a finished folder its name, where nothing is but an empty folder, and makes that durable.
    static func publish(_ temporary: String, as path: String) throws(ServerFailure) {
        guard rename(temporary, path) == 0 else { throw failure(path) }
        try SystemCall.synchronize(folder: parent(of: path))
    }

    /// Puts a finished folder in the place of another one, which is kept under a new name. Both are whole at every moment, and one of them is
    /// at `path`: a crash before the exchange leaves the finished one under the new name, and the other where it was.
    static func exchange(_ temporary: String, with path: String, keepingAs kept: String) throws(ServerFailure) {
        guard rename(temporary, kept) == 0 else { throw failure(temporary) }
        if chancery_exchange_names(kept, path) != 0 {
            let number = errno
            guard rename(kept, temporary) == 0 else { throw failure(kept) }
            guard [EINVAL, ENOSYS].contains(number) else {
                throw .fileSystem(path: path, reason: SystemCall.reason(number))
            }
            try exchangeInSteps(temporary, with: path, keepingAs: kept)
        }
        try SystemCall.synchronize(folder: parent(of: path))
    }

    /// The same on file systems that cannot exchange names: a crash between the two renamings leaves nothing at `path`, and both beside it.
    private static func exchangeInSteps(
        _ temporary: String, with path: String, keepingAs kept: String
    ) throws(ServerFailure) {
        guard rename(path, kept) == 0 else { throw failure(path) }
        guard rename(temporary, path) == 0 else {
            let failure = failure(temporary)
            rename(kept, path)
            throw failure
        }
    }

    /// The folder that a path is in.
    static func parent(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The path without slashes at its end.
    static func trimmed(_ path: String) -> String {
        var bytes = Array(path.utf8)
        while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The path without links; for one that is not there yet, that of its nearest folder with the rest.
    static func resolved(_ path: String) -> String {
        if let real = realpath(path, nil) {
            defer { free(real) }
            return String(cString: real)
        }
        let parent = parent(of: path)
        guard parent != path else { return path }
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        let above = resolved(parent)
        return above == "/" ? "/\(name)" : "\(above)/\(name)"
    }

    private static func failure(_ path: String) -> ServerFailure {
        .fileSystem(path: path, reason: SystemCall.reason())
    }
}
