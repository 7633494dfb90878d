/// The bounds on a message. What one hostile message can cost is bounded before a letter is looked for in it.
public enum MailLimits {
    /// Bytes of a message; mail servers take 25 to 150 million.
    public static let messageBytes = 128 * 1024 * 1024
    /// Bytes of its header, to the first empty line: lists of recipients are the longest things in one.
    public static let headerBytes = 1024 * 1024
    /// Fields of its header.
    public static let fields = 10_000
    /// Levels of parts in parts: walks over the tree recurse.
    public static let depth = 50
    /// Parts of a message.
    public static let parts = 1_000
}

/// Why a message was not read.
public struct MailError: Error, Hashable, Sendable {
    /// What is wrong.
    public enum Code: String, Sendable {
        /// It has no header.
        case syntax
        /// Its header is no text.
        case binary
        /// It is larger or deeper than a message may be.
        case limit
        /// What reads mail is not installed on this machine.
        case unavailable
    }

    /// What is wrong.
    public let code: Code
    /// What a person needs to know; never text of the message.
    public let context: String
}
