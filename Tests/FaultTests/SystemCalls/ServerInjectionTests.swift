import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// A server that is killed, or whose disk or network fails, at any call: what it acknowledged is there when it runs
/// again, and the sync that it fell out of goes on.
@Suite(.serialized) struct ServerInjectionTests {
    private static let injections = max(1, Amounts.amount("CHANCERY_INJECTIONS", otherwise: 30) / 5)
    private static let workers = 4

    /// A server, and two people who sync with it. Unchecked: a world belongs to one thread, and for a while to the one
    /// that waits for the end of its server.
    private final class World: @unchecked Sendable {
        let server: Server
        let ada: Machine
        private var count = 0
        private let lock = NSLock()
        private var isDone = false

        init() throws {
            server = try Server(archives: "letters")
            ada = try Machine.begun("ada", with: server)
            try ada.expect("new", "--set", "title=0")
            try ada.expect("sync")
            _ = server.stop()
        }

        /// Writes a letter with an attachment, and syncs it with a server under the tracer; a server that falls is
        /// started again at once, as systemd does it.
        func act(_ expressions: [String], log: String = "/dev/null") throws -> [String] {
            count += 1
            try ada.expect("new", "--set", "title=\(count)")
            let text = "Dear Ada,\n\nthis is number \(count).\n\nYours,\nBen\n"
            try ada.expect("import", ada.scratch.file("\(count).txt", text))
            lock.withLock { isDone = false }
            if try !server.launch(under: Tracer.arguments(expressions, log: log)) {
                _ = server.waitForEnd()
                try server.start()
            }
            let watch = DispatchGroup()
            let found = Collected()
            watch.enter()
            Thread { [self] in
                let status = server.waitForEnd()
                // What a server that failed by itself says of it is in its log; killed or not, it has to start again.
                if ![0, 1, -9].contains(status) { found.add(["the server ended with \(status)"]) }
                do {
                    // Under the lock: a server that is ended while it starts says nothing and has not failed.
                    try lock.withLock { if !isDone { try server.start() } }
                } catch {
                    found.add(["it does not start again: \(error)"])
                }
                watch.leave()
            }.start()
            let ended = try ada.run(["sync"])
            lock.withLock { isDone = true }
            server.signal(SIGTERM)
            watch.wait()
            _ = server.stop()
            var faults = found.all
            if ![0, 1, 2].contains(ended.status) {
                faults.append("the sync ended with \(ended.status): \(ended.error)")
            }
            // As many as it was told: none of what the server acknowledged may be missing there.
            let unsent = try ada.unsent() ?? -1
            if ended.status == 0, unsent != 0 { faults.append("done, and \(unsent) are not sent") }
            let checked = try server.administer("check", "--json").object()
            let revisions = (checked["archives"] as? [[String: Any]])?.first?["revisions"] as? Int ?? -1
            if revisions < 1 + 2 * count - unsent {
                faults.append("the server has \(revisions) revisions, and acknowledged \(1 + 2 * count - unsent)")
            }
            return faults
        }

        /// What is wrong when all is well again.
        func end() throws -> [String] {
            try server.start()
            try ada.expect("sync")
            let ben = try Machine.begun("ben", with: server)
            try ben.expect("sync")
            let rows = try ada.expect("list", "--json")
            var faults: [String] = []
            if try rows.output != ben.expect("list", "--json").output { faults.append("the replicas differ") }
            if try rows.objects().count != 1 + 2 * count { faults.append("\(try rows.objects().count) letters") }
            for machine in [ada, ben] { try machine.expect("verify") }
            if server.stop() != 0 { faults.append("the server ended badly") }
            return faults
        }
    }

    @Test func `what a server acknowledged is there, whatever call failed or it was killed at`() throws {
        let measured = try World()
        let log = measured.ada.scratch.url.appending(path: "calls").path
        let calls = Injection.faults.keys.sorted().joined(separator: ",")
        #expect(try measured.act(["trace=\(calls)"], log: log) == [])
        // Threads of libmicrohttpd wake each other up by writing to an eventfd, which cannot fail; if it does, it aborts.
        let all = Injection.all("serve", counts: try Injection.counts(inLog: log), without: ["write"])
        let chosen = Injection.chosen(all, count: Self.injections, share: 4, purpose: 4)
        let faults = onThreads(Self.workers) { worker in
            let world = try World()
            var faults: [String] = []
            for index in stride(from: worker, to: chosen.count, by: Self.workers) {
                faults += try world.act(chosen[index].expressions).map { "\(chosen[index]): \($0)" }
            }
            return faults + (try world.end())
        }
        Amounts.report("injections-server", [("all", all.count), ("made", chosen.count), ("faults", faults.count)])
        let replay = Amounts.replay("ServerInjectionTests", "CHANCERY_INJECTIONS=\(Self.injections * 5)")
        #expect(faults.isEmpty, "\(faults.prefix(8).joined(separator: "\n"))\n\(replay)")
    }
}
