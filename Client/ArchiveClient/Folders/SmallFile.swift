import Glibc

/// A file of a few lines that may be anything: a carried disk is somebody else's.
enum SmallFile {
    private static let limitBytes = 1024 * 1024

    /// What stands at a path.
    enum Content: Equatable {
        case missing
        /// A folder, a pipe or a device; or a file that is no UTF-8 or too long.
        case notAFile
        case unreadable(reason: String)
        case text(String)
    }

    /// Reads it. Never waits for anybody, as opening a pipe would.
    static func read(_ path: String) -> Content {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return .missing }
            // What sockets answer.
            return errno == ENXIO ? .notAFile : .unreadable(reason: String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        guard isFile(descriptor) else { return .notAFile }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while bytes.count <= limitBytes {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return .unreadable(reason: String(cString: strerror(errno))) }
            if count == 0 { return String(validating: bytes, as: UTF8.self).map(Content.text) ?? .notAFile }
            bytes += buffer[..<count]
        }
        return .notAFile
    }

    /// Whether an open descriptor is one of a file with bytes in it.
    static func isFile(_ descriptor: Int32) -> Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }
}
