/// Numbers that are nothing but digits: `Int("+5")` is 5, and dates must not take that.
package enum DecimalDigits {
    /// The number that the digits spell; nil for no digit, any other byte, or more than 15 digits.
    package static func value(of bytes: some Collection<UInt8>) -> Int? {
        bytes.count <= 15 ? value(of: Array(bytes).span) : nil
    }

    /// The number that the digits spell, as above.
    package static func value(of bytes: Span<UInt8>) -> Int? {
        guard !bytes.isEmpty, bytes.count <= 15 else { return nil }
        var value = 0
        for index in bytes.indices {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) else { return nil }
            value = value * 10 + Int(bytes[index] - UInt8(ascii: "0"))
        }
        return value
    }

    /// The number with zeros before it up to a width. Not negative.
    package static func text(_ value: Int, width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
