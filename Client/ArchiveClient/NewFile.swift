import Glibc
import ReplicaStore

/// A file that is not there yet: it appears whole and durable under its name, or not at all. Nothing may have the name, but what it is to replace.
enum NewFile {
    /// Why there is no such file now.
    enum Failure: Error {
        /// There is something of that name that is not to be replaced.
        case exists
        /// What the system says.
        case system(reason: String)

        init(_ failure: NewName.Failure) { self = .system(reason: String(cString: strerror(failure.number))) }
    }

    /// Who may read it.
    enum Readers {
        /// Its owner.
        case owner
        /// Those whom the umask lets.
        case umask
        /// Everybody.
        case all
    }

    /// Writes a file under another name, makes it durable, gives it its own, and makes that durable.
    ///
    /// - Parameters: as ``make(_:for:replacing:next:)``.
    static func write(
        _ path: String, for readers: Readers, replacing replaces: (() throws -> Bool)? = nil,
        next: () throws -> [UInt8]?
    ) throws {
        try make(path, for: readers, replacing: replaces, next: next)
        do { try NewName.syncFolder(of: path) } catch { throw Failure(error) }
    }

    /// Writes a file under another name, makes it durable, and gives it its own. After a power cut the name may be gone again.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - readers: Who may read it.
    ///   - replaces: Whether what has the name in the end is what the file is to take the place of; nil if nothing may have it.
    ///   - next: Its next bytes; nil at their end.
    /// - Throws: `NewFile.Failure`, or what `next` and `replaces` throw.
    static func make(
        _ path: String, for readers: Readers, replacing replaces: (() throws -> Bool)? = nil,
        next: () throws -> [UInt8]?
    ) throws {
        guard replaces != nil || access(path, F_OK) != 0 else { throw Failure.exists }
        var template = Array("\(path).new-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0, fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else { throw failure() }
        let temporary = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(temporary) }
        do {
            defer { close(descriptor) }
            while let bytes = try next() { try append(bytes, to: descriptor) }
            try show(descriptor, to: readers)
            guard fsync(descriptor) == 0 else { throw failure() }
        }
        if let replaces {
            guard try replaces() else { throw Failure.exists }
            guard rename(temporary, path) == 0 else { throw failure() }
        } else {
            let isNamed: Bool
            do { isNamed = try NewName.take(path, for: temporary) } catch { throw Failure(error) }
            guard isNamed else { throw Failure.exists }
        }
    }

    /// mkstemp makes files for their owner alone. FAT has no modes, and says so.
    private static func show(_ descriptor: Int32, to readers: Readers) throws {
        let mode: mode_t
        switch readers {
        case .owner: return
        case .umask:
            let mask = Glibc.umask(0)
            Glibc.umask(mask)
            mode = 0o666 & ~mask
        case .all: mode = 0o644
        }
        guard fchmod(descriptor, mode) == 0 || errno == EPERM else { throw failure() }
    }

    private static func append(_ bytes: [UInt8], to descriptor: Int32) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure() }
            rest = rest.dropFirst(count)
        }
    }

    private static func failure() -> Failure { .system(reason: String(cString: strerror(errno))) }
}
