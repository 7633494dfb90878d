/// Why bytes are no revision that this archive can take.
public struct RevisionError: Error, Hashable, Sendable {
    /// What is wrong; the raw value is the stable code that travels.
    public enum Code: String, Sendable {
        /// The header is no JSON, or not canonical.
        case headerSyntax
        /// A member of the header is missing or has the wrong shape.
        case headerMember
        /// The header has a version that this program does not know.
        case version
        /// The revision belongs to another archive.
        case archive
        /// The content is no JSON object, or not canonical.
        case contentSyntax
        /// The content's SHA-256 is not the one that the header names.
        case contentHash
        /// Content is missing, or a tombstone has some.
        case contentPresence
        /// The header or the content is larger than `Limits` allows.
        case tooLarge
        /// The bytes' SHA-256 is not the id that they were stored or announced under.
        case idMismatch
        /// A parent belongs to another letter.
        case parentLetter
    }

    /// What is wrong.
    public let code: Code
    /// The member that is wrong, or what a person needs to know; never text of the letter.
    public let context: String

    /// An error with its context.
    public init(_ code: Code, _ context: String = "") {
        self.code = code
        self.context = context
    }
}

extension RevisionError: CustomStringConvertible {
    /// A sentence without the letter's text.
    public var description: String {
        let fault =
            switch code {
            case .headerSyntax: "the header is not canonical JSON"
            case .headerMember: "a member of the header is missing or malformed"
            case .version: "the revision was made by a newer program"
            case .archive: "the revision belongs to another archive"
            case .contentSyntax: "the content is not canonical JSON"
            case .contentHash: "the content does not have the SHA-256 that the header names"
            case .contentPresence: "the content is missing, or a tombstone has some"
            case .tooLarge: "the revision is too large"
            case .idMismatch: "the bytes do not have the SHA-256 that names them"
            case .parentLetter: "a parent belongs to another letter"
            }
        return context.isEmpty ? fault : "\(fault): \(context)"
    }
}
