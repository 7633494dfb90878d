import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// `chancery serve`: a laptop's replica on the network, while its owner goes on working on it.
struct LendingTests {
    @Test func `a reader clones what is lent, sees what its owner writes meanwhile, and may not write`() throws {
        let ada = try Machine("ada")
        try ada.expect("init", "--name", "Ada's Letters")
        try ada.write("Dear Ben, the first.")
        let lent = try LentMachine(ada)
        #expect(lent.address.hasSuffix("/ada-s-letters"))

        let ben = try Machine("ben", token: lent.token)
        try ben.expect("clone", lent.address, ben.archive)
        #expect(try ben.expect("list", "--json").objects().count == 1)
        try ada.write("Dear Ben, the second.")
        try ben.expect("sync")
        #expect(try ben.expect("list", "--json").objects().count == 2)
        try ben.write("Dear Ada, an answer.")
        try ben.expect(2, "sync")
        #expect(try ada.expect("list", "--json").objects().count == 2)

        #expect(lent.stop() == 0)
        try ben.expect(1, "sync")
        #expect(try ada.expect("verify", "--json").object()["problems"] as? [String] == [])
    }

    @Test func `a writer's letters and edits arrive in the lent replica, beside those of its owner`() throws {
        let ada = try Machine("ada")
        try ada.expect("init")
        let id = try ada.write(#"First.\n\nSecond."#)
        let port = try ReservedPort()
        let lent = try LentMachine(ada, "--role", "writer", at: port.number)
        let ben = try Machine("ben", token: lent.token)
        try ben.expect("clone", lent.address, ben.archive)
        try ada.expect("edit", id, "--body-file", ada.scratch.file("a.txt", "First, by Ada.\n\nSecond."))
        try ben.expect("edit", id, "--body-file", ben.scratch.file("b.txt", "First.\n\nSecond, by Ben."))
        try ben.expect("sync")
        for machine in [ada, ben] {
            let letter = try #require(try machine.expect("show", id, "--json").object()["letter"] as? [String: Any])
            #expect(letter["body"] as? String == "First, by Ada.\n\nSecond, by Ben.")
        }
        // A token outlives the server, until it expires.
        #expect(lent.stop() == 0)
        let again = try LentMachine(ada, at: port.number)
        try ben.expect("sync")
        #expect(again.stop() == 0)
    }

    @Test func `nobody is let in without the token, no replica is lent twice, and other machines only if asked for`()
        throws
    {
        let ada = try Machine("ada")
        try ada.expect("init")
        let lent = try LentMachine(ada)
        let ben = try Machine("ben")
        try ben.expect(1, "clone", lent.address, ben.archive)
        let second = try ada.expect(1, "serve", "--listen", "127.0.0.1:0")
        #expect(second.error.contains("already running"))
        lent.stop()
        let open = try ada.expect(64, "serve", "--listen", "0.0.0.0:0")
        #expect(open.error.contains("--insecure-http"))
        let nothing = try Machine("carol").expect(1, "serve")
        #expect(nothing.error.contains("no archive"))
    }
}

/// `chancery serve` on a machine, stopped when its owner is gone.
final class LentMachine {
    private let process = Process()
    /// What it printed.
    let said: [String: Any]
    let address: String
    let token: String

    init(_ machine: Machine, _ options: String..., at port: UInt16 = 0) throws {
        let output = Pipe()
        process.executableURL = Programs.folder.appending(path: "chancery")
        process.arguments = ["serve", "--json", "--listen", "127.0.0.1:\(port)"] + options
        process.environment = machine.environment
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        var line = Data()
        while line.last != UInt8(ascii: "\n") {
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { break }
            line += more
        }
        said = try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
        address = try #require(said["address"] as? String)
        token = try #require(said["token"] as? String)
    }

    /// Stops it as Ctrl-C does, and returns its status.
    @discardableResult
    func stop() -> Int32 {
        if process.isRunning { process.interrupt() }
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }

    deinit { stop() }
}
