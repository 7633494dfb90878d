import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// What a stranger can do with the documents alone: a client in another language, and the standard tools of a shell.
struct StrangerTests {
    static let client = Programs.root.appending(path: "Examples/PythonClient/chancery_client.py").path

    /// Runs the Python client, which has to be done.
    static func python(_ arguments: String..., token: String, in scratch: Scratch) throws -> String {
        let ended = try Programs.run(
            "/usr/bin/python3", [client] + arguments,
            environment: ["PATH": "/usr/bin:/bin", "CHANCERY_TOKEN": token, "PYTHONDONTWRITEBYTECODE": "1"],
            in: scratch.url)
        try #require(ended.status == 0, "\(arguments): \(ended.error)")
        return ended.output
    }

    @Test func `a client in Python, written from the document, exchanges letters with ours`() throws {
        let server = try Server(archives: "letters")
        let (ada, _, _) = try MainJobTests.twoMachines(server)
        let token = try server.token(for: "letters")
        let state = ada.scratch.url.appending(path: "state.json").path
        let url = server.url("letters")

        #expect(try Self.python("sync", url, state, token: token, in: ada.scratch) == "1 revisions, 0 unsent\n")
        let id = try Self.python("write", state, "Grüße", "From another language.", token: token, in: ada.scratch)
        #expect(try Self.python("sync", url, state, token: token, in: ada.scratch) == "2 revisions, 0 unsent\n")
        try ada.expect("sync")
        let titles = try ada.expect("list", "--json").objects().compactMap { $0["title"] as? String }
        #expect(titles.contains("Grüße"))
        try ada.expect("verify")

        // The server goes back to nothing behind its back; the client notices and brings everything again.
        server.stop()
        try FileManager.default.removeItem(atPath: server.data)
        try server.administer("archive", "create", "letters")
        try server.start()
        let newToken = try server.token(for: "letters")
        #expect(try Self.python("sync", url, state, token: newToken, in: ada.scratch) == "2 revisions, 0 unsent\n")
        let ben = try Machine("ben", token: newToken)
        try ben.expect("clone", server.url("letters"), ben.archive)
        let ids = try ben.expect("log", "--json").objects().compactMap { $0["revision"] as? String }
        #expect(ids.contains(id.trimmingCharacters(in: .newlines)))
    }

    @Test func `the wire is read with curl, zstdcat and jq, and a revision is checked with sha256sum`() throws {
        let server = try Server(archives: "letters")
        let (ada, _, _) = try MainJobTests.twoMachines(server)
        let archive = try #require(try ada.expect("status", "--json").object()["archive"] as? String)
        let script = """
            set -euo pipefail
            echo '{"archive":{"id":"\(archive)","mergeRule":1},"replica":"a shell","v":1}' |
                curl --silent --fail --header "Authorization: Bearer $TOKEN" --header "Accept-Encoding: zstd" \
                    --header "Content-Type: application/x-ndjson" --data-binary @- "$URL" > answer
            zstdcat answer > lines || cp answer lines
            jq --raw-output 'select(.parents) | .reason.kind' lines
            content=$(jq --raw-output 'select(.parents) | .content' lines)
            test "$(sed -n 3p lines | tr -d '\\n' | sha256sum | cut -c1-64)" = "$content"
            sed -n 2p lines | tr -d '\\n' | sha256sum | cut -c1-64
            """
        let url = "\(server.origin)/v1/archives/letters/sync"
        let ended = try Programs.run(
            "/bin/bash", ["-c", "cd '\(ada.scratch.url.path)'; \(script)"],
            environment: ["PATH": "/usr/bin:/bin", "TOKEN": try server.token(for: "letters"), "URL": url],
            in: ada.scratch.url)
        #expect(ended.status == 0, "\(ended.error)")
        let lines = ended.output.split(separator: "\n").map(String.init)
        let log = try ada.expect("log", "--json").objects()
        #expect(lines == ["import", try #require(log.first?["revision"] as? String)])
    }

    /// So many letters of 3 KB, of words that come again and again.
    private static func importLetters(_ count: Int, into machine: Machine) throws {
        let words = "the garden letter winter harvest answer evening journey brother news paper river".split(
            separator: " ")
        var state = 1 as UInt64
        func word() -> Substring {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return words[Int(state >> 33) % words.count]
        }
        let lines = (1...count).map { number in
            let body = (0..<450).map { _ in word() }.joined(separator: " ")
            return #"{"letter":{"body":"Number \#(number): \#(body)","kind":"letter","title":"Letter \#(number)"}}"#
        }
        try machine.expect("import", machine.scratch.file("letters.jsonl", lines.joined(separator: "\n") + "\n"))
    }

    @Test func `letters that travel as they are stored are read with zstdcat and the dictionary between them`() throws {
        let server = try Server(archives: "letters")
        let (ada, _, _) = try MainJobTests.twoMachines(server)
        try Self.importLetters(4_500, into: ada)
        try ada.expect("sync")
        let archive = try #require(try ada.expect("status", "--json").object()["archive"] as? String)
        let script = """
            set -euo pipefail
            echo '{"archive":{"id":"\(archive)","mergeRule":1},"replica":"a shell","thin":2,"v":1}' |
                curl --silent --fail --header "Authorization: Bearer $TOKEN" --header "Accept-Encoding: zstd" \
                    --header "Content-Type: application/x-ndjson" --data-binary @- "$URL" > answer
            # Without the dictionary it stops where that is needed for the first time.
            zstdcat answer > beginning 2> stopped && exit 1
            jq --raw-output 'objects | select(.dictionary) | .file' beginning | base64 --decode > dictionary
            test "$(jq --raw-output 'objects | .dictionary // empty' beginning)" = "$(sha256sum < dictionary | cut -c1-64)"
            zstdcat -D dictionary answer > values
            jq --raw-output 'objects | select(.parents) | .content' values | sort > named
            jq --compact-output 'objects | select(has("body"))' values |
                python3 -c 'import hashlib, sys
            for line in sys.stdin.buffer: print(hashlib.sha256(line.rstrip(b"\\n")).hexdigest())' | sort > came
            cmp named came
            wc -l < came
            jq 'numbers' values | wc -l
            """
        let ended = try Programs.run(
            "/bin/bash", ["-c", "cd '\(ada.scratch.url.path)'; \(script)"],
            environment: [
                "PATH": "/usr/bin:/bin", "TOKEN": try server.token(for: "letters"),
                "URL": "\(server.origin)/v1/archives/letters/sync",
            ], in: ada.scratch.url)
        try #require(ended.status == 0, "\(ended.error)")
        let counts = ended.output.split(separator: "\n").compactMap { Int($0) }
        #expect(counts.count == 2 && counts[0] == 4_501)
        // The first letters came before there was a dictionary.
        #expect(counts[1] > 200 && counts[1] < 4_500, "\(counts)")
    }
}
