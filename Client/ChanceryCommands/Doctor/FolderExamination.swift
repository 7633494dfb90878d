import ArchiveClient
import Glibc
import LetterModel

/// Looks at an archive's folder from outside: whether it can be written, its disk, who has it open, what lies about in it.
struct FolderExamination {
    private let folder: String
    private var database: String { FileSystem.join(folder, "archive.sqlite") }

    init(_ folder: String) {
        self.folder = folder
    }

    var findings: [Finding] {
        guard FileSystem.isFolder(folder) else { return [] }
        return place() + disk() + locks() + leftovers()
    }

    // MARK: Where it is

    private func place() -> [Finding] {
        var findings: [Finding] = []
        if let type = FileSystemType.networkType(of: folder) {
            findings.append(
                Finding(
                    .problem, "networkFolder",
                    "\(folder) is on a network file system (\(type)), whose locks a database cannot rely on",
                    remedy:
                        "move the folder to a disk of this machine, and sync with the others through a server or bundles"
                ))
        }
        for path in [folder, database] where FileSystem.exists(path) && access(path, W_OK) != 0 {
            findings.append(
                Finding(
                    .problem, "readOnly", "\(path) cannot be written by you: \(String(cString: strerror(errno)))",
                    remedy: "give it to yourself: `chown -R $USER \(folder)`, or mount the disk for writing"))
        }
        return findings
    }

    // MARK: The disk

    private func disk() -> [Finding] {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return [] }
        let free = Int(clamping: status.f_bavail) * Int(clamping: status.f_frsize)
        let hasNames = status.f_files == 0 || status.f_favail > 0
        return Self.disk(freeBytes: free, databaseBytes: Self.byteCount(database) ?? 0, hasNames: hasNames)
    }

    /// What the room on a disk means for a database of this size.
    static func disk(freeBytes: Int, databaseBytes: Int, hasNames: Bool) -> [Finding] {
        let free = ByteText.of(freeBytes)
        let remedy =
            "delete or move what is not needed; nothing is lost when the disk is full, but nothing new is taken"
        guard hasNames else {
            return [Finding(.problem, "diskFull", "the disk has no room for another file's name", remedy: remedy)]
        }
        if freeBytes < 100_000_000 {
            return [Finding(.problem, "diskFull", "the disk has \(free) left", remedy: remedy)]
        }
        if freeBytes < databaseBytes {
            return [
                Finding(
                    .advice, "diskSmall",
                    "the disk has \(free) left, less than the database takes (\(ByteText.of(databaseBytes))): a repair copies it first",
                    remedy: "make room before you need `chancery verify --repair`")
            ]
        }
        return []
    }

    private static func byteCount(_ path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }

    // MARK: Locks

    private func locks() -> [Finding] {
        var findings = writers().map { process in
            Finding(
                .advice, "busy",
                "process \(process.number) (\(process.name)) is writing to the archive; others wait for it up to 30 seconds",
                remedy: "let it end; if it hangs, end it: what it had not finished is taken back, the rest stays")
        }
        switch FolderUse(of: folder) {
        case .free: break
        case .process(let number):
            findings.append(
                Finding(.advice, "inUse", "process \(number) is syncing with this folder", remedy: "let it end"))
        case .left:
            findings.append(
                Finding(
                    .advice, "leftLock", "a process that is gone left its lock \(FileSystem.join(folder, "in-use"))",
                    remedy: "nothing: the next sync with this folder takes it over"))
        case .machine(let host):
            let name = String(
                host.unicodeScalars.prefix(64).filter { (0x21..<0x7F).contains($0.value) }.map(Character.init))
            findings.append(
                Finding(
                    .problem, "foreignLock",
                    "the machine \(name) has this folder open, or had when it was last seen; nobody else can sync with it",
                    remedy: "if that machine no longer has the disk, delete \(FileSystem.join(folder, "in-use"))"))
        case .unknown:
            findings.append(
                Finding(
                    .problem, "foreignLock", "\(FileSystem.join(folder, "in-use")) does not say who uses the folder",
                    remedy: "if nobody does, delete it"))
        }
        return findings
    }

    /// The other processes that hold a lock for writing on the database.
    ///
    /// Source: <https://man7.org/linux/man-pages/man5/proc_locks.5.html>
    private func writers() -> [(number: Int, name: String)] {
        var status = stat()
        guard stat(database, &status) == 0,
            let locks = Self.readable({ try FileSystem.read("/proc/locks", limitBytes: 1 << 20) })
        else { return [] }
        let numbers = Self.writers(ofFile: UInt64(status.st_ino), locks: String(decoding: locks, as: UTF8.self))
        return numbers.filter { $0 != Int(getpid()) }.map { number in
            let read = Self.readable { try FileSystem.read("/proc/\(number)/comm", limitBytes: 64) }
            let name = read ?? Array("unknown".utf8)
            return (number, String(decoding: name.filter { $0 > 0x20 && $0 < 0x7F }, as: UTF8.self))
        }
    }

    /// What could be read; what cannot is no finding of its own here.
    private static func readable<Value>(_ read: () throws -> Value) -> Value? {
        do {
            return try read()
        } catch {
            return nil
        }
    }

    /// The processes that `/proc/locks` names as writers of the file with this number.
    static func writers(ofFile number: UInt64, locks: String) -> [Int] {
        var found: [Int] = []
        for line in locks.split(separator: "\n") {
            let words = line.split(separator: " ")
            // A process that only waits has an arrow before its kind.
            guard words.count >= 6, words[1] == "POSIX" || words[1] == "OFDLCK", words[3] == "WRITE",
                let process = Int(words[4]), process > 0,
                words[5].split(separator: ":").last.flatMap({ UInt64($0) }) == number,
                !found.contains(process)
            else { continue }
            found.append(process)
        }
        return found
    }

    // MARK: What lies about

    private func leftovers() -> [Finding] {
        let names = Self.readable { try FileSystem.names(in: folder) } ?? []
        var findings: [Finding] = []
        let copies = names.filter { $0.hasPrefix("archive.sqlite.before-repair-") }
        if !copies.isEmpty {
            let size = copies.compactMap { Self.byteCount(FileSystem.join(folder, $0)) }.reduce(0, +)
            findings.append(
                Finding(
                    .advice, "oldCopies",
                    "copies of the database from earlier repairs take \(ByteText.of(size)): \(Self.listed(copies))",
                    remedy: "delete them once `chancery verify` finds nothing, and nothing is missing"))
        }
        let halves = names.filter { name in
            ["archive.sqlite.new-", "archive.sqlite.copy-", "in-use.new-"].contains { name.hasPrefix($0) }
        }
        if !halves.isEmpty {
            findings.append(
                Finding(
                    .advice, "leftFiles",
                    "a program that was stopped left files behind: \(Self.listed(halves))",
                    remedy: "delete them while no chancery runs; nothing refers to them"))
        }
        return findings
    }

    private static func listed(_ names: [String]) -> String {
        names.prefix(3).joined(separator: ", ") + (names.count > 3 ? " and \(names.count - 3) more" : "")
    }
}
