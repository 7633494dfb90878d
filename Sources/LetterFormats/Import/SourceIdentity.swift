import Hashing
import LetterModel

/// What names a source: the SHA-256 of its bytes.
struct SourceIdentity {
    let digest: Digest
    let byteCount: Int

    init(_ bytes: [UInt8]) {
        digest = SHA256.digest(of: bytes)
        byteCount = bytes.count
    }

    /// The id of the letter that the whole source is.
    var letterID: LetterID { letterID(index: 0) }

    /// The id of a letter of the source, by its place from 0. The key is the digest's 64 hex digits, a space and the
    /// place in decimal digits.
    func letterID(index: Int) -> LetterID {
        LetterID.derived(kind: "file", key: Array("\(digest.hex) \(index)".utf8))
    }
}
