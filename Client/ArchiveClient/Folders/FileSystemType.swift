import Glibc
import LetterModel

/// Which file system a path is on: SQLite relies on locks that network file systems do not keep.
///
/// Source: https://www.sqlite.org/howtocorrupt.html#_filesystems_with_broken_or_missing_lock_implementations
enum FileSystemType {
    /// Types whose files other machines have too. FUSE itself is none: USB disks are mounted through it.
    private static let networkTypes: Set<String> = [
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "9p", "ncpfs", "coda", "glusterfs", "lustre", "davfs",
        "fuse.sshfs", "fuse.rclone", "fuse.s3fs", "fuse.davfs2", "fuse.glusterfs", "fuse.ceph", "fuse.gvfsd-fuse",
    ]

    /// The type of a network's file system that a path is on; nil for one of this machine.
    static func networkType(of path: String) -> String? {
        guard let mounts = SmallFile.text("/proc/self/mounts"), let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        let type = type(of: String(cString: real), mounts: mounts)
        return type.flatMap { networkTypes.contains($0) ? $0 : nil }
    }

    /// The type of the file system that is mounted nearest above a path.
    ///
    /// Source: https://man7.org/linux/man-pages/man5/fstab.5.html (the format, with octal escapes)
    static func type(of path: String, mounts: String) -> String? {
        var best: (length: Int, type: String)?
        for line in mounts.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count >= 3 else { continue }
            let point = unescaped(fields[1])
            let isAbove =
                point == [UInt8(ascii: "/")] || Array(path.utf8) == point
                || path.utf8.starts(with: point + [UInt8(ascii: "/")])
            // Of two mounts on one place the later one is on top.
            if isAbove, point.count >= best?.length ?? 0 { best = (point.count, String(fields[2])) }
        }
        return best?.type
    }

    private static func unescaped(_ field: Substring) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Array(field.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3, digits.allSatisfy({ (0x30...0x37).contains($0) }) {
                bytes.append(digits.reduce(0) { $0 &* 8 &+ ($1 - 0x30) })
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }
}
