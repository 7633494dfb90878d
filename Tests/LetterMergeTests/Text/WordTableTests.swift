import LetterMerge
import Testing

/// The pinned table of scalars, against the toolchain's: where they differ, ours stays.
struct WordTableTests {
    /// Whether two of a scalar make one word.
    private func joins(_ scalar: Unicode.Scalar) -> Bool {
        let one = String(scalar)
        return TextDiff(from: one + one, to: one).spans.contains {
            $0.change == .removed && $0.text.utf8.elementsEqual((one + one).utf8)
        }
    }

    @Test func `letters, digits and marks make words; white space and punctuation stand alone`() {
        var wrong: [String] = []
        for value in UInt32(0x20)..<0x1_0000 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let isIdeograph = isChineseOrJapanese(value)
            switch scalar.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
                .nonspacingMark, .spacingMark, .enclosingMark:
                if joins(scalar) == isIdeograph { wrong.append(String(value, radix: 16)) }
            case .spaceSeparator, .lineSeparator, .paragraphSeparator, .control, .connectorPunctuation,
                .dashPunctuation,
                .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation, .otherPunctuation:
                if joins(scalar) { wrong.append(String(value, radix: 16)) }
            default: break
            }
        }
        #expect(wrong == [])
    }

    private func isChineseOrJapanese(_ value: UInt32) -> Bool {
        let ranges: [ClosedRange<UInt32>] = [
            0x2E80...0x2FDF, 0x3005...0x3007, 0x3021...0x3029, 0x3031...0x3035, 0x3038...0x303C, 0x3041...0x3096,
            0x309D...0x309F, 0x30A1...0x30FF, 0x3105...0x312F, 0x31A0...0x31BF, 0x31F0...0x31FF, 0x3400...0x4DBF,
            0x4E00...0x9FFF, 0xF900...0xFAFF, 0xFF66...0xFF9D,
        ]
        return ranges.contains { $0.contains(value) }
    }

    @Test(arguments: ["可 以", "あい", "😀😀", "\u{20000}\u{20001}"])
    func `scalars past the table are told apart`(text: String) {
        let first = String(text.unicodeScalars.prefix(1).map(Character.init))
        #expect(TextDiff(from: text, to: first).spans.first?.text == first)
    }

    @Test func `the joiners of Persian and Indic words do not cut them`() {
        #expect(TextDiff(from: "می\u{200C}خواهم", to: "x").spans.count == 2)
    }
}
