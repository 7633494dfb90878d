import Glibc

/// A small file of text, such as a certificate or a page of the manual.
enum TextFile {
    private static let maximumByteCount = 1024 * 1024

    /// The text of a file; `file` failures name it.
    static func read(_ path: String) throws(Failure) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { break }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure(path, errno) }
            bytes += buffer[..<count]
            guard bytes.count <= maximumByteCount else { throw failure(path, EFBIG) }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure("file", "\(path) is not a text file")
        }
        return text
    }

    /// Writes a file, which is replaced if it is there.
    static func write(_ text: String, to path: String) throws(Failure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure(path, errno, "write") }
        defer { close(descriptor) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure(path, errno, "write") }
            rest = rest.dropFirst(count)
        }
    }

    /// Makes a folder with those above it, if it is not there.
    static func makeFolder(_ path: String) throws(Failure) {
        var made = path.utf8.first == UInt8(ascii: "/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += part + "/"
            guard mkdir(made, 0o755) == 0 || errno == EEXIST else { throw failure(made, errno, "make") }
        }
    }

    private static func failure(_ path: String, _ number: Int32, _ deed: String = "read") -> Failure {
        Failure("file", "cannot \(deed) \(path): \(String(cString: strerror(number)))")
    }
}
