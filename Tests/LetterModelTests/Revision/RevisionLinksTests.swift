import Hashing
import LetterModel
import Testing

/// What of a header is read where nothing else of it is needed.
struct RevisionLinksTests {
    private static let members: [(String, JSONValue)] = [
        ("archive", "019ab1c2-7f00-7000-8000-000000000001"), ("letter", "019ab1c2-7f00-7000-8000-000000000002"),
        ("parents", []), ("reason", ["kind": "edit"]), ("v", 1),
    ]

    private static func id(_ number: Int) -> String { SHA256.digest(of: [UInt8(number)]).hex }

    private func header(_ more: [(String, JSONValue)]) -> [UInt8] {
        JSONObject(Self.members + more).canonicalBytes
    }

    @Test func `they are those of the header`() throws {
        let author: JSONValue = [
            "content": .string(Self.id(9)), "name": "Zoë \"the pen\" \u{1}", "parents": [.string(Self.id(8))],
        ]
        let two = [Self.id(1), Self.id(2)].sorted().map { JSONValue.string($0) }
        let variants: [[(String, JSONValue)]] = [
            [], [("content", .string(Self.id(3)))], [("author", author)],
            [("author", author), ("content", .string(Self.id(3))), ("parents", .array([.string(Self.id(1))]))],
            [("parents", .array(two)), ("time", "2026-11-28T01:02:03.004Z"), ("device", "a\nb")],
            [("aaa", -1), ("later", [1, 2, ["letter": "x"]]), ("zzz", "\u{1F600}"), ("content", .string(Self.id(4)))],
        ]
        for variant in variants {
            let bytes = header(variant)
            let whole = try RevisionHeader(parsing: bytes)
            #expect(RevisionLinks(ofHeader: bytes) == RevisionLinks(whole), "\(String(decoding: bytes, as: UTF8.self))")
            #expect(RevisionLinks(whole).parents == whole.parents && RevisionLinks(whole).content == whole.content)
        }
    }

    @Test func `bytes that are no header have none`() {
        let bad = [
            header([("letter", "not an id")]), header([("archive", 7)]), header([("content", "abc")]),
            header([("parents", ["abc"])]), header([("parents", .string(Self.id(1)))]), header([("content", [])]),
            header([("parents", .array([.string(Self.id(1)), 1]))]), Array("{}".utf8), Array("[]".utf8), [],
        ]
        for bytes in bad {
            #expect(RevisionLinks(ofHeader: bytes) == nil, "\(String(decoding: bytes, as: UTF8.self))")
        }
    }
}
