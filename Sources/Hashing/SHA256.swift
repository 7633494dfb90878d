private import CCrypto

/// SHA-256 by libcrypto, so that `sha256sum` checks us.
///
/// Source: https://docs.openssl.org/3.0/man3/EVP_DigestInit/
@safe public struct SHA256: ~Copyable {
    private let context: OpaquePointer

    /// The algorithm, looked up once: with `EVP_sha256()` libcrypto searches its providers again for every message, which takes
    /// longer than hashing a header does. It is never changed and never freed.
    ///
    /// Source: https://docs.openssl.org/3.0/man7/crypto/#performance
    nonisolated(unsafe) private static let algorithm: OpaquePointer = {
        guard let algorithm = unsafe EVP_MD_fetch(nil, "SHA256", nil) else {
            preconditionFailure("this libcrypto has no SHA-256")
        }
        return unsafe algorithm
    }()

    /// Begins an empty message.
    public init() {
        guard let context = unsafe EVP_MD_CTX_new() else { preconditionFailure("out of memory for a SHA-256") }
        guard unsafe EVP_DigestInit_ex(context, SHA256.algorithm, nil) == 1 else {
            preconditionFailure("this libcrypto has no SHA-256")
        }
        unsafe self.context = unsafe context
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
    }

    /// Adds bytes to the message.
    public mutating func update(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { unsafe update($0) }
    }

    /// Adds bytes to the message without copying them.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        unsafe precondition(EVP_DigestUpdate(context, start, bytes.count) == 1, "SHA-256 refused bytes")
    }

    /// The digest of everything that was added.
    public consuming func finish() -> Digest {
        var bytes = [UInt8](repeating: 0, count: Digest.byteCount)
        let done = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            unsafe EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
        }
        precondition(done == 1, "SHA-256 could not be finished")
        guard let digest = Digest(bytes: bytes) else { preconditionFailure("SHA-256 has 32 bytes") }
        return digest
    }

    /// The digest of one message.
    public static func digest(of bytes: [UInt8]) -> Digest {
        var hash = SHA256()
        hash.update(bytes)
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
