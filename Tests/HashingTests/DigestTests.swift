import Hashing
import Testing

struct DigestTests {
    static let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    @Test func `a digest and its hex digits are each other's`() throws {
        let digest = try #require(Digest(hex: Self.hex))
        #expect(digest.hex == Self.hex)
        #expect(digest.description == Self.hex)
        #expect(digest.bytes.count == Digest.byteCount)
        #expect(Digest(bytes: digest.bytes) == digest)
        #expect(digest.bytes.prefix(3) == [0xba, 0x78, 0x16])
    }

    @Test(arguments: [
        "", "ba", hex.uppercased(), String(hex.dropLast()), hex + "0", " " + hex.dropFirst(), "g" + hex.dropFirst(),
        String(repeating: "٣", count: 32), String(hex.dropLast(2)) + "é",
    ])
    func `one digest has one spelling`(_ text: String) {
        #expect(Digest(hex: text) == nil)
    }

    @Test func `whatever byte a digit is, nothing but a lower-case digit is one`() {
        let digits = Set("0123456789abcdef".utf8)
        for index in 0..<64 {
            for byte in UInt8.min...UInt8.max {
                var bytes = Array(Self.hex.utf8)
                bytes[index] = byte
                let digest = Digest(hexDigits: bytes.span)
                #expect((digest != nil) == digits.contains(byte))
                #expect(digest.map { Array($0.hex.utf8) == bytes } ?? true)
            }
        }
    }

    @Test(arguments: [0, 31, 33, 64])
    func `a digest has exactly 32 bytes`(_ count: Int) {
        #expect(Digest(bytes: [UInt8](repeating: 1, count: count)) == nil)
    }

    @Test func `digests are ordered as their bytes are`() throws {
        var low = [UInt8](repeating: 0, count: 32)
        var high = low
        for index in 0..<32 {
            low[index] = 0x7F
            high[index] = 0x80
            let (a, b) = (try #require(Digest(bytes: low)), try #require(Digest(bytes: high)))
            #expect(a < b)
            #expect(!(b < a))
            #expect(a != b)
            high[index] = 0x7F
        }
    }

    @Test func `sums go over all 256 bits, wrap around, and are undone`() throws {
        let one = try #require(Digest(bytes: [UInt8](repeating: 0, count: 31) + [1]))
        let all = try #require(Digest(bytes: [UInt8](repeating: 0xFF, count: 32)))
        #expect(all &+ one == .zero)
        #expect(.zero &- one == all)
        for words in 0..<3 {
            // A carry out of each of the four words.
            let full = [UInt8](repeating: 0, count: 24 - 8 * words) + [UInt8](repeating: 0xFF, count: 8 * words + 8)
            let sum = [UInt8](repeating: 0, count: 23 - 8 * words) + [1] + [UInt8](repeating: 0, count: 8 * words + 8)
            #expect((try #require(Digest(bytes: full)) &+ one).bytes == sum)
        }
        let digests = (0..<50).map { SHA256.digest(of: [UInt8($0)]) }
        let forward = digests.reduce(Digest.zero) { $0 &+ $1 }
        #expect(forward == digests.reversed().reduce(Digest.zero) { $0 &+ $1 })
        #expect(digests.reduce(forward) { $0 &- $1 } == .zero)
    }

    @Test func `a digest is a key`() {
        let digests = (0..<1000).map { SHA256.digest(of: Array(String($0).utf8)) }
        #expect(Set(digests + digests).count == 1000)
    }
}

struct HexTests {
    @Test func `every byte has two digits and comes back`() {
        let bytes = (0...255).map(UInt8.init)
        let text = Hex.encode(bytes)
        #expect(text.count == 512)
        #expect(text.hasPrefix("000102030405060708090a0b"))
        #expect(Hex.decode(text.utf8) == bytes)
        #expect(Hex.encode([]) == "")
        #expect(Hex.decode("".utf8) == [])
    }

    @Test(arguments: ["0", "000", "0G", "AA", "0x", "+1", " 1", "/0", ":0", "`0", "é"])
    func `what is not lower-case hex is refused`(_ text: String) {
        #expect(Hex.decode(text.utf8) == nil)
    }
}
