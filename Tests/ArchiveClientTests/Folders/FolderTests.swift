import Testing

@testable import ArchiveClient

/// Addresses of folders, the file systems they are on, and who holds them.
struct FolderTests {
    @Test(arguments: [
        ("/media/usb/letters", "/media/usb/letters"), ("/media//usb/./letters/", "/media/usb/letters"),
        ("letters", "/home/ada/letters"), ("./letters", "/home/ada/letters"), ("../usb", "/home/ada/../usb"),
        ("a:b", "/home/ada/a:b"),
    ])
    func `what has no scheme is the path of a folder`(text: String, path: String) throws {
        let address = try RemoteAddress(parsing: text, relativeTo: "/home/ada")
        #expect(address == .folder(path))
        #expect(try RemoteAddress(parsing: address.text) == address)
    }

    @Test func `what has one is a server's, or refused`() throws {
        let address = try RemoteAddress(parsing: "https://example.org/letters")
        #expect(address == .server(try ServerAddress(parsing: "https://example.org/letters")))
        for text in ["ftp://example.org/a", "file:///media/usb", ""] {
            #expect(throws: RemoteAddressError.notAURL) { try RemoteAddress(parsing: text) }
        }
    }

    static let mounts = """
        /dev/sda1 / ext4 rw 0 0
        proc /proc proc rw 0 0
        server:/home /home nfs4 rw 0 0
        /dev/sdb1 /home/ada/usb vfat rw 0 0
        //nas/share /mnt/press\\040office cifs rw 0 0
        ada@host: /mnt/remote fuse.sshfs rw 0 0
        /dev/sdc1 /mnt/twice ext4 rw 0 0
        server:/x /mnt/twice nfs rw 0 0

        """

    @Test(arguments: [
        ("/var/letters", "ext4"), ("/home/ben/letters", "nfs4"), ("/home/ada/usb", "vfat"), ("/home/ada/usb/x", "vfat"),
        ("/home/ada/usb2", "nfs4"), ("/mnt/press office/a", "cifs"), ("/mnt/remote/a", "fuse.sshfs"),
        ("/mnt/twice/a", "nfs"), ("/homes", "ext4"),
    ])
    func `a path is on the file system that is mounted nearest above it`(path: String, type: String) {
        #expect(FileSystemType.type(of: path, mounts: Self.mounts) == type)
    }

    @Test(arguments: [
        ("sshfs", "fuse.sshfs", true), ("//nas/share", "cifs", true), ("share", "vboxsf", true),
        ("share", "virtiofs", true), ("share", "9p", true), ("vmhgfs-fuse", "fuse.vmhgfs-fuse", true),
        ("JuiceFS:letters", "fuse.juicefs", true), ("letters", "fuse.goofys", true), ("x", "fuse.curlftpfs", true),
        ("remote:", "fuse.rclone", true), ("https://cloud.example.org/dav", "fuse", true), ("host:/x", "fuse", true),
        ("/dev/sdb1", "fuseblk", false), ("/dev/sdb1", "vfat", false), ("/dev/fuse", "fuse", false),
        ("encfs", "fuse.encfs", false), ("gocryptfs", "fuse.gocryptfs", false), ("tmpfs", "tmpfs", false),
    ])
    func `file systems that other machines have too are told from those of this one`(
        source: String, type: String, isNetwork: Bool
    ) {
        let mounts = "/dev/sda1 / ext4 rw 0 0\n\(source) /media/x \(type) rw 0 0\n"
        #expect(FileSystemType.networkType(of: "/media/x/letters", mounts: mounts) == (isNetwork ? type : nil))
        #expect(FileSystemType.networkType(of: "/media/y", mounts: mounts) == nil)
    }
}
