/// Why a letter cannot be written as it is.
public struct LetterError: Error, Hashable, Sendable {
    /// What is wrong.
    public enum Code: String, Sendable {
        /// A member is of another type than it must be.
        case shape
        /// A member says nothing: null, or an empty string, list or object.
        case vacant
        /// A date is no EDTF.
        case date
        /// A language is no language tag.
        case language
        /// A digest is not 64 lower-case hex digits.
        case digest
        /// A number is out of range.
        case number
        /// An element of a list is there twice.
        case duplicate
        /// Larger, longer or deeper than `Limits` allows.
        case limit
    }

    /// What is wrong.
    public let code: Code
    /// The member, such as `senders[2].name`; empty for the letter as a whole.
    public let member: String
    /// What to do about it; never text of the letter.
    public let advice: String

    /// An error of its parts.
    public init(_ code: Code, member: String, advice: String) {
        self.code = code
        self.member = member
        self.advice = advice
    }
}

extension LetterError: CustomStringConvertible {
    /// The member, and what to do.
    public var description: String {
        "\(member.utf8.isEmpty ? "the letter" : member): \(advice)"
    }
}
