import Foundation
import ProgramTestSupport
import Testing
import TestScratch

extension Machine {
    /// Runs `chancery` to its end, whatever that is. What hangs for two minutes is killed, and ends with -9.
    func run(_ arguments: [String], under wrapper: [String] = [], with extra: [String: String] = [:]) throws
        -> Programs.Ended
    {
        try Programs.run(
            "/usr/bin/timeout",
            ["--signal=KILL", "120"] + wrapper + [Programs.folder.appending(path: "chancery").path] + arguments,
            environment: environment.merging(extra) { $1 }, in: scratch.url)
    }

    /// The titles of all letters.
    func titles() throws -> Set<String> {
        Set(try expect("list", "--json").objects().compactMap { $0["title"] as? String })
    }

    /// Revisions that the remotes do not have.
    func unsent() throws -> Int? { try expect("status", "--json").object()["unsent"] as? Int }

    /// A machine with a replica of its own that syncs with an archive of a server.
    static func begun(_ name: String, with server: Server, at url: String? = nil) throws -> Machine {
        let machine = try Machine(name, token: try server.token(for: "letters"))
        try machine.expect("init")
        try machine.expect("remote", "add", "origin", url ?? server.url("letters"))
        return machine
    }
}

/// Runs a closure for every number on so many threads, and gives what went wrong.
func onThreads(_ count: Int, _ body: @escaping @Sendable (_ thread: Int) throws -> [String]) -> [String] {
    let found = Collected()
    let group = DispatchGroup()
    for thread in 0..<count {
        group.enter()
        Thread {
            do {
                found.add(try body(thread))
            } catch {
                found.add(["thread \(thread): \(error)"])
            }
            group.leave()
        }.start()
    }
    group.wait()
    return found.all
}

/// Findings of several threads. Unchecked: `lock` guards `findings`.
final class Collected: @unchecked Sendable {
    private let lock = NSLock()
    private var findings: [String] = []

    func add(_ more: [String]) { lock.withLock { findings += more } }
    var all: [String] { lock.withLock { findings } }
}
