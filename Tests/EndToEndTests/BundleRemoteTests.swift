import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// A bundle's file as a remote: on a disk that is carried, or on a share where no database is safe.
struct BundleRemoteTests {
    let ada: Machine
    let ben: Machine
    let disk: Scratch
    let id: String
    var file: String { disk.url.appending(path: "letters.bundle").path }

    init() throws {
        (ada, ben, disk) = (try Machine("ada"), try Machine("ben"), Scratch(mayStay: true))
        try ada.expect("init", "--name", "Letters")
        let imported = try ada.expect("import", MainJobTests.seed.path, "--json").objects()
        id = try #require((imported.first?["ids"] as? [String])?.first)
        try ada.expect("bundle", "create", disk.url.appending(path: "letters.bundle").path)
        try ada.expect("remote", "add", "stick", disk.url.appending(path: "letters.bundle").path)
    }

    private func agree() throws {
        for letter in try ada.expect("list", "--deleted", "--json").objects().compactMap({ $0["id"] as? String }) {
            #expect(
                try ben.expect("show", letter, "--json").output == (try ada.expect("show", letter, "--json").output))
        }
        for machine in [ada, ben] { try machine.expect("verify") }
    }

    private func bytes() throws -> Data { try Data(contentsOf: URL(filePath: file)) }

    @Test func `letters and attachments go both ways through one file, which a quiet sync leaves alone`() throws {
        #expect(try ada.expect("sync").output == "stick: sent 0, received 0\n")
        #expect(try ada.expect("status", "--json").object()["unsent"] as? Int == 0)
        #expect(try ben.expect("clone", file).output.contains("cloned 1 letter into"))
        try ben.expect("edit", id, "--set", "title=Ben's")
        let scan = try ben.scratch.file("scan.jpg", "what a scanner saw")
        try ben.expect("attach", id, scan)
        #expect(try ben.expect("sync").output == "origin: sent 2, received 0, 1 attachment sent\n")
        #expect(try ada.expect("sync").output == "stick: sent 0, received 2, 1 attachment received\n")
        try agree()
        let before = try bytes()
        for machine in [ada, ben] {
            let quiet = try machine.expect("sync", "--json").objects()
            #expect(quiet.first?["bytesSent"] as? Int == 0 && quiet.first?["bytesReceived"] as? Int == 0)
        }
        #expect(try bytes() == before)
        // An attachment that is gone here comes back from it.
        let files = FileManager.default.enumerator(atPath: ada.archive + "/blobs")?.compactMap { $0 as? String } ?? []
        let blob = try #require(files.first { ($0 as NSString).lastPathComponent.count > 40 })
        try FileManager.default.removeItem(atPath: "\(ada.archive)/blobs/\(blob)")
        #expect(try ada.expect("sync").output == "stick: sent 0, received 0, 1 attachment received\n")
        #expect(try bytes() == before)
        // The file is a bundle like any other.
        let cleo = try Machine("cleo")
        try cleo.expect("init")
        try cleo.expect("bundle", "apply", file)
        #expect(try cleo.expect("show", id, "--json").output == (try ada.expect("show", id, "--json").output))
    }

    @Test func `edits of both sides meet in a conflict, and an older file in the place of a newer one loses nothing`()
        throws
    {
        try ben.expect("clone", file)
        let old = try bytes()
        try ada.expect("edit", id, "--set", "title=Ada's")
        try ada.expect("sync")
        try ben.expect("edit", id, "--set", "title=Ben's")
        #expect(try ben.expect(3, "sync").output.hasPrefix("origin: sent 1, received 1\n"))
        // Somebody copies last week's file back, or two machines wrote in one moment and the later one won.
        try old.write(to: URL(filePath: file))
        #expect(try ada.expect("sync").output == "stick: sent 1, received 0\n")
        #expect(try ben.expect(3, "sync").output.hasPrefix("origin: sent 1, received 0\n"))
        try ada.expect(3, "sync")
        try ada.expect("resolve", id, "--set", "title=Both")
        try ada.expect("sync")
        try ben.expect("sync")
        try agree()
    }

    @Test func `a bundle that begins later becomes a whole one when all of it is here, and not before`() throws {
        let cursor = try #require(try ada.expect("status", "--json").object()["cursor"] as? String)
        try ada.expect("edit", id, "--set", "title=Second")
        let part = disk.url.appending(path: "part.bundle").path
        try ada.expect("bundle", "create", part, "--since", cursor)
        let partBytes = try Data(contentsOf: URL(filePath: part))
        try ben.expect("init")
        try ben.expect("remote", "add", "part", part)
        let waiting = try ben.expect(2, "sync", "part")
        #expect(waiting.error.contains("wait here for what they build on"), "\(waiting.error)")
        #expect(try Data(contentsOf: URL(filePath: part)) == partBytes)
        try ben.expect("bundle", "apply", file)
        #expect(try ben.expect("sync", "part").output.hasPrefix("part: sent 1, received 0"))
        #expect(try Data(contentsOf: URL(filePath: part)) != partBytes)
        try agree()
    }

    @Test func `damaged, foreign and missing files change nothing and are left as they are`() throws {
        try ada.expect("edit", id, "--set", "title=Waits")
        let whole = try bytes()
        for damaged in [whole.dropLast(1), whole.prefix(100), whole.prefix(4)] {
            try Data(damaged).write(to: URL(filePath: file))
            let error = try ada.expect(1, "sync").error
            #expect(error.contains("is no whole bundle"), "\(error)")
            #expect(try bytes() == Data(damaged))
        }
        try FileManager.default.removeItem(atPath: file)
        #expect(try ada.expect(1, "sync").error.contains("there is no archive in \(file)"))
        #expect(!FileManager.default.fileExists(atPath: file))

        try ben.expect("init", "--name", "Others")
        try ben.expect("import", MainJobTests.seed.path)
        try ben.expect("bundle", "create", file)
        let others = try bytes()
        #expect(try ada.expect(1, "sync", "--json").objects().first?.member("error", "code") == "archiveMismatch")
        #expect(try ada.expect(1, "doctor").output.contains("different archives"))
        #expect(try bytes() == others)
        try whole.write(to: URL(filePath: file))
        #expect(try ada.expect("sync").output == "stick: sent 1, received 0\n")
        try ada.expect("verify")
    }

    @Test func `what is damaged here never takes the place of what is whole there, and is repaired from it`() throws {
        try ada.expect("sync")
        let whole = try bytes()
        let files = FileManager.default.enumerator(atPath: ada.archive + "/blobs")?.compactMap { $0 as? String } ?? []
        let blob = try #require(files.first { ($0 as NSString).lastPathComponent.count > 40 })
        try Data("not what it was".utf8).write(to: URL(filePath: "\(ada.archive)/blobs/\(blob)"))
        try ada.expect("edit", id, "--set", "title=More")
        #expect(try ada.expect(1, "sync", "--json").objects().first?.member("error", "code") == "replica")
        #expect(try bytes() == whole)
        try ada.expect("verify", "--repair")
        #expect(try ada.expect("sync").output == "stick: sent 1, received 0\n")
    }

    @Test func `too many deletions are held back, and the file stays until they are decided`() throws {
        for number in 0..<20 { try ada.write("Letter \(number)") }
        try ada.expect("sync")
        try ben.expect("clone", file)
        for letter in try ada.expect("list", "--json").objects().compactMap({ $0["id"] as? String }) {
            try ada.expect("delete", letter)
        }
        try ada.expect("sync")
        let deleted = try bytes()
        #expect(try ben.expect(2, "sync").error.contains("too many at once"))
        #expect(try bytes() == deleted)
        try ben.expect("sync", "--reject-deletions")
        #expect(try bytes() != deleted)
        try ada.expect("sync")
        #expect(try ada.expect("list", "--json").objects().count == 21)
        try agree()
    }

    @Test(arguments: ["write", "fsync", "rename", "openat", "unlink"])
    func `killed half-way, at any moment, there is a whole file and nothing is lost`(call: String) throws {
        try ben.expect("clone", file)
        for number in [1, 2, 3, 5, 8, 13, 30] {
            try ada.expect("edit", id, "--set", "title=Number \(number)")
            _ = try Programs.run(
                "/usr/bin/strace",
                [
                    "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-e",
                    "inject=\(call):signal=SIGKILL:when=\(number)",
                    Programs.folder.appending(path: "chancery").path, "sync",
                ], environment: ada.environment, in: ada.scratch.url)
            try ben.expect("sync")
            try ada.expect("sync")
        }
        try ben.expect("sync")
        try agree()
    }

    @Test func `sync --watch follows it, and doctor finds nothing wrong with it`() throws {
        let watching = try WatchTests.Watching(ada)
        try ada.expect("edit", id, "--set", "title=Watched")
        #expect(watching.nextLine() == "stick: sent 1, received 0")
        #expect(watching.interrupt() == 0)
        try ben.expect("clone", file)
        #expect(try ben.expect("show", id).output.contains("Watched"))
        #expect(try !ada.expect("doctor", "--json").output.contains("stick"))
    }

    @Test func `machines at once, each with letters of its own, end up with the same`() throws {
        try ben.expect("clone", file)
        for (index, machine) in [ada, ben].enumerated() {
            for number in 0..<3 { try machine.write("Letter \(index) \(number)") }
        }
        for _ in 0..<3 {
            let machines = [ada, ben]
            DispatchQueue.concurrentPerform(iterations: 2) { index in
                do {
                    let ended = try Programs.run(
                        "chancery", ["sync"], environment: machines[index].environment,
                        in: machines[index].scratch.url)
                    #expect(ended.status == 0, "\(ended.error)")
                } catch {
                    Issue.record(error)
                }
            }
        }
        for machine in [ada, ben, ada, ben] { try machine.expect("sync") }
        #expect(try ada.expect("list", "--json").objects().count == 7)
        try agree()
    }
}

extension [String: Any] {
    fileprivate func member(_ outer: String, _ inner: String) -> String? {
        (self[outer] as? [String: Any])?[inner] as? String
    }
}
