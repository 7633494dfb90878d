import Hashing
import LetterModel

/// What makes two spellings one to a search: case, accents, curly quotes, dotted and dotless i do not matter, nor do the vowel signs of Arabic
/// and Hebrew and the shapes of alef; ß is ss and æ is ae; each character of a script without spaces is a word of its own.
///
/// Letters keep their bytes; only the index and what is compared with it are folded. The index has a tokenizer of its
/// own after this one (`unicode61`), which splits words and knows the scripts past the table here.
enum SearchFold {
    /// Goes up whenever the same letter gives other words: an index of an older fold is made anew.
    static let version = 3

    /// The folded text for comparing names: CJK characters stay together, and the rules are those of the first version, because the columns of
    /// lists hold what they gave.
    static func name(_ text: String) -> String { names([text]) }

    /// Several names, one a line.
    static func names(_ texts: [String]) -> String {
        if texts.allSatisfy({ $0.utf8.allSatisfy { $0 < 0x80 } }) { return asciiNames(texts) }
        var output = FoldedText()
        for (index, text) in texts.enumerated() {
            if index > 0 { output.bytes.append(UInt8(ascii: "\n")) }
            append(text, to: &output, isForIndex: false, keepsOffsets: false)
        }
        return output.text
    }

    /// The same of ASCII, which most names are.
    private static func asciiNames(_ texts: [String]) -> String {
        let byteCount = texts.reduce(max(0, texts.count - 1)) { $0 + $1.utf8.count }
        return Hex.text(count: byteCount) { output in
            for index in texts.indices {
                if index > 0 { output.append(UInt8(ascii: "\n")) }
                for byte in texts[index].utf8 { output.append(foldedASCII(byte)) }
            }
        }
    }

    /// The folded text for the index.
    static func text(_ text: String) -> String {
        var output = FoldedText()
        append(text, to: &output, isForIndex: true, keepsOffsets: false)
        return output.text
    }

    /// The folded text for the index with the place of each of its bytes in the original.
    static func textWithOffsets(_ text: String) -> FoldedText {
        var output = FoldedText()
        append(text, to: &output, isForIndex: true, keepsOffsets: true)
        return output
    }

    /// Folded bytes, and where each came from.
    struct FoldedText {
        var bytes: [UInt8] = []
        /// For each folded byte the UTF-8 offset in the original of the scalar that it came from.
        var offsets: [Int] = []

        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    /// Most letters are mostly ASCII, which is folded in runs.
    private static func append(_ text: String, to output: inout FoldedText, isForIndex: Bool, keepsOffsets: Bool) {
        var text = text
        text.withUTF8 { bytes in
            output.bytes.reserveCapacity(output.bytes.count + bytes.count)
            if keepsOffsets { output.offsets.reserveCapacity(bytes.count) }
            var index = 0
            while index < bytes.count {
                var end = index
                while end < bytes.count, bytes[end] < 0x80 { end += 1 }
                output.bytes.append(contentsOf: bytes[index..<end].lazy.map(foldedASCII))
                if keepsOffsets { output.offsets.append(contentsOf: index..<end) }
                index = end
                while end < bytes.count, bytes[end] >= 0x80 { end += 1 }
                for scalar in String(decoding: bytes[index..<end], as: UTF8.self).unicodeScalars {
                    append(scalar, to: &output.bytes, isForIndex: isForIndex)
                    while keepsOffsets, output.offsets.count < output.bytes.count { output.offsets.append(index) }
                    index += UTF8.width(scalar)
                }
            }
        }
    }

    /// A NUL would end a query for SQLite, and two control characters mark what fits in a snippet.
    private static func foldedASCII(_ byte: UInt8) -> UInt8 {
        if byte < 0x20 || byte == 0x7F { return UInt8(ascii: " ") }
        return byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
    }

    private static func append(_ scalar: Unicode.Scalar, to bytes: inout [UInt8], isForIndex: Bool) {
        let value = scalar.value
        if value < 0x80 {
            bytes.append(foldedASCII(UInt8(value)))
            return
        }
        guard !isCombiningMark(value) else { return }
        if isForIndex {
            // The word that only the index itself writes.
            guard value != 0xE000 else { return bytes.append(UInt8(ascii: " ")) }
            guard !isUnspoken(value) else { return }
            if let expansion = expansion(value) { return bytes.append(contentsOf: expansion.utf8) }
        }
        let folded = FoldTable.shared[value] ?? quote(value) ?? (isForIndex ? otherForm(value) : nil) ?? value
        let isSpaced = isForIndex && isWrittenWithoutSpaces(folded)
        if isSpaced { bytes.append(UInt8(ascii: " ")) }
        if let encoded = Unicode.Scalar(folded).flatMap(UTF8.encode) { bytes.append(contentsOf: encoded) }
        if isSpaced { bytes.append(UInt8(ascii: " ")) }
    }

    private static func isCombiningMark(_ value: UInt32) -> Bool {
        switch value {
        case 0x300...0x36F, 0x1AB0...0x1AFF, 0x1DC0...0x1DFF, 0x20D0...0x20FF, 0xFE20...0xFE2F: true
        default: false
        }
    }

