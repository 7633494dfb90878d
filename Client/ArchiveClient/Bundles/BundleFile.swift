import Glibc
import LetterModel
import ReplicaStore
import SyncProtocol

/// Why a bundle was not made or not applied. Nothing was changed.
public enum BundleError: Error, Equatable, Sendable {
    /// The file cannot be read or written.
    case file(path: String, reason: String)
    /// There is something of that name.
    case exists(path: String)
    /// The file is no bundle, or not a whole one.
    case damaged(path: String, reason: String)
    /// The cursor to begin at is not of this replica's log.
    case foreignCursor(String)

    /// A stable word for scripts.
    public var code: String {
        switch self {
        case .file: "file"
        case .exists: "fileExists"
        case .damaged: "damagedBundle"
        case .foreignCursor: "foreignCursor"
        }
    }
}

extension BundleError: CustomStringConvertible {
    /// What is wrong, and what to do next.
    public var description: String {
        switch self {
        case .file(let path, let reason): "\(path): \(reason)"
        case .exists(let path): "there is a file \(path) already; it was left alone: name another one"
        case .damaged(let path, let reason):
            "\(path) is no whole bundle: \(reason); nothing of it was taken: copy it again, or have it made again"
        case .foreignCursor(let text):
            "\(text) is no cursor of this archive's log; `chancery bundle create` prints one, `chancery status --json` the newest"
        }
    }
}

/// A bundle in a file.
struct BundleFile {
    let path: String

    /// Writes a bundle under another name, makes it durable, and gives it its name, which nothing may have.
    ///
    /// - Returns: The number of bytes.
    func write(_ stream: BundleStream) throws -> Int {
        var byteCount = 0
        do {
            try NewFile.write(path, isPrivate: true) {
                let chunk = try stream.nextChunk()
                byteCount += chunk?.count ?? 0
                return chunk
            }
        } catch NewFile.Failure.exists {
            throw BundleError.exists(path: path)
        } catch NewFile.Failure.system(let reason) {
            throw BundleError.file(path: path, reason: reason)
        }
        return byteCount
    }

    /// Reads the whole bundle and tells what it holds, piece by piece.
    ///
    /// - Throws: `BundleError`, or what `take` throws.
    func read(_ take: (BundleReader.Item) throws -> Void) throws {
        // A pipe would be waited for, and cannot be read twice.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        guard SmallFile.isFile(descriptor) else { throw BundleError.file(path: path, reason: "it is no file") }
        var reader = BundleReader()
        var buffer = [UInt8](repeating: 0, count: 256 * 1024)
        do {
            while true {
                let count = Glibc.read(descriptor, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { throw failure() }
                if count == 0 { break }
                try reader.read(Array(buffer[..<count]), take)
            }
            try reader.finish()
        } catch let error as MessageError {
            throw BundleError.damaged(path: path, reason: error.description)
        }
    }

    private func failure() -> BundleError { .file(path: path, reason: String(cString: strerror(errno))) }
}
