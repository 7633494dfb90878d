import Canaries
import Hashing
import SyncProtocol

/// A token as its holder has it: `chy_<id>.<secret>.<check sum>`, each part in base64url without padding.
///
/// The id has 8 bytes, the secret 32. The check sum is the CRC-32 (big-endian) of all that stands before its dot, so that a
/// token that was cut or mistyped is told apart from one that is not known. Only the SHA-256 of the secret is ever stored.
public struct AccessToken: Sendable {
    private static let prefix = "chy_"
    private static let secretByteCount = 32
    /// The characters of a token: 4 + 11 + 1 + 43 + 1 + 6.
    static let characterCount = 66

    /// Which token it is.
    public let id: TokenID
    private let secret: [UInt8]

    private init(id: TokenID, secret: [UInt8]) {
        self.id = id
        self.secret = secret
    }

    /// A new token.
    ///
    /// - Parameter randomBytes: a source that nobody can guess.
    static func make(randomBytes: (_ count: Int) -> [UInt8]) -> AccessToken {
        var bytes = randomBytes(TokenID.byteCount)
        // With a first bit of 0 no id begins with a hyphen, which a command line would take for an option.
        bytes[0] &= 0x7F
        let secret = randomBytes(secretByteCount)
        guard let id = TokenID(bytes: bytes), secret.count == secretByteCount else {
            preconditionFailure("a source of randomness gives as many bytes as it is asked for")
        }
        return AccessToken(id: id, secret: secret)
    }

    /// A token from its spelling; nil unless every byte of it is as ``text`` writes it.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == AccessToken.characterCount, bytes.starts(with: AccessToken.prefix.utf8) else { return nil }
        let parts = bytes[AccessToken.prefix.utf8.count...].split(
            separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let id = AccessToken.decode(parts[0]).flatMap({ TokenID(bytes: $0) }),
            let secret = AccessToken.decode(parts[1]), secret.count == AccessToken.secretByteCount
        else { return nil }
        self.init(id: id, secret: secret)
        guard bytes == Array(self.text.utf8) else { return nil }
    }

    private static func decode(_ characters: ArraySlice<UInt8>) -> [UInt8]? {
        String(validating: characters, as: UTF8.self).flatMap { Base64URL.decode($0) }
    }

    /// The spelling: the only place where the secret leaves this type, shown once when the token is made.
    public var text: String {
        let body = AccessToken.prefix + id.description + "." + Base64URL.encode(secret)
        let checksum = CRC32.checksum(body.utf8)
        let bytes = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: checksum >> $0) }
        return body + "." + Base64URL.encode(bytes)
    }

    /// What is stored instead of the secret.
    var secretHash: Digest { SHA256.digest(of: secret) }

    /// Whether this is the token that a hash was stored for, in a time that does not depend on where they differ.
    ///
    /// - Parameter stored: the stored hash, or nil for an id that nobody knows: the same work is done, so that the time
    ///   does not tell which ids exist.
    func hasSecret(of stored: Digest?) -> Bool {
        #if CANARIES
            if Canary.secretComparedByPrefix.isOn, let stored {
                return secretHash.bytes.prefix(8) == stored.bytes.prefix(8)
            }
        #endif
        let isEqual = SecureBytes.areEqual(secretHash.bytes, (stored ?? .zero).bytes)
        return isEqual && stored != nil
    }
}

extension AccessToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The id, never the secret.
    public var description: String { "token \(id)" }
    /// The id, never the secret.
    public var debugDescription: String { description }
    /// Nothing: a dump must not show the secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
