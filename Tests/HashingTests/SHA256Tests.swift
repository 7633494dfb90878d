import Hashing
import Testing

struct SHA256Tests {
    /// FIPS 180-4 examples and what `sha256sum` says.
    ///
    /// Source: https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values
    static let vectors: [(message: [UInt8], hex: String)] = [
        ([], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (Array("abc".utf8), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        ),
    ]

    @Test(arguments: vectors) func `known messages have known digests`(message: [UInt8], hex: String) {
        #expect(SHA256.digest(of: message).hex == hex)
        // A sequence without contiguous storage takes the other way.
        #expect(SHA256.digest(of: AnySequence(message)).hex == hex)
    }

    @Test(arguments: [1, 7, 63, 64, 65, 100_000]) func `pieces of any size give the same digest`(_ size: Int) {
        let (message, hex) = Self.vectors[3]
        var hash = SHA256()
        for start in stride(from: 0, to: message.count, by: size) {
            hash.update(Array(message[start..<min(start + size, message.count)]))
            hash.update([])
        }
        #expect(hash.finish().hex == hex)
    }
}

struct SecureBytesTests {
    @Test func `random bytes are as many as asked for, and differ`() {
        #expect(SecureBytes.random(count: 0) == [])
        #expect(SecureBytes.random(count: -1) == [])
        let (a, b) = (SecureBytes.random(count: 32), SecureBytes.random(count: 32))
        #expect(a.count == 32)
        #expect(a != b)
    }

    @Test func `secrets are equal only if all their bytes are`() {
        let secret = Array("correct horse battery staple".utf8)
        #expect(SecureBytes.areEqual(secret, secret))
        #expect(SecureBytes.areEqual([], []))
        #expect(!SecureBytes.areEqual(secret, secret.dropLast() + [0]))
        #expect(!SecureBytes.areEqual(secret, Array(secret.dropLast())))
        #expect(!SecureBytes.areEqual(secret, []))
    }
}
