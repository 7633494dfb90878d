import Hashing
import LetterModel
import Testing

struct IdentityTests {
    static let text = "019ab1c2-7f00-7000-8000-000000000001"

    @Test func `an id is read and written in one spelling`() throws {
        #expect(LetterID(Self.text)?.text == Self.text)
        #expect(ArchiveID(Self.text)?.text == Self.text)
        let id = try #require(LetterID(Self.text))
        #expect(LetterID(bytes: id.bytes) == id)
        #expect("\(id)" == Self.text)
        #expect(LetterID(bytes: Array(id.bytes.dropLast())) == nil)
    }

    @Test(arguments: [
        "", "019AB1C2-7F00-7000-8000-000000000001", "019ab1c27f0070008000000000000001",
        "{019ab1c2-7f00-7000-8000-000000000001}",
        "019ab1c2-7f00-7000-8000-00000000000", "019ab1c2-7f00-7000-8000-0000000000011",
        "019ab1c2-7f00-7000-80000-00000000001",
        "019ab1c2-7f00-7000-8000-00000000000g", " 19ab1c2-7f00-7000-8000-000000000001",
        "019ab1c2_7f00-7000-8000-000000000001",
        "019ab1c2-7f00-7000-8000-00000000000\n", "０19ab1c2-7f00-7000-8000-0000000001",
        "urn:uuid:019ab1c2-7f00-7000-8000-000000000001",
    ])
    func `any other spelling of a UUID is refused`(text: String) {
        #expect(LetterID(text) == nil)
        #expect(ArchiveID(text) == nil)
    }

    @Test func `whatever byte a character of a UUID is, it is read if it is written so`() {
        for index in 0..<36 {
            for byte in UInt8.min...UInt8.max {
                var bytes = Array(Self.text.utf8)
                bytes[index] = byte
                let isHyphen = Self.text.utf8.dropFirst(index).first == UInt8(ascii: "-")
                let id = LetterID(text: bytes.span)
                #expect((id != nil) == (isHyphen ? "-" : "0123456789abcdef").utf8.contains(byte))
                #expect(id.map { Array($0.text.utf8) == bytes } ?? true)
            }
        }
    }

    @Test(arguments: [
        "", "00", String(repeating: "0", count: 63), String(repeating: "0", count: 65),
        String(repeating: "A", count: 64),
        String(repeating: "g", count: 64), String(repeating: " ", count: 64), String(repeating: "é", count: 32),
    ])
    func `any other spelling of a digest is refused`(hex: String) {
        #expect(RevisionID(hex: hex) == nil)
        #expect(BlobID(hex: hex) == nil)
        #expect(Digest(hex: hex) == nil)
    }

    @Test func `a digest keeps its bytes and sorts by them`() throws {
        let low = try #require(BlobID(hex: String(repeating: "0", count: 63) + "1"))
        let high = try #require(BlobID(hex: "1" + String(repeating: "0", count: 63)))
        #expect(low < high)
        #expect(low.hex == String(repeating: "0", count: 63) + "1")
        #expect(high.digest.bytes.first == 0x10)
    }

    @Test func `a new id has version 7, the time first, and the random bytes`() throws {
        let time = Timestamp(milliseconds: 0x0123_4567_89AB)
        let ones = LetterID.make(time: time, random: [UInt8](repeating: 0xFF, count: 10))
        #expect(ones.text == "01234567-89ab-7fff-bfff-ffffffffffff")
        let zeros = ArchiveID.make(time: time, random: [UInt8](repeating: 0, count: 16))
        #expect(zeros.text == "01234567-89ab-7000-8000-000000000000")
        let later = LetterID.make(
            time: Timestamp(milliseconds: 0x0123_4567_89AC), random: [UInt8](repeating: 0, count: 10))
        #expect(ones < later)
        #expect(
            LetterID.make(time: Timestamp(milliseconds: -1), random: [UInt8](repeating: 0, count: 10)).text.hasPrefix(
                "00000000-0000-7"))
    }

    @Test func `a derived id is version 8 of the documented hash`() throws {
        let key = Array("key".utf8)
        var bytes = Array(SHA256.digest(of: Array("chancery-letter-1\0file\0key".utf8)).bytes.prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        #expect(LetterID.derived(kind: "file", key: key).bytes == bytes)
        #expect(LetterID.derived(kind: "file", key: key) == LetterID.derived(kind: "file", key: key))
        #expect(LetterID.derived(kind: "fil", key: Array("ekey".utf8)) != LetterID.derived(kind: "file", key: key))
        #expect(LetterID.derived(kind: "line", key: key) != LetterID.derived(kind: "file", key: key))
    }

    @Test(
        arguments: [
            ("A. Archivist <archive@example.org>", "A. Archivist", "mailto:archive@example.org"),
            ("A. Archivist", "A. Archivist", nil),
            ("  Ada  <a@b>", "Ada", "mailto:a@b"), ("Ada <>", "Ada", nil), ("Ada < b", "Ada < b", nil),
            ("a > b", "a > b", nil),
        ] as [(String, String, String?)])
    func `an author is a name with a mail address or without`(text: String, name: String, uri: String?) {
        let author = Author(text)
        #expect(author?.name == name)
        #expect(author?.uri == uri)
    }

    @Test(arguments: ["", " ", "<a@b>", " <a@b>"])
    func `an author without a name is none`(text: String) {
        #expect(Author(text) == nil)
    }
}
