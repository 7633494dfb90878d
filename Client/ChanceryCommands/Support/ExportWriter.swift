import ArchiveClient
import Glibc
import LetterFormats
import LetterModel

/// Writes what is exported to a folder, or one after the other to standard output.
struct ExportWriter {
    private let folder: String?
    private let console: Console
    /// Two letters may have come from files of one name.
    private var taken: Set<ByteKey> = []
    private var isFirst = true

    init(folder: String?, console: Console) {
        self.folder = folder
        self.console = console
    }

    /// A file of its own; on standard output the bytes as they are.
    mutating func write(_ bytes: [UInt8], name: String) throws -> [String] {
        guard let path = path(name) else {
            console.write(bytes: bytes)
            return []
        }
        try FileSystem.write(bytes, to: path)
        return [path]
    }

    /// A file of its own, whose bytes come piece by piece. It appears whole or not at all.
    mutating func write(as name: String, _ body: (ByteSink) async throws -> Void) async throws -> [String] {
        guard let path = path(name) else {
            try await body(ByteSink.standardOutput)
            return []
        }
        try await FileSystem.write(to: path, body)
        return [path]
    }

    /// A line of a file that all letters share.
    mutating func append(_ line: [UInt8], name: String) throws -> [String] {
        guard let folder else {
            console.write(bytes: line)
            return []
        }
        let path = FileSystem.join(folder, name)
        try FileSystem.append(line, to: path, isNew: isFirst)
        isFirst = false
        return [path]
    }

    /// Something of a file that all letters share, whose bytes come piece by piece. Where they do not come to their end, the file is as before.
    mutating func append(to name: String, _ body: (ByteSink) async throws -> Void) async throws -> [String] {
        guard let folder else {
            try await body(ByteSink.standardOutput)
            return []
        }
        let path = FileSystem.join(folder, name)
        try await FileSystem.append(to: path, isNew: isFirst, body)
        isFirst = false
        return [path]
    }

    /// The bytes of an attachment. A file that is there is left alone: if it has other bytes, this one gets another name.
    mutating func write(_ blob: BlobID, of archive: Archive, as name: String) async throws -> [String] {
        while let path = path(name) {
            if FileSystem.exists(path) {
                guard try FileSystem.holds(path, blob.digest) else { continue }
            } else {
                try await archive.exportAttachment(blob, to: path)
            }
            return [path]
        }
        try await archive.readAttachment(blob) { try ByteSink.standardOutput.write($0) }
        return []
    }

    /// Where a file of its own goes, under a name that no other one has; nil on standard output.
    private mutating func path(_ name: String) -> String? {
        folder.map { FileSystem.join($0, SafeFileName.unique(name, taken: &taken)) }
    }
}

/// Where bytes go, piece by piece.
struct ByteSink: Sendable {
    /// A reader that went away ends the program as `SIGPIPE` would.
    static let standardOutput = ByteSink(descriptor: STDOUT_FILENO, path: "standard output")

    let descriptor: Int32
    let path: String

    func write(_ bytes: [UInt8]) throws {
        let number = FileSystem.writeWhole(bytes, to: descriptor)
        guard number == 0 else { throw FileSystem.Failure(path: path, number: number) }
    }
}
