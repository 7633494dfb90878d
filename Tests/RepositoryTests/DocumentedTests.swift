import Foundation
import Testing

/// What the documents say of tests: each suite, program and path that they name is there.
struct DocumentedTests {
    static let documents = ["Documentation/reliability.md", "Documentation/threat-model.md"]

    /// The types that hold tests, and the targets that they are in.
    static func suites() throws -> Set<String> {
        let declaration = try NSRegularExpression(
            pattern: #"^(?:@\w+(?:\([^)]*\))? +)*(?:final +)?(?:struct|class|enum|actor|extension) +(\w+)"#,
            options: .anchorsMatchLines)
        let files = try RepositoryTests.swiftFiles("Tests").filter { $0.text.contains("@Test") }
        return Set(
            files.flatMap { file in
                let names = declaration.matches(in: file.text, range: NSRange(file.text.startIndex..., in: file.text))
                    .compactMap { Range($0.range(at: 1), in: file.text).map { String(file.text[$0]) } }
                return names + [String(file.path.split(separator: "/")[1])]
            })
    }

    /// What stands between backquotes.
    static func spans(_ document: String) throws -> [String] {
        let text = try String(contentsOf: RepositoryTests.root.appending(path: document), encoding: .utf8)
        let parts = text.split(separator: "`", omittingEmptySubsequences: false)
        return parts.enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }

    /// The suites that a span names: the words of a filter, or a name that ends in `Tests`.
    static func suites(namedIn span: String) -> [String] {
        guard let filter = span.range(of: "--filter ") else {
            let words = span.split(separator: "/").map(String.init)
            let isName = words.allSatisfy { $0.range(of: #"^[A-Z]\w*$"#, options: .regularExpression) != nil }
            return isName && words.last?.hasSuffix("Tests") == true ? words.filter { $0 != "Tests" } : []
        }
        let rest = span[filter.upperBound...]
        let pattern: Substring
        if let quote = rest.first, quote == "'" || quote == "\"" {
            pattern = rest.dropFirst().prefix { $0 != quote }
        } else {
            pattern = rest.prefix { $0 != " " }
        }
        return pattern.split { "|./()\\".contains($0) }.map(String.init).filter { $0 != "NAME" }
    }

    @Test(arguments: documents) func `every suite that the document names is there`(document: String) throws {
        let suites = try Self.suites()
        #expect(suites.count > 100, "the tests are found")
        var count = 0
        for name in try Self.spans(document).flatMap(Self.suites(namedIn:)) {
            count += 1
            // A filter is looked for in a name: `InjectionTests` are those of the server and of the command line.
            #expect(suites.contains { $0.hasSuffix(name) }, "\(document) names \(name), which is no suite of Tests/")
        }
        #expect(count > 20, "names are found in \(document)")
    }

    @Test(arguments: documents) func `every path and every program of make that the document names is there`(
        document: String
    ) throws {
        let makefile = try String(contentsOf: RepositoryTests.root.appending(path: "Makefile"), encoding: .utf8)
        let folders = [
            "Sources/", "Client/", "Server/", "Tests/", "Scripts/", "Benchmarks/", "Examples/", "Documentation/",
        ]
        for span in try Self.spans(document) {
            for word in span.split(separator: " ").map(String.init)
            where folders.contains(where: { word.hasPrefix($0) && word.utf8.count > $0.utf8.count }) {
                let path = RepositoryTests.root.appending(path: word).path
                #expect(FileManager.default.fileExists(atPath: path), "\(document) names \(word), which is not there")
            }
            let words = span.split(separator: " ").drop { $0.contains("=") }.map(String.init)
            if words.count > 1, words[0] == "make" {
                #expect(makefile.contains("\n\(words[1]):"), "\(document) names make \(words[1]), which is no target")
            }
        }
    }

    @Test(arguments: [
        ("swift test --filter RawRequestTests", ["RawRequestTests"]),
        ("A=1 swift test --filter 'SlowClientTests|DeadlineTests'", ["SlowClientTests", "DeadlineTests"]),
        ("swift test --filter EndToEndTests.OldCopiesTests", ["EndToEndTests", "OldCopiesTests"]),
        ("ArchiveClientTests/OldCopiesTests", ["ArchiveClientTests", "OldCopiesTests"]),
        ("BlobRouteTests", ["BlobRouteTests"]), ("swift test --filter NAME", []), ("chancery check", []),
    ])
    func `names are found in a span`(span: String, names: [String]) {
        #expect(Self.suites(namedIn: span) == names)
    }
}
