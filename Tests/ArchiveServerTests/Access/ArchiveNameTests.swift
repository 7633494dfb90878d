import Testing

@testable import ArchiveServer

/// Names that are one segment of a URL and one folder.
struct ArchiveNameTests {
    @Test(arguments: ["a", "0", "letters", "a.b-c_d", "1541..1918", String(repeating: "z", count: 64)])
    func `a plain name is taken`(text: String) throws {
        #expect(try #require(ArchiveName(text)).text == text)
    }

    @Test(arguments: [
        "", ".", "..", "-a", "_a", ".a", "A", "a/b", "a b", "a\0", "é", "a\u{301}", "a\n", "..%2f",
        String(repeating: "z", count: 65),
    ])
    func `anything else is refused`(text: String) {
        #expect(ArchiveName(text) == nil)
    }
}
