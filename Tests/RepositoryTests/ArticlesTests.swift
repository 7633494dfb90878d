import Foundation
import Testing

/// The code in the articles of the library is code that is compiled and run: each block is in `Examples/` or in the articles' own test.
struct ArticlesTests {
    static let catalog = "Client/ArchiveClient/ArchiveClient.docc"

    /// The lines of a text without what they begin and end with.
    static func lines(_ text: String) -> [String] {
        text.components(separatedBy: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    }

    /// The Swift blocks of a document, as lines.
    static func blocks(_ document: String) -> [[String]] {
        document.components(separatedBy: "```swift\n").dropFirst().compactMap {
            $0.components(separatedBy: "\n```").first.map(lines)
        }
    }

    /// Whether lines stand in a file one behind another.
    static func holds(_ file: [String], _ block: [String]) -> Bool {
        guard block.count <= file.count else { return false }
        return (0...(file.count - block.count)).contains { file[$0..<($0 + block.count)].elementsEqual(block) }
    }

    @Test func `every block of code in the articles is compiled and run by a test`() throws {
        let folder = RepositoryTests.root.appending(path: Self.catalog)
        let articles = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".md") }
        #expect(articles.count >= 3)
        let sources = try RepositoryTests.swiftFiles("Examples", "Tests/ArchiveClientTests").map { Self.lines($0.text) }
        var count = 0
        for article in articles.sorted() {
            let text = try String(contentsOf: folder.appending(path: article), encoding: .utf8)
            for block in Self.blocks(text) {
                count += 1
                #expect(
                    sources.contains { Self.holds($0, block) },
                    "\(article): this is in no file of Examples/ or Tests/ArchiveClientTests/:\n\(block.joined(separator: "\n"))"
                )
            }
        }
        #expect(count > 12, "blocks are found")
    }

    @Test func `a block that is one letter off is noticed`() {
        let file = Self.lines("a\n    let b = 1\n  c\n")
        #expect(Self.holds(file, Self.blocks("x\n```swift\nlet b = 1\nc\n```\ny")[0]))
        #expect(!Self.holds(file, ["let b = 2", "c"]))
        #expect(!Self.holds(file, ["a", "c"]))
    }
}
