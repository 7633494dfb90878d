import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// `doctor` and `stats`, by the real programs.
struct CareTests {
    /// What `doctor` finds: its codes, problems first.
    func findings(
        of machine: Machine, status: Int32, _ options: String..., with extra: [String: String] = [:],
        at location: SourceLocation = #_sourceLocation
    ) throws -> [String] {
        let ended = try Programs.run(
            "chancery", ["doctor", "--json"] + options, environment: machine.environment.merging(extra) { $1 },
            in: machine.scratch.url)
        #expect(ended.status == status, "\(ended.output)\(ended.error)", sourceLocation: location)
        let object = try ended.object()
        let rows = try #require(object["findings"] as? [[String: Any]], sourceLocation: location)
        let problems = rows.filter { $0["level"] as? String == "problem" }
        #expect(object["problems"] as? Int == problems.count, sourceLocation: location)
        return (problems + rows.filter { $0["level"] as? String == "advice" }).compactMap { $0["code"] as? String }
    }

    @Test func `an archive whose remote answers is well, and each thing that goes wrong is told with its remedy`()
        throws
    {
        let server = try Server(archives: "letters")
        let token = try server.token(for: "letters")
        let machine = try Machine("ada", token: token)
        try machine.expect("init", "--name", "Letters")
        #expect(try findings(of: machine, status: 0) == ["noRemotes"])
        try machine.write("Text.")
        try machine.expect("remote", "add", "origin", server.url("letters"))
        #expect(try findings(of: machine, status: 0) == ["unsent"])
        try machine.expect("sync")
        #expect(try findings(of: machine, status: 0) == [])
        #expect(try machine.expect("doctor").output.hasPrefix("all is well: "))

        // Asking changes nothing: the next sync has nothing to do.
        #expect(try machine.expect("sync", "--json").objects().first?["pulled"] as? Int == 0)

        #expect(try findings(of: machine, status: 1, with: ["CHANCERY_TOKEN": "wrong"]) == ["unauthorized"])
        #expect(try findings(of: machine, status: 0, "--offline", with: ["CHANCERY_TOKEN": "wrong"]) == [])
        let anonymous = ["CHANCERY_AUTHOR": ""]
        #expect(try findings(of: machine, status: 0, with: anonymous) == ["noAuthor"])

        try machine.expect("remote", "add", "gone", "http://127.0.0.1:9/letters")
        let stored = try machine.scratch.file(".config/chancery/tokens", "\(server.origin) \(token)\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: stored)
        #expect(try findings(of: machine, status: 1) == ["tokensReadable", "unreachable"])
        let told = try machine.expect(1, "doctor").output
        #expect(told.contains("chmod 600") && told.contains("2 problems") && !told.contains(token))
    }

    @Test func `locks, copies and what a stopped program left are told from outside`() throws {
        let machine = try Machine("ada")
        try machine.expect("init", "--name", "Letters")
        for name in ["archive.sqlite.before-repair-1", "archive.sqlite.copy-x1y2z3"] {
            _ = try machine.scratch.file("archive/\(name)", "x")
        }
        _ = try machine.scratch.file("archive/in-use", "another\nb00t\n12\n")
        let found = try findings(of: machine, status: 1)
        #expect(found == ["foreignLock", "oldCopies", "leftFiles", "noRemotes"])
        _ = try machine.scratch.file("archive/in-use", "what?")
        #expect(try findings(of: machine, status: 1).first == "foreignLock")
    }

    @Test func `a replica that does not open is a finding, and no failure of the doctor`() throws {
        let machine = try Machine("ada")
        #expect(try findings(of: machine, status: 1) == ["noArchive"])
        _ = try machine.scratch.file("archive/archive.sqlite", String(repeating: "no database. ", count: 200))
        #expect(try findings(of: machine, status: 1) == ["notAnArchive"])
        #expect(try machine.expect(1, "doctor").output.contains("chancery salvage"))
    }

    @Test func `a row that was changed behind our back is found at once`() throws {
        let machine = try Machine("ada")
        try machine.expect("init", "--name", "Letters")
        try machine.expect("config", "author", "Ada")
        let database = machine.archive + "/archive.sqlite"
        let changing = try Programs.run(
            "/usr/bin/sqlite3", [database, "UPDATE setting SET value = 'Eve'; SELECT changes();"], environment: [:],
            in: machine.scratch.url)
        #expect(changing.status == 0 && changing.output == "1\n", "\(changing.error)")
        #expect(try findings(of: machine, status: 1).contains("damaged"))
        #expect(try machine.expect(1, "doctor").output.contains("chancery verify --repair"))
    }

    @Test func `statistics are counted, and drawn as XML that no name can break`() throws {
        let machine = try Machine("ada")
        try machine.expect("init", "--name", "Letters of <Ada> & \"Ben\"")
        let lines = [
            #"{"letter":{"date":{"edtf":"1914-07-28"},"senders":[{"name":"<b>Ada</b> & Co"}],"recipients":[{"name":"Ben"}]}}"#,
            #"{"letter":{"date":{"edtf":"1916"},"senders":[{"name":"Ben"}],"recipients":[{"name":"<b>Ada</b> & Co"}]}}"#,
            #"{"letter":{"title":"undated \u001b[31m"}}"#,
        ]
        let file = try machine.scratch.file("letters.jsonl", lines.joined(separator: "\n") + "\n")
        try machine.expect("import", file)
        let plot = machine.scratch.url.appending(path: "plot.svg")
        let counts = try machine.expect("stats", "--json", "--plot", plot.path).object()
        #expect(counts["letters"] as? Int == 3 && counts["undated"] as? Int == 1)
        let years = try #require(counts["years"] as? [[String: Int]])
        #expect(years == [["year": 1914, "letters": 1], ["year": 1916, "letters": 1]])
        let people = try #require(counts["correspondents"] as? [[String: Any]])
        #expect(people.map { $0["sent"] as? Int } == [1, 1] && people.map { $0["received"] as? Int } == [1, 1])

        let checked = try Programs.run(
            "/usr/bin/xmllint", ["--noout", plot.path], environment: [:], in: machine.scratch.url)
        #expect(checked.status == 0, "\(checked.error)")
        let drawn = try String(contentsOf: plot, encoding: .utf8)
        #expect(drawn.contains("&lt;b&gt;Ada&lt;/b&gt; &amp; Co") && !drawn.contains("<b>"))
        try machine.expect("stats", "--plot", plot.path)
        #expect(try String(contentsOf: plot, encoding: .utf8) == drawn)

        let empty = try Machine("ben")
        try empty.expect("init", "--name", "Empty")
        try empty.expect("stats", "--plot", plot.path)
        let again = try Programs.run(
            "/usr/bin/xmllint", ["--noout", plot.path], environment: [:], in: empty.scratch.url)
        #expect(again.status == 0, "\(again.error)")
    }
}
