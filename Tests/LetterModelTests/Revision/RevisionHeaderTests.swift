import Hashing
import LetterModel
import Testing

struct RevisionHeaderTests {
    static let archive = "019ab1c2-7f00-7000-8000-000000000001"
    static let letter = "019ab1c2-7f00-7000-8000-000000000002"
    static let digest = String(repeating: "a", count: 64)

    /// The members of a good header.
    static let members: JSONObject = [
        "archive": .string(archive), "author": ["name": "Ada", "uri": "mailto:ada@example.org", "x-badge": 7],
        "content": .string(digest), "device": "laptop", "letter": .string(letter),
        "parents": [.string(String(repeating: "0", count: 64)), .string(String(repeating: "1", count: 64))],
        "reason": ["kind": "edit", "message": "spelling", "x-ticket": ["n": 1]], "time": "2026-11-23T18:00:00.000Z",
        "v": 1,
        "x-signature": ["alg": "none", "list": [1, []]], "\u{FFFF}": "last", "\u{10000}": "before it",
    ]

    private static func parse(_ members: JSONObject) throws -> RevisionHeader {
        try RevisionHeader(parsing: members.canonicalBytes)
    }

    @Test func `unknown members are kept at every level, byte for byte`() throws {
        let bytes = Self.members.canonicalBytes
        let header = try RevisionHeader(parsing: bytes)
        #expect(header.unknown.keys.count == 3)
        #expect(header.author?.name == "Ada")
        #expect(header.reason.kind == .edit)
        #expect(header.parents.count == 2)
        #expect(header.canonicalBytes == bytes)
    }

    @Test func `an unknown reason and a header of an import are read`() throws {
        var members = Self.members
        members["reason"] = ["kind": "translate"]
        for name in ["author", "device", "time", "content"] { members[name] = nil }
        members["parents"] = []
        let header = try Self.parse(members)
        #expect(header.isTombstone)
        #expect(header.reason.kind?.rawValue == "translate")
        #expect(header.author == nil && header.device == nil && header.time == nil)
        #expect(header.canonicalBytes == members.canonicalBytes)
    }

