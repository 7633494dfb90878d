import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// A large attachment goes through every program in constant memory. `make attachments` does the same with 2 GB.
struct AttachmentMemoryTests {
    /// Far more than a program may take.
    private static let byteCount = 150_000_000
    /// With room for a debug build; what was seen is 36 MB.
    private static let limitBytes = 75_000_000

    @Test func `a large attachment goes up and comes down in constant memory`() throws {
        let server = try Server(archives: "letters")
        let token = try server.token(for: "letters")
        let (ada, ben) = (try Machine("ada", token: token), try Machine("ben", token: token))
        try ada.expect("clone", server.url("letters"))
        let id = try ada.write("A letter with a film.")
        let path = ada.scratch.url.appending(path: "film.mp4").path
        // A file with holes costs no time to make, and reads as zeros.
        #expect(FileManager.default.createFile(atPath: path, contents: Data("film".utf8)))
        #expect(truncate(path, Self.byteCount) == 0)
        var peaks: [(name: String, bytes: Int)] = []
        func run(_ machine: Machine, _ name: String, _ ended: (ended: Programs.Ended, peakBytes: Int)) {
            #expect(ended.ended.status == 0, "\(name): \(ended.ended.error)")
            peaks.append((name, ended.peakBytes))
        }
        run(ada, "attach", try ClientMemoryTests.run(ada, "attach", id, path))
        run(ada, "send", try ClientMemoryTests.run(ada, "sync"))
        try ben.expect("clone", server.url("letters"))
        run(ben, "fetch", try ClientMemoryTests.run(ben, "blobs", "fetch", id))
        let out = ben.scratch.url.appending(path: "out").path
        run(ben, "export", try ClientMemoryTests.run(ben, "blobs", "export", id, "--output", out))
        run(ben, "verify", try ClientMemoryTests.run(ben, "verify"))
        let process = try #require(server.processIdentifier)
        peaks.append(("server", try #require(try ClientMemoryTests.peakBytes(of: process))))
        print("figures AttachmentMemoryTests \(peaks.map { "\($0.name)=\($0.bytes)" }.joined(separator: " "))")
        for peak in peaks { #expect(peak.bytes < Self.limitBytes, "\(peak.name)") }
        #expect(FileManager.default.contentsEqual(atPath: path, andPath: out + "/film.mp4"))
    }

    @Test func `a large attachment goes through a bundle and into a mailbox in constant memory`() throws {
        let ada = try Machine("ada")
        try ada.expect("init", "--name", "Letters")
        let id = try ada.write("A letter with a film.")
        let path = ada.scratch.url.appending(path: "film.mp4").path
        #expect(FileManager.default.createFile(atPath: path, contents: Data("film".utf8)))
        // Zeros: some thousand times smaller in the bundle, and all of them in memory if nobody looks.
        #expect(truncate(path, 40_000_000) == 0)
        try ada.expect("attach", id, path)
        let mail = ada.scratch.url.appending(path: "mail").path
        let (mailed, mailedPeak) = try ClientMemoryTests.run(ada, "export", "--format", "mbox", "--output", mail)
        #expect(mailed.status == 0, "\(mailed.error)")
        let size = try FileManager.default.attributesOfItem(atPath: mail + "/letters.mbox")[.size] as? Int ?? 0
        #expect(size > 40_000_000 / 3 * 4, "it is in the mailbox")
        try FileManager.default.removeItem(atPath: mail)
        let bundle = ada.scratch.url.appending(path: "all.bundle").path
        let ben = try Machine("ben")
        try ben.expect("init")
        let (created, createdPeak) = try ClientMemoryTests.run(ada, "bundle", "create", bundle, "--json")
        let (applied, appliedPeak) = try ClientMemoryTests.run(ben, "bundle", "apply", bundle, "--json")
        #expect(try created.object()["blobs"] as? Int == 1)
        #expect(try applied.object()["blobs"] as? Int == 1, "\(applied.error)")
        print("figures AttachmentMemoryTests create=\(createdPeak) apply=\(appliedPeak) mailbox=\(mailedPeak)")
        for peak in [createdPeak, appliedPeak, mailedPeak] { #expect(peak < Self.limitBytes) }
        #expect(try ben.expect("blobs", "list", "--missing", "--json").objects().isEmpty)
        try ben.expect("verify")
    }
}
