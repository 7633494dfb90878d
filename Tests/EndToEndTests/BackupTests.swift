import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// Backups and their restoration with the real programs: what goes wrong leaves everything as it was.
struct BackupTests {
    let server: Server
    let ada: Machine
    let ben: Machine
    let id: String
    let backup: String

    init() throws {
        server = try Server(archives: "letters")
        (ada, ben, id) = try MainJobTests.twoMachines(server)
        backup = server.scratch.url.appending(path: "backup").path
    }

    /// Runs `chancery-server`, under strace with these injections if any are given.
    private func run(_ arguments: [String], injecting: [String] = []) throws -> Programs.Ended {
        let environment = ["PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "enable=no"]
        guard !injecting.isEmpty else {
            return try Programs.run("chancery-server", arguments, environment: environment, in: server.scratch.url)
        }
        let program = Programs.folder.appending(path: "chancery-server").path
        return try Programs.run(
            "/usr/bin/strace",
            ["-f", "-qq", "-o", "/dev/null"] + injecting.flatMap { ["-e", $0] } + [program] + arguments,
            environment: environment, in: server.scratch.url)
    }

    /// Checks a backup as a stranger would.
    private func isWhole(_ folder: String) throws -> Bool {
        let ended = try Programs.run(
            "/bin/sh", ["-c", "cd '\(folder)' && sha256sum --check --quiet --strict SHA256SUMS"],
            environment: ["PATH": "/usr/bin:/bin"], in: server.scratch.url)
        return ended.status == 0
    }

    private func flip(_ path: String, at offset: Int) throws {
        let file = try FileHandle(forUpdating: URL(filePath: path))
        try file.seek(toOffset: UInt64(offset))
        let byte = try #require(try file.read(upToCount: 1)?.first)
        try file.seek(toOffset: UInt64(offset))
        try file.write(contentsOf: [byte ^ 0x10])
        try file.close()
    }

    private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    @Test func `last week's backup is restored by mistake: every laptop notices, says so, and brings the week back`()
        throws
    {
        let made = try server.administer("backup", backup, "--json").object()
        let archives = try #require(made["archives"] as? [[String: Any]])
        #expect(archives.map { $0["revisions"] as? Int } == [1])
        #expect(try isWhole(backup))
        try ada.expect("edit", id, "--set", "title=Written during the week")
        try ada.expect("sync")
        try ben.expect("sync")
        try ben.expect("edit", id, "--add-tag", "unsent")

        #expect(server.stop() == 0)
        let restored = try run(["restore", backup, "--data", server.data, "--replace", "--json"])
        #expect(restored.status == 0, "\(restored.error)")
        let kept = try #require(try restored.object()["kept"] as? String)
        #expect(exists(kept + "/server.sqlite"))
        try server.start()

        let report = try #require(try ben.expect("sync", "--json").objects().first)
        let notices = try #require(report["notices"] as? [[String: Any]])
        #expect(notices.contains { $0["code"] as? String == "rewound" }, "\(report)")
        try ada.expect("sync")
        for machine in [ada, ben] {
            let letter = try #require(try machine.expect("show", id, "--json").object()["letter"] as? [String: Any])
            #expect(letter["title"] as? String == "Written during the week")
            #expect(letter["tags"] as? [String] == ["unsent"])
            try machine.expect("verify")
        }
        try server.administer("backup", backup + "-2")
        let counts = try ada.expect("status", "--json").object()["revisions"] as? Int
        #expect(counts == 3, "nothing is there twice")
    }

    @Test func `a folder that holds something, and one inside the data, are refused`() throws {
        try FileManager.default.createDirectory(atPath: backup, withIntermediateDirectories: true)
        try server.administer("backup", backup)
        for (target, code) in [
            (backup, "notEmpty"), (server.data + "/backup", "insideData"), (server.data, "notEmpty"),
        ] {
            let ended = try run(["backup", target, "--data", server.data, "--json"])
            #expect(ended.status == 1)
            #expect(ended.output.contains("\"\(code)\""), "\(ended.output)")
        }
        #expect(try isWhole(backup))
        let running = try run(["restore", backup, "--data", server.data, "--replace", "--json"])
        #expect(running.output.contains("serverRunning"))
        let occupied = try run(["restore", backup, "--data", server.data, "--json"])
        #expect(occupied.output.contains("notEmpty"))
        let nothing = try run(["restore", server.scratch.url.path, "--data", backup + "-restored", "--json"])
        #expect(nothing.output.contains("notABackup") || nothing.output.contains("insideData"))
        #expect(!exists(backup + "-restored"))
    }

    @Test func `a damaged archive makes no backup`() throws {
        let blob = "\(server.data)/archives/letters/blobs/dd/" + MainJobTests.seedSHA256.dropFirst(2)
        try flip(blob, at: 100)
        let ended = try run(["backup", backup, "--data", server.data])
        #expect(ended.status == 1)
        #expect(ended.error.contains(MainJobTests.seedSHA256), "\(ended.error)")
        #expect(!exists(backup))
        try flip(blob, at: 100)
        try server.administer("backup", backup)
    }

    @Test(arguments: ["server.sqlite", "archives/letters/archive.sqlite", "backup.json", "SHA256SUMS"])
    func `a damaged backup is refused, and says where`(file: String) throws {
        try server.administer("backup", backup)
        #expect(server.stop() == 0)
        let size = try #require(
            try FileManager.default.attributesOfItem(atPath: "\(backup)/\(file)")[.size] as? Int)
        for offset in [10, size / 2] {
            try flip("\(backup)/\(file)", at: offset)
            let ended = try run(["restore", backup, "--data", server.data, "--replace"])
            #expect(ended.status == 1)
            #expect(ended.error.contains("damaged"), "\(ended.error)")
            try flip("\(backup)/\(file)", at: offset)
        }
        try FileManager.default.moveItem(atPath: "\(backup)/\(file)", toPath: "\(backup)/elsewhere")
        #expect(try run(["restore", backup, "--data", server.data, "--replace"]).status == 1)
        try FileManager.default.moveItem(atPath: "\(backup)/elsewhere", toPath: "\(backup)/\(file)")
        #expect(try run(["check", "--data", server.data]).status == 0)
        #expect(try run(["restore", backup, "--data", server.data, "--replace"]).status == 0)
    }

