import Foundation
import Testing

/// The repository's own rules, as a test: they hold for every commit or it does not land.
struct RepositoryTests {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The Swift files below these folders, with their paths from the root.
    static func swiftFiles(_ folders: String...) throws -> [(path: String, text: String)] {
        try folders.flatMap { folder in
            let start = root.appending(path: folder)
            let paths = try FileManager.default.subpathsOfDirectory(atPath: start.path)
            return try paths.filter { $0.hasSuffix(".swift") }.sorted().map {
                ("\(folder)/\($0)", try String(contentsOf: start.appending(path: $0), encoding: .utf8))
            }
        }
    }

    /// Lines of shipping code that match, as `path:line`, comments left out.
    static func violations(
        of pattern: String, in files: [(path: String, text: String)], except exempt: [String] = []
    ) throws -> [String] {
        let regex = try NSRegularExpression(pattern: pattern)
        return files.filter { file in !exempt.contains { file.path.hasPrefix($0) } }.flatMap { file in
            file.text.components(separatedBy: "\n").enumerated().compactMap { index, line -> String? in
                let trimmed = line.trimmingCharacters(in: .whitespaces)
                guard !trimmed.hasPrefix("//") else { return nil }
                let range = NSRange(line.startIndex..., in: line)
                return regex.firstMatch(in: line, range: range) == nil ? nil : "\(file.path):\(index + 1)"
            }
        }
    }

    static func shipping() throws -> [(path: String, text: String)] { try swiftFiles("Sources", "Client", "Server") }

    @Test func `there are files to look at`() throws {
        #expect(try Self.shipping().count > 100)
    }

    @Test(arguments: [
        (#"\btry!"#, "a failure must be handled"),
        (#"\bas!"#, "a cast must be checked"),
        (#"fatalError\("#, "the world's mistakes are thrown, programmers' are preconditions"),
        (#"\bFIXME\b|\bTODO\b|\bXXX\b"#, "what cannot be finished is left out"),
        (#"^\s*(public )?import Foundation(XML|Networking)?$"#, "it brings 39 MB of ICU into the binaries"),
        (#"\bDate\(\)|\bUUID\(\)|\bDate\.now\b|SystemRandomNumberGenerator"#, "the world is injected"),
    ])
    func `shipping code never has it`(pattern: String, reason: String) throws {
        let found = try Self.violations(of: pattern, in: Self.shipping())
        #expect(found.isEmpty, "\(reason): \(found)")
    }

    @Test func `only the commands print`() throws {
        let found = try Self.violations(
            of: #"(?<![.\w])print\("#, in: Self.shipping(),
            except: ["Client/ChanceryCommands/", "Server/ServerCommands/"])
        #expect(found.isEmpty, "libraries return values: \(found)")
    }

    @Test func `C libraries have one importer each`() throws {
        let importers = [
            "CCrypto": "Sources/Hashing/", "CZstd": "Sources/Compression/", "CSQLite": "Sources/SQLiteBinding/",
            "CPopt": "Sources/CommandOptions/", "CCurl": "Client/CurlTransport/",
            "CMicroHTTPD": "Server/HTTPServer/", "CExpat": "Sources/XMLParsing/",
            "CLinux": "Server/ArchiveServer/", "CGMime": "Sources/MailParsing/", "CMalloc": "Sources/Parallelism/",
        ]
        for (library, home) in importers {
            let found = try Self.violations(of: #"import \#(library)\b"#, in: Self.shipping(), except: [home])
            #expect(found.isEmpty, "only \(home) may import \(library): \(found)")
        }
    }

    @Test func `no file is longer than 600 lines`() throws {
        let long = try (Self.shipping() + Self.swiftFiles("Tests")).filter {
            $0.text.components(separatedBy: "\n").count > 601
        }
        #expect(long.isEmpty, "\(long.map(\.path))")
    }

    @Test func `every unchecked Sendable names its guard`() throws {
        for file in try Self.shipping() {
            let lines = file.text.components(separatedBy: "\n")
            for (index, line) in lines.enumerated() where line.contains("@unchecked Sendable") {
                let above = lines[max(0, index - 8)...index].joined(separator: "\n").lowercased()
                let isExplained = ["guard", "lock", "mutex", "queue", "thread"].contains { above.contains($0) }
                #expect(isExplained, "\(file.path):\(index + 1) does not say what guards it")
            }
        }
    }

    @Test func `every public name is documented`() throws {
        let declaration = try NSRegularExpression(
            pattern:
                #"^\s*(@\w+(\([^)]*\))?\s+)*(public|package)( \w+(\([^)]*\))?)* (func|var|let|struct|class|enum|actor|protocol|init|subscript|typealias|case)\b"#
        )
        for file in try Self.swiftFiles("Sources", "Client", "Server") {
            let lines = file.text.components(separatedBy: "\n")
            for (index, line) in lines.enumerated() {
                guard line.contains("public "), !line.trimmingCharacters(in: .whitespaces).hasPrefix("//"),
                    declaration.firstMatch(in: line, range: NSRange(line.startIndex..., in: line)) != nil
                else { continue }
                var above = index - 1
                while above >= 0, lines[above].trimmingCharacters(in: .whitespaces).hasPrefix("@") { above -= 1 }
                let comment = above >= 0 ? lines[above].trimmingCharacters(in: .whitespaces) : ""
                #expect(comment.hasPrefix("///"), "\(file.path):\(index + 1) has no doc comment")
            }
        }
    }

    @Test func `tests never sleep`() throws {
        let found = try Self.violations(
            of: #"\b(usleep|sleep|nanosleep)\(|Task\.sleep"#, in: Self.swiftFiles("Tests"),
            except: ["Tests/RepositoryTests/"])
        #expect(found.isEmpty, "wait for what happens, not for time: \(found)")
    }

    @Test func `every command of the Makefile that the documents name exists`() throws {
        let makefile = try String(contentsOf: Self.root.appending(path: "Makefile"), encoding: .utf8)
        let regex = try NSRegularExpression(pattern: "`make ([a-z]+)")
        for name in ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"] {
            let text = try String(contentsOf: Self.root.appending(path: name), encoding: .utf8)
            for match in regex.matches(in: text, range: NSRange(text.startIndex..., in: text)) {
                guard let range = Range(match.range(at: 1), in: text) else { continue }
                #expect(
                    makefile.contains("\n\(text[range]):"), "\(name) names `make \(text[range])`, which is no target")
            }
        }
    }
}
