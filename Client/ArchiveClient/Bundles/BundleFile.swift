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
    /// Another process replaces the file again and again.
    case busy(path: String)

    /// A stable word for scripts.
    public var code: String {
        switch self {
        case .file: "file"
        case .exists: "fileExists"
        case .damaged: "damagedBundle"
        case .foreignCursor: "foreignCursor"
        case .busy: "busy"
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
        case .busy(let path): "somebody else is writing \(path) again and again; sync again when that is done"
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
            try NewFile.write(path, for: .owner) {
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

    /// Which file it is, and how it was written last.
    struct Version: Equatable {
        let device: UInt
        let number: UInt
        let byteCount: Int
        let seconds: Int
        let nanoseconds: Int
    }

    /// The file that has the name now.
    func version() throws -> Version {
        var status = stat()
        guard stat(path, &status) == 0 else { throw failure() }
        return Version(
            device: UInt(status.st_dev), number: UInt(status.st_ino), byteCount: Int(status.st_size),
            seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
    }

    /// Writes another bundle under another name, makes it durable, and gives it the name of this one.
    ///
    /// - Parameters:
    ///   - version: What has the name still. If something else has, nothing is replaced.
    ///   - isReplaced: Whether it was.
    ///   - next: The next bytes; nil at their end.
    /// - Returns: The number of bytes.
    func replace(_ version: Version, isReplaced: inout Bool, next: () throws -> [UInt8]?) throws -> Int {
        var byteCount = 0
        isReplaced = true
        do {
            // Whoever may read the old one may read the new one: a share has more than one reader.
            try NewFile.write(path, for: .umask, replacing: { try self.version() == version }) {
                let chunk = try next()
                byteCount += chunk?.count ?? 0
                return chunk
            }
        } catch NewFile.Failure.exists {
            isReplaced = false
        } catch NewFile.Failure.system(let reason) {
            throw BundleError.file(path: path, reason: reason)
        }
        return byteCount
    }

    /// The first line, and nothing behind it.
    func envelope() throws -> BundleEnvelope {
        struct Found: Error { let envelope: BundleEnvelope }
        do {
            try read { item in if case .envelope(let envelope) = item { throw Found(envelope: envelope) } }
        } catch let found as Found {
            return found.envelope
        }
        throw BundleError.damaged(path: path, reason: "it is empty")
    }

    /// Reads the whole bundle and tells what it holds, piece by piece.
    ///
    /// - Returns: Where it ends in its creator's log.
    /// - Throws: `BundleError`, or what `take` throws.
    @discardableResult func read(_ take: (BundleReader.Item) throws -> Void) throws -> LogPosition? {
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
            return reader.position
        } catch let error as MessageError {
            throw BundleError.damaged(path: path, reason: error.description)
        }
    }

    private func failure() -> BundleError { .file(path: path, reason: String(cString: strerror(errno))) }
}
