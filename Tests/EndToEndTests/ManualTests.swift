import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// The pages of the manual, as groff reads them.
struct ManualTests {
    let scratch: Scratch
    let environment: [String: String]

    init() throws {
        scratch = Scratch(mayStay: true)
        environment = [
            "HOME": scratch.url.path, "PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "enable=no", "LC_ALL": "C.UTF-8",
        ]
    }

    /// What groff makes of a page, with every warning that it has.
    func formatted(_ page: String) throws -> Programs.Ended {
        try Programs.run(
            "/usr/bin/groff", ["-man", "-ww", "-K", "utf8", "-T", "utf8", "-P-cbou", page], environment: environment,
            in: scratch.url)
    }

    /// The words of a text, without line breaks and spaces.
    static func words(_ text: some StringProtocol) -> [Substring.SubSequence] {
        Substring(text).split(whereSeparator: \.isWhitespace)
    }

    @Test func `there is a page for each command, and groff warns of nothing`() throws {
        let folder = scratch.url.appending(path: "man1")
        let written = try Programs.run(
            "chancery", ["manual", "--output", folder.path, "--json"], environment: environment, in: scratch.url)
        #expect(written.status == 0, "\(written.error)")
        let pages = try #require(try written.object()["pages"] as? [String])
        #expect(pages.count >= 30)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == pages.sorted())
        for page in pages {
            let shown = try formatted(folder.appending(path: page).path)
            #expect(shown.status == 0 && shown.error.isEmpty, "\(page): \(shown.error)")
            #expect(shown.output.contains("NAME\n"), "\(page)")
        }
        let names = pages.map { $0.replacingOccurrences(of: ".1", with: "") }
        #expect(names.contains("chancery") && names.contains("chancery-remote-add"))
    }

    @Test func `the server's program has its pages, without a data folder`() throws {
        let folder = scratch.url.appending(path: "man/man1")
        let written = try Programs.run(
            "chancery-server", ["manual", "--output", folder.path, "--json"], environment: environment, in: scratch.url)
        #expect(written.status == 0, "\(written.error)")
        let pages = try #require(try written.object()["pages"] as? [String])
        #expect(pages.contains("chancery-server.1") && pages.contains("chancery-server-token-create.1"))
        for page in pages {
            let shown = try formatted(folder.appending(path: page).path)
            #expect(shown.status == 0 && shown.error.isEmpty, "\(page): \(shown.error)")
        }
        let one = try Programs.run("chancery-server", ["manual", "serve"], environment: environment, in: scratch.url)
        #expect(one.output.contains(#"\-\-data"#))
        let unknown = try Programs.run(
            "chancery-server", ["manual", "sreve"], environment: environment, in: scratch.url)
        #expect(unknown.status == 64 && unknown.error.contains("chancery-server help"))
        // All others still need the folder.
        #expect(try Programs.run("chancery-server", ["check"], environment: environment, in: scratch.url).status == 64)
    }

    @Test(arguments: [["edit"], ["sync"], ["remote", "add"], ["completions"], ["import"]])
    func `the page of a command says what its help says`(command: [String]) throws {
        let page = try Programs.run("chancery", ["manual"] + command, environment: environment, in: scratch.url)
        #expect(page.status == 0, "\(page.error)")
        let shown = try formatted(scratch.file("page.1", page.output)).output
        let help = try Programs.run("chancery", command + ["--help"], environment: environment, in: scratch.url)
        // Headings are written otherwise; every word of every text is there.
        let there = Set(Self.words(shown))
        let texts = help.output.split(separator: "\n").filter { !$0.hasSuffix(":") && !$0.hasPrefix("Usage:") }
        for word in texts.flatMap(Self.words) { #expect(there.contains(word), "\(word) of \(command)") }
    }

    @Test func `an unknown command has no page, and says where the commands are`() throws {
        let ended = try Programs.run("chancery", ["manual", "synk"], environment: environment, in: scratch.url)
        #expect(ended.status == 64)
        #expect(ended.error.contains("chancery help"))
    }

    @Test func `man reads a page as it is printed`() throws {
        let page = try Programs.run("chancery", ["manual"], environment: environment, in: scratch.url)
        #expect(page.output.hasPrefix(".TH \"CHANCERY\" 1 \"\" \"chancery 0.1.0\""))
        let shown = try formatted(scratch.file("chancery.1", page.output)).output
        #expect(shown.contains("chancery-init(1)"))
        #expect(shown.contains("keep an archive of letters, with or without a network"))
    }
}
