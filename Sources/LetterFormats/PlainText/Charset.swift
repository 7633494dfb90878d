/// Bytes as text, with the character encoding that was assumed.
///
/// In this order: byte order marks; UTF-8 if all of it is valid; UTF-16 without a mark if every second byte betrays it;
/// UTF-8 with some broken bytes, which windows-1252 explains; windows-1251 or windows-1252, whichever the letters speak
/// for. No byte that one of these explains becomes U+FFFD: the single-byte tables are those of the WHATWG, where bytes
/// without a character stand for the control character of the same number.
///
/// Source: https://encoding.spec.whatwg.org/#legacy-single-byte-encodings
struct DecodedText {
    /// The text, without a byte order mark.
    let text: String
    /// The name for `source.charset`: `utf-8`, `utf-16le`, `windows-1251`, or `utf-8+windows-1252` for a mixture.
    let charset: String
    /// What had to be assumed.
    let warnings: [ImportWarning]

    /// Nil if the bytes are no text at all.
    init?(_ bytes: [UInt8]) {
        guard let decoded = DecodedText.decode(bytes), !DecodedText.isBinary(decoded.text) else { return nil }
        self = decoded
    }

    private init(_ text: String, _ charset: String, _ warnings: [ImportWarning] = []) {
        self.text = text
        self.charset = charset
        self.warnings = warnings
    }

