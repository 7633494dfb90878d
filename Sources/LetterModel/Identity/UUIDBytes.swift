package import Hashing

/// The 16 bytes of a UUID, written in lower case with hyphens. Ordered as its bytes are.
package struct UUIDBytes: Hashable, Comparable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Nil unless there are 16 bytes.
    package init?(bytes: Span<UInt8>) {
        guard bytes.count == 16 else { return nil }
        (high, low) = (bytes.word(at: 0), bytes.word(at: 8))
    }

    /// Nil unless the text is 36 characters, lower case, hyphens in their places: one id has one spelling.
    package init?(_ text: String) {
        self.init(text: text.utf8.span)
    }

    /// From the bytes of the text, as above.
    package init?(text: Span<UInt8>) {
        guard text.count == 36, [8, 13, 18, 23].allSatisfy({ text[$0] == UInt8(ascii: "-") }) else { return nil }
        func word(_ first: Int, _ second: Int) -> UInt64 {
            UInt64(text.halfWord(at: first)) << 32 | UInt64(text.halfWord(at: second))
        }
        guard let first = Hex.value(ofDigits: word(0, 4)), let second = Hex.value(ofDigits: word(9, 14)),
            let third = Hex.value(ofDigits: word(19, 24)), let fourth = Hex.value(ofDigits: word(28, 32))
        else { return nil }
        high = UInt64(first) << 32 | UInt64(second)
        low = UInt64(third) << 32 | UInt64(fourth)
    }

    package var bytes: [UInt8] {
        withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { Array($0) }
    }

    /// Appends the 16 bytes.
    package func append(to bytes: inout [UInt8]) {
        withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { bytes.append(contentsOf: $0) }
    }

    package var text: String {
        Hex.text(count: 36) { output in
            func write(_ digits: UInt64) {
                output.append(UInt32(truncatingIfNeeded: digits).bigEndian, as: UInt32.self)
            }
            func writeHyphen() { output.append(UInt8(ascii: "-")) }
            let first = Hex.digits(of: UInt32(high >> 32))
            let second = Hex.digits(of: UInt32(truncatingIfNeeded: high))
            let third = Hex.digits(of: UInt32(low >> 32))
            let fourth = Hex.digits(of: UInt32(truncatingIfNeeded: low))
            write(first >> 32)
            write(first)
            writeHyphen()
            write(second >> 32)
            writeHyphen()
            write(second)
            writeHyphen()
            write(third >> 32)
            writeHyphen()
            write(third)
            write(fourth >> 32)
            write(fourth)
        }
    }

    package static func < (left: UUIDBytes, right: UUIDBytes) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }

    /// Version 7 (RFC 9562, 5.7): milliseconds first, so that new ids sort by the time they were made.
    ///
    /// Source: https://www.rfc-editor.org/rfc/rfc9562#section-5.7
    package static func version7(time: Timestamp, random: [UInt8]) -> UUIDBytes {
        precondition(random.count >= 10, "a UUIDv7 takes ten random bytes")
        let milliseconds = UInt64(clamping: time.milliseconds) & 0xFFFF_FFFF_FFFF
        let first = UInt64(random[0] & 0x0F) << 8 | UInt64(random[1])
        let rest = random[2..<10].reduce(0) { $0 << 8 | UInt64($1) }
        return UUIDBytes(high: milliseconds << 16 | 0x7000 | first, low: rest & ~(0b11 << 62) | 0b10 << 62)
    }

    /// Version 8 (RFC 9562, 5.8): the first 16 bytes of a digest, with version and variant set.
    package static func version8(_ digest: Digest) -> UUIDBytes {
        let bytes = digest.bytes
        let high = bytes[0..<8].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        let low = bytes[8..<16].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        return UUIDBytes(high: high & ~0xF000 | 0x8000, low: low & ~(0b11 << 62) | 0b10 << 62)
    }
}
