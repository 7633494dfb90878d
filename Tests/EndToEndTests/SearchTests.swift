import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// Searches of the real command line.
struct SearchTests {
    /// The letters that the project shares with its peers, where they are beside the checkout.
    static let corpora = ["../shared/corpora", "../../shared/corpora"].map {
        Programs.root.appending(path: $0).standardizedFileURL
    }
    .first { FileManager.default.fileExists(atPath: $0.path) }

    private func found(_ machine: Machine, _ words: String...) throws -> [[String: Any]] {
        let ended = try Programs.run(
            "chancery", ["search", "--json", "--limit", "10000", "--"] + words, environment: machine.environment,
            in: machine.scratch.url)
        #expect(ended.status == 0, "\(words): \(ended.error)")
        return try ended.objects()
    }

    @Test(.enabled(if: corpora != nil)) func `real letters are found by who wrote to whom and when, as the truth says`()
        throws
    {
        let folder = try #require(Self.corpora)
        let machine = try Machine("ada")
        try machine.expect("init")
        try machine.expect("import", folder.appending(path: "schnitzler/editions").path)
        let truth = try String(contentsOf: folder.appending(path: "schnitzler/truth.jsonl"), encoding: .utf8)
        struct Letter: Decodable {
            struct Action: Decodable {
                struct Agent: Decodable { let name: String? }
                struct Written: Decodable { let when: String? }
                let type: String
                let agents: [Agent]?
                let dates: [Written]?
            }
            let actions: [Action]
            func names(_ type: String) -> [String] {
                actions.filter { $0.type == type }.flatMap { $0.agents ?? [] }.compactMap(\.name)
            }
            var day: String? { actions.first { $0.type == "sent" }?.dates?.first?.when }
        }
        let letters = try truth.split(separator: "\n").map {
            try JSONDecoder().decode(Letter.self, from: Data($0.utf8))
        }
        #expect(letters.count > 400)

        func count(_ type: String, _ name: String) -> Int {
            letters.count { $0.names(type).contains { $0.hasPrefix(name) } }
        }
        for name in ["Schnitzler, Arthur", "Hofmannsthal, Hugo von", "Salten, Felix", "Bahr, Hermann"] {
            #expect(try found(machine, "from:\"\(name)\"").count == count("sent", name), "from \(name)")
            #expect(try found(machine, "to:\"\(name)\"").count == count("received", name), "to \(name)")
        }
        #expect(count("sent", "Schnitzler, Arthur") > 20)
        // Without accents, by a part of the name, as arguments that the shell took the quotes off.
        #expect(
            try found(machine, "from:SCHNITZLER").count
                == letters.count { $0.names("sent").contains { $0.contains("Schnitzler,") } })
        #expect(
            try found(machine, "from:Hofmannsthal, Hugo", "to:schnitzler").count
                == letters.count {
                    $0.names("sent").contains { $0.hasPrefix("Hofmannsthal, Hugo") }
                        && $0.names("received").contains { $0.contains("Schnitzler,") }
                })

        let exact = letters.filter { $0.day?.count == 10 }
        let of1893 = try found(machine, "date:1893")
        #expect(of1893.count >= exact.count { $0.day?.hasPrefix("1893-") == true } && !of1893.isEmpty)
        let days = try found(machine, "after:1893-06", "before:1894").compactMap { $0["date"] as? String }
        #expect(!days.isEmpty && days == days.sorted(by: >))
        #expect(days.count >= exact.count { ("1893-07-01"..."1893-12-31").contains($0.day ?? "") })
        // Everything is on one side of a year, in it, or on the other side; letters that may be on two are found twice.
        let dated = try found(machine, "has:date").count
        let (before, within, after) = (
            try found(machine, "before:1893").count, of1893.count, try found(machine, "after:1893").count
        )
        #expect(before + within + after >= dated && before + within + after < dated + 60)
        #expect(try found(machine, "-has:date").count + dated == letters.count)
    }

    @Test func `arguments are a query, and one with spaces among others is a phrase`() throws {
        let machine = try Machine("ada")
        try machine.expect("init")
        let lines = [
            #"{"id":"0190a000-0000-7000-8000-000000000001","letter":{"body":"Come home soon.","senders":[{"name":"Ada Lovelace"}],"tags":["home leave"],"date":{"edtf":"1914"}}}"#,
            #"{"id":"0190a000-0000-7000-8000-000000000002","letter":{"body":"Home they come.","senders":[{"name":"Lovelace"},{"name":"Ada"}],"tags":["home"],"date":{"edtf":"1915"}}}"#,
        ]
        try machine.expect("import", try machine.scratch.file("letters.jsonl", lines.joined(separator: "\n") + "\n"))
        func numbers(_ words: String...) throws -> [String] {
            let ended = try Programs.run(
                "chancery", ["search", "--json"] + words, environment: machine.environment, in: machine.scratch.url)
            return try ended.objects().compactMap { ($0["id"] as? String).map { String($0.suffix(1)) } }.sorted()
        }
        #expect(try numbers("come home") == ["1", "2"])
        #expect(try numbers("\"come home\"") == ["1"])
        #expect(try numbers("come home", "soon") == ["1"])
        #expect(try numbers("they", "from:Ada Lovelace") == [])
        #expect(try numbers("from:\"Ada Lovelace\"") == ["1"])
        #expect(try numbers("soon", "tag:home leave") == ["1"])
        #expect(try numbers("home", "tag:home le*") == ["1"])
        #expect(try numbers("home", "--", "-tag:home leave") == ["2"])
        #expect(try numbers("--sort", "oldest", "--limit", "1", "home") == ["1"])
        #expect(try numbers("--sort", "newest", "--limit", "1", "home") == ["2"])
        #expect(try numbers("--offset", "1", "--limit", "1", "from:ada") == ["1"])
    }

    @Test func `an unknown operator is wrong usage, and the nearest name is told`() throws {
        let machine = try Machine("ada")
        try machine.expect("init")
        #expect(try machine.expect(64, "search", "form:ada").error.contains("did you mean from:?"))
        #expect(try machine.expect(64, "search", "is:conflit").error.contains("did you mean conflict?"))
        #expect(try machine.expect(64, "search", "has:elephants").error.contains("has: takes attachment, scan"))
        #expect(try machine.expect(64, "search", "before:1914-02-30").error.contains("no such day"))
        #expect(try machine.expect(64, "search", "--sort", "date", "home").error.contains("relevance"))
        let error = try machine.expect(64, "search", "--json", "form:ada").json() as? [Any]
        #expect(error?.isEmpty == true)
        #expect(try machine.expect("search", "from:nobody").error.contains("no letter fits from:nobody"))
    }
}
