import Glibc
import Hashing

extension FileSystem {
    /// The SHA-256 of a file's bytes, which are read in pieces; `-` is standard input.
    static func digest(of path: String) throws -> Digest {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(path: path, number: errno) }
        defer { if path != "-" { close(descriptor) } }
        var hash = SHA256()
        var buffer = [UInt8](repeating: 0, count: 256 * 1024)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { return hash.finish() }
            if count < 0 {
                if errno == EINTR { continue }
                throw Failure(path: path, number: errno)
            }
            hash.update(Array(buffer[..<count]))
        }
    }
}
