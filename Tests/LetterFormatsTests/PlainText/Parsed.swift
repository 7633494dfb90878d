import LetterFormats
import LetterModel
import Testing

/// What the plain text importer makes of a source in a test.
enum Parsed {
    static func item(_ bytes: [UInt8], fileName: String = "letter.txt") throws -> ImportItem {
        let items = PlainTextImporter().items(in: bytes, fileName: fileName)
        try #require(items.count == 1)
        return items[0]
    }

    static func imported(_ bytes: [UInt8]) throws -> ImportedLetter {
        switch try item(bytes) {
        case .letter(let letter): return letter
        case .refusal(let refusal): throw refusal
        case .deletion: throw ImportRefusal(.invalid, "plain text deletes nothing")
        }
    }

    static func imported(_ text: String) throws -> ImportedLetter {
        try imported(Array(text.utf8))
    }

    static func letter(_ text: String) throws -> Letter {
        try imported(text).letter
    }

    static func reason(_ bytes: [UInt8], fileName: String = "letter.txt") throws -> ImportRefusal.Reason? {
        guard case .refusal(let refusal) = try item(bytes, fileName: fileName) else { return nil }
        return refusal.reason
    }

    /// A letter with a body of two paragraphs around which a test puts other parts.
    static let body =
        "Your letter of last week reached me yesterday. I thank you for it.\n\nWe shall arrive on Monday, weather permitting."
}
