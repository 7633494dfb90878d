import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// Attachments by the real programs: `attach`, `blobs list`, `fetch`, `export` and `prune`.
struct AttachmentTests {
    private let server: Server
    private let ada: Machine
    private let id: String

    init() throws {
        server = try Server(archives: "letters")
        ada = try Machine("ada", token: server.token(for: "letters"))
        try ada.expect("init")
        try ada.expect("remote", "add", "origin", server.url("letters"))
        id = try ada.write("A letter with scans.")
    }

    private func file(_ name: String, _ data: Data, on machine: Machine) throws -> String {
        let url = machine.scratch.url.appending(path: name)
        try data.write(to: url)
        return url.path
    }

    /// Bytes that no compressor makes smaller, the same each time.
    private func noise(_ count: Int, seed: UInt64 = 1) -> Data {
        var state = seed &* 0x9E37_79B9_7F4A_7C15
        return Data(
            (0..<count).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: state >> 56)
            })
    }

    private func names(in folder: String) throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: folder))
    }

    @Test func `an original that several letters share is written once, and over nobody's file`() throws {
        let lines = (1...3).map { "{\"letter\":{\"title\":\"\($0)\"}}" }.joined(separator: "\n")
        try ada.expect("import", try ada.scratch.file("list.jsonl", lines + "\n"))
        let table = try ada.scratch.file("table.csv", "title\nOne\nTwo\n")
        try ada.expect("import", table)
        let out = ada.scratch.url.appending(path: "out").path
        let mine = try ada.scratch.file("out/table.csv", "mine")
        for _ in 0..<2 {
            let rows = try ada.expect(2, "export", "--format", "original", "--output", out, "--json").objects()
            #expect(try names(in: out) == ["table.csv", "table (2).csv"])
            #expect(rows.filter { $0["files"] as? [String] == [out + "/table (2).csv"] }.count == 2)
            #expect(rows.filter { $0["error"] != nil }.count == 4, "letters that came from no file")
        }
        #expect(try String(contentsOfFile: mine, encoding: .utf8) == "mine")
        #expect(FileManager.default.contentsEqual(atPath: table, andPath: out + "/table (2).csv"))
    }

    @Test func `a file is attached, listed, sent, fetched elsewhere and exported as it was`() throws {
        let scan = noise(9_000_000)
        let path = try file("page 1.tiff", scan, on: ada)
        let attached = try ada.expect("attach", id, path, try file("note.txt", Data("hello".utf8), on: ada), "--json")
        #expect(try attached.object()["changed"] as? Bool == true)
        #expect(try ada.expect("attach", id, path, "--json").object()["changed"] as? Bool == false, "once is enough")
        let rows = try ada.expect("blobs", "list", "--json").objects()
        #expect(rows.map { $0["name"] as? String } == ["page 1.tiff", "note.txt"])
        #expect(rows.map { $0["role"] as? String } == ["scan", "other"])
        #expect(rows.map { $0["mediaType"] as? String } == ["image/tiff", "text/plain"])
        #expect(rows.map { $0["bytesHere"] as? Int } == [9_000_000, 5])
        let sent = try ada.expect("sync", "--json").objects()
        #expect((sent.first?["blobs"] as? [String: Int])?["sent"] == 2)

        let ben = try Machine("ben", token: server.token(for: "letters", role: "reader"))
        try ben.expect("clone", server.url("letters"), ben.archive)
        #expect(
            try ben.expect("blobs", "list", "--missing", "--json").objects().count == 1, "up to 5 MB came by themselves"
        )
        let refused = try ben.expect(2, "blobs", "export", "--output", ben.scratch.url.appending(path: "out").path)
        #expect(refused.error.contains("chancery blobs fetch"))
        #expect(try ben.expect("blobs", "fetch", id, "--json").object()["fetched"] as? Int == 1)
        let out = ben.scratch.url.appending(path: "all").path
        try ben.expect("blobs", "export", id, "--output", out)
        #expect(try names(in: out) == ["page 1.tiff", "note.txt"])
        #expect(try Data(contentsOf: URL(filePath: out + "/page 1.tiff")) == scan)
        try ben.expect("verify")
        // What is there is left alone, and a second export takes other names.
        try ben.expect("blobs", "export", id, "--output", out)
        #expect(try names(in: out) == ["page 1.tiff", "note.txt", "page 1 (2).tiff", "note (2).txt"])
    }

    @Test func `names that a disk or another system would refuse become safe ones`() throws {
        let names = [
            "../../etc/passwd", "CON", "con.txt", "a/b\\c:d*e?.png", "LPT1.tiff", ".hidden", "-rf", "Scan.png",
            "scan.PNG",
            "tail. . .", "\u{202E}gnp.exe", String(repeating: "ä", count: 300) + ".pdf", "  ", "COM1", "nul.tar.gz",
        ]
        for (number, name) in names.enumerated() {
            try ada.expect("attach", id, "-", "--name", name, input: "file \(number)")
        }
        let out = ada.scratch.url.appending(path: "out").path
        try ada.expect("blobs", "export", "--output", out)
        let written = try self.names(in: out)
        #expect(written.count == names.count)
        #expect(Set(written.map { $0.lowercased() }).count == names.count, "no two differ in case only")
        let devices: Set<String> = ["con", "com1", "lpt1", "nul", "aux", "prn"]
        for name in written {
            #expect(name.utf8.count <= 255)
            #expect(
                !name.hasPrefix(".") && !name.hasPrefix("-") && !name.hasSuffix(".") && !name.hasSuffix(" "), "\(name)")
            #expect(!name.contains { "/\\:*?\"<>|".contains($0) }, "\(name)")
            #expect(!devices.contains(String(name.lowercased().prefix { $0 != "." })), "\(name)")
        }
        #expect(!FileManager.default.fileExists(atPath: ada.scratch.url.appending(path: "etc").path))
    }

    @Test func `what is no file is not attached, and the letter stays as it is`() throws {
        let before = try ada.expect("status", "--json").object()["revisions"] as? Int
        for path in ["/nowhere/scan.tiff", ada.scratch.url.path, "/dev/null"] {
            #expect(try ada.expect(1, "attach", id, path).error.contains(path))
        }
        try ada.expect(1, "attach", "ffff", try file("a", Data([1]), on: ada))
        try ada.expect(64, "attach", id, "a", "b", "--name", "x")
        #expect(try ada.expect("status", "--json").object()["revisions"] as? Int == before)
    }

    @Test func `bytes go only where a remote holds them, after a preview, and come back`() throws {
        try ada.expect("attach", id, try file("big.tiff", noise(200_000), on: ada))
        try ada.expect("config", "blobs", "none")
        let alone = try ada.expect("blobs", "prune", "--yes", "--json").object()
        #expect((alone["removed"] as? [String])?.isEmpty == true)
        #expect(alone["kept"] as? Int == 1, "nobody else holds it")
        try ada.expect("sync")
        let preview = try ada.expect("blobs", "prune", "--dry-run", "--json").object()
        #expect((preview["prunable"] as? [[String: Any]])?.first?["heldBy"] as? String == "origin")
        #expect(try ada.expect("blobs", "list", "--missing", "--json").objects().isEmpty)
        try ada.expect(64, "blobs", "prune")

        // A server that is away, and one whose copy is damaged, hold nothing.
        server.stop()
        let away = try ada.expect(2, "blobs", "prune", "--yes", "--json").object()
        #expect((away["removed"] as? [String])?.isEmpty == true)
        let blob = try #require(try ada.expect("blobs", "list", "--json").objects().first?["blob"] as? String)
        let there = "\(server.data)/archives/letters/blobs/\(blob.prefix(2))/\(blob.dropFirst(2))"
        let whole = try Data(contentsOf: URL(filePath: there))
        try Data(whole.reversed()).write(to: URL(filePath: there))
        try server.start()
        #expect((try ada.expect("blobs", "prune", "--yes", "--json").object()["removed"] as? [String])?.isEmpty == true)

        try whole.write(to: URL(filePath: there))
        #expect(try ada.expect("blobs", "prune", "--yes", "--json").object()["removed"] as? [String] == [blob])
        #expect(try ada.expect("status", "--json").object()["missingBlobs"] as? Int == 1)
        try ada.expect("verify")
        try ada.expect("sync")
        #expect(try ada.expect("status", "--json").object()["missingBlobs"] as? Int == 1, "the setting asks for none")
        try ada.expect("blobs", "fetch", "--all")
        #expect(try ada.expect("status", "--json").object()["missingBlobs"] as? Int == 0)
    }

    @Test func `a letter that was never saved leaves bytes that go a day later, and no earlier`() throws {
        // Killed between the bytes and the letter, as far as the folder shows.
        let left = try Machine("left")
        try left.expect("init")
        let other = try left.write("Elsewhere.")
        try left.expect("attach", other, try file("a.tiff", noise(1_000), on: left))
        try FileManager.default.copyItem(
            atPath: left.archive + "/blobs", toPath: ada.scratch.url.appending(path: "from").path)
        let from = ada.scratch.url.appending(path: "from")
        for folder in try FileManager.default.contentsOfDirectory(atPath: from.path) {
            try FileManager.default.copyItem(
                atPath: from.appending(path: folder).path, toPath: "\(ada.archive)/blobs/\(folder)")
        }
        func prunable() throws -> Int? {
            (try ada.expect("blobs", "prune", "--dry-run", "--json").object()["prunable"] as? [Any])?.count
        }
        #expect(try prunable() == 0)
        let paths = try FileManager.default.subpathsOfDirectory(atPath: ada.archive + "/blobs")
        for path in paths where path.count == 65 {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -2 * 86_400)],
                ofItemAtPath: ada.archive + "/blobs/" + path)
        }
        #expect(try prunable() == 1)
        // Stored again, it is new, and the letter that refers to it keeps it.
        try ada.expect("attach", id, try file("a.tiff", noise(1_000), on: ada))
        #expect(try prunable() == 0)
        try ada.expect("verify")
    }

    @Test func `a server takes no attachment over its limit, and says so by name`() throws {
        server.stop()
        try server.start(environment: ["CHANCERY_SERVER_BLOB_LIMIT": "5MB"])
        try ada.expect("attach", id, try file("big.tiff", noise(5_000_001), on: ada))
        try ada.expect("attach", id, try file("small.tiff", noise(5_000_000, seed: 2), on: ada))
        let sync = try ada.expect(2, "sync", "--json").objects()
        #expect((sync.first?["blobs"] as? [String: Int])?["sent"] == 1)
        let notices = try #require(sync.first?["notices"] as? [[String: String]])
        #expect(notices.map { $0["code"] } == ["blobRefused"])
        #expect(notices.first?["text"]?.contains("too-large") == true)
        #expect(sync.first?["pushed"] as? Int == 3, "the letters stand")
    }
}
