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
        guard access(path, F_OK) != 0 else { throw BundleError.exists(path: path) }
        var template = Array("\(path).new-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0, fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else { throw failure() }
        let temporary = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(temporary) }
        var byteCount = 0
        do {
            defer { close(descriptor) }
            while let chunk = try stream.nextChunk() {
                byteCount += chunk.count
                try append(chunk, to: descriptor)
            }
            guard fsync(descriptor) == 0 else { throw failure() }
        }
        try publish(temporary)
        return byteCount
    }

    /// Gives the file its name, which nothing may have, and makes that durable.
    private func publish(_ temporary: String) throws {
        // link refuses a name that is taken, which rename would replace; USB sticks with FAT have no links.
        if link(temporary, path) != 0 {
            guard [EPERM, EOPNOTSUPP, ENOSYS].contains(errno) else {
                throw errno == EEXIST ? BundleError.exists(path: path) : failure()
            }
            guard access(path, F_OK) != 0 else { throw BundleError.exists(path: path) }
            guard rename(temporary, path) == 0 else { throw failure() }
        }
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure() }
    }

    private func append(_ bytes: [UInt8], to descriptor: Int32) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure() }
            rest = rest.dropFirst(count)
        }
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
