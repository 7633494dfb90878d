import Foundation
import ProgramTestSupport
import Testing

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
}
