/// Lower-case hexadecimal: how digests, revision ids and blobs are written.
public enum Hex {
    /// Two lower-case digits a byte.
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        encode(Array(bytes))
    }

    /// Two lower-case digits a byte. (Not generic: other modules call it.)
    public static func encode(_ bytes: [UInt8]) -> String {
        text(count: 2 * bytes.count) { output in
            for byte in bytes {
                let digits = UInt16(truncatingIfNeeded: digits(of: UInt32(byte)))
                unsafe output.append(digits.bigEndian, as: UInt16.self)
            }
        }
    }

    /// The eight digits of a number, the first one in the highest byte.
    package static func digits(of value: UInt32) -> UInt64 {
        // A byte for each four bits.
        var bits = UInt64(value)
        bits = (bits | bits << 16) & 0x0000_FFFF_0000_FFFF
        bits = (bits | bits << 8) & 0x00FF_00FF_00FF_00FF
        bits = (bits | bits << 4) & 0x0F0F_0F0F_0F0F_0F0F
        let letters = (bits &+ 6 &* ones) >> 4 & ones
        return bits &+ UInt64(UInt8(ascii: "0")) &* ones &+ letters
            &* UInt64(UInt8(ascii: "a") - 10 - UInt8(ascii: "0"))
    }

    /// The number that eight digits spell, the first one in the highest byte; nil if a digit is anything else.
    package static func value(ofDigits digits: UInt64) -> UInt32? {
        let letters = digits >> 6 & ones
        let bits = (digits &+ 9 &* letters) & 0x0F0F_0F0F_0F0F_0F0F
        var value = (bits | bits >> 4) & 0x00FF_00FF_00FF_00FF
        value = (value | value >> 8) & 0x0000_FFFF_0000_FFFF
        value = (value | value >> 16) & 0xFFFF_FFFF
        // What is no digit comes back as another one.
        return Hex.digits(of: UInt32(value)) == digits ? UInt32(value) : nil
    }

    private static let ones: UInt64 = 0x0101_0101_0101_0101

    /// ASCII that is written where it stays.
    ///
    /// - Parameter count: as many bytes as are written.
    package static func text(count: Int, _ write: (inout OutputRawSpan) -> Void) -> String {
        unsafe String(unsafeUninitializedCapacity: count) { buffer in
            let bytes = unsafe UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count)
            var output = unsafe OutputRawSpan(buffer: bytes, initializedCount: 0)
            write(&output)
            return unsafe output.finalize(for: bytes)
        }
    }

    /// Bytes that are written where they stay.
    ///
    /// - Parameter count: as many bytes as are written.
    package static func bytes(count: Int, _ write: (inout OutputRawSpan) -> Void) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
            let bytes = unsafe UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count)
            var output = unsafe OutputRawSpan(buffer: bytes, initializedCount: 0)
            write(&output)
            written = unsafe output.finalize(for: bytes)
        }
    }

    /// The bytes of lower-case digits; nil if a digit is anything else or their number is odd.
    public static func decode(_ digits: some Sequence<UInt8>) -> [UInt8]? {
        decode(Array(digits))
    }

    /// The bytes of lower-case digits; nil if a digit is anything else or their number is odd. (Not generic, as above.)
    public static func decode(_ digits: [UInt8]) -> [UInt8]? {
        guard digits.count % 2 == 0 else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(digits.count / 2)
        for start in stride(from: 0, to: digits.count, by: 2) {
            guard let high = value(of: digits[start]), let low = value(of: digits[start + 1]) else { return nil }
            result.append(high << 4 | low)
        }
        return result
    }

    /// What a lower-case digit stands for; nil for anything else.
    package static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}

extension Span<UInt8> {
    /// Eight bytes as a number, the first one highest.
    package func word(at offset: Int) -> UInt64 {
        UInt64(bigEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// Four bytes as a number, the first one highest.
    package func halfWord(at offset: Int) -> UInt32 {
        UInt32(bigEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
}
