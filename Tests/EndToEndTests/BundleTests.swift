import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// Bundles: files that carry letters between machines that no network joins.
struct BundleTests {
    let ada: Machine
    let ben: Machine
    let id: String
    var file: String { ada.scratch.url.appending(path: "letters.bundle").path }

    init() throws {
        ada = try Machine("ada")
        ben = try Machine("ben")
        try ada.expect("init", "--name", "Letters")
        try ben.expect("init", "--name", "Letters")
        let imported = try ada.expect("import", MainJobTests.seed.path, "--json").objects()
        id = try #require((imported.first?["ids"] as? [String])?.first)
    }

    private func cursor(_ arguments: String...) throws -> String {
        let ended = try Programs.run(
            "chancery", ["bundle", "create"] + arguments + ["--json"], environment: ada.environment, in: ada.scratch.url
        )
        try #require(ended.status == 0, "\(ended.error)")
        return try #require(try ended.object()["cursor"] as? String)
    }

    @Test func `a bundle carries letters and attachments, and applying it twice changes nothing`() throws {
        _ = try cursor(file)
        #expect(try ben.expect("bundle", "apply", file).output.hasSuffix("1 new, 0 were here, 1 attachment came\n"))
        let verified = try ben.expect("verify", "--json").output
        #expect(try ben.expect("bundle", "apply", file).output.hasSuffix("0 new, 1 were here, 0 attachments came\n"))
        #expect(try ben.expect("verify", "--json").output == verified)
        #expect(try ben.expect("show", id, "--json").output == (try ada.expect("show", id, "--json").output))
        let folder = ben.scratch.url.appending(path: "out").path
        try ben.expect("export", id, "--format", "original", "--output", folder)
        let bytes = try Data(contentsOf: URL(filePath: "\(folder)/\(MainJobTests.seed.lastPathComponent)"))
        #expect(bytes == (try Data(contentsOf: MainJobTests.seed)))
    }

    @Test func `the next bundle goes on from the last, and one that is missing is named`() throws {
        let first = try cursor(file)
        try ada.expect("edit", id, "--set", "title=Second")
        let second = try cursor(file + "2", "--since", first)
        try ada.expect("edit", id, "--set", "title=Third")
        _ = try cursor(file + "3", "--since", second)
        #expect(try ada.expect("status", "--json").object()["cursor"] as? String != second)

        try ben.expect("bundle", "apply", file)
        let gap = try ben.expect(2, "bundle", "apply", file + "3")
        #expect(gap.error.contains("1 revisions wait") && gap.error.contains("after revision 2"), "\(gap.error)")
        let filled = try ben.expect("bundle", "apply", file + "2", "--json").object()
        #expect(filled["accepted"] as? Int == 2)
        #expect(filled["waiting"] as? Int == 0)
        #expect(try ben.expect("show", id, "--json").output == (try ada.expect("show", id, "--json").output))
        try ben.expect("verify")
    }

    @Test func `both sides write, and a conflict is told by the status`() throws {
        _ = try cursor(file)
        try ben.expect("bundle", "apply", file)
        try ada.expect("edit", id, "--set", "title=Ada's")
        try ben.expect("edit", id, "--set", "title=Ben's")
        let back = ben.scratch.url.appending(path: "back.bundle").path
        try ben.expect("bundle", "create", back)
        try ada.expect(3, "bundle", "apply", back)
        try ada.expect("resolve", id, "--set", "title=Both")
        _ = try cursor(file + "2")
        try ben.expect("bundle", "apply", file + "2")
        #expect(try ben.expect("show", id, "--json").output == (try ada.expect("show", id, "--json").output))
    }

    @Test func `a stick without hard links takes bundles and replicas, and no other file is touched`() throws {
        let program = Programs.folder.appending(path: "chancery").path
        let neighbour = try ada.scratch.file("letters.bundle.new", "my notes")
        func withoutLinks(_ arguments: String...) throws -> Int32 {
            try Programs.run(
                "/usr/bin/strace",
                [
                    "-f", "-qq", "-o", "/dev/null", "-e", "trace=link,linkat", "-e", "inject=link,linkat:error=EPERM",
                    program,
                ]
                    + arguments, environment: ada.environment, in: ada.scratch.url
            ).status
        }
        #expect(try withoutLinks("bundle", "create", file) == 0)
        try ben.expect("bundle", "apply", file)
        #expect(try withoutLinks("bundle", "create", file) == 1)
        let stick = ada.scratch.url.appending(path: "stick").path
        #expect(try withoutLinks("remote", "add", "stick", stick, "--create") == 0)
        try ada.expect("sync")
        try ada.expect("verify", "--archive", stick)
        #expect(try String(contentsOfFile: neighbour, encoding: .utf8) == "my notes")
    }

