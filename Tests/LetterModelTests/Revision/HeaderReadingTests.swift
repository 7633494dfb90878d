import Hashing
import LetterModel
import Testing

/// Headers are read from their bytes, without a tree of JSON. The tree says the same, also of what is wrong.
struct HeaderReadingTests {
    /// What a header's tree says: the reading of the format that this suite compares with.
    private static func header(ofTree bytes: [UInt8]) throws(RevisionError) -> RevisionHeader {
        guard bytes.count <= Limits.headerBytes else {
            throw RevisionError(.tooLarge, "a header has at most \(Limits.headerBytes) bytes")
        }
        let value: JSONValue
        do {
            value = try JSONScanner.parse(bytes, form: .canonical)
        } catch {
            throw RevisionError(.headerSyntax, error.description)
        }
        guard var rest = value.members else { throw RevisionError(.headerSyntax, "it is not an object") }
        func take<Value>(_ key: String, _ read: (JSONValue) -> Value?) throws(RevisionError) -> Value? {
            guard let member = rest[key] else { return nil }
            guard let value = read(member) else { throw RevisionError(.headerMember, key) }
            rest[key] = nil
            return value
        }
        func require<Value>(_ key: String, _ read: (JSONValue) -> Value?) throws(RevisionError) -> Value {
            guard let value = try take(key, read) else { throw RevisionError(.headerMember, key) }
            return value
        }
        let version = try require("v", \.integer)
        guard version == RevisionHeader.version else { throw RevisionError(.version, "v is \(version)") }
        return RevisionHeader(
            archive: try require("archive") { $0.text.flatMap(ArchiveID.init) },
            letter: try require("letter") { $0.text.flatMap(LetterID.init) },
            parents: try require("parents") { (value) -> [RevisionID]? in
                guard let elements = value.elements, elements.count <= Limits.parents else { return nil }
                let ids = elements.compactMap(\.text).compactMap(RevisionID.init(hex:))
                return ids.count == elements.count && zip(ids, ids.dropFirst()).allSatisfy(<) ? ids : nil
            },
            content: try take("content") { $0.text.flatMap { Digest(hex: $0) } },
            author: try take("author") { $0.members.map(Author.init(members:)) },
            device: try take("device", \.text), time: try take("time") { $0.text.flatMap(Timestamp.init) },
            reason: try require("reason") { $0.members.map(Reason.init(members:)) }, unknown: rest)
    }

    /// What came of reading, errors by their whole text.
    private static func outcome(_ read: ([UInt8]) throws(RevisionError) -> RevisionHeader, _ bytes: [UInt8]) -> String {
        do throws(RevisionError) {
            let header = try read(bytes)
            return "\(header)"
        } catch {
            return error.description
        }
    }

    /// Compares both readings; whether the bytes are a header.
    private static func compare(_ bytes: [UInt8]) -> Bool {
        let read = outcome(RevisionHeader.init(parsing:), bytes)
        let expected = outcome(header(ofTree:), bytes)
        #expect(read.utf8.elementsEqual(expected.utf8), "\(String(decoding: bytes, as: UTF8.self))")
        return read.hasPrefix("RevisionHeader")
    }

    /// A header of every kind: of an import, an edit, a merge, a tombstone, a later version of the format.
    private static let headers: [JSONObject] = {
        var edit = RevisionHeaderTests.members
        for name in ["x-signature", "\u{FFFF}", "\u{10000}"] { edit[name] = nil }
        var root = edit
        for name in ["author", "device", "time"] { root[name] = nil }
        root["parents"] = []
        root["reason"] = ["kind": "import"]
        var tombstone = edit
        tombstone["content"] = nil
        tombstone["reason"] = ["kind": "delete"]
        return [root, edit, tombstone, RevisionHeaderTests.members]
    }()

    /// What stands in the place of a member's value, or of a byte.
    private static let values: [JSONValue] = [
        .null, true, 0, 1, 2, -1, "", "x", "\u{1}\"\\", "é", [], .object([:]), [1], ["x"], [[]], ["a": 1],
        .string(RevisionHeaderTests.archive), .string(RevisionHeaderTests.digest),
        [.string(RevisionHeaderTests.digest)],
        [.string(RevisionHeaderTests.digest), 1],
        [.string(RevisionHeaderTests.digest), .string(RevisionHeaderTests.digest)],
        .string(RevisionHeaderTests.digest.uppercased()), "2026-11-23T18:00:00.000Z", "2026-02-29T18:00:00.000Z",
    ]

    @Test func `whatever a member is, and whichever is missing, both readings say the same`() {
        for header in Self.headers {
            #expect(Self.compare(header.canonicalBytes))
            for name in header.keys + ["author", "content", "device", "time", "aaa", "zzz"] {
                for value in Self.values.map(Optional.some) + [nil] {
                    for other in ["v", "reason", name] {
                        var changed = header
                        changed[name] = value
                        if other != name { changed[other] = value }
                        _ = Self.compare(changed.canonicalBytes)
                    }
                }
            }
        }
    }

    @Test func `whatever a byte is, is left out or comes twice, both readings say the same`() {
        var good = 0
        for bytes in Self.headers.map(\.canonicalBytes) {
            for index in bytes.indices {
                for byte: UInt8 in [
                    0, 9, 0x1F, 0x20, 0x22, 0x2C, 0x2F, 0x30, 0x3A, 0x41, 0x5B, 0x5C, 0x5D, 0x61, 0x66, 0x67, 0x7B,
                    0x7D, 0x80, 0xC3, 0xFF,
                ] {
                    var changed = bytes
                    changed[index] = byte
                    good += Self.compare(changed) ? 1 : 0
                }
                _ = Self.compare(Array(bytes[..<index]))
                _ = Self.compare(Array(bytes[..<index]) + Array(bytes[(index + 1)...]))
                _ = Self.compare(Array(bytes[...index]) + Array(bytes[index...]))
            }
        }
        #expect(good > 1_000)
    }

    @Test func `headers changed in several places at once are read as their tree is`() {
        for seed in 0..<20_000 as Range<UInt64> {
            var numbers = ValueGenerator(seed: seed)
            var bytes = Self.headers[Int(seed % 4)].canonicalBytes
            for _ in 0..<Int.random(in: 1...3, using: &numbers) {
                let start = Int.random(in: 0..<bytes.count, using: &numbers)
                let end = min(bytes.count, start + Int.random(in: 0...40, using: &numbers))
                switch Int.random(in: 0..<4, using: &numbers) {
                case 0: bytes.replaceSubrange(start..<end, with: numbers.value().canonicalBytes)
                case 1: bytes.replaceSubrange(start..<end, with: bytes[start..<end].reversed())
                case 2:
                    bytes.insert(contentsOf: bytes[start..<end], at: Int.random(in: 0..<bytes.count, using: &numbers))
                default: bytes.replaceSubrange(start..<start, with: Array(#","x":1"#.utf8))
                }
            }
            _ = Self.compare(bytes)
        }
    }
}
