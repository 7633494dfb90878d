import Foundation
import ProgramTestSupport
import Testing

/// Many command lines on one replica at once keep every edit.
@Suite(.serialized) struct ParallelCommandLineTests {
    private static let edits = Amounts.amount("CHANCERY_EDITS", otherwise: 4)
    private static let processes = Amounts.amount("CHANCERY_PROCESSES", otherwise: 16)

    @Test func `sixteen command lines at once keep every new letter and every edit of one letter`() throws {
        let ada = try Machine("ada")
        try ada.expect("init")
        try ada.expect("new", "--set", "title=Shared")
        let shared = try #require(try ada.expect("list", "--json").objects().first?["id"] as? String)
        let faults = onThreads(Self.processes) { number in
            var faults: [String] = []
            for edit in 0..<Self.edits {
                let arguments =
                    edit % 2 == 0
                    ? ["new", "--set", "title=\(number)-\(edit)"] : ["edit", shared, "--add-tag", "\(number)-\(edit)"]
                let ended = try ada.run(arguments)
                if ended.status != 0 { faults.append("\(arguments): \(ended.status) \(ended.error)") }
            }
            return faults
        }
        #expect(faults.isEmpty, "\(faults.prefix(5))")
        let titles = try ada.titles()
        let letter = try #require(try ada.expect("show", shared, "--json").object()["letter"] as? [String: Any])
        let tags = Set(letter["tags"] as? [String] ?? [])
        var lost: [String] = []
        for number in 0..<Self.processes {
            for edit in 0..<Self.edits where !(edit % 2 == 0 ? titles : tags).contains("\(number)-\(edit)") {
                lost.append("\(number)-\(edit)")
            }
        }
        #expect(lost.isEmpty, "\(lost)")
        try ada.expect("verify")
        Amounts.report("parallel-edits", [("edits", Self.processes * Self.edits), ("lost", lost.count + faults.count)])
    }

    @Test func `command lines that edit and sync at once, and a server, end with the same letters`() throws {
        let server = try Server(archives: "letters")
        let ada = try Machine.begun("ada", with: server)
        try ada.expect("new", "--set", "title=First")
        try ada.expect("sync")
        let ben = try Machine.begun("ben", with: server)
        try ben.expect("sync")
        let edits = Self.edits
        let faults = onThreads(6) { number in
            var faults: [String] = []
            let machine = number % 2 == 0 ? ada : ben
            for edit in 0..<edits {
                // Two syncs of one replica at once: one of them may be told to try again, and nothing else.
                let arguments = number < 4 ? ["new", "--set", "title=\(number)-\(edit)"] : ["sync"]
                let ended = try machine.run(arguments)
                let isTold = arguments == ["sync"] && ended.error.contains("try again")
                if ended.status != 0, !isTold { faults.append("\(arguments): \(ended.status) \(ended.error)") }
            }
            return faults
        }
        #expect(faults.isEmpty, "\(faults.prefix(5))")
        for machine in [ada, ben, ada] { try machine.expect("sync") }
        let titles = try ada.titles()
        #expect(titles.count == 1 + 4 * edits)
        #expect(try ben.titles() == titles)
        for machine in [ada, ben] { try machine.expect("verify") }
        #expect(server.stop() == 0)
        try server.administer("check")
    }
}
