import Glibc
import Hashing

/// Files and folders, by the system's own calls: each failure keeps the system's reason.
enum FileSystem {
    /// What the system said when it refused.
    struct Failure: Error {
        let path: String
        let number: Int32

        /// The system's sentence, such as "No such file or directory".
        var reason: String { String(cString: strerror(number)) }
    }

    /// All bytes of a file. Refuses folders, devices and files over `limitBytes`.
    static func read(_ path: String, limitBytes: Int) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(path: path, number: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Failure(path: path, number: errno) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw Failure(path: path, number: EISDIR) }
        return try read(descriptor, path: path, limitBytes: limitBytes)
    }

    /// Everything that comes on standard input.
    static func readStandardInput(limitBytes: Int) throws -> [UInt8] {
        try read(STDIN_FILENO, path: "standard input", limitBytes: limitBytes)
    }

    private static func read(_ descriptor: Int32, path: String, limitBytes: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 256 * 1024)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw Failure(path: path, number: errno)
            }
            bytes.append(contentsOf: buffer[..<count])
            if bytes.count > limitBytes { throw Failure(path: path, number: EFBIG) }
        }
    }

    /// Writes everything to a stream; a reader that went away ends the program as `SIGPIPE` would.
    static func writeAll(_ bytes: [UInt8], to descriptor: Int32) {
        _ = writeWhole(bytes, to: descriptor)
    }

    /// Writes a file whole: under a temporary name, to the disk, then renamed, so that no reader sees half of it.
    static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o644) throws {
        let new = try NewFile(path, mode: mode)
        do {
            try new.sink.write(bytes)
            try new.finish()
        } catch {
            new.discard()
            throw error
        }
    }

    /// The same of bytes that come piece by piece.
    static func write(to path: String, _ body: (ByteSink) async throws -> Void) async throws {
        let new = try NewFile(path, mode: 0o644)
        do {
            try await body(new.sink)
            try new.finish()
        } catch {
            new.discard()
            throw error
        }
    }

    /// A file under its temporary name.
    private struct NewFile {
        let sink: ByteSink
        private let temporary: String

        init(_ path: String, mode: mode_t) throws {
            temporary = path + ".new"
            let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
            guard descriptor >= 0 else { throw Failure(path: path, number: errno) }
            sink = ByteSink(descriptor: descriptor, path: path)
        }

        func finish() throws {
            guard fsync(sink.descriptor) == 0, rename(temporary, sink.path) == 0 else {
                throw Failure(path: sink.path, number: errno)
            }
            close(sink.descriptor)
        }

        func discard() {
            close(sink.descriptor)
            unlink(temporary)
        }
    }

    /// Adds bytes to the end of a file; a new one begins empty.
    static func append(_ bytes: [UInt8], to path: String, isNew: Bool) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (isNew ? O_TRUNC : O_APPEND), 0o644)
        guard descriptor >= 0 else { throw Failure(path: path, number: errno) }
        defer { close(descriptor) }
        let number = writeWhole(bytes, to: descriptor)
        guard number == 0 else { throw Failure(path: path, number: number) }
    }

    /// Adds bytes that come piece by piece to the end of a file. Where they do not come to their end, it is as before.
    static func append(to path: String, isNew: Bool, _ body: (ByteSink) async throws -> Void) async throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (isNew ? O_TRUNC : O_APPEND), 0o644)
        guard descriptor >= 0 else { throw Failure(path: path, number: errno) }
        defer { close(descriptor) }
        let end = lseek(descriptor, 0, SEEK_END)
        do {
            try await body(ByteSink(descriptor: descriptor, path: path))
        } catch {
            ftruncate(descriptor, max(0, end))
            throw error
        }
    }

    /// Whether a path is a file whose bytes have this digest.
    static func holds(_ path: String, _ digest: Digest) throws -> Bool {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var hasher = SHA256()
        var buffer = [UInt8](repeating: 0, count: 256 * 1024)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Failure(path: path, number: errno) }
            if count == 0 { break }
            hasher.update(count == buffer.count ? buffer : Array(buffer[..<count]))
        }
        return hasher.finish() == digest
    }

    /// Writes everything; the system's error number, 0 if all is written.
    static func writeWhole(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                return errno
            }
        }
        return 0
    }

    /// Makes a folder and those above it.
    static func makeFolder(_ path: String, mode: mode_t = 0o755) throws {
        if mkdir(path, mode) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let parent = parent(of: path) else { throw Failure(path: path, number: errno) }
        try makeFolder(parent, mode: mode)
        guard mkdir(path, mode) == 0 || errno == EEXIST else { throw Failure(path: path, number: errno) }
    }

    /// The folder in which this program lies; nil if the kernel does not say.
    static func programFolder() -> String? {
        guard let path = realpath("/proc/self/exe", nil) else { return nil }
        defer { free(path) }
        return parent(of: String(cString: path))
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The names in a folder, in byte order, without those that begin with a dot.
    static func names(in folder: String) throws -> [String] {
        guard let directory = opendir(folder) else { throw Failure(path: folder, number: errno) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.utf8.first != UInt8(ascii: ".") { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The files below a folder, in byte order of their paths. Each folder is looked into once, whatever links lead to it. One
    /// that cannot be read stands there itself: reading it as a file tells the reason.
    static func files(below folder: String) -> [String] {
        var seen: Set<[UInt64]> = []
        return files(below: folder, &seen)
    }

    private static func files(below folder: String, _ seen: inout Set<[UInt64]>) -> [String] {
        var status = stat()
        guard stat(folder, &status) == 0 else { return [folder] }
        guard seen.insert([UInt64(status.st_dev), UInt64(status.st_ino)]).inserted else { return [] }
        do {
            var found: [String] = []
            for name in try names(in: folder) {
                let path = join(folder, name)
                found += isFolder(path) ? files(below: path, &seen) : [path]
            }
            return found
        } catch {
            return [folder]
        }
    }

    /// The folder that relative paths begin at.
    static func currentFolder() -> String {
        guard let path = getcwd(nil, 0) else { return "/" }
        defer { free(path) }
        return String(cString: path)
    }

    /// Whether two paths lead to one thing that is there.
    static func isSame(_ left: String, _ right: String) -> Bool {
        var (first, second) = (stat(), stat())
        return stat(left, &first) == 0 && stat(right, &second) == 0 && first.st_ino == second.st_ino
            && first.st_dev == second.st_dev
    }

    static func join(_ folder: String, _ name: String) -> String {
        folder.utf8.last == UInt8(ascii: "/") ? folder + name : folder + "/" + name
    }

    /// The last component of a path.
    static func name(of path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: true).last.map(String.init) ?? path
    }

    private static func parent(of path: String) -> String? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true).dropLast()
        guard !parts.isEmpty else { return nil }
        return (path.utf8.first == UInt8(ascii: "/") ? "/" : "") + parts.joined(separator: "/")
    }
}
