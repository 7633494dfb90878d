public import Hashing
import LetterModel
public import ReplicaStore

/// Where a peer stands in a replica's log, as it travels: epoch, sequence, and the first 16 bytes of the chain there.
///
/// As text it is the base64url of 32 bytes (8 of the epoch, 8 of the sequence, big-endian, 16 of the chain): 43
/// characters, opaque to everybody but the replica whose log it is about, safe in URLs and JSON.
public struct Cursor: Hashable, Sendable {
    /// Which life of the log: 16 lower-case hex digits.
    public let epoch: String
    /// How many revisions come up to here.
    public let sequence: Int
    /// The first 16 bytes of the chain hash at that sequence.
    public let chainStart: [UInt8]

    /// How many bytes of the chain travel: enough that nobody meets two logs by chance.
    public static let chainByteCount = 16

    /// The cursor of a position.
    ///
    /// `precondition`: the position's epoch is 16 lower-case hex digits, as the store's contract says.
    public init(_ position: LogPosition) {
        precondition(Hex.decode(position.epoch.utf8)?.count == 8, "an epoch has 16 lower-case hex digits")
        precondition(position.sequence >= 0, "a sequence is never negative")
        epoch = position.epoch
        sequence = position.sequence
        chainStart = Array(position.chain.bytes.prefix(Cursor.chainByteCount))
    }

    /// The cursor that a text spells; nil if it spells none.
    public init?(_ text: String) {
        guard let bytes = Base64URL.decode(text), bytes.count == 32 else { return nil }
        let number = bytes[8..<16].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        guard number <= UInt64(JSONValue.integerLimit) else { return nil }
        epoch = Hex.encode(bytes[..<8])
        sequence = Int(number)
        chainStart = Array(bytes[16...])
    }

    /// 43 characters of base64url.
    public var text: String {
        let epochBytes = Hex.decode(epoch.utf8) ?? []
        let sequenceBytes = (0..<8).map { UInt8(truncatingIfNeeded: sequence >> (56 - 8 * $0)) }
        return Base64URL.encode(epochBytes + sequenceBytes + chainStart)
    }

    /// Whether a log with this chain hash at the cursor's sequence is one that the cursor was taken from. The epoch is
    /// left out: a replica that came back from a backup may still hold all that the peer has seen.
    public func fits(_ chain: Digest) -> Bool {
        chain.bytes.prefix(Cursor.chainByteCount).elementsEqual(chainStart)
    }
}

extension Cursor: CustomStringConvertible {
    /// 43 characters of base64url.
    public var description: String { text }
}
