/// Lower-case hexadecimal: how digests, revision ids and blobs are written.
public enum Hex {
    private static let digits = Array("0123456789abcdef".utf8)

    /// Two lower-case digits a byte.
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        encode(Array(bytes))
    }

    /// Two lower-case digits a byte. (Not generic: every id of every revision comes by here, from other modules.)
    public static func encode(_ bytes: [UInt8]) -> String {
        let digits = digits
        var result: [UInt8] = []
        result.reserveCapacity(2 * bytes.count)
        for byte in bytes {
            result.append(digits[Int(byte >> 4)])
            result.append(digits[Int(byte & 15)])
        }
        return String(decoding: result, as: UTF8.self)
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

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
