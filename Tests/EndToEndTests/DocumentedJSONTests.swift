import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// What `Documentation/command-line.md` says of `--json` is what the commands print.
struct DocumentedJSONTests {
    /// What the document says of a command.
    struct Contract {
        let isArray: Bool
        var required: Set<String> = []
        var optional: Set<String> = []
    }

    static func contracts() throws -> [String: Contract] {
        let text = try String(
            contentsOf: Programs.root.appending(path: "Documentation/command-line.md"), encoding: .utf8)
        var contracts: [String: Contract] = [:]
        for line in text.components(separatedBy: "\n") where line.hasPrefix("| `") {
            let cells = line.components(separatedBy: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            let name = cells[1].trimmingCharacters(in: ["`"])
            var contract = Contract(isArray: cells[2].hasPrefix("[…]"))
            for word in cells[3].split(separator: " ") where word.hasPrefix("`") {
                let member = String(word.dropFirst().prefix { $0 != "`" })
                if word.hasSuffix("?") { contract.optional.insert(member) } else { contract.required.insert(member) }
            }
            // `and those of` another command, which stand in the last pair of backquotes.
            if let range = cells[3].range(of: "and those of `") {
                let other = String(cells[3][range.upperBound...].prefix { $0 != "`" })
                contract.required.remove(other)
                let base = contracts[other] ?? Contract(isArray: true)
                contract.required.formUnion(base.required)
                contract.optional.formUnion(base.optional)
            }
            contracts[name] = contract
        }
        // `clone` stands before `sync`, whose members it has.
        if let sync = contracts["sync"] {
            contracts["clone"]?.required.formUnion(sync.required)
            contracts["clone"]?.optional.formUnion(sync.optional)
        }
        return contracts
    }

    @Test func `every command prints the members that are documented, and no others`() throws {
        let contracts = try Self.contracts()
        #expect(contracts.count > 30)
        let machine = try Machine("ada")
        var tried: Set<String> = []
        /// Runs a command and compares the members of what it prints; its value.
        @discardableResult
        func check(
            _ name: String, _ words: [String] = [], input: String = "", at location: SourceLocation = #_sourceLocation
        ) throws -> Any {
            let command = name.split(separator: " ").map(String.init)
            let ended = try Programs.run(
                "chancery", command + words + ["--json"], environment: machine.environment,
                input: Data(input.utf8), in: machine.scratch.url)
            #expect(ended.status != 64, "\(name): \(ended.error)", sourceLocation: location)
            let contract = try #require(contracts[name], "\(name) is not documented", sourceLocation: location)
            let value = try ended.json()
            compare(name, value, contract, location)
            tried.insert(name)
            return value
        }
        /// Compares what was printed with what is documented.
        func compare(_ name: String, _ value: Any, _ contract: Contract, _ location: SourceLocation = #_sourceLocation)
        {
            #expect(value is [Any] == contract.isArray, "\(name)", sourceLocation: location)
            let rows = (value as? [[String: Any]]) ?? [(value as? [String: Any]) ?? [:]]
            #expect(!rows.isEmpty, "\(name): \(value)", sourceLocation: location)
            for row in rows {
                let keys = Set(row.keys)
                #expect(
                    contract.required.isSubset(of: keys), "\(name) lacks \(contract.required.subtracting(keys))",
                    sourceLocation: location)
                let unknown = keys.subtracting(contract.required).subtracting(contract.optional)
                #expect(unknown.isEmpty, "\(name) prints \(unknown)", sourceLocation: location)
            }
        }
        let folder = machine.scratch.url
        try check("init", ["--name", "Letters"])
        let text = try machine.scratch.file("a.txt", "Dear friend,\n\nCome home.\n")
        try check("import", [text])
        let lines =
            #"{"letter":{"title":"T","body":"One.","date":{"edtf":"1914"},"senders":[{"name":"A"}]}}"# + "\n{}}\n"
        try check("import", [try machine.scratch.file("b.jsonl", lines)])
        let rows = try #require(try check("list") as? [[String: Any]])
        let id = try #require(rows.first?["id"] as? String)
        let form = try machine.expect(
            "export", id, "--format", "text", "--output", folder.appending(path: "form").path, "--json")
        let exported = try #require((form.objects().first?["files"] as? [String])?.first)
        try check(
            "new", ["--from", exported.hasPrefix("/") ? exported : folder.appending(path: "form/\(exported)").path])
        try check("edit", [id, "--set", "title=Two"])
        try check("edit", [id, "--set", "title=Two"])
        for name in ["show", "diff", "blame"] { try check(name, [id]) }
        try check("attach", [id, text])
        for name in ["blobs list", "blobs prune"] { try check(name) }
        try check("blobs export", ["--output", folder.appending(path: "scans").path])
        try check("blobs fetch", [id])
        try check("search", ["come"])
        for name in ["log", "stats", "status", "verify", "doctor"] { try check(name) }
        try check("verify", ["--sample", "2"])
        let (shared, clone) = (folder.appending(path: "shared").path, folder.appending(path: "clone").path)
        try check("remote add", ["usb", shared, "--create"])
        try check("sync --dry-run")
        try check("sync")
        try check("remote list")
        try check("status")
        try check("clone", [shared, clone])
        try machine.expect("edit", id, "--set", "title=Mine")
        try machine.expect("edit", id, "--set", "title=Theirs", "--archive", clone)
        try machine.expect("sync")
        try machine.expect(3, "sync", "--archive", clone)
        try check("sync")
        try check("conflicts")
        try check("resolve --dry-run", [id, "--take", "provisional"])
        try check("resolve", [id, "--set", "title=Ours"])
        try check("undo", ["--dry-run", id])
        try check("undo", [id])
        try check("resolve", [id, "--set", "title=Ours"])
        try check("delete", [id])
        try check("list", ["--deleted"])
        try check("show", [id])
        try check("log")
        try check("restore", [id])
        try check("undo --import", [text, "--dry-run"])
        try check("export", [id, "--format", "text", "--output", folder.appending(path: "out").path])
        let bundle = folder.appending(path: "all.bundle").path
        try check("bundle create", [bundle])
        try check("bundle apply", [bundle])
        try check("remote remove", ["usb"])
        try check("config", ["blobs", "none"])
        try check("config")
        try check("login", ["http://127.0.0.1:1/letters"], input: "chy_AAAAAAAAAAA.AAAA.AAAA\n")
        let other = folder.appending(path: "other").path
        try machine.expect("init", "--archive", other)
        try machine.expect("new", "--set", "title=Theirs", "--archive", other)
        try machine.expect(
            "remote", "add", "there", folder.appending(path: "joined").path, "--create", "--archive", other)
        try machine.expect("sync", "--archive", other)
        try check("join", [folder.appending(path: "joined").path, folder.appending(path: "both").path, "--yes"])
        try check("salvage", [machine.archive, "--archive", folder.appending(path: "salvaged").path])
        let lent = try LentMachine(machine)
        compare("serve", lent.said, try #require(contracts["serve"]))
        tried.insert("serve")
        lent.stop()
        try check("--version")
        for words in [[], ["list"], ["remote", "add"]] { try check("help", words) }
        try check("completions", ["bash"])
        try check("manual", ["sync"])
        try check("manual --output", [folder.appending(path: "man").path])
        #expect(Set(contracts.keys).subtracting(tried).isEmpty, "every documented command is tried")
    }
}
