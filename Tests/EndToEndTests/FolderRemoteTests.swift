import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// Remotes without a server: a replica in a folder, on a disk that is carried from machine to machine.
struct FolderRemoteTests {
    let ada: Machine
    let ben: Machine
    let disk: Scratch
    let id: String
    var path: String { disk.url.appending(path: "letters").path }

    /// Ada has the first letter, a disk with a replica, and Ben a clone of the disk.
    init() throws {
        ada = try Machine("ada")
        ben = try Machine("ben")
        disk = Scratch(mayStay: true)
        try ada.expect("init", "--name", "Letters")
        let imported = try ada.expect("import", MainJobTests.seed.path, "--json").objects()
        id = try #require((imported.first?["ids"] as? [String])?.first)
        try ada.expect("remote", "add", "usb", path, "--create")
        #expect(try ada.expect("sync").output == "usb: sent 1, received 0, 1 attachment sent\n")
        #expect(try ben.expect("clone", path, ben.archive).output.contains("cloned 1 letter "))
    }

    @Test func `letters travel on a disk both ways, and nothing is asked of a token`() throws {
        try ada.expect("edit", id, "--set", "title=From Ada")
        try ben.expect("edit", id, "--add-tag", "ben")
        try ada.expect("sync")
        try ben.expect("sync")
        try ada.expect("sync")
        let shown = try ada.expect("show", id, "--json")
        #expect(shown.output == (try ben.expect("show", id, "--json").output))
        let letter = try #require(try shown.object()["letter"] as? [String: Any])
        #expect(letter["title"] as? String == "From Ada")
        #expect(letter["tags"] as? [String] == ["ben"])
        #expect(try ada.expect("sync").output == "usb: sent 0, received 0\n")
        for machine in [ada, ben] { try machine.expect("verify") }
        try ada.expect("verify", "--archive", path)
        #expect(!FileManager.default.fileExists(atPath: path + "/in-use"))
    }

    @Test
    func `a disk that another machine has open is refused by its name; a lock that was left behind is taken over`()
        throws
    {
        let lock = path + "/in-use"
        let boot = try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
            .trimmingCharacters(in: .newlines)
        let host = ProcessInfo.processInfo.hostName
        try Data("the-other-one\nsome-boot\n17\n".utf8).write(to: URL(filePath: lock))
        let other = try ada.expect(1, "sync")
        #expect(other.error.contains("the-other-one") && other.error.contains(lock), "\(other.error)")
        let mine = try Machine.holder(of: lock)
        #expect(mine == "the-other-one")

        let running = "\(try Machine.hostName())\n\(boot)\n\(ProcessInfo.processInfo.processIdentifier)\n"
        try Data(running.utf8).write(to: URL(filePath: lock))
        #expect(
            try ada.expect(1, "sync").error.contains("process \(ProcessInfo.processInfo.processIdentifier)"), "\(host)")

        for text in ["", "half", "\(try Machine.hostName())\nan-earlier-boot\n1\n"] {
            try Data(text.utf8).write(to: URL(filePath: lock))
            #expect(try ada.expect(1, "sync").error.contains("delete"))
            #expect(try ada.expect(1, "remote", "add", "again", path).error.contains("delete"))
            #expect(try ben.expect(1, "clone", path, ben.archive + "2").error.contains("delete"))
            #expect(try String(contentsOfFile: lock, encoding: .utf8) == text)
        }
        try FileManager.default.removeItem(atPath: lock)

