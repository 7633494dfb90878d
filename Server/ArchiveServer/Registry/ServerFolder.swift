import Glibc

/// The data folder of a server and where things are in it.
///
/// ```
/// server.sqlite        archives, tokens, audit log
/// lock                 held by the server while it runs
/// archives/<name>/     one replica for each archive
/// deleted/<name>-<n>/  archives that were deleted: kept until somebody removes them by hand
/// ```
public struct ServerFolder: Sendable {
    /// The path of the folder.
    public let path: String

    /// A folder by its path; it need not be there.
    public init(_ path: String) {
        self.path = path
    }

    var registryPath: String { path + "/server.sqlite" }
    var lockPath: String { path + "/lock" }
    var archivesPath: String { path + "/archives" }
    var deletedPath: String { path + "/deleted" }

    /// The folder of an archive.
    func archivePath(_ name: ArchiveName) -> String { archivesPath + "/" + name.text }

    /// Makes the folder, those around it and those in it that are not there; only the owner may look into it.
    func make() throws(ServerFailure) {
        try ServerFolder.makeFolder(path)
        try ServerFolder.makeFolder(archivesPath)
        try ServerFolder.makeFolder(deletedPath)
    }

    private static func makeFolder(_ path: String, mode: mode_t = 0o700) throws(ServerFailure) {
        if mkdir(path, mode) == 0 || errno == EEXIST { return }
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        guard errno == ENOENT, let slash, slash > path.startIndex else {
            throw .fileSystem(path: path, reason: SystemCall.reason())
        }
        try makeFolder(String(path[..<slash]), mode: 0o755)
        guard mkdir(path, mode) == 0 || errno == EEXIST else {
            throw .fileSystem(path: path, reason: SystemCall.reason())
        }
    }

    /// Moves the folder of a deleted archive aside. Nothing happens if it was moved before.
    ///
    /// Only for the holder of the ``ServerLock``, after it closed the archive: nobody else can know that it is closed.
    func moveAside(_ archive: ArchiveRecord, to folderName: String) throws(ServerFailure) {
        let source = archivePath(archive.name)
        let target = deletedPath + "/" + folderName
        guard !SystemCall.exists(target) else { return }
        guard rename(source, target) == 0 else { throw .fileSystem(path: source, reason: SystemCall.reason()) }
        try SystemCall.synchronize(folder: archivesPath)
        try SystemCall.synchronize(folder: deletedPath)
    }
}

/// Calls of the system that keep its reason when it refuses.
enum SystemCall {
    /// The system's sentence about the last call that failed, such as "No such file or directory".
    static func reason(_ number: Int32 = errno) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard strerror_r(number, &buffer, buffer.count) == 0 else { return "error \(number)" }
        let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return String(validating: bytes, as: UTF8.self) ?? "error \(number)"
    }

    /// Whether there is something at a path.
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Makes names that were added to or taken from a folder durable.
    static func synchronize(folder: String) throws(ServerFailure) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .fileSystem(path: folder, reason: reason()) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .fileSystem(path: folder, reason: reason()) }
    }
}