    @Test func `zstdcat and jq read it, and sha256sum checks an attachment`() throws {
        _ = try cursor(file)
        let script = """
            set -euo pipefail
            zstdcat "$FILE" | jq --raw-output 'select(.bundle) | .bundle | [.revisions, .blobs, .name] | @tsv'
            zstdcat "$FILE" | jq --raw-output 'select(.blob) | .data' | base64 --decode | sha256sum | cut -c1-64
            zstdcat "$FILE" | tail -n 1 | jq --raw-output 'keys[0]'
            """
        let ended = try Programs.run(
            "/bin/bash", ["-c", script], environment: ["PATH": "/usr/bin:/bin", "FILE": file], in: ada.scratch.url)
        let lines = ended.output.split(separator: "\n").map(String.init)
        #expect(lines == ["1\t1\tLetters", MainJobTests.seedSHA256, "checkpoint"], "\(ended.error)")
    }

    @Test func `a file that is cut, flipped, foreign or no bundle changes nothing`() throws {
        for number in 1...30 { try ada.expect("edit", id, "--set", "title=Number \(number)") }
        _ = try cursor(file)
        let whole = try Data(contentsOf: URL(filePath: file))
        var damaged = stride(from: 0, to: whole.count, by: max(1, whole.count / 40)).map { whole.prefix($0) }
        damaged += stride(from: 0, to: whole.count, by: max(1, whole.count / 60)).map { offset in
            var copy = whole
            copy[offset] ^= 0x20
            return copy
        }
        damaged.append(Data("no bundle at all\n".utf8))
        damaged.append(whole + Data("{}\n".utf8))
        let before = try ben.expect("status", "--json").output
        var refused = 0
        for (number, data) in damaged.enumerated() where data != whole {
            let path = try ben.scratch.file("damaged-\(number)", Data(data))
            let ended = try Programs.run(
                "chancery", ["bundle", "apply", path, "--json"], environment: ben.environment, in: ben.scratch.url)
            if ended.status == 0 {
                // A flipped bit in a part of Zstandard's framing that means nothing: what came out is the same to the bit.
                #expect(try ben.expect("show", id, "--json").output == (try ada.expect("show", id, "--json").output))
                continue
            }
            #expect(ended.status == 1, "\(number): \(ended.error)")
            #expect(ended.output.contains(#""code":"damagedBundle""#), "\(ended.output)")
            refused += 1
        }
        #expect(refused >= damaged.count - 3, "\(refused) of \(damaged.count)")
        if refused == damaged.count { #expect(try ben.expect("status", "--json").output == before) }

        let eve = try Machine("eve")
        try eve.expect("init", "--name", "Others")
        try eve.expect("new", "--set", "title=Mine", input: "A letter.")
        let foreign = try eve.expect(1, "bundle", "apply", file)
        #expect(foreign.error.contains("two different archives"))
        #expect(try eve.expect(1, "bundle", "apply", file + "-nowhere").error.contains("No such file"))
        #expect(try ada.expect(1, "bundle", "create", file).error.contains("already"))
        let other = try #require(try eve.expect("status", "--json").object()["cursor"] as? String)
        #expect(try ada.expect(1, "bundle", "create", file + "x", "--since", other).error.contains("no cursor"))
        #expect(!FileManager.default.fileExists(atPath: file + "x"))
    }

    @Test(arguments: ["write", "fsync", "link"]) func `killed while it is written, no half file has the name`(
        call: String
    )
        throws
    {
        let program = Programs.folder.appending(path: "chancery").path
        for number in 1...5 {
            let path = "\(file)-\(number)"
            _ = try Programs.run(
                "/usr/bin/strace",
                [
                    "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-e",
                    "inject=\(call):signal=SIGKILL:when=\(number)", program, "bundle", "create", path,
                ], environment: ada.environment, in: ada.scratch.url)
            if FileManager.default.fileExists(atPath: path) { try ben.expect("bundle", "apply", path) }
        }
    }
}
