/// A message as its header and its parts say it, decoded.
public struct MailMessage: Sendable {
    /// `From`, or `Sender` where there is none.
    public internal(set) var senders: [MailAddress] = []
    /// `To`
    public internal(set) var recipients: [MailAddress] = []
    /// `Cc`
    public internal(set) var copies: [MailAddress] = []
    /// `Bcc`
    public internal(set) var hiddenCopies: [MailAddress] = []
    /// `Subject`; nil if there is none, or it is empty.
    public internal(set) var subject: String?
    /// `Message-ID`, without its angle brackets.
    public internal(set) var messageID: String?
    /// The ids in `In-Reply-To`, without their angle brackets.
    public internal(set) var repliedTo: [String] = []
    /// The ids in `References`, without their angle brackets, the oldest first.
    public internal(set) var references: [String] = []
    /// `Date`, as it is written.
    public internal(set) var dateText: String?
    /// The day that `Date` names, where its sender was; nil if no calendar has it.
    public internal(set) var day: (year: Int, month: Int, day: Int)?
    /// `Content-Language`
    public internal(set) var languages: String?
    /// `Keywords`
    public internal(set) var keywords: String?
    /// Whether it was written by Chancery, as the field ``letterField`` says.
    public internal(set) var isLetter = false
    /// The field that Chancery writes into each of its messages.
    public static let letterField = "X-Chancery-Letter"
    /// What the message holds; nil if it has a header only.
    public internal(set) var content: MailPart?
}

/// A mailbox or a group of them.
public struct MailAddress: Hashable, Sendable {
    /// The name that stands before the address; nil if none does.
    public let name: String?
    /// The address; nil for a group.
    public let address: String?
    /// The mailboxes of a group.
    public let members: [MailAddress]

    /// An address of its parts.
    public init(name: String?, address: String?, members: [MailAddress] = []) {
        self.name = name
        self.address = address
        self.members = members
    }
}

/// A part of a message. The tree is at most `MailLimits.depth` deep, so that walks over it may recurse.
public struct MailPart: Sendable {
    /// What a part holds.
    public enum Content: Sendable {
        /// Bytes, their transfer encoding undone.
        case bytes([UInt8])
        /// Other parts.
        case parts([MailPart])
        /// A message, as it stands in this one.
        case message([UInt8])
    }

    /// The media type in lower case, without parameters: `text/plain`.
    public let mediaType: String
    /// The charset that it declares.
    public let charset: String?
    /// Whether its lines are to be joined (`format=flowed`), and whether the spaces at their ends go (`delsp=yes`).
    ///
    /// Source: https://www.rfc-editor.org/rfc/rfc3676
    public let isFlowed: Bool
    /// See `isFlowed`.
    public let deletesSpaces: Bool
    /// Whether it says that it is an attachment.
    public let isAttachment: Bool
    /// The name of its file, as the sender wrote it; no path to be trusted.
    public let fileName: String?
    /// What it holds.
    public let content: Content
}
