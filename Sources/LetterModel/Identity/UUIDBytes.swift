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
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Nil unless the text is 36 characters, lower case, hyphens in their places: one id has one spelling.
    package init?(_ text: String) {
        let characters = Array(text.utf8)
        guard characters.count == 36 else { return nil }
        var digits: [UInt8] = []
        digits.reserveCapacity(32)
        for (index, character) in characters.enumerated() {
            if UUIDBytes.isHyphen(index) {
                guard character == UInt8(ascii: "-") else { return nil }
            } else {
                digits.append(character)
            }
        }
        guard let bytes = Hex.decode(digits) else { return nil }
        self.init(bytes: bytes)
    }

    /// Whether a hyphen stands at this place of the 36.
    private static func isHyphen(_ index: Int) -> Bool {
        index == 8 || index == 13 || index == 18 || index == 23
    }

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        for index: UInt64 in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: high >> (56 - 8 * index))) }
        for index: UInt64 in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: low >> (56 - 8 * index))) }
        return bytes
    }

    package var text: String {
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for digit in Hex.encode(bytes).utf8 {
            if UUIDBytes.isHyphen(text.count) { text.append(UInt8(ascii: "-")) }
            text.append(digit)
        }
        return String(decoding: text, as: UTF8.self)
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
