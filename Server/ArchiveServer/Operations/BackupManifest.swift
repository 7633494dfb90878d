import Hashing
public import LetterModel
import ReplicaStore

/// What `backup.json` says of a backup: when it was made, and how far each archive had come.
///
/// Beside it lies `SHA256SUMS`, in the format of sha256sum(1), with every file of the backup: `sha256sum --check` checks it.
public struct BackupManifest: Sendable, Equatable {
    /// How far one archive had come.
    public struct Archive: Sendable, Equatable {
        /// The archive's name on the server.
        public let name: String
        /// How many revisions its log held.
        public let revisions: Int
        /// The chain hash at the end of its log, 64 hex digits.
        public let chain: String
        /// The sum of its revision ids, 64 hex digits.
        public let fingerprint: String
        /// How many blobs were there.
        public let blobs: Int
    }

    /// When it was begun.
    public let time: String
    /// The archives in use, by name.
    public let archives: [Archive]

    static let fileName = "backup.json"
    static let sumsFileName = "SHA256SUMS"
    private static let version = 1

    init(time: Timestamp, archives: [Archive]) {
        self.time = time.text
        self.archives = archives
    }

    /// Reads it; nil if it is none.
    init?(parsing bytes: [UInt8]) {
        do {
            guard let members = try JSONScanner.parse(bytes).members,
                members["v"]?.integer == BackupManifest.version, let time = members["time"]?.text,
                let rows = members["archives"]?.elements
            else { return nil }
            self.time = time
            archives = rows.compactMap(Archive.init)
            guard archives.count == rows.count else { return nil }
        } catch {
            return nil
        }
    }

    var bytes: [UInt8] {
        let members: JSONObject = [
            "archives": .array(archives.map(\.json)), "time": .string(time), "v": .integer(BackupManifest.version),
        ]
        return JSONValue.object(members).canonicalBytes + [UInt8(ascii: "\n")]
    }
}

extension BackupManifest.Archive {
    fileprivate init?(_ json: JSONValue) {
        guard let members = json.members, let name = members["name"]?.text,
            let revisions = members["revisions"]?.integer, let chain = members["chain"]?.text,
            let fingerprint = members["fingerprint"]?.text, let blobs = members["blobs"]?.integer
        else { return nil }
        self.init(name: name, revisions: revisions, chain: chain, fingerprint: fingerprint, blobs: blobs)
    }

    init(name: String, state: LogState, blobs: Int) {
        self.init(
            name: name, revisions: state.end.sequence, chain: state.end.chain.hex, fingerprint: state.fingerprint.hex,
            blobs: blobs)
    }

    /// The archive as `backup --json` and `restore --json` print it.
    public var json: JSONValue {
        [
            "name": .string(name), "revisions": .integer(revisions), "chain": .string(chain),
            "fingerprint": .string(fingerprint), "blobs": .integer(blobs),
        ]
    }
}

/// `SHA256SUMS`: the digest and the path of each file of a backup.
struct BackupSums {
    /// The digests by path, in byte order of the paths.
    let files: [(path: String, digest: Digest)]

    /// The sums of a folder's files, with `SHA256SUMS` itself left out.
    init(of folder: String) throws(ServerFailure) {
        var files: [(String, Digest)] = []
        for path in try FileTree.files(below: folder) where !path.utf8.elementsEqual(BackupManifest.sumsFileName.utf8) {
            files.append((path, try FileTree.hash("\(folder)/\(path)")))
        }
        self.files = files
    }

    /// Reads the file; nil if a line is not what `bytes` writes, or a path leads out of the backup.
    init?(parsing bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self), text.hasSuffix("\n") else { return nil }
        var files: [(String, Digest)] = []
        for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            guard line.utf8.count > 66, let digest = Digest(hex: String(line.prefix(64))),
                line.dropFirst(64).hasPrefix("  ")
            else { return nil }
            let path = String(line.dropFirst(66))
            guard BackupSums.isInside(path) else { return nil }
            files.append((path, digest))
        }
        self.files = files
    }

    var bytes: [UInt8] { files.flatMap { Array("\($0.digest.hex)  \($0.path)\n".utf8) } }

    private static func isInside(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return !path.utf8.contains { $0 < 0x20 || $0 == UInt8(ascii: "\\") }
            && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
    }
}
