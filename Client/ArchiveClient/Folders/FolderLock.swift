import Glibc
import LetterModel

/// Says in a folder which machine and process uses it: a file made with O_EXCL that holds host, boot id and process id.
///
/// One that this machine left behind (its process is gone, or the machine was started anew since) is taken over; another machine's is
/// not: nobody here can know whether it still runs.
final class FolderLock {
    /// The file's name in the folder.
    static let fileName = "in-use"

    /// Who holds a folder.
    struct Holder: Equatable {
        var host: String
        var boot: String
        var process: Int

        /// This process.
        static func current() -> Holder {
            Holder(host: hostName(), boot: bootID(), process: Int(getpid()))
        }

        /// Reads what `text` writes; nil for anything else, such as a file that a crash left half-written.
        init?(_ text: String) {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            guard lines.count == 4, let process = DecimalDigits.value(of: lines[2].utf8), process > 0 else {
                return nil
            }
            self.init(host: lines[0], boot: lines[1], process: process)
        }

        init(host: String, boot: String, process: Int) {
            self.host = host
            self.boot = boot
            self.process = process
        }

        var text: String { "\(host)\n\(boot)\n\(process)\n" }

        /// Whether it is known to be gone.
        func isGone(here: Holder) -> Bool {
            guard host.hasSameBytes(as: here.host) else { return false }
            guard boot.hasSameBytes(as: here.boot) else { return true }
            return kill(pid_t(clamping: process), 0) != 0 && errno == ESRCH
        }

        private static func hostName() -> String {
            var name = [CChar](repeating: 0, count: 256)
            guard gethostname(&name, name.count - 1) == 0 else { return "unnamed" }
            return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }

        /// Source: https://man7.org/linux/man-pages/man4/random.4.html (/proc/sys/kernel/random/boot_id)
        private static func bootID() -> String {
            let text = SmallFile.text("/proc/sys/kernel/random/boot_id") ?? "unknown"
            return String(text.prefix { $0 != "\n" })
        }
    }

    private let path: String
    private let holder: Holder

    /// Takes the lock of a folder.
    ///
    /// - Throws: `RemoteFolderError.inUse`, `.busy`, `.unusable`.
    init(folder: String, holder: Holder = .current()) throws(RemoteFolderError) {
        path = "\(folder)/\(FolderLock.fileName)"
        self.holder = holder
        for _ in 0..<3 {
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
            if descriptor >= 0 {
                let text = Array(holder.text.utf8)
                let count = write(descriptor, text, text.count)
                let isWritten = count == text.count && fsync(descriptor) == 0
                let number = errno
                close(descriptor)
                if isWritten { return }
                unlink(path)
                throw .unusable(path: folder, reason: String(cString: strerror(number)))
            }
            guard errno == EEXIST else { throw .unusable(path: folder, reason: String(cString: strerror(errno))) }
            guard let text = SmallFile.text(path) else { continue }
            // One without a readable holder was left by a crash in the moment of its making; on another machine's disk too.
            if let other = Holder(text), !other.isGone(here: holder) {
                if other.host.hasSameBytes(as: holder.host) { throw .busy(path: folder, process: other.process) }
                throw .inUse(path: folder, host: VisibleName.of(other.host))
            }
            // Of two that take over at once only one moves it away; the other finds the new one.
            let aside = "\(path).\(holder.process)"
            if rename(path, aside) == 0 { unlink(aside) }
        }
        throw .unusable(path: folder, reason: "its lock \(FolderLock.fileName) changes all the time")
    }

    deinit {
        // Only our own: somebody may have deleted it by hand and let another machine in.
        if SmallFile.text(path)?.hasSameBytes(as: holder.text) == true { unlink(path) }
    }
}

/// A host's name as it may stand in a message: a file on a carried disk may hold anything.
private enum VisibleName {
    static func of(_ name: String) -> String {
        String(String.UnicodeScalarView(name.unicodeScalars.prefix(64).filter { $0.value > 0x20 && $0.value < 0x7F }))
    }
}

/// A file of a few lines.
enum SmallFile {
    private static let limitBytes = 1024 * 1024

    /// Its text; nil if it cannot be read, is no UTF-8 or is too long.
    static func text(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while bytes.count <= limitBytes {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { return String(validating: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
        return nil
    }
}
