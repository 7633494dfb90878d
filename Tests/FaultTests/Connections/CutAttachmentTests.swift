import Foundation
import Glibc
import ProgramTestSupport
import SyncTestSupport
import Testing
import TestScratch

/// A large attachment whose connection is cut, or whose program is killed, goes on where it stopped: real programs, real sockets.
@Suite(.serialized) struct CutAttachmentTests {
    private static let cuts = Amounts.amount("CHANCERY_ATTACHMENT_CUTS", otherwise: 4)
    private static let byteCount = 13_000_000
    private static let pieceBytes = 4 * 1024 * 1024

    /// Ada, who attaches, and Ben, who fetches, both through a relay.
    private final class World {
        let server: Server
        let proxy: FaultProxy
        let ada: Machine
        let ben: Machine
        let letter: String
        private var count = 0
        private var numbers = Amounts.numbers(7)

        init() throws {
            server = try Server(archives: "letters")
            let port = try #require(server.origin.split(separator: ":").last.flatMap { UInt16($0) })
            proxy = try FaultProxy(to: port)
            let url = "http://127.0.0.1:\(proxy.port)/letters"
            ada = try Machine.begun("ada", with: server, at: url)
            try ada.expect("new", "--set", "title=Scans")
            try ada.expect("sync")
            ben = try Machine.begun("ben", with: server, at: url)
            try ben.expect("config", "blobs", "none")
            letter = try #require(try ada.expect("list", "--json").objects().first?["id"] as? String)
        }

        deinit {
            proxy.stop()
        }

        /// Attaches new bytes; their hash.
        func attach() throws -> String {
            count += 1
            // Each thousand bytes are other ones: a part in another's place would be seen.
            var bytes = Data(capacity: CutAttachmentTests.byteCount)
            while bytes.count < CutAttachmentTests.byteCount {
                withUnsafeBytes(of: numbers.next()) { bytes.append(contentsOf: $0) }
                bytes.append(Data(repeating: UInt8(count), count: 992))
            }
            let path = ada.scratch.url.appending(path: "scan-\(count).bin")
            try bytes.write(to: path)
            let attached = try ada.expect("attach", letter, path.path, "--json").object()
            try FileManager.default.removeItem(at: path)
            return try #require((attached["blobs"] as? [String])?.first)
        }

        /// How many bytes of a blob have come to a replica's folder.
        func partial(_ blob: String, in archive: String) throws -> Int {
            let path = "\(archive)/blobs/part-\(blob)"
            guard FileManager.default.fileExists(atPath: path) else { return 0 }
            return try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
        }

        var serverArchive: String { server.data + "/archives/letters" }

        func isHere(_ blob: String, _ machine: Machine) throws -> Bool {
            let rows = try machine.expect("blobs", "list", letter, "--json").objects()
            return rows.contains { $0["blob"] as? String == blob && $0["here"] as? Bool == true }
        }

        /// Everything is whole everywhere.
        func check() throws {
            for machine in [ada, ben] { try machine.expect("verify") }
            #expect(server.stop() == 0)
            try server.administer("check")
        }
    }

    /// The bytes that a sync brought, by its own count.
    private func received(_ sync: Programs.Ended) throws -> Int {
        try #require(try sync.objects().first?["bytesReceived"] as? Int)
    }

    @Test func `an attachment whose connection is cut anywhere goes on behind what arrived, both ways`() throws {
        let world = try World()
        try world.ben.expect("config", "blobs", "all")
        var numbers = Amounts.numbers(8)
        for cut in 0..<Self.cuts {
            let blob = try world.attach()
            // The letter goes first, so that the cut meets the attachment.
            let end = cut.isMultiple(of: 2) ? FaultProxy.End.reset : .closed
            let up = 100_000 + Int(numbers.next() % UInt64(Self.byteCount - 200_000))
            world.proxy.cut(.toServer, after: up, by: end)
            let sent = try world.ada.run(["sync"])
            #expect(sent.status == 0, "up after \(up), \(end): \(sent.error)")
            #expect(world.proxy.isCut)
            let sentBytes = world.proxy.count(.toServer)
            #expect(sentBytes < Self.byteCount + Self.pieceBytes + 1_000_000, "up after \(up): \(sentBytes) were sent")

            let down = 100_000 + Int(numbers.next() % UInt64(Self.byteCount - 200_000))
            world.proxy.cut(.toClient, after: down, by: end)
            let fetched = try world.ben.run(["sync", "--json"])
            #expect(fetched.status == 0, "down after \(down), \(end): \(fetched.error)")
            #expect(world.proxy.isCut)
            // By the client's own count: a reset throws away what the relay has sent and nobody has read yet.
            let fetchedBytes = try received(fetched)
            #expect(fetchedBytes < Self.byteCount + 100_000, "down after \(down): \(fetchedBytes) came")
            #expect(try world.isHere(blob, world.ben))
            world.proxy.pass()
        }
        try world.check()
        Amounts.report("cut-attachments", [("cuts", 2 * Self.cuts), ("bytes", Self.byteCount)])
    }