    @Test(
        arguments: [
            ("v", nil, .headerMember), ("v", 2, .version), ("v", 0, .version), ("v", "1", .headerMember),
            ("archive", nil, .headerMember),
            ("archive", "x", .headerMember), ("archive", "019AB1C2-7F00-7000-8000-000000000001", .headerMember),
            ("archive", 1, .headerMember),
            ("letter", nil, .headerMember), ("letter", "", .headerMember), ("letter", .null, .headerMember),
            ("parents", nil, .headerMember),
            ("parents", "x", .headerMember), ("parents", ["x"], .headerMember), ("parents", [1], .headerMember),
            ("parents", [.string(digest), .string(digest)], .headerMember),
            ("parents", [.string(digest), .string(String(repeating: "0", count: 64))], .headerMember),
            ("parents", [.string(String(repeating: "A", count: 64))], .headerMember), ("parents", .null, .headerMember),
            ("content", .null, .headerMember), ("content", "", .headerMember),
            ("content", .string(String(repeating: "A", count: 64)), .headerMember),
            ("content", 1, .headerMember), ("author", "Ada", .headerMember), ("author", .null, .headerMember),
            ("device", 1, .headerMember),
            ("device", .null, .headerMember), ("time", "yesterday", .headerMember),
            ("time", 1_795_456_800_000, .headerMember),
            ("time", "2026-11-23T18:00:60.000Z", .headerMember), ("reason", nil, .headerMember),
            ("reason", "edit", .headerMember), ("reason", [], .headerMember),
        ] as [(String, JSONValue?, RevisionError.Code)])
    func `a header with a wrong member is refused and the member named`(
        name: String, value: JSONValue?, code: RevisionError.Code
    ) {
        var members = Self.members
        members[name] = value
        #expect {
            try Self.parse(members)
        } throws: { error in
            guard let error = error as? RevisionError else { return false }
            return error.code == code && (code == .version || error.context == name)
        }
    }

    @Test(arguments: [
        "", "{}x", "[]", "null", "1", " {}", "{\"v\":1,\"v\":1}", "{\"v\": 1}", "{\"v\":1,\"archive\":1}",
        "{\"v\":1.0}", "{", "\u{FEFF}{}",
    ])
    func `bytes that are no canonical object are refused`(text: String) {
        #expect { try RevisionHeader(parsing: Array(text.utf8)) } throws: {
            ($0 as? RevisionError)?.code == .headerSyntax
        }
    }

    @Test func `parents beyond the limit and oversized headers are refused`() {
        var members = Self.members
        func ids(_ count: Int) -> JSONValue {
            .array(
                (0..<count).map { number in
                    let digits = String(number, radix: 16)
                    return .string(String(repeating: "0", count: 64 - digits.count) + digits)
                })
        }
        members["parents"] = ids(Limits.parents)
        #expect(throws: Never.self) { try Self.parse(members) }
        members["parents"] = ids(Limits.parents + 1)
        #expect { try Self.parse(members) } throws: { ($0 as? RevisionError)?.code == .headerMember }
        members["parents"] = []
        members["x"] = .string(String(repeating: "a", count: Limits.headerBytes))
        #expect { try Self.parse(members) } throws: { ($0 as? RevisionError)?.code == .tooLarge }
    }

    @Test func `every flipped byte of a header is another revision or none`() throws {
        let bytes = Self.members.canonicalBytes
        let header = try RevisionHeader(parsing: bytes)
        for index in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << UInt8(bit)
                do {
                    let other = try RevisionHeader(parsing: changed)
                    #expect(other != header)
                    #expect(other.canonicalBytes == changed)
                } catch {
                    continue
                }
            }
        }
    }

    @Test func `content that is missing, too much, not the named one or no letter is refused`() throws {
        let content = Array(#"{"body":"x"}"#.utf8)
        var members = Self.members
        members["content"] = .string(SHA256.digest(of: content).hex)
        let good = members.canonicalBytes
        func error(_ read: () throws(RevisionError) -> Void) -> RevisionError? {
            do throws(RevisionError) {
                try read()
                return nil
            } catch {
                return error
            }
        }
        func code(_ header: [UInt8], _ content: [UInt8]?) -> RevisionError.Code? {
            let plain = error { () throws(RevisionError) in
                _ = try Revision(headerBytes: header, contentBytes: content)
            }
            let inPlace = error { () throws(RevisionError) in
                for names in [["body"], ["title"], ["author", "body", "title"]].map(MemberNames.init) {
                    let read =
                        if let content {
                            try Revision.check(headerBytes: header, content: content.span, reading: names)
                        } else {
                            try Revision.check(headerBytes: header, content: nil, reading: names)
                        }
                    let plain = try Revision(headerBytes: header, contentBytes: content)
                    #expect(read.links == RevisionLinks(plain.header) && read.letter == plain.letter?.only(names))
                }
            }
            #expect(plain == inPlace)
            return plain?.code
        }
        #expect(code(good, content) == nil)
        #expect(code(good, nil) == .contentPresence)
        #expect(code(good, Array(#"{"body":"y"}"#.utf8)) == .contentHash)
        members["content"] = nil
        #expect(code(members.canonicalBytes, nil) == nil)
        #expect(code(members.canonicalBytes, content) == .contentPresence)
        for bad in ["[]", "{\"body\": \"x\"}", "{\"b\":1,\"a\":1}", "null", ""] {
            members["content"] = .string(SHA256.digest(of: Array(bad.utf8)).hex)
            #expect(code(members.canonicalBytes, Array(bad.utf8)) == .contentSyntax)
        }
        let large = [UInt8](repeating: 0x20, count: Limits.contentBytes + 1)
        members["content"] = .string(SHA256.digest(of: large).hex)
        #expect(code(members.canonicalBytes, large) == .tooLarge)
    }

    @Test func `a received letter with vacant or misshapen members is kept as it is`() throws {
        let content = Array(#"{"body":"","date":1,"senders":[1,{"name":2}],"tags":null,"x":{}}"#.utf8)
        var members = Self.members
        members["content"] = .string(SHA256.digest(of: content).hex)
        let letter = try #require(try Revision(headerBytes: members.canonicalBytes, contentBytes: content).letter)
        #expect(letter.members.canonicalBytes == content)
        #expect(letter.date == nil)
        #expect(letter.senders.count == 1)
        #expect(letter.senders.first?.name == nil)
        #expect(letter.tags == [])
    }
}
