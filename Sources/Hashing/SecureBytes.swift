private import CCrypto

/// Randomness for tokens and ids, and comparison that does not tell where two secrets differ.
public enum SecureBytes {
    /// Random bytes from libcrypto's generator.
    ///
    /// Source: https://docs.openssl.org/3.0/man3/RAND_bytes/
    public static func random(count: Int) -> [UInt8] {
        guard count > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: count)
        let done = unsafe bytes.withUnsafeMutableBufferPointer { unsafe RAND_bytes($0.baseAddress, Int32($0.count)) }
        precondition(done == 1, "the system gives no random bytes")
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
