import Glibc
import LetterModel

/// Which file system a path is on: SQLite relies on locks that network file systems do not keep.
///
/// Source: https://www.sqlite.org/howtocorrupt.html#_filesystems_with_broken_or_missing_lock_implementations
package enum FileSystemType {
    /// Types whose files other machines have too, or the machine around a virtual one. FUSE itself is none: USB disks are mounted
    /// through it.
    private static let networkTypes: Set<String> = [
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "9p", "ncpfs", "coda", "glusterfs", "lustre", "davfs",
        "beegfs", "orangefs", "pvfs2", "virtiofs", "vboxsf", "vmhgfs", "prl_fs", "drvfs", "fakeowner", "osxfs",
    ]

    /// The same for programs that mount through FUSE: the type is `fuse.` and the program's name.
    private static let networkPrograms: Set<String> = [
        "sshfs", "rclone", "s3fs", "davfs2", "glusterfs", "ceph", "gvfsd-fuse", "vmhgfs-fuse", "juicefs", "goofys",
        "curlftpfs", "gcsfuse", "blobfuse", "blobfuse2", "ossfs", "cosfs", "seaweedfs", "mfs", "smbnetfs", "afpfs",
        "kio-fuse", "google-drive-ocamlfuse", "onedriver", "grpcfuse", "osxfs", "nfs", "httpdirfs",
    ]

    /// The type of a network's file system that a path is on, or will be once it is made; nil for one of this machine.
    package static func networkType(of path: String) -> String? {
        guard case .text(let mounts) = SmallFile.read("/proc/self/mounts") else { return nil }
        return networkType(of: nearest(path), mounts: mounts)
    }

    /// The same, of a path without links and among these mounts.
    static func networkType(of path: String, mounts: String) -> String? {
        guard let (type, source) = mount(above: path, mounts: mounts) else { return nil }
        if networkTypes.contains(type) { return type }
        let parts = type.split(separator: ".", maxSplits: 1)
        guard parts.first == "fuse" else { return nil }
        // davfs2 and others give no name of theirs, but what they mount is a URL.
        let isURL = source.split(separator: "/", maxSplits: 1).first?.utf8.last == UInt8(ascii: ":")
        return isURL || parts.count == 2 && networkPrograms.contains(String(parts[1])) ? type : nil
    }

    /// A path without links; of one that is not there, the nearest folder above it that is.
    private static func nearest(_ path: String) -> String {
        var path = path[...]
        while !path.isEmpty {
            if let real = realpath(String(path), nil) {
                defer { free(real) }
                return String(cString: real)
            }
            guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { break }
            path = path[..<slash]
        }
        return "/"
    }

    /// The type of the file system that is mounted nearest above a path.
    ///
    /// Source: https://man7.org/linux/man-pages/man5/fstab.5.html (the format, with octal escapes)
    static func type(of path: String, mounts: String) -> String? { mount(above: path, mounts: mounts)?.type }

    private static func mount(above path: String, mounts: String) -> (type: String, source: Substring)? {
        var best: (length: Int, type: String, source: Substring)?
        for line in mounts.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count >= 3 else { continue }
            let point = unescaped(fields[1])
            let isAbove =
                point == [UInt8(ascii: "/")] || Array(path.utf8) == point
                || path.utf8.starts(with: point + [UInt8(ascii: "/")])
            // Of two mounts on one place the later one is on top.
            if isAbove, point.count >= best?.length ?? 0 { best = (point.count, String(fields[2]), fields[0]) }
        }
        return best.map { ($0.type, $0.source) }
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
