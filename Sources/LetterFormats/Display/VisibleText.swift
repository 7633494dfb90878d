/// Text from a letter, a file's name or a peer as it can go to a terminal or into a log.
public enum VisibleText {
    /// The text with control characters made visible, so that none of it is taken for a command by a terminal: `␛` for
    /// escape. Marks that turn the direction of writing around are shown by their numbers.
    ///
    /// - Parameter keepsLines: whether newlines and tabs stay; else they become single spaces.
    public static func of(_ text: some StringProtocol, keepsLines: Bool) -> String {
        var result = String.UnicodeScalarView()
        var isAfterReturn = false
        for scalar in text.unicodeScalars {
            defer { isAfterReturn = scalar == "\r" }
            switch scalar.value {
            case 0x0A where isAfterReturn: continue
            case 0x0A, 0x0D: result.append(keepsLines ? "\n" : " ")
            case 0x09: result.append(keepsLines ? "\t" : " ")
            case 0x00..<0x20: append(0x2400 + scalar.value, to: &result)
            case 0x7F: result.append("\u{2421}")
            case 0x80..<0xA0, 0x202A...0x202E, 0x2066...0x2069, 0x2028, 0x2029:
                result.append(contentsOf: "<U+\(String(scalar.value, radix: 16, uppercase: true))>".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    private static func append(_ value: UInt32, to result: inout String.UnicodeScalarView) {
        if let scalar = Unicode.Scalar(value) { result.append(scalar) }
    }
}
