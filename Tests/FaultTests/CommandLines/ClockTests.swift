import Foundation
import ProgramTestSupport
import Testing

/// Clocks that are wrong change what is written as the time, and nothing else.
@Suite(.serialized) struct ClockTests {
    static let library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"

    /// The environment of a program whose clock is off by so much; its timers run as they do.
    private static func clock(_ shift: String) -> [String: String] {
        ["LD_PRELOAD": library, "FAKETIME": shift, "FAKETIME_DONT_FAKE_MONOTONIC": "1"]
    }

    @Test(
        .enabled(if: FileManager.default.fileExists(atPath: library), "Debian's faketime is not installed"),
        arguments: ["+50y", "-30y", "@2038-01-19 03:14:06", "@2106-02-07 06:28:14", "@1999-12-31 23:59:59"])
    func `an edit by a clock that is wrong travels and merges like any other`(_ shift: String) throws {
        let server = try Server(archives: "letters")
        let ada = try Machine.begun("ada", with: server)
        let clock = Self.clock(shift)
        try ada.expect("new", "--set", "title=A", "--set", "summary=Old", with: clock)
        let id = try #require(try ada.expect("list", "--json").objects().first?["id"] as? String)
        try ada.expect("sync", with: clock)
        let ben = try Machine.begun("ben", with: server)
        try ben.expect("sync")
        // Both edit: fields of their own, and one in which the clock must not decide.
        try ada.expect("edit", id, "--set", "title=Of a wrong clock", "--set", "summary=Ada", with: clock)
        try ben.expect("edit", id, "--add-tag", "Baku", "--set", "summary=Ben")
        try ada.expect("sync", with: clock)
        try ben.expect(3, "sync")
        try ada.expect(3, "sync", with: clock)
        let shown = try ada.expect("show", id, "--json", with: clock)
        #expect(shown.output == (try ben.expect("show", id, "--json").output))
        let conflicts = try #require(try shown.object()["conflicts"] as? [[String: Any]])
        #expect(conflicts.map { $0["field"] as? String } == ["summary"])
        // What is on top of it later is later, whatever the clocks said.
        try ben.expect("resolve", id, "--set", "summary=Both")
        try ben.expect("sync")
        try ada.expect("sync", with: clock)
        let letter = try #require(try ada.expect("show", id, "--json").object()["letter"] as? [String: Any])
        #expect(letter["title"] as? String == "Of a wrong clock")
        #expect(letter["summary"] as? String == "Both")
        #expect(letter["tags"] as? [String] == ["Baku"])
        for machine in [ada, ben] { try machine.expect("verify") }
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: library), "Debian's faketime is not installed"))
    func `a server whose clock jumps refuses tokens that are over by its clock, and takes them when it is right again`()
        throws
    {
        let server = try Server(archives: "letters")
        let ada = try Machine.begun("ada", with: server)
        try ada.expect("new", "--set", "title=Before")
        try ada.expect("sync")
        #expect(server.stop() == 0)
        try server.start(environment: Self.clock("+50y"))
        try ada.expect("new", "--set", "title=While it was wrong")
        let refused = try ada.expect(1, "sync")
        #expect(refused.error.contains("token"))
        #expect(try ada.unsent() == 1)
        #expect(server.stop() == 0)
        // Thirty years ago the token had not been made yet; it is not over either.
        try server.start(environment: Self.clock("-30y"))
        try ada.expect("sync")
        #expect(server.stop() == 0)
        try server.start()
        try ada.expect("sync")
        #expect(try ada.unsent() == 0)
        let ben = try Machine.begun("ben", with: server)
        try ben.expect("sync")
        #expect(try ben.titles() == ["Before", "While it was wrong"])
        #expect(server.stop() == 0)
        try server.administer("check")
    }
}
