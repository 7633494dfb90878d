public import Hashing
public import LetterModel

/// The revision ids that begin with the same hex digits: what reconciliation compares. No digits: all ids.
///
/// Ordered by their lowest id; two ranges are disjoint, or one holds the other.
public struct IDRange: Hashable, Sendable {
    /// The digits, each 0 to 15.
    private let digits: [UInt8]

    /// All ids.
    public static let all = IDRange(digits: [])
    /// How many ranges one is divided into.
    public static let fanOut = 16
    /// A range of so many digits holds one id.
    public static let maximumDigits = 2 * Digest.byteCount

    private init(digits: [UInt8]) {
        self.digits = digits
    }

    /// The range of ids that begin so: up to 64 lower-case hex digits; nil for any other text.
    public init?(_ text: String) {
        var digits: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digits.append(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digits.append(byte - UInt8(ascii: "a") + 10)
            default: return nil
            }
            guard digits.count <= IDRange.maximumDigits else { return nil }
        }
        self.digits = digits
    }

    /// The digits, lower-case hex.
    public var text: String {
        String(decoding: digits.map { Array("0123456789abcdef".utf8)[Int($0)] }, as: UTF8.self)
    }

    /// How many digits its ids have in common.
    public var digitCount: Int { digits.count }

    /// The sixteen ranges of one digit more, ascending. Of a single id: itself.
    public var parts: [IDRange] {
        guard digits.count < IDRange.maximumDigits else { return [self] }
        return (0..<UInt8(IDRange.fanOut)).map { IDRange(digits: digits + [$0]) }
    }

    /// The least id in it.
    public var lowest: Digest { bound(filledWith: 0) }

    /// The greatest id in it.
    public var highest: Digest { bound(filledWith: 15) }

    private func bound(filledWith filler: UInt8) -> Digest {
        var bytes = [UInt8](repeating: filler << 4 | filler, count: Digest.byteCount)
        for (index, digit) in digits.enumerated() {
            bytes[index / 2] =
                index.isMultiple(of: 2) ? digit << 4 | bytes[index / 2] & 0x0F : bytes[index / 2] & 0xF0 | digit
        }
        guard let digest = Digest(bytes: bytes) else { preconditionFailure("a bound has 32 bytes") }
        return digest
    }

    /// Whether it holds an id.
    public func contains(_ id: RevisionID) -> Bool { (lowest...highest).contains(id.digest) }

    /// Whether each range ends before the next one begins.
    public static func areAscending(_ ranges: [IDRange]) -> Bool {
        zip(ranges, ranges.dropFirst()).allSatisfy { $0.highest < $1.lowest }
    }
}

/// How many revision ids there are in a range, and their sum modulo 2^256.
public struct RangeSummary: Hashable, Sendable {
    /// How many ids.
    public private(set) var count: Int
    /// Their sum modulo 2^256.
    public private(set) var fingerprint: Digest

    /// A summary of its parts; of nothing by default.
    public init(count: Int = 0, fingerprint: Digest = .zero) {
        self.count = count
        self.fingerprint = fingerprint
    }

    /// Adds an id.
    public mutating func add(_ id: RevisionID) {
        count += 1
        fingerprint = fingerprint &+ id.digest
    }

    /// Takes an id away.
    public mutating func remove(_ id: RevisionID) {
        count -= 1
        fingerprint = fingerprint &- id.digest
    }

    /// The summary of two ranges together.
    public static func + (left: RangeSummary, right: RangeSummary) -> RangeSummary {
        RangeSummary(count: left.count + right.count, fingerprint: left.fingerprint &+ right.fingerprint)
    }
}

/// What a replica and one of its remotes have in common, as far as this side can tell, all of one moment.
public struct SharedSet: Hashable, Sendable {
    /// The log.
    public let log: LogState
    /// What is in the log and not known to be there: unsent, refused, and what descends from a refused one; ascending.
    public let lacking: [RevisionID]
    /// What is there and here kept beside the log: it waits for a parent, or is held back; ascending.
    public let beside: [RevisionID]

    /// A set of its parts.
    public init(log: LogState, lacking: [RevisionID], beside: [RevisionID]) {
        self.log = log
        self.lacking = lacking
        self.beside = beside
    }

    /// What the remote should hold.
    public var expected: RangeSummary {
        var summary = RangeSummary(count: log.count, fingerprint: log.fingerprint)
        for id in lacking { summary.remove(id) }
        for id in beside { summary.add(id) }
        return summary
    }
}
