private import CCrypto
private import Glibc

/// Randomness for tokens and ids, and comparison that does not tell where two secrets differ.
public enum SecureBytes {
    /// Random bytes from the system's generator, from which libcrypto's is seeded too.
    ///
    /// Source: https://man7.org/linux/man-pages/man3/getentropy.3.html
    public static func random(count: Int) -> [UInt8] {
        guard count > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: count)
        unsafe bytes.withUnsafeMutableBytes { buffer in
            // It gives at most so many at a time.
            for start in stride(from: 0, to: buffer.count, by: 256) {
                let part = unsafe buffer[start..<min(start + 256, buffer.count)]
                let failed = unsafe getentropy(UnsafeMutableRawBufferPointer(rebasing: part).baseAddress, part.count)
                precondition(failed == 0, "the system gives no random bytes")
            }
        }
        return bytes
    }

    /// Whether both are equal, in a time that depends only on their lengths.
    ///
    /// Source: https://docs.openssl.org/3.0/man3/CRYPTO_memcmp/
    public static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return unsafe left.withUnsafeBytes { leftBytes in
            unsafe right.withUnsafeBytes { rightBytes in
                unsafe CRYPTO_memcmp(leftBytes.baseAddress, rightBytes.baseAddress, leftBytes.count) == 0
            }
        }
    }
}