    /// Runs a command that is killed at the so-manieth call of a kind.
    private func kill(_ machine: Machine, at call: String, number: Int, _ arguments: String...) throws {
        let program = Programs.folder.appending(path: "chancery").path
        let ended = try Programs.run(
            "/usr/bin/strace",
            [
                "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-e",
                "inject=\(call):signal=SIGKILL:when=\(number)",
            ]
                + [program] + arguments,
            environment: machine.environment, in: machine.scratch.url)
        #expect(ended.status != 0, "it was killed: \(ended.error)")
    }

    @Test
    func `a program that is killed in the middle of an attachment leaves what came, and the next one goes on there`()
        throws
    {
        let world = try World()
        try world.ben.expect("config", "blobs", "all")
        // A megabyte at a time is written down under the file's lock.
        for number in [2, 6, 12] {
            let blob = try world.attach()
            try world.ada.expect("sync")
            try kill(world.ben, at: "flock", number: number, "sync")
            let here = try world.partial(blob, in: world.ben.archive)
            #expect(here > 0 && here < Self.byteCount)
            // By the client's own count: the bytes of a connection that broke come to the relay later.
            #expect(
                try received(world.ben.run(["sync", "--json"])) < Self.byteCount - here + 10_000,
                "it went on behind \(here)")
            #expect(try world.isHere(blob, world.ben))
        }
        // All bytes are there, and the program is killed before they have their name.
        let blob = try world.attach()
        try world.ada.expect("sync")
        try kill(world.ben, at: "rename", number: 1, "sync")
        #expect(try world.partial(blob, in: world.ben.archive) == Self.byteCount)
        #expect(try received(world.ben.run(["sync", "--json"])) < 10_000, "no byte of it came again")
        #expect(try world.isHere(blob, world.ben))
        try world.check()
    }

    @Test func `a server that is killed in the middle of an upload keeps what came, and takes the rest`() throws {
        let world = try World()
        let blob = try world.attach()
        world.proxy.cut(.toServer, after: 10_000_000, by: .held)
        let sync = Process()
        sync.executableURL = Programs.folder.appending(path: "chancery")
        sync.arguments = ["sync"]
        sync.environment = world.ada.environment
        (sync.standardOutput, sync.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        try sync.run()
        world.proxy.waitForCut()
        // Nobody goes on: the client is killed while its third piece is on its way.
        Glibc.kill(sync.processIdentifier, SIGKILL)
        sync.waitUntilExit()
        let there = try world.partial(blob, in: world.serverArchive)
        #expect(there == 2 * Self.pieceBytes)
        world.server.signal(SIGKILL)
        _ = world.server.waitForEnd()
        try world.server.start()
        world.proxy.pass()
        try world.ada.expect("sync")
        #expect(world.proxy.count(.toServer) < Self.byteCount - there + 100_000)
        try world.ben.expect("blobs", "fetch", "--all")
        try world.check()
    }

    @Test func `a disk that is full refuses an attachment and keeps the room for letters`() throws {
        let world = try World()
        let blob = try world.attach()
        for machine in [world.ada, world.ben] { try machine.expect("sync") }
        let program = Programs.folder.appending(path: "chancery").path
        // Bytes of an attachment are written with write, those of the database with pwrite64.
        let ended = try Programs.run(
            "/usr/bin/strace",
            [
                "-f", "-qq", "-o", "/dev/null", "-e", "trace=write", "-P", "\(world.ben.archive)/blobs/part-\(blob)",
                "-e",
                "inject=write:error=ENOSPC:when=3+", program, "blobs", "fetch", "--all",
            ], environment: world.ben.environment, in: world.ben.scratch.url)
        #expect(ended.status == 2, "\(ended.error)")
        #expect(ended.error.contains("replica") || ended.error.contains("full"))
        #expect(try world.partial(blob, in: world.ben.archive) == 0, "half of it would take the room of letters")
        try world.ben.expect("new", "--set", "title=There is room")
        try world.ben.expect("sync")
        try world.ben.expect("blobs", "fetch", "--all")
        try world.check()
    }
}