    @Test(arguments: ["fsync", "openat", "rename", "renameat2"])
    func `a kill in the middle leaves the data and earlier backups`(
        call: String
    ) throws {
        try server.administer("backup", backup)
        var kills = 0
        for number in [1, 2, 3, 5, 8, 13, 40] {
            let target = "\(backup)-\(number)"
            let ended = try run(
                ["backup", target, "--data", server.data],
                injecting: ["trace=\(call)", "inject=\(call):signal=SIGKILL:when=\(number)"])
            if ended.status != 0 { kills += 1 }
            // What has the name is good, however it ended.
            if exists(target) { #expect(try isWhole(target), "\(call) \(number)") }
        }
        #expect(kills > 0 || call == "renameat2")
        #expect(try isWhole(backup))
        #expect(server.stop() == 0)
        for number in [1, 2, 3, 5, 8, 13, 40] {
            let ended = try run(
                ["restore", backup, "--data", server.data, "--replace"],
                injecting: ["trace=\(call)", "inject=\(call):signal=SIGKILL:when=\(number)"])
            if ended.status != 0 { kills += 1 }
            // Whenever it was killed, a data folder is there: the old one or the new one.
            #expect(try run(["check", "--data", server.data]).status == 0, "\(call) \(number)")
        }
        #expect(kills > 0)
        try server.start()
        try ada.expect("sync")
        try ada.expect("verify")
    }

    @Test(arguments: ["EINVAL", "ENOSYS", "EACCES"])
    func `where names cannot be exchanged it takes two steps, and where they may not be nothing is changed`(
        error: String
    )
        throws
    {
        try server.administer("backup", backup)
        #expect(server.stop() == 0)
        let ended = try run(
            ["restore", backup, "--data", server.data, "--replace"],
            injecting: ["trace=renameat2", "inject=renameat2:error=\(error)"])
        #expect(ended.status == (error == "EACCES" ? 1 : 0), "\(ended.error)")
        #expect(exists("\(server.data).replaced-1") == (error != "EACCES"))
        #expect(try run(["check", "--data", server.data]).status == 0)
        let names = try FileManager.default.contentsOfDirectory(atPath: server.scratch.url.path)
        #expect(!names.contains { $0.hasPrefix("data.new-") }, "\(names)")
    }

    @Test func `a full disk is said, and leaves nothing behind`() throws {
        for (number, call) in [(1, "pwrite64"), (3, "pwrite64"), (9, "pwrite64"), (1, "mkdir")] {
            let ended = try run(
                ["backup", backup, "--data", server.data],
                injecting: ["trace=\(call)", "inject=\(call):error=ENOSPC:when=\(number)+"])
            #expect(ended.status == 1, "\(call) \(number)")
            #expect(
                ended.error.lowercased().contains("full") || ended.error.contains("No space left"), "\(ended.error)")
            #expect(!exists(backup))
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: server.scratch.url.path)
        #expect(!names.contains { $0.hasPrefix("backup") }, "\(names)")
        try server.administer("backup", backup)
    }
}
