import Glibc

/// A small file of text, such as a certificate.
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

    private static func failure(_ path: String, _ number: Int32) -> Failure {
        Failure("file", "cannot read \(path): \(String(cString: strerror(number)))")
    }
}