        let left = try lockThatAKillLeaves()
        let earlier = left.enumerated().map { $0.offset == 1 ? "an-earlier-boot" : $0.element }
        let reused = left.enumerated().map { $0.offset == 2 ? "1" : $0.element }
        let old = [try Machine.hostName(), boot, "4194000", ""]
        for lines in [left, earlier, reused, old] {
            try Data(lines.joined(separator: "\n").utf8).write(to: URL(filePath: lock))
            try ada.expect("sync")
            #expect(!FileManager.default.fileExists(atPath: lock), "\(lines)")
        }
        let sameName = earlier.enumerated().map { $0.offset == 3 ? "another-machine" : $0.element }
        try Data(sameName.joined(separator: "\n").utf8).write(to: URL(filePath: lock))
        #expect(try ada.expect(1, "sync").error.contains("in use by the machine"))
    }

    /// The lines of a lock whose process was killed while it had the folder.
    private func lockThatAKillLeaves() throws -> [String] {
        try ada.expect("edit", id, "--set", "title=Killed")
        for number in 1...60 {
            _ = try Programs.run(
                "/usr/bin/strace",
                [
                    "-f", "-qq", "-o", "/dev/null", "-e", "trace=pwrite64", "-e",
                    "inject=pwrite64:signal=SIGKILL:when=\(number)",
                    Programs.folder.appending(path: "chancery").path, "sync",
                ], environment: ada.environment, in: ada.scratch.url)
            guard FileManager.default.fileExists(atPath: path + "/in-use") else { continue }
            return try String(contentsOfFile: path + "/in-use", encoding: .utf8).components(separatedBy: "\n")
        }
        Issue.record("no kill left a lock")
        return []
    }

    @Test func `a pipe in the place of lock, database or bundle is refused, and nobody waits`() throws {
        for name in ["in-use", "archive.sqlite"] {
            let folder = disk.url.appending(path: "pipe-\(name)").path
            try FileManager.default.copyItem(atPath: path, toPath: folder)
            try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
            #expect(mkfifo("\(folder)/\(name)", 0o600) == 0)
            try ada.expect(1, "remote", "add", "pipe", folder)
        }
        let pipe = disk.url.appending(path: "pipe").path
        #expect(mkfifo(pipe, 0o600) == 0)
        #expect(try ada.expect(1, "bundle", "apply", pipe).error.contains("no file"))
        #expect(try ada.expect(1, "remote", "add", "pipe", pipe).error.contains("is no folder"))
    }

    @Test func `a bundle that took the place of the folder is synced with as one`() throws {
        let bundle = disk.url.appending(path: "monday.bundle").path
        try ada.expect("bundle", "create", bundle)
        #expect(try ada.expect(1, "remote", "add", "seed", MainJobTests.seed.path).error.contains("is no folder"))
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: bundle, toPath: path)
        try ada.expect("edit", id, "--set", "title=In a file now")
        #expect(try ada.expect("sync").output.contains(": sent 1, received 0"))
    }

    @Test func `folders that cannot be remotes are refused, and say what to do`() throws {
        let nowhere = disk.url.appending(path: "nowhere").path
        #expect(try ada.expect(1, "remote", "add", "x", nowhere).error.contains("--create"))
        #expect(!FileManager.default.fileExists(atPath: nowhere))
        #expect(try ada.expect(1, "remote", "add", "x", ada.archive).error.contains("own folder"))
        #expect(try ada.expect(1, "remote", "add", "x", path, "--create").error.contains("already"))
        #expect(try ada.expect(64, "remote", "add", "x", "https://example.org/a", "--create").error.contains("folder"))
        let server = try Server(archives: "letters")
        let error = try ada.expect(1, "remote", "add", "x", server.data + "/archives/letters").error
        #expect(error.contains("URL"), "\(error)")
        #expect(try ada.expect("remote", "list", "--json").objects().count == 1)
        #expect(try ada.expect(64, "login", path).error.contains("needs no token"))
    }

    @Test func `a disk that is unplugged is an error, and the next sync goes on`() throws {
        try ada.expect("edit", id, "--set", "title=Before")
        let elsewhere = disk.url.appending(path: "unplugged").path
        try FileManager.default.moveItem(atPath: path, toPath: elsewhere)
        #expect(try ada.expect(1, "sync").error.contains("there is no archive in"))
        try FileManager.default.moveItem(atPath: elsewhere, toPath: path)
        #expect(try ada.expect("sync").output == "usb: sent 1, received 0\n")
    }

    @Test(arguments: ["pwrite64", "fsync", "unlink", "openat"]) func `killed half-way, at any moment, nothing is lost`(
        call: String
    ) throws {
        for number in [1, 2, 4, 7, 11, 20, 40] {
            try ada.expect("edit", id, "--set", "title=Number \(number)")
            let program = Programs.folder.appending(path: "chancery").path
            _ = try Programs.run(
                "/usr/bin/strace",
                [
                    "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-e",
                    "inject=\(call):signal=SIGKILL:when=\(number)", program, "sync",
                ], environment: ada.environment, in: ada.scratch.url)
            try ada.expect("sync")
        }
        try ben.expect("sync")
        #expect(try ben.expect("show", id, "--json").output == (try ada.expect("show", id, "--json").output))
        for folder in [ada.archive, ben.archive, path] { try ada.expect("verify", "--archive", folder) }
    }

    @Test func `sync --watch follows a folder`() throws {
        let watching = try WatchTests.Watching(ada)
        try ada.expect("edit", id, "--set", "title=Watched")
        #expect(watching.nextLine() == "usb: sent 1, received 0")
        #expect(watching.interrupt() == 0)
        #expect(!FileManager.default.fileExists(atPath: path + "/in-use"))
    }
}

extension Machine {
    /// The host that a lock names.
    fileprivate static func holder(of lock: String) throws -> String {
        String(try String(contentsOfFile: lock, encoding: .utf8).prefix { $0 != "\n" })
    }

    /// This machine's name, as gethostname(2) gives it.
    fileprivate static func hostName() throws -> String {
        try String(contentsOfFile: "/proc/sys/kernel/hostname", encoding: .utf8).trimmingCharacters(in: .newlines)
    }
}
