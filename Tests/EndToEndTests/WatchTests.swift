import Foundation
import ProgramTestSupport
import ServerTestSupport
import Testing
import TestScratch

/// `sync --watch`: two machines that stay in step by themselves.
struct WatchTests {
    /// A `chancery sync --watch` that runs, and its standard output line by line.
    final class Watching {
        private let process = Process()
        private let output = Pipe()
        private var unread = Data()
        private let errors: URL

        init(_ machine: Machine, _ arguments: String...) throws {
            errors = machine.scratch.url.appending(path: "watch.err")
            try Data().write(to: errors)
            process.executableURL = Programs.folder.appending(path: "chancery")
            process.arguments = ["sync", "--watch"] + arguments
            process.environment = machine.environment
            process.standardOutput = output
            process.standardError = try FileHandle(forWritingTo: errors)
            try process.run()
        }

        deinit {
            if process.isRunning { process.terminate() }
        }

        /// The next line; nil at the end, or when none comes for two minutes.
        func nextLine() -> String? {
            while true {
                if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                    defer { unread = Data(unread[(end + 1)...]) }
                    return String(decoding: unread[..<end], as: UTF8.self)
                }
                var waiting = pollfd(fd: output.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
                guard poll(&waiting, 1, 120_000) == 1 else { return nil }
                let more = output.fileHandleForReading.availableData
                guard !more.isEmpty else { return nil }
                unread.append(more)
            }
        }

        /// Interrupts it, and gives its status.
        func interrupt() -> Int32 {
            process.interrupt()
            process.waitUntilExit()
            return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
        }

        var processIdentifier: Int32 { process.processIdentifier }

        var errorText: String { (try? String(contentsOf: errors, encoding: .utf8)) ?? "" }
    }

    @Test func `what is written on one machine arrives on the other, over a restart of the server too`() throws {
        let server = try Server(archives: "letters")
        let (ada, ben, id) = try MainJobTests.twoMachines(server)
        let watching = [try Watching(ada), try Watching(ben)]

        try ada.expect("edit", id, "--set", "title=From Ada")
        #expect(watching[0].nextLine() == "origin: sent 1, received 0")
        #expect(watching[1].nextLine() == "origin: sent 0, received 1")
        #expect(try ben.expect("show", id).output.contains("From Ada"))

        #expect(server.stop() == 0)
        try ben.expect("edit", id, "--set", "title=From Ben")
        try server.start()
        #expect(watching[1].nextLine() == "origin: sent 1, received 0")
        #expect(watching[0].nextLine() == "origin: sent 0, received 1")
        #expect(try ada.expect("show", id).output.contains("From Ben"))

        for watch in watching { #expect(watch.interrupt() == 0, "\(watch.errorText)") }
        for machine in [ada, ben] { try machine.expect("verify") }
    }

    @Test func `a server that is away is told of once, and then that it is back`() throws {
        let server = try Server(archives: "letters")
        let (ada, _, id) = try MainJobTests.twoMachines(server)
        #expect(server.stop() == 0)
        let watching = try Watching(ada, "--json")
        for _ in 0..<2 {
            let report = try #require(watching.nextLine())
            #expect(report.contains(#""error":{"code":"unreachable""#))
        }
        try ada.expect("edit", id, "--set", "title=Written while it was away")
        try server.start()
        var lines: [String] = []
        while let line = watching.nextLine() {
            lines.append(line)
            if !line.contains("error") { break }
        }
        #expect(lines.last?.contains(#""pushed":1"#) == true, "\(lines)")
        #expect(watching.interrupt() == 0)
        #expect(watching.errorText.components(separatedBy: "cannot be reached").count == 2, "\(watching.errorText)")
        #expect(watching.errorText.contains("origin: connected again"))
    }

    @Test func `who looks on is told whom it follows, that the server is lost, and that it is back`() throws {
        let server = try Server(archives: "letters")
        let (ada, _, id) = try MainJobTests.twoMachines(server)
        let terminal = try PseudoTerminal(
            ["chancery", "sync", "--watch"], environment: ada.environment, columns: 1000, in: ada.scratch.url)
        func lines() throws -> [Substring] { try terminal.screen().split(separator: "\n") }
        func shows(_ text: String) throws -> Bool { try eventually { try lines().contains { $0.contains(text) } } }

        #expect(try shows("following origin; Ctrl-C ends it"))
        try ada.expect("edit", id, "--set", "title=Sent")
        #expect(try shows("origin: sent 1, received 0"))
        #expect(server.stop() == 0)
        // What is written is to be sent at once: else nobody asks a silent server for half a minute.
        try ada.expect("edit", id, "--set", "title=Kept")
        #expect(try shows("origin: it is tried again until it answers"))
        try server.start()
        #expect(try shows("origin: connected again"))
        #expect(try eventually { try lines().count { $0.hasSuffix("origin: sent 1, received 0") } == 2 })

        terminal.type("\u{3}")
        #expect(try terminal.waitForEnd() == 0)
        // Each once, however often it was tried.
        let told = try lines().map { line in
            line.contains("cannot be reached") ? "lost" : line.replacingOccurrences(of: "^C", with: "")
        }
        let expected = [
            "following origin; Ctrl-C ends it", "origin: sent 1, received 0", "lost",
            "origin: it is tried again until it answers", "origin: connected again", "origin: sent 1, received 0",
        ]
        #expect(told.filter { !$0.isEmpty } == expected)
    }

    @Test func `a token that is refused is an error that names what to do, and it goes on trying`() throws {
        let server = try Server(archives: "letters")
        let (ada, _, _) = try MainJobTests.twoMachines(server)
        let stranger = try Machine("eve", token: nil)
        try stranger.expect("init", "--name", "Eve's")
        try stranger.expect("remote", "add", "origin", server.url("letters"))
        let watching = try Watching(stranger, "--json")
        #expect(try #require(watching.nextLine()).contains("unauthorized"))
        #expect(watching.interrupt() == 0)
        #expect(watching.errorText.contains("chancery: origin"))
        try ada.expect("sync")
    }

    @Test func `a program that stood still while everything changed goes on where it was`() throws {
        let server = try Server(archives: "letters")
        let (ada, ben, id) = try MainJobTests.twoMachines(server)
        let watching = try Watching(ada)
        try ada.expect("edit", id, "--set", "title=Before")
        #expect(watching.nextLine() == "origin: sent 1, received 0")
        #expect(kill(watching.processIdentifier, SIGSTOP) == 0)
        #expect(server.stop() == 0)
        try server.start()
        try ben.expect("sync")
        try ben.expect("edit", id, "--set", "title=Meanwhile")
        try ben.expect("sync")
        #expect(kill(watching.processIdentifier, SIGCONT) == 0)
        #expect(watching.nextLine() == "origin: sent 0, received 1")
        #expect(try ada.expect("show", id).output.contains("Meanwhile"))
        #expect(watching.interrupt() == 0, "\(watching.errorText)")
    }
}