    private static func decode(_ bytes: [UInt8]) -> DecodedText? {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return eightBit(Array(bytes.dropFirst(3))) }
        if bytes.starts(with: [0xFF, 0xFE]) { return utf16(bytes.dropFirst(2), isLittleEndian: true) }
        if bytes.starts(with: [0xFE, 0xFF]) { return utf16(bytes.dropFirst(2), isLittleEndian: false) }
        if knownBinary.contains(where: { bytes.starts(with: $0) }) { return nil }
        if let isLittleEndian = unmarkedUTF16(bytes) {
            return utf16(bytes[...], isLittleEndian: isLittleEndian, isMarked: false)
        }
        return bytes.contains(0) ? nil : eightBit(bytes)
    }

    private static func eightBit(_ bytes: [UInt8]) -> DecodedText {
        if let text = String(validating: bytes, as: UTF8.self) { return DecodedText(text, "utf-8") }
        let mixture = Mixture(bytes)
        if mixture.isMostlyUTF8 {
            let warning = ImportWarning(
                .undecodableBytes,
                "\(mixture.brokenByteCount) bytes are not UTF-8 like the rest, and were read as windows-1252")
            return DecodedText(mixture.text, "utf-8+windows-1252", [warning])
        }
        let isCyrillic = looksCyrillic(bytes)
        let table = isCyrillic ? CharsetTables.windows1251 : CharsetTables.windows1252
        let charset = isCyrillic ? "windows-1251" : "windows-1252"
        var warnings = [ImportWarning(.charsetAssumed, "the text is not UTF-8, and was read as \(charset)")]
        let text = singleByte(bytes, table)
        let unexplained = text.unicodeScalars.count { (0x80..<0xA0).contains($0.value) }
        if unexplained > 0 {
            warnings.append(
                ImportWarning(
                    .undecodableBytes, "\(unexplained) bytes have no character in \(charset); the original keeps them"))
        }
        return DecodedText(text, charset, warnings)
    }

    private static func singleByte(_ bytes: [UInt8], _ table: [UInt16]) -> String {
        var text = String.UnicodeScalarView()
        for byte in bytes { text.append(scalar(byte, table)) }
        return String(text)
    }

    private static func scalar(_ byte: UInt8, _ table: [UInt16]) -> Unicode.Scalar {
        guard byte >= 0x80, let scalar = Unicode.Scalar(table[Int(byte) - 0x80]) else { return Unicode.Scalar(byte) }
        return scalar
    }

    /// In Russian nearly all letters are past 0x7F and stand in runs; in French or German they stand alone among ASCII.
    private static func looksCyrillic(_ bytes: [UInt8]) -> Bool {
        func isHigh(_ byte: UInt8) -> Bool {
            byte >= 0xC0 || [0xA8, 0xB8, 0xB2, 0xB3, 0xBA, 0xBF, 0xAF, 0xAA].contains(byte)
        }
        var inRuns = 0
        var alone = 0
        for index in bytes.indices where isHigh(bytes[index]) {
            let isAfter = index > 0 && isHigh(bytes[index - 1])
            let isBefore = index + 1 < bytes.count && isHigh(bytes[index + 1])
            if isAfter || isBefore { inRuns += 1 } else { alone += 1 }
        }
        return inRuns > alone
    }

    // MARK: UTF-16

    /// White space and Latin letters have a zero byte, always on the same side; nothing but UTF-16 text looks so.
    private static func unmarkedUTF16(_ bytes: [UInt8]) -> Bool? {
        guard bytes.count >= 4, bytes.count.isMultiple(of: 2) else { return nil }
        var zeros = [0, 0]
        for (index, byte) in bytes.enumerated() where byte == 0 { zeros[index % 2] += 1 }
        guard zeros[0] + zeros[1] > bytes.count / 50, (zeros[0] == 0) != (zeros[1] == 0) else { return nil }
        // Letters of UTF-16 that are all printable bytes are Latin, and have a zero each: fewer are NULs in a text of bytes.
        let isPrintable = bytes.allSatisfy { $0 == 0 || (0x20..<0x7F).contains($0) || (0x09...0x0D).contains($0) }
        guard !isPrintable || (zeros[0] + zeros[1]) * 4 >= bytes.count else { return nil }
        return zeros[0] == 0
    }

    private static func utf16(_ bytes: ArraySlice<UInt8>, isLittleEndian: Bool, isMarked: Bool = true) -> DecodedText {
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count / 2)
        var index = bytes.startIndex
        while index + 1 < bytes.endIndex {
            let first = UInt16(bytes[index])
            let second = UInt16(bytes[index + 1])
            units.append(isLittleEndian ? second << 8 | first : first << 8 | second)
            index += 2
        }
        let charset = isLittleEndian ? "utf-16le" : "utf-16be"
        var warnings: [ImportWarning] = []
        if !isMarked {
            warnings.append(
                ImportWarning(.charsetAssumed, "the text has no byte order mark, and was read as \(charset)"))
        }
        var broken = bytes.count % 2
        var text = String.UnicodeScalarView()
        var decoder = UTF16()
        var iterator = units.makeIterator()
        loop: while true {
            switch decoder.decode(&iterator) {
            case .scalarValue(let scalar): text.append(scalar)
            case .error:
                broken += 1
                text.append("\u{FFFD}")
            case .emptyInput: break loop
            }
        }
        if broken > 0 {
            warnings.append(
                ImportWarning(.undecodableBytes, "\(broken) places are not UTF-16; the original keeps them"))
        }
        return DecodedText(String(text), charset, warnings)
    }

    // MARK: Broken UTF-8

    /// A text whose bytes are UTF-8 but for some.
    private struct Mixture {
        let text: String
        let brokenByteCount: Int
        /// Another charset makes valid sequences only by accident.
        let isMostlyUTF8: Bool

        init(_ bytes: [UInt8]) {
            var scalars = String.UnicodeScalarView()
            var broken = 0
            var sequences = 0
            var position = 0
            var parser = Unicode.UTF8.ForwardParser()
            var iterator = bytes.makeIterator()
            loop: while true {
                switch parser.parseScalar(from: &iterator) {
                case .valid(let encoded):
                    scalars.append(Unicode.UTF8.decode(encoded))
                    position += encoded.count
                    if encoded.count > 1 { sequences += 1 }
                case .error(let length):
                    for byte in bytes[position..<(position + length)] {
                        scalars.append(DecodedText.scalar(byte, CharsetTables.windows1252))
                    }
                    position += length
                    broken += length
                case .emptyInput: break loop
                }
            }
            text = String(scalars)
            brokenByteCount = broken
            isMostlyUTF8 = sequences > broken
        }
    }

    // MARK: Binary

    /// How files begin that are no text, whatever the rest looks like.
    private static let knownBinary: [[UInt8]] = [
        Array("%PDF-".utf8), Array("PK\u{3}\u{4}".utf8), [0x89, 0x50, 0x4E, 0x47], [0xFF, 0xD8, 0xFF],
        Array("GIF8".utf8), [0x7F, 0x45, 0x4C, 0x46], [0x1F, 0x8B], [0xD0, 0xCF, 0x11, 0xE0], Array("{\\rtf".utf8),
        Array("%!PS".utf8), [0x28, 0xB5, 0x2F, 0xFD], Array("SQLite format 3".utf8),
    ]

    /// Text has line ends, tabs and form feeds, and hardly any other control character.
    private static func isBinary(_ text: String) -> Bool {
        var controls = 0
        var count = 0
        for scalar in text.unicodeScalars {
            count += 1
            if scalar.value < 0x20, !(0x09...0x0D).contains(scalar.value), scalar.value != 0x1A { controls += 1 }
            if scalar.value == 0 { return true }
        }
        return controls * 50 > count
    }
}