    /// What may stand in a word or not: vowel signs of Hebrew and Arabic, the long line of Arabic, soft hyphens, joiners and marks of direction.
    private static func isUnspoken(_ value: UInt32) -> Bool {
        switch value {
        case 0x591...0x5BD, 0x5BF, 0x5C1...0x5C2, 0x5C4...0x5C5, 0x5C7, 0x610...0x61A, 0x640, 0x64B...0x65F, 0x670,
            0x6D6...0x6DC, 0x6DF...0x6E8, 0x6EA...0x6ED, 0xAD, 0x200C...0x200F, 0x202A...0x202E, 0x2060...0x2069,
            0xFE00...0xFE0F, 0xFEFF:
            true
        default: false
        }
    }

    /// One letter that is also written as two.
    private static func expansion(_ value: UInt32) -> String? {
        switch value {
        case 0xDF, 0x1E9E: "ss"
        case 0xC6, 0xE6: "ae"
        case 0x152, 0x153: "oe"
        case 0xDE, 0xFE: "th"
        case 0x132, 0x133: "ij"
        default: nil
        }
    }

    /// The plain form of an Arabic letter, of a digit of another script, and of the wide letters of East Asian keyboards.
    private static func otherForm(_ value: UInt32) -> UInt32? {
        switch value {
        case 0x622, 0x623, 0x625, 0x671: 0x627
        case 0x649, 0x6CC: 0x64A
        case 0x6A9: 0x643
        case 0x629: 0x647
        case 0x660...0x669: 0x30 + value - 0x660
        case 0x6F0...0x6F9: 0x30 + value - 0x6F0
        case 0x966...0x96F: 0x30 + value - 0x966
        case 0xFF10...0xFF19: 0x30 + value - 0xFF10
        case 0xFF21...0xFF3A: 0x61 + value - 0xFF21
        case 0xFF41...0xFF5A: 0x61 + value - 0xFF41
        default: nil
        }
    }

    private static func quote(_ value: UInt32) -> UInt32? {
        switch value {
        case 0x2018...0x201B, 0x2BC, 0x2032: 0x27
        case 0x201C...0x201F, 0x2033: 0x22
        default: nil
        }
    }

    /// Scripts that write no spaces between words, and Korean, whose words carry their particles.
    static func isWrittenWithoutSpaces(_ value: UInt32) -> Bool {
        switch value {
        case 0xE00...0xEFF, 0x1000...0x109F, 0x1780...0x17DD, 0x3005...0x3007, 0x3040...0x30FF, 0x3100...0x312F,
            0x31A0...0x31BF, 0x31F0...0x31FF, 0x3400...0x4DBF,
            0x4E00...0x9FFF, 0xAC00...0xD7AF, 0xF900...0xFAFF, 0xFF66...0xFF9F, 0x20000...0x3FFFF:
            true
        default: false
        }
    }
}

/// Lower case without marks for the letters of the Latin, Greek, Cyrillic and Armenian blocks.
///
/// A letter's plain form is found by its name: "LATIN SMALL LETTER O WITH STROKE" is "LATIN SMALL LETTER O". (Canonical
/// decomposition would not take ø to o, and the standard library does not give it.)
struct FoldTable: Sendable {
    static let shared = FoldTable()

    private static let ranges: [ClosedRange<UInt32>] = [0x80...0x58F, 0x1E00...0x1FFF]
    private let folded: [UInt32: UInt32]

    subscript(value: UInt32) -> UInt32? { folded[value] }

    private init() {
        var byName: [String: UInt32] = [:]
        var smallLetters: [(value: UInt32, name: String)] = []
        for range in [0x61...0x7A] + Self.ranges {
            for code in range {
                guard let scalar = Unicode.Scalar(code), let name = scalar.properties.name else { continue }
                byName[name] = code
                smallLetters.append((code, name))
            }
        }
        var result: [UInt32: UInt32] = [:]
        for (value, name) in smallLetters where value >= 0x80 {
            guard let base = Self.nameWithoutMarks(name), let plain = byName[base] else { continue }
            result[value] = plain
        }
        // Letters whose names do not tell: dotless i, final sigma, and the Cyrillic letters with marks of their own.
        for (value, plain) in [
            (0x131, 0x69), (0x3C2, 0x3C3), (0x439, 0x438), (0x451, 0x435), (0x457, 0x456), (0x45E, 0x443),
        ] {
            result[UInt32(value)] = UInt32(plain)
        }
        // Capitals go by their small letters.
        for range in Self.ranges {
            for code in range {
                guard let scalar = Unicode.Scalar(code), scalar.properties.isUppercase,
                    let lower = scalar.properties.lowercaseMapping.unicodeScalars.first, lower != scalar
                else { continue }
                result[code] = result[lower.value] ?? lower.value
            }
        }
        folded = result
    }

    private static func nameWithoutMarks(_ name: String) -> String? {
        let words = name.split(separator: " ")
        guard let with = words.firstIndex(of: "WITH") else { return nil }
        return words[..<with].joined(separator: " ")
    }
}
