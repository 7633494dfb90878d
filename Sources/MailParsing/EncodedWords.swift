/// Encoded words in base64, made so that GMime reads all of them.
///
/// GMime 3.2 puts encoded words that follow each other together before it decodes them, and ends at the first padding: of
/// `=?utf-8?B?YQ==?= =?utf-8?B?Yg==?=` it reads the "a". Most mail programs write long subjects and names so.
///
/// Source: https://www.rfc-editor.org/rfc/rfc2047
package enum EncodedWords {
    /// The same with padded words that another one follows, and those after them, in quoted-printable, which has no padding: a character
    /// may be divided between two of them.
    static func repaired(_ bytes: some Collection<UInt8>) -> [UInt8] {
        let bytes = Array(bytes)
        var result: [UInt8] = []
        var copied = 0
        var place = 0
        while place + 1 < bytes.count {
            guard bytes[place] == UInt8(ascii: "="), bytes[place + 1] == UInt8(ascii: "?"),
                let word = word(in: bytes, at: place)
            else {
                place += 1
                continue
            }
            let isRun = copied > 0 && bytes[copied..<place].allSatisfy(isSpace)
            if isRun || word.isPadded && isWordNext(bytes, word.end), let decoded = decoded(bytes[word.payload]) {
                result += bytes[copied..<word.encoding] + Array("Q?".utf8)
                for byte in decoded { result += escaped(byte) }
                result += Array("?=".utf8)
                copied = word.end
            }
            place = word.end
        }
        return result + bytes[copied...]
    }

    private struct Word {
        let encoding: Int
        let payload: Range<Int>
        let end: Int
        let isPadded: Bool
    }

    /// The word in base64 that begins here.
    private static func word(in bytes: [UInt8], at start: Int) -> Word? {
        let charset = bytes[(start + 2)...].prefix(60).prefix { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "?") }
        let encoding = charset.endIndex + 1
        guard encoding + 1 < bytes.count, bytes[encoding - 1] == UInt8(ascii: "?"),
            bytes[encoding] | 0x20 == UInt8(ascii: "b"), bytes[encoding + 1] == UInt8(ascii: "?")
        else { return nil }
        let payload = bytes[(encoding + 2)...].prefix { value(of: $0) != nil || $0 == UInt8(ascii: "=") }
        let end = payload.endIndex
        guard end + 1 < bytes.count, bytes[end] == UInt8(ascii: "?"), bytes[end + 1] == UInt8(ascii: "=") else {
            return nil
        }
        return Word(
            encoding: encoding, payload: payload.startIndex..<end, end: end + 2,
            isPadded: payload.last == UInt8(ascii: "="))
    }

    private static func isWordNext(_ bytes: [UInt8], _ end: Int) -> Bool {
        bytes[end...].drop(while: isSpace).starts(with: "=?".utf8)
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    private static func value(of byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }

    /// The bytes of base64; nil where padding stands within it.
    private static func decoded(_ payload: ArraySlice<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in payload.prefix(while: { $0 != UInt8(ascii: "=") }) {
            guard let value = value(of: byte) else { return nil }
            bits = bits << 6 | value
            count += 6
            if count >= 8 {
                count -= 8
                result.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return payload.drop { $0 != UInt8(ascii: "=") }.allSatisfy { $0 == UInt8(ascii: "=") } ? result : nil
    }

    /// A byte as quoted-printable has it, in words and in texts: `=0A`.
    package static func escaped(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
}
