import LetterModel

/// What makes two spellings one to a search: case, accents, curly quotes, dotted and dotless i do not matter, and each
/// CJK character is a word of its own.
///
/// Letters keep their bytes; only the index and what is compared with it are folded. The index has a tokenizer of its
/// own after this one (`unicode61`), which splits words and knows the scripts past the table here.
enum SearchFold {
    /// Goes up whenever the same text folds to other bytes: an index of an older fold is made anew.
    static let version = 1

    /// The folded text for comparing names: CJK characters stay together.
    static func name(_ text: String) -> String {
        var output = FoldedText()
        append(text, to: &output, spacesCJK: false, keepsOffsets: false)
        return output.text
    }

    /// The folded text for the index.
    static func text(_ text: String) -> String {
        var output = FoldedText()
        append(text, to: &output, spacesCJK: true, keepsOffsets: false)
        return output.text
    }

    /// The folded text for the index with the place of each of its bytes in the original.
    static func textWithOffsets(_ text: String) -> FoldedText {
        var output = FoldedText()
        append(text, to: &output, spacesCJK: true, keepsOffsets: true)
        return output
    }

    /// Folded bytes, and where each came from.
    struct FoldedText {
        var bytes: [UInt8] = []
        /// For each folded byte the UTF-8 offset in the original of the scalar that it came from.
        var offsets: [Int] = []

        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    private static func append(_ text: String, to output: inout FoldedText, spacesCJK: Bool, keepsOffsets: Bool) {
        output.bytes.reserveCapacity(text.utf8.count)
        var offset = 0
        for scalar in text.unicodeScalars {
            let before = output.bytes.count
            append(scalar, to: &output.bytes, spacesCJK: spacesCJK)
            if keepsOffsets {
                for _ in before..<output.bytes.count { output.offsets.append(offset) }
            }
            offset += UTF8.width(scalar)
        }
    }

    private static func append(_ scalar: Unicode.Scalar, to bytes: inout [UInt8], spacesCJK: Bool) {
        let value = scalar.value
        if value < 0x80 {
            let byte = UInt8(value)
            switch byte {
            // A NUL would end a query for SQLite, and two control characters mark what fits in a snippet.
            case ..<0x20, 0x7F: bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): bytes.append(byte | 0x20)
            default: bytes.append(byte)
            }
            return
        }
        guard !isCombiningMark(value) else { return }
        let folded = FoldTable.shared[value] ?? quote(value) ?? value
        let isSpaced = spacesCJK && isCJK(folded)
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

    private static func quote(_ value: UInt32) -> UInt32? {
        switch value {
        case 0x2018...0x201B, 0x2BC, 0x2032: 0x27
        case 0x201C...0x201F, 0x2033: 0x22
        default: nil
        }
    }

    /// Scripts that write no spaces between words, and Korean, whose words carry their particles.
    static func isCJK(_ value: UInt32) -> Bool {
        switch value {
        case 0x3005...0x3007, 0x3040...0x30FF, 0x3100...0x312F, 0x31A0...0x31BF, 0x31F0...0x31FF, 0x3400...0x4DBF,
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
