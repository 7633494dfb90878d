import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// A command line that is killed, or whose disk or network fails, at any call: what it said was done is done, the rest
/// is not there or whole, and the next command line works.
@Suite(.serialized) struct CommandLineInjectionTests {
    private static let injections = Amounts.amount("CHANCERY_INJECTIONS", otherwise: 30) * 4 / 5
    private static let workers = 4
    private static let actions = ["new", "edit", "import", "sync"]

    /// A machine with letters, and what it was told is done.
    private final class World {
        let server: Server
        let ada: Machine
        let id: String
        private var count = 0
        /// Titles that were acknowledged.
        private var kept: Set<String> = ["Edited"]
        /// Titles that may be there too: what brought them did not say that it was done.
        private var possible: Set<String> = []
        private var summary = ""
        /// Injections that were made: the call came.
        private(set) var hits = 0
        private var log: String { ada.scratch.url.appending(path: "trace").path }

        init() throws {
            server = try Server(archives: "letters")
            ada = try Machine.begun("ada", with: server)
            try ada.expect("new", "--set", "title=Edited")
            id = try #require(try ada.expect("list", "--json").objects().first?["id"] as? String)
            try ada.expect("sync")
        }

        /// Does something under the tracer.
        func act(_ action: String, _ expressions: [String]) throws -> Programs.Ended {
            count += 1
            let tracer = Tracer.whole(expressions, log: log)
            switch action {
            case "new": return try ada.run(["new", "--set", "title=\(count)"], under: tracer)
            case "edit": return try ada.run(["edit", id, "--set", "summary=\(count)"], under: tracer)
            case "import":
                let lines = (0..<5).map { #"{"letter":{"title":"\#(count).\#($0)"}}"# + "\n" }.joined()
                let text = "Dear Ada,\n\nthis is number \(count).\n\nYours,\nBen\n"
                return try ada.run(
                    ["import", ada.scratch.file("\(count).jsonl", lines), ada.scratch.file("\(count).txt", text)],
                    under: tracer)
            default:
                try ada.expect("new", "--set", "title=\(count)")
                return try ada.run(["sync"], under: tracer)
            }
        }

        /// What is wrong after an action that ended so.
        func faults(_ injection: Injection, _ ended: Programs.Ended) throws -> [String] {
            var faults: [String] = []
            func add(_ text: String) {
                faults.append("\(injection): \(text); \(ended.status) \(ended.error.prefix(300))")
            }
            let isDone = ended.status == 0
            if ![0, 1, 2, -9, 127].contains(ended.status) { add("it ended in a way that nothing says") }
            // What it says is written by the same call.
            if injection.call != "write", injection.fault != .kill, !isDone, ended.error.isEmpty {
                add("nothing was said")
            }
            let injected = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").filter {
                $0.contains("(INJECTED)")
            }
            hits += injected.isEmpty && ended.status != -9 ? 0 : 1
            if isDone, let failed = injected.first(where: Self.isSync) {
                add("it said that it was done, and a sync had failed: \(failed)")
            }
            if injection.action == "new" || injection.action == "edit", injection.call == "pwrite64",
                injection.fault == .full, !isDone, !ended.error.contains("disk is full")
            {
                add("it does not say that the disk is full")
            }
            switch injection.action {
            case "new": if isDone { kept.insert("\(count)") } else { possible.insert("\(count)") }
            case "import":
                let titles = (0..<5).map { "\(count).\($0)" }
                if isDone { kept.formUnion(titles) } else { possible.formUnion(titles) }
            case "sync": kept.insert("\(count)")
            default: break
            }
            let titles = Set(try titles())
            let lost = kept.subtracting(titles)
            if !lost.isEmpty { add("lost: \(lost.sorted())") }
            let strange = titles.subtracting(kept).subtracting(possible)
            if !strange.isEmpty { add("nobody wrote: \(strange.sorted())") }
            // What is there now was seen, and stays.
            kept = titles.union(kept)
            if injection.action == "edit" {
                let letter = try ada.expect("show", id, "--json").object()["letter"] as? [String: Any]
                let found = letter?["summary"] as? String ?? ""
                if found != "\(count)", isDone || found != summary { add("the edit became \(found)") }
                summary = found
            }
            let verified = try ada.run(["verify"])
            if verified.status != 0 { add("verify: \(verified.output)\(verified.error)") }
            return faults
        }

        /// Whether a line of the log is a sync that must not fail. When SQLite makes a new journal, it passes over a failed
        /// sync of the folder, which only the power can tell from one that did not fail.
        private static func isSync(_ line: Substring) -> Bool {
            line.contains(" fsync(")
                || line.contains(" fdatasync(") && (line.contains("archive.sqlite>") || line.contains("-journal>"))
        }

        /// What the tracer counted when the last action was done.
        func counts() throws -> [String: Int] { try Injection.counts(inLog: log) }

        private func titles() throws -> [String] {
            // Letters of plain text have no title of ours.
            try ada.expect("list", "--json").objects().compactMap { $0["title"] as? String }
        }

        /// What is wrong when the server and another machine are asked.
        func end() throws -> [String] {
            try ada.expect("sync")
            let ben = try Machine.begun("ben", with: server)
            try ben.expect("sync")
            let rows = try ada.expect("list", "--json").output
            let isEqual = try rows == ben.expect("list", "--json").output
            let status = server.stop()
            try server.administer("check")
            return (isEqual ? [] : ["the replicas differ"]) + (status == 0 ? [] : ["the server ended with \(status)"])
        }
    }

    @Test func `what a command line said was done is done, whatever call failed or it was killed at`() throws {
        let measured = try World()
        let calls = Injection.faults.keys.sorted().joined(separator: ",")
        let all = try Self.actions.flatMap { action -> [Injection] in
            let ended = try measured.act(action, ["trace=\(calls)"])
            try #require(ended.status == 0, "\(action): \(ended.error)")
            return Injection.all(action, counts: try measured.counts())
        }
        let chosen = Injection.chosen(all, count: Self.injections, share: 1, purpose: 3)
        let hits = Collected()
        let faults = onThreads(Self.workers) { worker in
            let world = try World()
            var faults: [String] = []
            for index in stride(from: worker, to: chosen.count, by: Self.workers) {
                let ended = try world.act(chosen[index].action, chosen[index].expressions)
                faults += try world.faults(chosen[index], ended)
            }
            hits.add(Array(repeating: "", count: world.hits))
            return faults + (try world.end())
        }
        Amounts.report(
            "injections-command-line",
            [("all", all.count), ("made", chosen.count), ("hits", hits.all.count), ("faults", faults.count)])
        let replay = Amounts.replay("CommandLineInjectionTests", "CHANCERY_INJECTIONS=\(Self.injections * 5 / 4)")
        #expect(faults.isEmpty, "\(faults.prefix(8).joined(separator: "\n"))\n\(replay)")
    }
}
