import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// A process that is stopped in the middle holds others up no longer than it must, and goes on as if nothing was.
@Suite(.serialized) struct PausedProcessTests {
    /// A `chancery` that stops itself, by a signal, at the so-manieth call.
    private final class Paused {
        private let process = Process()
        private let log: URL
        private let errors: URL

        init(_ machine: Machine, _ arguments: [String], at call: String, number: Int) throws {
            log = machine.scratch.url.appending(path: "trace-\(UUID().uuidString)")
            errors = machine.scratch.url.appending(path: "errors-\(UUID().uuidString)")
            for file in [log, errors] { try Data().write(to: file) }
            process.executableURL = URL(filePath: "/usr/bin/strace")
            process.arguments =
                Tracer.arguments(["trace=\(call)", "inject=\(call):signal=SIGSTOP:when=\(number)"], log: log.path)
                .dropFirst() + [Programs.folder.appending(path: "chancery").path] + arguments
            process.environment = machine.environment
            process.standardOutput = FileHandle.nullDevice
            process.standardError = try FileHandle(forWritingTo: errors)
            try process.run()
        }

        /// Waits until it has stopped; false if it ended instead.
        func waitUntilStopped() throws -> Bool {
            while process.isRunning {
                if try String(contentsOf: log, encoding: .utf8).contains("stopped by SIGSTOP") { return true }
                sched_yield()
            }
            return false
        }

        /// Lets it go on to its end.
        func goOn() throws -> (status: Int32, error: String) {
            kill(process.processIdentifier, SIGCONT)
            process.waitUntilExit()
            return (process.terminationStatus, try String(contentsOf: errors, encoding: .utf8))
        }
    }

    @Test(arguments: [1, 2]) func `others are told that a paused writer holds the archive, and it ends well`(
        _ number: Int
    ) throws {
        let ada = try Machine("ada")
        try ada.expect("init")
        try ada.expect("new", "--set", "title=Before")
        let paused = try Paused(ada, ["new", "--set", "title=Paused"], at: "fdatasync", number: number)
        try #require(try paused.waitUntilStopped())
        let other = try ada.run(
            ["new", "--set", "title=Other"], with: ["CHANCERY_BUSY_TIMEOUT_MILLISECONDS": "200"])
        #expect(other.status == 1)
        #expect(other.error.contains("another process"))
        let ended = try paused.goOn()
        #expect(ended.status == 0, "\(ended.error)")
        try ada.expect("new", "--set", "title=After")
        #expect(try ada.titles() == ["Before", "Paused", "After"])
        try ada.expect("verify")
    }

    @Test(arguments: ["sendto", "recvfrom"]) func `a sync that is paused on the network holds nobody up`(
        _ call: String
    ) throws {
        let server = try Server(archives: "letters")
        let ada = try Machine.begun("ada", with: server)
        try ada.expect("new", "--set", "title=Before")
        let paused = try Paused(ada, ["sync"], at: call, number: 1)
        try #require(try paused.waitUntilStopped())
        // It has no transaction open: others write, and sync, meanwhile.
        try ada.expect("new", "--set", "title=Meanwhile", with: ["CHANCERY_BUSY_TIMEOUT_MILLISECONDS": "200"])
        try ada.expect("sync")
        let ended = try paused.goOn()
        #expect(ended.status == 0 || ended.error.contains("try again"), "\(ended.error)")
        try ada.expect("sync")
        let ben = try Machine.begun("ben", with: server)
        try ben.expect("sync")
        #expect(try ben.titles() == ["Before", "Meanwhile"])
        #expect(try ada.unsent() == 0)
        try ada.expect("verify")
    }

    @Test func `a server that is paused for a moment finishes what was asked`() throws {
        let server = try Server(archives: "letters")
        let ada = try Machine.begun("ada", with: server)
        try ada.expect("new", "--set", "title=Before")
        let process = try #require(server.processIdentifier)
        kill(process, SIGSTOP)
        let faults = onThreads(2) { thread in
            guard thread == 0 else {
                // The other is on its way, or not yet: both are all right.
                for _ in 0..<1_000 { sched_yield() }
                kill(process, SIGCONT)
                return []
            }
            let ended = try ada.run(["sync"])
            return ended.status == 0 ? [] : ["\(ended.status) \(ended.error)"]
        }
        #expect(faults.isEmpty, "\(faults)")
        #expect(try ada.unsent() == 0)
        #expect(server.stop() == 0)
        try server.administer("check")
    }
}
