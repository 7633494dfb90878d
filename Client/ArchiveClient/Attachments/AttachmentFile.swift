import Glibc
public import LetterModel
import ReplicaStore

/// Why a file could not be attached, or an attachment not be written to one.
public enum AttachmentFileError: Error, Equatable, Sendable {
    /// The file cannot be read or written, as the system says.
    case file(path: String, reason: String)
    /// There is something of that name.
    case exists(path: String)
    /// This is a folder or a device.
    case notAFile(path: String)
    /// No attachment is so large.
    case tooLarge(path: String, limitBytes: Int)
    /// The bytes are not on this machine.
    case notHere(BlobID)

    /// A stable word for scripts.
    public var code: String {
        switch self {
        case .file: "file"
        case .exists: "fileExists"
        case .notAFile: "notAFile"
        case .tooLarge: "tooLarge"
        case .notHere: "missingBlob"
        }
    }
}

extension AttachmentFileError: CustomStringConvertible {
    /// What is wrong, and what to do next.
    public var description: String {
        switch self {
        case .file(let path, let reason): "\(path): \(reason)"
        case .exists(let path): "there is a file \(path) already; it was left alone"
        case .notAFile(let path): "\(path) is a folder or a device, and no file"
        case .tooLarge(let path, let limit): "\(path) has more than \(limit) bytes, and no attachment may; split it"
        case .notHere(let blob):
            "the bytes of attachment \(blob.hex.prefix(12)) are not on this machine; `chancery blobs fetch` fetches them"
        }
    }
}

/// A file whose bytes go into an archive, or come out of one, piece by piece.
enum AttachmentFile {
    private static let pieceBytes = 256 * 1024

    /// Reads a file from its start to its end.
    ///
    /// - Parameter piece: Is given each piece, with the number of bytes of the file as the system tells it, 0 for a pipe.
    static func read(_ path: String, piece: (_ bytes: [UInt8], _ fileBytes: Int) throws -> Void) throws {
        // Opening a pipe that nobody writes to would wait; like this it is empty.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { throw failure(path) }
        let kind = information.st_mode & S_IFMT
        guard kind == S_IFREG || kind == S_IFIFO else { throw AttachmentFileError.notAFile(path: path) }
        // A pipe that somebody writes to is waited for like any file.
        _ = fcntl(descriptor, F_SETFL, O_RDONLY)
        var buffer = [UInt8](repeating: 0, count: pieceBytes)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(path) }
            guard count > 0 else { return }
            try piece(count == buffer.count ? buffer : Array(buffer[..<count]), Int(information.st_size))
        }
    }

    /// Writes a file that is not there yet. It appears whole and durable, or not at all.
    static func write(_ path: String, next: () throws -> [UInt8]?) throws {
        do {
            try NewFile.write(path, for: .umask, next: next)
        } catch NewFile.Failure.exists {
            throw AttachmentFileError.exists(path: path)
        } catch NewFile.Failure.system(let reason) {
            throw AttachmentFileError.file(path: path, reason: reason)
        }
    }

    private static func failure(_ path: String) -> AttachmentFileError {
        .file(path: path, reason: String(cString: strerror(errno)))
    }
}
