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

    @Test func `a lock's holder is read as it was written, and nothing else is`() {
        let holder = FolderLock.Holder(host: "desk", boot: "b", process: 17)
        #expect(FolderLock.Holder(holder.text) == holder)
        for text in ["", "desk\nb\n17", "desk\nb\n0\n", "desk\nb\n-1\n", "desk\nb\n17\nmore\n", "desk\nb\nx\n"] {
            #expect(FolderLock.Holder(text) == nil)
        }
    }

    @Test func `only what this machine left behind is known to be gone`() {
        let here = FolderLock.Holder.current()
        #expect(!here.isGone(here: here))
        #expect(FolderLock.Holder(host: here.host, boot: "earlier", process: here.process).isGone(here: here))
        #expect(FolderLock.Holder(host: here.host, boot: here.boot, process: 4_194_000).isGone(here: here))
        #expect(!FolderLock.Holder(host: "elsewhere", boot: "earlier", process: 1).isGone(here: here))
    }
}
