import Hashing
import Testing

@testable import ArchiveServer

/// The spelling of tokens, against those who make up others.
struct AccessTokenTests {
    static let token = AccessToken.make { count in [UInt8](repeating: 0xFF, count: count) }

    @Test func `a token is spelled as the documentation says, and reads back`() throws {
        let text = Self.token.text
        #expect(text == "chy_f_________8." + String(repeating: "_", count: 42) + "8." + text.suffix(6))
        #expect(text.utf8.count == AccessToken.characterCount)
        let read = try #require(AccessToken(text))
        #expect(read.id == Self.token.id)
        #expect(read.secretHash == Self.token.secretHash)
        #expect(read.secretHash == SHA256.digest(of: [UInt8](repeating: 0xFF, count: 32)))
    }

    @Test func `no id begins with a hyphen, whatever the randomness`() {
        for first in UInt8.min...UInt8.max {
            let token = AccessToken.make { [first] + [UInt8](repeating: 0, count: $0 - 1) }
            #expect(token.id.description.utf8.first != UInt8(ascii: "-"))
        }
    }

    @Test func `a token with any one character changed is no token`() throws {
        let bytes = Array(Self.token.text.utf8)
        for index in bytes.indices {
            for replacement in "Aa0_-.+/= \n".utf8 where replacement != bytes[index] {
                var changed = bytes
                changed[index] = replacement
                let text = try #require(String(validating: changed, as: UTF8.self))
                #expect(AccessToken(text) == nil, "\(index)")
            }
        }
    }

    @Test func `a token that was cut or drawn out is no token`() {
        let text = Self.token.text
        for count in 0..<text.count { #expect(AccessToken(String(text.prefix(count))) == nil) }
        for more in ["A", ".", " ", "=", "\u{301}"] {
            #expect(AccessToken(text + more) == nil)
            #expect(AccessToken(more + text) == nil)
        }
    }

    @Test(arguments: [
        "", "chy_", "chy_..", "chy_.....", "chy_AAAAAAAAAAA.AAAA.AAAA",
        String(repeating: "A", count: AccessToken.characterCount),
        "chy_" + String(repeating: ".", count: AccessToken.characterCount - 4),
        "chy_" + String(repeating: "é", count: 31), String(repeating: "a", count: 100_000),
    ])
    func `what is not a token is refused without a trap`(text: String) {
        #expect(AccessToken(text) == nil)
    }

    @Test func `the right parts with the wrong check sum are no token`() {
        let body = String(Self.token.text.dropLast(6))
        #expect(AccessToken(body + "AAAAAA") == nil)
        #expect(AccessToken(body + String(Self.token.text.suffix(6))) != nil)
    }

    @Test func `a secret fits its own hash only, and no hash at all fits none`() {
        let other = AccessToken.make { [UInt8](repeating: 1, count: $0) }
        #expect(Self.token.hasSecret(of: Self.token.secretHash))
        #expect(!Self.token.hasSecret(of: other.secretHash))
        #expect(!Self.token.hasSecret(of: nil))
        #expect(!Self.token.hasSecret(of: .zero))
    }

    @Test func `a hash that differs in one byte, whichever, is another one`() {
        for index in Self.token.secretHash.bytes.indices {
            var bytes = Self.token.secretHash.bytes
            bytes[index] ^= 0x01
            #expect(!Self.token.hasSecret(of: Digest(bytes: bytes)), "byte \(index)")
        }
    }

    @Test func `neither a description nor a dump shows the secret`() {
        var dumped = ""
        dump(Self.token, to: &dumped)
        let secret = String(repeating: "_", count: 20)
        for text in [dumped, "\(Self.token)", String(reflecting: Self.token)] { #expect(!text.contains(secret)) }
    }

    @Test func `the check sum is the one that everybody knows`() {
        #expect(CRC32.checksum("123456789".utf8) == 0xCBF4_3926)
    }
}
