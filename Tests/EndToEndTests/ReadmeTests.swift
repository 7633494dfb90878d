import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// The README is run as it is written.
struct ReadmeTests {
    static func readme() throws -> String {
        try String(contentsOf: Programs.root.appending(path: "README.md"), encoding: .utf8)
    }

    /// The texts of the blocks of one language.
    static func blocks(_ language: String) throws -> [String] {
        try readme().components(separatedBy: "```\(language)\n").dropFirst().compactMap {
            $0.components(separatedBy: "\n```").first
        }
    }

    @Test func `the five-minute tour runs as written`() throws {
        let scratch = Scratch(mayStay: true)
        let port = try Server(archives: "probe").origin.split(separator: ":").last.map(String.init) ?? "0"
        let blocks = try Self.blocks("sh")
        #expect(blocks.count >= 7)
        let tour = blocks.joined(separator: "\n")
            .replacingOccurrences(of: "$PWD/.build/release:", with: "\(Programs.folder.path):")
            .replacingOccurrences(of: "127.0.0.1:8080", with: "127.0.0.1:\(port)")
        // The server is stopped however the tour ends.
        let script =
            "set -euo pipefail\ncd \"\(Programs.root.path)\"\ntrap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT\n"
            + tour
        let ended = try Programs.run(
            "/bin/bash", [scratch.file("tour.sh", script)],
            environment: [
                "HOME": scratch.url.path, "PATH": "/usr/bin:/bin", "TMPDIR": scratch.url.path,
                "SWIFT_BACKTRACE": "enable=no",
            ],
            in: scratch.url)
        #expect(ended.status == 0, "\(ended.error)\n\(ended.output)")
        #expect(ended.output.contains(MainJobTests.seedSHA256))
        #expect(ended.output.contains("President Aliyev thanks the OIC"))
        #expect(ended.output.contains("health, happiness"))
    }

    @Test func `the app in the README is the one in Examples, and it runs`() throws {
        let source = try String(
            contentsOf: Programs.root.appending(path: "Examples/LetterBox/LetterBox.swift"), encoding: .utf8)
        #expect(try Self.blocks("swift").contains { source == $0 + "\n" })
        let server = try Server(archives: "letters")
        let scratch = Scratch(mayStay: true)
        let token = try server.token(for: "letters")
        for (folder, title) in [("a", "First"), ("b", "Second")] {
            let ended = try Programs.run(
                "letter-box",
                [scratch.url.appending(path: folder).path, server.url("letters"), token, title, "Come home."],
                environment: ["PATH": "/usr/bin:/bin"], in: scratch.url)
            #expect(ended.status == 0, "\(ended.error)")
            #expect(ended.output.contains("First"))
        }
    }
}
