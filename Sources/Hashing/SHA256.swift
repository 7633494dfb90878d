private import CCrypto

/// SHA-256 by libcrypto, so that `sha256sum` checks us.
///
/// By the functions for this one algorithm: with those for any, the programs would hold all of libcrypto, begin 0.4 ms later, and ask for memory
/// for each message.
///
/// Source: https://docs.openssl.org/3.0/man3/SHA256_Init/
public struct SHA256: ~Copyable {
    private var state = SHA256_CTX()

    /// Begins an empty message.
    public init() {
        precondition(unsafe SHA256_Init(&state) == 1, "SHA-256 could not be begun")
    }

    /// Adds bytes to the message.
    public mutating func update(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { unsafe update($0) }
    }

    /// Adds bytes to the message without copying them.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        unsafe precondition(SHA256_Update(&state, start, bytes.count) == 1, "SHA-256 refused bytes")
    }

    /// Adds the bytes of a digest to the message.
    public mutating func update(_ digest: Digest) {
        unsafe digest.withBytes { unsafe update($0) }
    }

    /// The digest of everything that was added.
    public consuming func finish() -> Digest {
        unsafe Digest { unsafe precondition(SHA256_Final($0, &state) == 1, "SHA-256 could not be finished") }
    }

    /// The digest of one message.
    public static func digest(of bytes: [UInt8]) -> Digest {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finish()
    }

    /// The digest of one message.
    package static func digest(of bytes: Span<UInt8>) -> Digest {
        var hash = SHA256()
        unsafe bytes.withUnsafeBytes { unsafe hash.update($0) }
        return hash.finish()
    }

    /// The digest of one message.
    public static func digest(of bytes: some Sequence<UInt8>) -> Digest {
        var hash = SHA256()
        let whole: Void? = bytes.withContiguousStorageIfAvailable { buffer in
            unsafe hash.update(UnsafeRawBufferPointer(buffer))
        }
        if whole == nil { hash.update(Array(bytes)) }
        return hash.finish()
    }
}
