import Glibc
import Hashing

/// A file, or standard input, that is read once from its start to its end.
final class SourceFile {
    /// How much is read at once, behind the start.
    static let pieceBytes = 256 * 1024

    private let path: String
    private let descriptor: Int32
    /// The number of bytes; 0 if it is not known.
    let byteCount: Int

    init(_ path: String) throws {
        self.path = path
        guard path != "-" else {
            descriptor = STDIN_FILENO
            byteCount = 0
            return
        }
        // Opening a pipe that nobody writes to would wait; like this it is empty.
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileSystem.Failure(path: path, number: errno) }
        var status = stat()
        let kind = fstat(descriptor, &status) == 0 ? status.st_mode & S_IFMT : 0
        guard kind == S_IFREG || kind == S_IFIFO || kind == S_IFDIR else {
            close(descriptor)
            throw Failure("file", "this is a device, and no file")
        }
        // A pipe that somebody writes to, such as <(command) in a shell, is waited for like any file.
        _ = fcntl(descriptor, F_SETFL, O_RDONLY)
        byteCount = Int(status.st_size)
    }

    deinit {
        if descriptor != STDIN_FILENO { close(descriptor) }
    }

    /// The next bytes, as many as asked for unless the file ends; empty at its end.
    func read(upTo limit: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: limit)
        var filled = 0
        while filled < limit {
            let count = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(descriptor, buffer.baseAddress?.advanced(by: filled), limit - filled)
            }
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw FileSystem.Failure(path: path, number: errno)
            }
            filled += count
        }
        bytes.removeLast(limit - filled)
        return bytes
    }

    /// The SHA-256 of all bytes from here to the end.
    func digest() throws -> Digest {
        var hash = SHA256()
        while true {
            let piece = try read(upTo: SourceFile.pieceBytes)
            if piece.isEmpty { return hash.finish() }
            hash.update(piece)
        }
    }
}
