/// Numbers that are nothing but digits: `Int("+5")` is 5, and dates must not take that.
package enum DecimalDigits {
    /// The number that the digits spell; nil for no digit, any other byte, or more than 15 digits.
    package static func value(of bytes: some Collection<UInt8>) -> Int? {
        guard !bytes.isEmpty, bytes.count <= 15 else { return nil }
        var value = 0
        for byte in bytes {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return value
    }

    /// The number with zeros before it up to a width. Not negative.
    package static func text(_ value: Int, width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
