import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// Editions in TEI go out, are well-formed to a parser that is not ours, and come in again.
struct EditionTests {
    /// What `xmllint` says of files; empty if they are well-formed.
    static func lint(_ paths: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/xmllint")
        process.arguments = ["--noout", "--nonet"] + paths
        let pipe = Pipe()
        process.standardError = pipe
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return process.terminationStatus == 0 ? text : "status \(process.terminationStatus): \(text)"
    }

    @Test func `letters are written as editions, which another parser reads and another machine takes`() throws {
        let ada = try Machine("ada")
        try ada.expect("init")
        try ada.expect("import", MainJobTests.seed.path)
        try ada.write(#"A\n\n\n  <b> & é \"]]>"#)
        let folder = ada.scratch.url.appending(path: "editions").path
        try ada.expect("export", "--format", "tei", "--output", folder)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).map { "\(folder)/\($0)" }
        #expect(files.count == 2)
        #expect(try Self.lint(files) == "")

        let ben = try Machine("ben")
        try ben.expect("init")
        try ben.expect("import", folder)
        func bodies(_ machine: Machine) throws -> Set<String> {
            let lines = try machine.expect("export", "--format", "jsonl").output.split(separator: "\n")
            let letters = try lines.map { line in
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                return (object?["letter"] as? [String: Any])?["body"] as? String ?? ""
            }
            return Set(letters)
        }
        #expect(try bodies(ben) == bodies(ada))
        #expect(try bodies(ada).count == 2)

        let id = try #require(try ada.expect("list", "--json").objects().first?["id"] as? String)
        let one = try ada.scratch.file("one.xml", try ada.expect("export", id, "--format", "tei").output)
        let all = try ada.scratch.file("all.xml", try ada.expect("export", "--format", "tei").output)
        #expect(try Self.lint([one, all]) == "")
        #expect(try String(contentsOfFile: all, encoding: .utf8).contains("<teiCorpus"))

        let eve = try Machine("eve")
        try eve.expect("init")
        try eve.expect("import", all)
        #expect(try bodies(eve) == bodies(ada))
        let originals = eve.scratch.url.appending(path: "originals").path
        try eve.expect("export", "--format", "original", "--output", originals)
        let again = try eve.expect("import", originals, "--json").objects()
        #expect(again.map { $0["outcome"] as? String } == ["unchanged", "unchanged"])
        #expect(try eve.expect("import", all, "--json").objects().first?["outcome"] as? String == "unchanged")
    }
}
