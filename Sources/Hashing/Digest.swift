/// The 32 bytes of a SHA-256, as a value that is cheap to copy, compare and use as a key.
///
/// Ordered as its bytes are. Written as 64 lower-case hex digits.
public struct Digest: Hashable, Comparable, Sendable {
    /// The bytes as four big-endian words, first bytes first.
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// The number of bytes in a digest.
    public static let byteCount = 32

    /// The digest of 32 zero bytes: the chain of an empty log.
    public static let zero = Digest(words: (0, 0, 0, 0))

    private init(words: (UInt64, UInt64, UInt64, UInt64)) {
        self.words = words
    }

    /// A digest from its bytes; nil unless there are exactly 32.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Digest.byteCount else { return nil }
        var result: [UInt64] = [0, 0, 0, 0]
        for (index, byte) in bytes.enumerated() {
            result[index >> 3] = result[index >> 3] << 8 | UInt64(byte)
        }
        words = (result[0], result[1], result[2], result[3])
    }

    /// A digest from its bytes; nil unless there are exactly 32. (Not generic: other modules call it for every row.)
    public init?(bytes: [UInt8]) {
        self.init(bytes: bytes.span)
    }

    /// A digest from its bytes; nil unless there are exactly 32.
    package init?(bytes: Span<UInt8>) {
        guard bytes.count == Digest.byteCount else { return nil }
        words = (bytes.word(at: 0), bytes.word(at: 8), bytes.word(at: 16), bytes.word(at: 24))
    }

    /// The digest whose 32 bytes a closure writes.
    init(_ write: (UnsafeMutablePointer<UInt8>) -> Void) {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        unsafe withUnsafeMutableBytes(of: &words) { buffer in
            unsafe buffer.withMemoryRebound(to: UInt8.self) { bytes in
                if let start = bytes.baseAddress { unsafe write(start) }
            }
        }
        self.words = (
            UInt64(bigEndian: words.0), UInt64(bigEndian: words.1), UInt64(bigEndian: words.2),
            UInt64(bigEndian: words.3)
        )
    }

    /// A digest from 64 lower-case hex digits; nil for anything else, upper case too: one digest has one spelling.
    public init?(hex: some StringProtocol) {
        self.init(hex: String(hex))
    }

    /// A digest from 64 lower-case hex digits, as above. (Not generic: other modules call it for every revision.)
    public init?(hex: String) {
        self.init(hexDigits: hex.utf8.span)
    }

    /// A digest from the bytes of 64 lower-case hex digits, as above.
    package init?(hexDigits: Span<UInt8>) {
        func word(_ start: Int) -> UInt64? {
            guard let high = Hex.value(ofDigits: hexDigits.word(at: start)),
                let low = Hex.value(ofDigits: hexDigits.word(at: start + 8))
            else { return nil }
            return UInt64(high) << 32 | UInt64(low)
        }
        guard hexDigits.count == 2 * Digest.byteCount, let first = word(0), let second = word(16), let third = word(32),
            let fourth = word(48)
        else { return nil }
        words = (first, second, third, fourth)
    }

    /// The 32 bytes.
    public var bytes: [UInt8] { unsafe withBytes { unsafe Array($0) } }

    /// Appends the 32 bytes.
    package func append(to bytes: inout [UInt8]) { unsafe withBytes { unsafe bytes.append(contentsOf: $0) } }

    /// The 32 bytes, for as long as the closure runs.
    func withBytes<Value>(_ read: (UnsafeRawBufferPointer) -> Value) -> Value {
        let words = (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)
        return unsafe withUnsafeBytes(of: words) { unsafe read($0) }
    }

    /// 64 lower-case hex digits.
    public var hex: String {
        Hex.text(count: 2 * Digest.byteCount) { output in
            func write(_ word: UInt64) {
                unsafe output.append(Hex.digits(of: UInt32(word >> 32)).bigEndian, as: UInt64.self)
                unsafe output.append(Hex.digits(of: UInt32(truncatingIfNeeded: word)).bigEndian, as: UInt64.self)
            }
            write(words.0)
            write(words.1)
            write(words.2)
            write(words.3)
        }
    }

    /// Whether both hold the same 32 bytes.
    public static func == (left: Digest, right: Digest) -> Bool {
        left.words == right.words
    }

    /// Whether the left bytes come first.
    public static func < (left: Digest, right: Digest) -> Bool {
        left.words < right.words
    }

    /// The first eight bytes, as a big-endian number.
    package var firstWord: UInt64 { words.0 }

    /// Feeds the first eight bytes only: they are already evenly spread.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
    }

    /// The sum of both as 256-bit numbers, modulo 2^256: what the fingerprint of a set is made with.
    public static func &+ (left: Digest, right: Digest) -> Digest {
        let (w3, c3) = add(left.words.3, right.words.3, carry: 0)
        let (w2, c2) = add(left.words.2, right.words.2, carry: c3)
        let (w1, c1) = add(left.words.1, right.words.1, carry: c2)
        let (w0, _) = add(left.words.0, right.words.0, carry: c1)
        return Digest(words: (w0, w1, w2, w3))
    }

    /// The difference as 256-bit numbers, modulo 2^256: undoes `&+`.
    public static func &- (left: Digest, right: Digest) -> Digest {
        // Two's complement: add the complement, and one.
        let (w3, c3) = add(left.words.3, ~right.words.3, carry: 1)
        let (w2, c2) = add(left.words.2, ~right.words.2, carry: c3)
        let (w1, c1) = add(left.words.1, ~right.words.1, carry: c2)
        let (w0, _) = add(left.words.0, ~right.words.0, carry: c1)
        return Digest(words: (w0, w1, w2, w3))
    }

    private static func add(_ left: UInt64, _ right: UInt64, carry: UInt64) -> (UInt64, UInt64) {
        let (partial, first) = left.addingReportingOverflow(right)
        let (sum, second) = partial.addingReportingOverflow(carry)
        return (sum, first || second ? 1 : 0)
    }
}

extension Digest: CustomStringConvertible {
    /// 64 lower-case hex digits.
    public var description: String { hex }
}
